package label

import "tcpwatch/capture/wire"

var synAck = Spec{
	Name:       "SYN-ACK",
	Group:      Phase,
	Definition: "The sender answers a SYN: it acknowledges the peer's ISN and announces its own.",
	Conditions: []Condition{
		{"the SYN bit is set", opened},
		{"the ACK bit is set", "0 A>B S 0:0(0)"},
		{"the RST bit is clear", "0 A>B S 0:0(0)\n+.01 B>A SR. 0:0(0) ack 1"},
	},
	Clauses: []Clause{{9293, "3.5"}},
	Looks:   "segments with SYN",
	Example: "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460> | SYN-ACK SYN-SENT SYN-RECEIVED\n",
	on:      control,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK
	},
}
