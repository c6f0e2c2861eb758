package explain

import (
	"bytes"
	"fmt"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
)

// topic is a set of fixed words that views show besides labels, verdicts,
// events and states. Explain knows the topic and each of its words.
type topic struct {
	name  string
	about string // what its words say, for the list
	parts []wordList
}

// wordList is a list of words of one kind, such as the values of a column.
type wordList struct {
	title string
	kind  string // what one of them is, after its name
	words []fixedWord
	note  string // after the words; "" for none
}

// fixedWord is a word, or a few, and what it means.
type fixedWord struct{ text, means string }

const (
	evidenceTitle = "What decided it: the words of evidence"
	doubtTitle    = "What makes evidence doubtful, in brackets after it"
	causeTitle    = "Why it was sent again: the causes of a RETRANSMISSION"
	evidenceOrder = "Where several pieces of evidence decide the same question, the first of these is believed: octets seen before, IP identification, timestamp, time."
)

// topics are the names besides labels, verdicts, events and states that Explain
// knows.
var topics = []topic{
	{"CAUSE", "why a segment was sent again", []wordList{{title: causeTitle, kind: "cause of a RETRANSMISSION", words: causeWords()}}},
	{"CONFIDENCE", "how sure a verdict is", []wordList{confidences}},
	{"EVIDENCE", "what decided on a label, and what makes it doubtful", []wordList{
		{title: evidenceTitle, kind: "evidence for a label", words: evidenceWords(), note: evidenceOrder},
		{title: doubtTitle, kind: "doubt about evidence", words: doubtWords()},
	}},
	{"LISTENER", "what stands out at a listener", []wordList{findings}},
	{"NOTABLE", "why a connection deserves a look", []wordList{reasons}},
	{"OUTCOME", "how a connection opened, what was agreed, how it closed, when a RST came, why silence marks a state, what followed it, how long it lasted",
		[]wordList{openings, forms, options, closings, resets, stateDoubts, reuses, lives}},
	{"ROLES", "who the client and the server are", []wordList{ends, roles}},
	{"STORY", "the headings of a story and of the summary", []wordList{storyHeadings, summaryHeadings}},
	{"TERMS", "terms that the other texts use: ISN, MSS, MSL, round trip, tap", []wordList{terms}},
	{"WAITED", "what a connection waited for, what held a sender back", []wordList{waits, heldBy, heldEnds}},
}

func causeWords() (words []fixedWord) {
	for c := label.CauseUnknown; c < label.CauseCount; c++ {
		words = append(words, fixedWord{c.String(), label.CauseTexts[c]})
	}
	return words
}

func evidenceWords() (words []fixedWord) {
	for _, r := range label.Reasons[1:] {
		words = append(words, fixedWord{r.Text, r.Means})
	}
	return words
}

func doubtWords() (words []fixedWord) {
	for _, d := range label.DoubtTexts {
		words = append(words, fixedWord{d.Text, d.Means})
	}
	return words
}

// words puts the meaning of each of several values after its name, from the first
// one that has a meaning.
func words[V interface {
	~uint8
	fmt.Stringer
}](first V, means ...string) (list []fixedWord) {
	for i, m := range means {
		list = append(list, fixedWord{(first + V(i)).String(), m})
	}
	return list
}

var waits = wordList{
	title: "What a connection waited for (WAITED in its story)", kind: "what a connection waited for",
	words: []fixedWord{
		{"silence", "the longest time in which nothing of the connection was captured (idle_max), and the packet that ended it (idle_end); " +
			"left out where that packet was an answer or was sent again, since these have lines of their own"},
		{"answer", "the longest time from one end's last payload to the other's next (answer_max, answer_packet), at this tap: the round trip and " +
			"what the application did are in it, and so is a loss of the answer before the tap. None where octets in between " +
			"were not captured, or where the end that waited had closed its window"},
		{"sent again", "how long nothing was captured before what an end sent again (resend_wait): the least that waiting for it cost"},
		{"late", "by how much acknowledgements came later than after the shortest round trip, where the next small segment left only with them (ack_wait, ack_waits; verdict NAGLE-DELAYED-ACK)"},
		{"zero window", "how long a window of 0 held the other end back (zero_window_time; view windows)"},
		{"used up", "how long an end had used up the other's window (window_full_time; view windows). The window is then small for the path, or a queue on the path " +
			"holds what fills it: round trips far longer than the least show that"},
	},
	note: "Less than 100 ms is left out (a heuristic), and so is what is longer than the connection lasted: the clock was set meanwhile.",
}

