package explain

import (
	"fmt"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/notable"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
)

var forms = wordList{
	title: "The form of a handshake (FORM, member opening.form)", kind: "form of a handshake",
	words: words(analyze.FormThreeWay,
		"a SYN, a SYN-ACK and the acknowledgement of it (RFC 9293 figure 6)",
		"both ends sent a SYN and a SYN-ACK (RFC 9293 figure 7)",
		"both ends sent a SYN, but only the client a SYN-ACK: the server answered a SYN with a SYN, or connected itself while the client's SYN did not arrive"),
}

var options = wordList{
	title: "What both ends offered (AGREED, member opening.options.agreed)", kind: "option that both ends offered",
	words: []fixedWord{
		{"window_scale", "windows are multiplied by a power of two (RFC 7323 §2)"},
		{"sack_permitted", "received ranges after a gap are reported, SACK (RFC 2018)"},
		{"timestamps", "segments carry the sender's clock, which is echoed (RFC 7323 §3)"},
		{"ecn", "the network may mark packets where it would drop them (RFC 3168 §6.1)"},
		{"accecn", "the receiver tells how many were marked"},
		{"fast_open", "data in a SYN may be taken before the handshake is complete (RFC 7413)"},
		{"mptcp", "several connections may be one (RFC 8684)"},
	},
}

var reuses = wordList{
	title: "By what right it followed one in TIME-WAIT (BY RIGHT OF, member reuse)", kind: "right to follow a connection in TIME-WAIT",
	words: words(analyze.ReuseISN,
		"its ISN lies beyond the numbers of the connection before, and where both use timestamps its own is not earlier (RFC 6191 §2)",
		"its timestamp is later than those of the connection before (RFC 6191 §2)",
		"its ISN lies beyond the numbers of the connection before, but its timestamp is earlier than the last of that: it may be dropped (RFC 6191 §2), or answered with an ACK as a late SYN of the old connection would be",
		"its SYN may be answered with an ACK, as a late SYN of the old connection would be"),
}

var heldBy = wordList{
	title: "What held a sender back (BY in the view windows)", kind: "what held a sender back",
	words: words(analyze.EpisodeZero,
		"the other end said that it has no room (ZERO-WINDOW)",
		"all of the other end's window was used up (WINDOW-FULL)"),
}

var heldEnds = wordList{
	title: "How that ended (ENDED BY in the view windows)", kind: "end of what held a sender back",
	words: words(analyze.EpisodeUnfinished,
		"its end was not captured",
		"the other end gave room",
		"a window that was full closed altogether",
		"a RST came"),
}

var findings = wordList{
	title: "What stands out at a listener (FINDING)", kind: "finding about a listener",
	words: []fixedWord{
		{"SYN flood", "many openings are begun that nobody means to complete: the column FINDING says from which numbers on (a heuristic)"},
		{"accept queue full", "the server completes handshakes that it then does not go on with, as where its program is slow to accept (verdict ACCEPT-QUEUE-FULL)"},
	},
}

