package label

import "tcpwatch/analyze/spec"

var ack = Spec{
	Name:       "ACK",
	Group:      Phase,
	Definition: "The segment carries no payload and does nothing else that has a name: most often it acknowledges data.",
	Conditions: []spec.Condition{
		{Text: "it is not a RST, SYN, SYN-ACK, FIN, HANDSHAKE-ACK, ACK-OF-FIN or DATA", Miss: opened + "+.1 A>B P. 1:101(100) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.4"}},
	Looks:   "every segment that no other label of its group fits",
	Example: opened + "+.1 A>B P. 1:101(100) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 101 win 65160 | ACK ESTABLISHED ESTABLISHED\n",
	on:      everySegment,
	match:   func(*Context) bool { return true },
}