var openings = wordList{
	title: "How a connection opened (OPENED, member opening.outcome)", kind: "how a connection opened",
	words: words(analyze.OpeningMidstream,
		"neither a SYN nor a SYN-ACK was captured: it had been open before, or the capture missed its beginning",
		"SYN, SYN-ACK and the acknowledgement of it; or a SYN, and both ends went on as only ends of an open connection do",
		"both ends sent a SYN, and these crossed (RFC 9293 figure 7)",
		"the server sent a RST before the handshake was complete",
		"a RST came from the client's side before the handshake was complete",
		"no acknowledgement of the SYN-ACK was captured",
		"a SYN, and nothing came back",
		"only one direction was captured, and what it acknowledges, or a SYN-ACK in it, shows that there was another"),
}

var closings = wordList{
	title: "How it closed (CLOSED, member closing.outcome)", kind: "how a connection closed",
	words: words(analyze.ClosingOpen,
		"no close was seen: neither a FIN nor an acceptable RST that ended it",
		"a FIN from each end, one after the other",
		"a FIN from each end, both sent before the other's arrived (RFC 9293 figure 13)",
		"one end has sent its FIN, the other has not",
		"an acceptable RST came before both FINs were acknowledged"),
}

var resets = wordList{
	title: "When a RST came (RST WHEN, member closing.rst_after)", kind: "when a RST came",
	words: words(analyze.RstRefused,
		"it answers a SYN",
		"during the handshake, after a SYN-ACK",
		"the connection was open",
		"its sender, or the other end, had sent a FIN",
		"its sender had left data of the other end without acknowledgement, or got data after its own FIN",
		"it answers a segment that has neither SYN nor ACK, as none of an open connection is (RFC 9293 §3.1): its sender knows of no connection (RFC 9293 §3.10.7.1)",
		"it reached an end in TIME-WAIT (RFC 1337), or came from one",
		"its sender had asked by two keep-alives in a row or more whether the other end is still there, and for a round trip after the last nothing answered: it gave up (RFC 9293 §3.8.4)"),
	note: "Where two fit, the more telling one is given: TIME-WAIT, the handshake, unread data, keep-alive unanswered, after FIN, in this order.",
}

var stateDoubts = wordList{
	title: "Why silence marks a state (members client_state_doubt, server_state_doubt)", kind: "why silence marks a state",
	words: words(analyze.NoStateDoubt+1,
		"the end awaits an acknowledgement, answers to its probes, or room in a window that was shut, and should have tried again (RFC 9293 §3.8.1, §3.8.4, §3.8.6.1): "+
			"it may have given up (RFC 9293 §3.8.3), or been closed in SYN-SENT (RFC 9293 §3.10.4)",
		"the end has not answered a FIN for longer than an acknowledgement may be delayed (RFC 9293 §3.8.6.3): the FIN may have been lost on the way to it, or the answer on the way back",
		"the end is in FIN-WAIT-2 and has been silent for more than a minute: many hosts forget the connection after such a time if their program has closed it (a heuristic), and wait on if it has half-closed (RFC 9293 §3.6)",
		"the end is in SYN-SENT and has not answered a SYN or SYN-ACK, which calls for an answer at once (RFC 9293 §3.10.7.3), for longer than an acknowledgement may be delayed "+
			"(RFC 9293 §3.8.6.3): it may have been lost on the way to it, or the answer on the way back"),
	note: "It is told of the states at the end, where the last segment left them unmarked.",
}

