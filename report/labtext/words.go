package labtext

import (
	"bytes"
	"slices"
	"strings"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// causeMeanings are the meanings of the causes of RETRANSMISSION, in short.
var causeMeanings = [label.CauseCount]string{
	label.CauseRTO:      "Sent again because the sender's timer had run out. (RFC 6298 §5)",
	label.CauseFast:     "Sent again at once, because acknowledgements had reported the loss. (RFC 5681 §3.2, RFC 8985 §6)",
	label.CauseTLP:      "A tail loss probe: the sender repeats its last segment, so that the other end must answer; or the timeout that is due with it. (RFC 8985 §7)",
	label.CauseSpurious: "Sent again although it had been acknowledged. (RFC 9293 §3.10.7.4)",
}

// saw remembers a label that was written, for Words.
func (l *Story) saw(id label.ID, name string) {
	if label.All[id].Group != label.Phase {
		l.word(name)
	}
}

func (l *Story) word(name string) {
	if !slices.Contains(l.words, name) {
		l.words = append(l.words, name)
	}
}

// meaning returns the short explanation of a label, a verdict or a state, with its
// clauses; "" for anything else. RETRANSMISSION with a cause means that cause.
func meaning(name string) string {
	if id, ok := label.Find(name); ok {
		return label.All[id].Definition + " (" + lexicon.Clauses(label.All[id].Clauses) + ")"
	}
	for _, s := range verdict.All {
		if s.Name == name {
			return s.Definition + " (" + lexicon.Clauses(s.Clauses) + ")"
		}
	}
	for s := state.Unknown; s < state.Count; s++ {
		if s.String() == name {
			return lexicon.States[s].Means + " (RFC 9293 §3.3.2)"
		}
	}
	for c, means := range causeMeanings {
		if means != "" && name == lexicon.Label(label.Retransmission)+" ("+label.Cause(c).String()+")" {
			return means
		}
	}
	if name == lexicon.ListenInferred {
		return "Inferred: " + lexicon.ListenNote + "."
	}
	return ""
}

// meanings writes words with their meanings, and with notes if there are any,
// under a section name or, if that is "", below the previous section.
func (l *Story) meanings(section string, words []string, notes map[string]string) {
	for _, w := range words {
		text := meaning(w)
		if note := notes[w]; note != "" {
			text = strings.TrimSpace(text + " Here: " + note)
		}
		if text == "" {
			continue
		}
		var b bytes.Buffer
		if section != "" {
			l.style.WriteSection(&b, section, w+": "+text, prose.Plain)
		} else {
			l.style.WriteWrapped(&b, prose.Plain, prose.SectionIndent, prose.SectionIndent+w+": "+prose.Unglue(text))
		}
		section = ""
		l.write(&b)
	}
}
