package label

import "tcpwatch/analyze/spec"

var data = Spec{
	Name:       "DATA",
	Group:      Phase,
	Definition: "The segment carries payload and does nothing else that has a name.",
	Conditions: []spec.Condition{
		{Text: "it carries payload by the lengths in its headers", Miss: opened + "+.1 A>B . 1:1(0) ack 1"},
		{Text: "it is not a RST, SYN, SYN-ACK, FIN, HANDSHAKE-ACK or ACK-OF-FIN", Miss: opened + "+.1 A>B FP. 1:101(100) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8"}},
	Looks:   "segments with payload",
	Example: opened + "+.1 A>B P. 1:101(100) ack 1 win 64240 | DATA ESTABLISHED ESTABLISHED\n",
	on:      payload,
	match:   func(c *Context) bool { return c.Segment.Len > 0 },
}
