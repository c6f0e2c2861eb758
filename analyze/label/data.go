package label

var data = Spec{
	Name:       "DATA",
	Group:      Phase,
	Definition: "The segment carries payload and does nothing else that has a name.",
	Conditions: []Condition{
		{"it carries payload by the lengths in its headers", opened + "+.1 A>B . 1:1(0) ack 1"},
		{"it is not a RST, SYN, SYN-ACK, FIN, HANDSHAKE-ACK or ACK-OF-FIN", opened + "+.1 A>B FP. 1:101(100) ack 1"},
	},
	Clauses: []Clause{{9293, "3.8"}},
	Looks:   "segments with payload",
	Example: opened + "+.1 A>B P. 1:101(100) ack 1 win 64240 | DATA ESTABLISHED ESTABLISHED\n",
	on:      payload,
	match:   func(c *Context) bool { return c.Segment.Len > 0 },
}