var reasons = wordList{
	title: "Why a connection deserves a look (member notable[].reason)", kind: "reason for a look",
	words: words(notable.Reason(0),
		"the server sent a RST before the handshake was complete",
		"nothing answered the SYN",
		"no acknowledgement of the SYN-ACK was captured",
		"a RST came from the client's side before the handshake was complete",
		"SYN-ACKs have different ISNs, or acknowledge something other than the SYN",
		"a RST ended it, in none of the three ordinary ways below",
		fmt.Sprintf("what an end sent got no acknowledgement, in spite of %d timeouts in a row or more, or its last keep-alives or window probes got no answer", analyze.StalledAfter),
		"another connection took its addresses and ports in TIME-WAIT with neither a higher ISN nor a later timestamp, or with an earlier timestamp (RFC 6191 §2)",
		"an end sent again what probably did not arrive because of its length (verdict MTU-BLACK-HOLE)",
		"it has a verdict that its outcome does not show: "+decisiveNames(),
		"an ICMP error came about a segment after the handshake",
		fmt.Sprintf("one segment in %d or more was sent again, and at least %d in all", notable.ResentShare, notable.ResentLeast),
		"it opened, or tried to, with a SYN or SYN-ACK that was sent more than once",
		prose.Unglue("the server's next payload came "+prose.Duration(notable.SlowAnswer)+" or longer after the client's"),
		fmt.Sprintf("at least 1/%d of its time, and at least %s, passed in silence before what was sent again", notable.WaitShare, prose.Unglue(prose.Duration(phrase.WaitLeast))),
		prose.Unglue("payload waited for acknowledgements that came "+prose.Duration(phrase.WaitLeast)+" or more late in all (verdict NAGLE-DELAYED-ACK)"),
		prose.Unglue("windows of 0 held an end back for "+prose.Duration(phrase.WaitLeast)+" or longer in all"),
		prose.Unglue("one end waited "+prose.Duration(notable.HalfClosedFor)+" or longer for the other's FIN"),
		"a client sent a RST after its own FIN, as most programs do that want no more: a few examples are shown",
		"a server that had sent payload sent a RST after its client's FIN, with no payload in between, as many do that leave data unread: a few examples are shown",
		"a client sent a RST that acknowledges the SYN-ACK into an open connection in which neither end had sent payload, as load balancers do that only check whether a server accepts: a few examples are shown",
		"a RST changed nothing",
		"octets were sent and never captured"),
	note: fmt.Sprintf("It is listed under the first of these that it has, and its row names all. The limits are heuristics. At most %d rows are shown, the first %d of each reason before more of any. Where more than %d openings did not work for one reason, more than %d connections were reset by an end of which the capture has RSTs alone, or more than %d connections to one port have the same of those verdicts, between the same two hosts, of one server with several clients or of one client that scans, one row stands for all of them.", notable.MostShown, notable.MostFirst, notable.MostFirst, notable.MostFirst, notable.MostFirst),
}

func decisiveNames() string {
	var names []string
	for id := range verdict.Count {
		if notable.Decisive(id) {
			names = append(names, id.String())
		}
	}
	return strings.Join(names, ", ")
}

var storyHeadings = wordList{
	title: "The headings of a story", kind: "heading of a story",
	words: []fixedWord{
		{"SEGMENT", "what the segment does: SYN, SYN-ACK, ACK, FIN, ACK of FIN or RST; again where it was sent before, and how much payload it carries"},
		{"REL SEQ", "sequence number, counted from the ISN of the sender; SEQ is the number on the wire"},
		{"REL ACK", "acknowledgement number, counted from the ISN of the other end; ACK is the number on the wire"},
		{"CHECK", "the sum that the number follows from: a SYN or a FIN counts as one octet, so that its ACK is its number + 1 (RFC 9293 §3.4)"},
		{"HANDSHAKE", "how the connection opened, by which segments, and what SYN and SYN-ACK offered"},
		{"CLOSE", "how it closed, with its FINs and RSTs"},
		{"STATES", "the final states of both ends, where two FINs do not show them, and why silence marks one (topic OUTCOME)"},
		{"DATA", "what each end sent, how much of it again, what was never captured, and round trips from this tap"},
		{"ICMP", "the first ICMP error that says of a segment after the handshake that it did not arrive, and why (member icmp)"},
		{"agreed", "options that both ends offered; for MSS and window scale, what the client and what the server offered"},
		{"one end", "options that only one end offered, so that they do not apply"},
		{"offered by", "what that end offered, where the other's SYN was not captured"},
	},
}

var summaryHeadings = wordList{
	title: "The headings of the summary", kind: "heading of the summary",
	words: []fixedWord{
		{"CAPTURE", "what the capture does not show, or shows wrongly, and where its tap probably stands (member quality)"},
		{"PACKETS", "how many packets are TCP segments, and why the others are not"},
		{"OPENED", "how connections opened: how many with each outcome"},
		{"VERDICTS", "why openings failed or were slow, and how sure that is (topic CONFIDENCE, member verdicts)"},
		{"CLOSED", "how they closed"},
		{"RESENT", "segments that were sent again, and why (topic CAUSE)"},
		{"TIME-WAIT", "ends that held their addresses and ports for 2MSL, by host"},
		{"CLIENTS", "the states of the clients at the end"},
		{"SERVERS", "the states of the servers at the end"},
		{"deserve a look", "connections that did not work, ended badly or were slow, and why (topic NOTABLE, member notable)"},
	},
}
