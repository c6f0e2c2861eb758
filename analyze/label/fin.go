package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var fin = Spec{
	Name:       "FIN",
	Group:      Phase,
	Definition: "The sender has no more data to send and closes its side.",
	Conditions: []spec.Condition{
		{Text: "the FIN bit is set", Miss: opened + "+.1 A>B P. 1:101(100) ack 1"},
		{Text: "its number is not that of its sender's SYN, or lower: that lies before what the other end takes, and closes nothing (RFC 9293 §3.10.7.4, first)",
			Miss: opened + "+.1 A>B F. 0:0(0) ack 1"},
		{Text: "the SYN and RST bits are clear", Miss: opened + "+.1 A>B FR. 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.6"}},
	Looks:   "segments with FIN, whether or not they carry data or acknowledge the other end's FIN",
	Example: opened + "+.5 A>B F. 1:1(0) ack 1 win 64240 | FIN FIN-WAIT-1 ESTABLISHED\n",
	on:      control,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.FIN|wire.SYN|wire.RST) == wire.FIN
	},
}
