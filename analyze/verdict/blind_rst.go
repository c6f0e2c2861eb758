package verdict

import "tcpwatch/analyze/label"

var blindRST = Spec{
	Name:       "BLIND-RST",
	Definition: "A RST that does not fit the connection was sent into it, and the connection went on.",
	Conditions: []Condition{
		{"RFC 5961 §3.2 does not accept the RST", plain + "+.1 B>A R. 1 ack 1\n+.001 A>B . 1 ack 1\n"},
		{"no acceptable RST came before it", plain + "+.1 A>B R 1\n+.01 A>B R 5000\n+.01 B>A P. 1:11(10) ack 1\n"},
		{"the end that it was sent to went on: with more than a challenge ACK, which is bare and acknowledges nothing sent behind the RST", plain + "+.1 B>A R 5000\n+.001 A>B . 1 ack 1\n"},
		{"the end that it names did not reset the connection itself, with an acceptable RST behind it and nothing else between",
			plain + "+.01 A>B P. 1:11(10) ack 1\n+.1 B>A R. 2001 ack 1\n+.001 A>B P. 11:21(10) ack 1\n+.009 A>B . 21 ack 1\n+.01 B>A R 1\n"},
	},
	Clauses: []label.Clause{{RFC: 5961, Section: "3.2"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "the number of the RST, and a segment behind it that is no challenge ACK. A blind attack looks like that, and so does a RST out of an older connection",
	Most:    Certain,
	Example: plain + "+.1 B>A R 5000\n+.01 A>B P. 1:11(10) ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.Clues.BlindRst == 0 || x.Clues.BlindAfter == 0 {
			return false
		}
		v.Confidence = Certain
		v.add(Item{Why: RstOutside, Packet: x.Clues.BlindRst})
		v.add(Item{Why: WentOn, Packet: x.Clues.BlindAfter})
		return true
	},
}
