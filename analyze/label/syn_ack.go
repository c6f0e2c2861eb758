package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var synAck = Spec{
	Name:       "SYN-ACK",
	Group:      Phase,
	Definition: "The sender answers a SYN: it acknowledges the peer's ISN and announces its own.",
	Conditions: []spec.Condition{
		{Text: "the SYN bit is set", Miss: opened},
		{Text: "the ACK bit is set", Miss: "0 A>B S 0:0(0)"},
		{Text: "the RST bit is clear", Miss: "0 A>B S 0:0(0)\n+.01 B>A SR. 0:0(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5"}},
	Looks:   "segments with SYN",
	Example: "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460> | SYN-ACK SYN-SENT SYN-RECEIVED\n",
	on:      control,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK
	},
}