var lives = wordList{
	title: "How long it lasted (member lived)", kind: "how long a connection lasted",
	words: []fixedWord{
		{"short", "under 1 s (a heuristic)"},
		{"medium", "from 1 s to 60 s (a heuristic)"},
		{"long", "60 s and more (a heuristic)"},
	},
	note: "Only connections whose beginning and end were captured have it.",
}

var ends = wordList{
	title: "The ends of a connection", kind: "an end of a connection",
	words: []fixedWord{{"client", "the end that opened the connection"}, {"server", "the other end"}, {"both", "client and server"}, {"none", "neither, or it is not known"}},
}

var roles = wordList{
	title: "How it is known which end is which (member roles)", kind: "how client and server are told apart",
	words: []fixedWord{
		{"handshake", "a SYN or a SYN-ACK was captured and tells client from server"},
		{"guessed", "neither a SYN nor a SYN-ACK was captured: port numbers decide, and may mislead"},
	},
}

var confidences = wordList{
	title: "How sure a verdict is", kind: "confidence of a verdict",
	words: words(verdict.Possible,
		"it fits, and other explanations do as well",
		"other explanations need more than one coincidence",
		"the segments themselves say so"),
}

// topicKey normalises the name of a topic, a column or a word for a lookup.
func topicKey(s string) string {
	return strings.ToUpper(joints.Replace(s))
}

var joints = strings.NewReplacer(" ", "-", "_", "-")

// topic writes the meaning of the fixed words of a topic, or of one of them.
func (x *explainer) topic(key string) (found bool) {
	key = topicKey(key)
	for _, t := range topics {
		if key == t.name || key == t.name+"S" {
			x.wordLists(t.parts)
			return true
		}
	}
	for _, t := range topics {
		for _, p := range t.parts {
			for _, w := range p.words {
				if topicKey(w.text) != key {
					continue
				}
				if found {
					x.line("")
				}
				found = true
				x.heading(w.text + "   " + p.kind + ", topic " + t.name)
				x.block(prose.Gap, w.means)
			}
		}
	}
	return found
}

func (x *explainer) wordLists(parts []wordList) {
	for i, p := range parts {
		if i > 0 {
			x.line("")
		}
		x.heading(p.title)
		for _, w := range p.words {
			x.term(w.text, w.means)
		}
		if p.note != "" {
			x.line("")
			x.block("", p.note)
		}
	}
}

// term writes a phrase and, indented below it, what it means.
func (x *explainer) term(text, means string) {
	x.line(prose.Gap + x.style.Paint(prose.Strong, text))
	x.block("      ", means)
}

// topicList names every topic.
func (x *explainer) topicList(room int) {
	x.heading("Topics: other words that the views use")
	for _, t := range topics {
		x.fact(prose.Gap+t.name, t.about, room)
	}
	x.line("")
}

// Topics returns the names of the topics that Explain knows.
func Topics() (names []string) {
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// topicNames returns the names of topics, and after them their words that are
// one word.
func topicNames() []string {
	return append(Topics(), topicTexts(false)...)
}

// topicPhrases are the words of topics that are several words each.
func topicPhrases() []string { return topicTexts(true) }

func topicTexts(several bool) (texts []string) {
	for _, t := range topics {
		for _, p := range t.parts {
			for _, w := range p.words {
				if strings.Contains(w.text, " ") == several {
					texts = append(texts, w.text)
				}
			}
		}
	}
	return texts
}

// topicDocuments writes the topics into LABELS.md. The words of evidence have
// one more column.
func topicDocuments(b *bytes.Buffer) {
	evidenceDocument(b)
	for _, t := range topics {
		for _, p := range t.parts {
			if t.name == "CAUSE" || t.name == "EVIDENCE" {
				continue
			}
			fmt.Fprintf(b, "\n## %s\n\n| word | meaning |\n|:---|:---|\n", p.title)
			for _, w := range p.words {
				fmt.Fprintf(b, "| %s | %s |\n", w.text, w.means)
			}
			if p.note != "" {
				fmt.Fprintf(b, "\n%s\n", p.note)
			}
		}
	}
}
