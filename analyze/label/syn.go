package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var syn = Spec{
	Name:       "SYN",
	Group:      Phase,
	Definition: "The sender opens a connection and announces its initial sequence number (ISN).",
	Conditions: []spec.Condition{
		{Text: "the SYN bit is set", Miss: "0 A>B . 1:1(0) ack 1"},
		{Text: "the ACK bit is clear", Miss: "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1"},
		{Text: "the RST bit is clear", Miss: "0 A>B SR 0:0(0)"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5"}},
	Looks:   "segments with SYN",
	Example: "0 A>B S 0:0(0) win 64240 <mss 1460> | SYN SYN-SENT LISTEN?\n",
	on:      control,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN
	},
}
