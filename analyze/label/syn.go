package label

import "tcpwatch/capture/wire"

var syn = Spec{
	Name:       "SYN",
	Group:      Phase,
	Definition: "The sender opens a connection and announces its initial sequence number (ISN).",
	Conditions: []Condition{
		{"the SYN bit is set", "0 A>B . 1:1(0) ack 1"},
		{"the ACK bit is clear", "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1"},
		{"the RST bit is clear", "0 A>B SR 0:0(0)"},
	},
	Clauses: []Clause{{9293, "3.5"}},
	Looks:   "segments with SYN",
	Example: "0 A>B S 0:0(0) win 64240 <mss 1460> | SYN SYN-SENT LISTEN?\n",
	on:      control,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN
	},
}
