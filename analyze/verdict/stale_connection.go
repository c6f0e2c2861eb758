package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var staleConnection = Spec{
	Name: "STALE-CONNECTION",
	Definition: "The SYN met an older connection of the same addresses and ports that the server still holds open: " +
		"its client has lost it, as by a crash, or something between has forgotten it.",
	Conditions: append(oldAckConditions[:len(oldAckConditions):len(oldAckConditions)],
		spec.Condition{Text: "one of these: (a) the older connection was captured, the ACK has no other numbers, and the server did not close it, or not first (a RST of the client may have been lost); or (b) nothing certain is known of the server, and the ACK shows " +
			"that an end in TIME-WAIT would have accepted the SYN: its timestamp is later than the one that the ACK echoes, or not earlier, nor its ISN before what the ACK acknowledges",
			Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A . =500 ack =5 <TS val 7 ecr 101>\n+.001 A>B R =5\n"}),
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5.1"}, {RFC: 9293, Section: "3.6.1"}, {RFC: 9293, Section: "3.10.7.4"}, {RFC: 5961, Section: "4"}, {RFC: 6191, Section: "2"}},
	RestsOn: "the answer, and what was captured of the older connection; likely where that was seen open and the client resets the answer, as RFC 9293 §3.5.1 figure 9 has it, else possible: " +
		"an end in TIME-WAIT need not accept any SYN, and another client may have the same address and port behind a translator (NAT)",
	Next: "why the client forgot: it crashed, or a translator or filter forgets idle connections; keep-alives let the server notice (SO_KEEPALIVE)",
	Most: Likely,
	Example: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n" +
		"+60 A>B S =500\n+.010 B>A . 1 ack 11\n+.001 A>B R 11\n+1 A>B S =500\n+.010 B>A S. =90000 ack =501\n+.001 A>B . =501 ack =90001\n",
	match: func(x *context, v *Verdict) bool {
		switch x.Clues.OldEnd {
		case analyze.OldOpen:
			return oldAnswer(x, v, OldNotClosed, true)
		case analyze.OldTakesSYN:
			return oldAnswer(x, v, OldWouldTake, false)
		}
		return false
	},
}
