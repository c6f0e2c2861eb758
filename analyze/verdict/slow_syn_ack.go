package verdict

import "tcpwatch/analyze/spec"

var slowSynAck = Spec{
	Name:       "SLOW-SYN-ACK",
	Definition: "The server's answer to the SYN came much later than a round trip takes, and no segment captured says why.",
	Conditions: []spec.Condition{
		{Text: "one SYN was captured, and a SYN-ACK after it, or several, of none of which a copy was captured, were all answered at one moment (within 200 ms, and later after the last than two of the longest round trips to the server; heuristics)", Miss: "0 A>B S 0\n+1 A>B S 0\n+1 B>A S. 0 ack 1\n" + answeredSoon},
		{Text: "the server sent no SYN of its own", Miss: "0 A>B S 0\n+.01 B>A S 0\n+1 B>A S. 0 ack 1\n" + answeredSoon},
		{Text: "a round trip from this tap to the server was measured that is at least 200 ms shorter (a heuristic)", Miss: "0 A>B S 0\n+.2 B>A S. 0 ack 1\n" + answeredSoon},
		{Text: "it took less than half as long (a heuristic)", Miss: "0 A>B S 0\n+.6 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.39 B>A . 1 ack 11\n"},
		{Text: "the SYN-ACK does not echo a timestamp that the SYN captured does not have", Miss: "0 A>B S 0 <TS val 1100 ecr 0>\n+1 B>A S. 0 ack 1 <TS val 7 ecr 100>\n" + answeredSoon},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 6298, Section: "2"}, {RFC: 7323, Section: "3.2"}},
	RestsOn: "what was measured after the handshake; certain where the SYN-ACK echoes the timestamp of that SYN, else likely, because a SYN that was sent again may be " +
		"missing from the capture; likely, too, where that round trip took no time, which shows how coarse the clock is. It names no cause: the server, or something that answers for it, may have been late; the path may have been slow at first; " +
		"or the first SYN-ACK was lost before this tap, which the server sends again a second later (RFC 6298 §2.1)",
	Next:    "other handshakes of this server at that time (view handshakes), and a capture beside it: a SYN-ACK that leaves late there is the server's doing, else the path's",
	Most:    Certain,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n" + answeredSoon,
	match: func(x *context, v *Verdict) bool {
		together := x.answeredTogether() && !x.Clues.SynTwice // the copy may have had one of the answers
		if x.nSyns != 1 && !together || x.nSynAcks == 0 || bothOpened(x) {
			return false
		}
		s, a := x.syn(0), x.synAck(0)
		took, least := x.Opening.RTTServer, x.FromClient.RTT.Min
		if together {
			took = a.Time - s.Time
		}
		if least < 0 || took-least < slowOpening || took <= 2*least {
			return false
		}
		v.Confidence = Likely
		if a.TSEcr != 0 {
			if x.echoed(a) != s {
				return false
			}
			if least > 0 {
				v.Confidence = Certain
			}
		}
		v.add(Item{Why: AnswerLate, Packet: a.Packet, Than: s.Packet, Value: took})
		v.add(Item{Why: LeastWay, Value: least})
		return true
	},
}
