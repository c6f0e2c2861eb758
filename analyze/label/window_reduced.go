package label

import "tcpwatch/capture/wire"

var windowReduced = Spec{
	Name:       "CWR",
	Group:      Acknowledgement,
	Definition: "The sender says that it has slowed down in answer to an ECN-ECHO.",
	Conditions: []Condition{
		{"the CWR bit is set", opened + "+.1 A>B . 1:1(0) ack 1"},
		{"SYN and RST are clear: in a SYN the bit negotiates", "0 A>B SEW 0:0(0)"},
	},
	Clauses: []Clause{{3168, "6.1.2"}},
	Looks:   "segments without SYN",
	Example: opened + "+.1 A>B P.W 1:11(10) ack 1 win 64240 | DATA CWR ESTABLISHED ESTABLISHED\n",
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.CWR|wire.SYN|wire.RST) == wire.CWR
	},
}
