package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var zeroWindow = Spec{
	Name:       "ZERO-WINDOW",
	Group:      Window,
	Definition: "The sender has no room for more data: the other end must stop.",
	Conditions: []spec.Condition{
		{Text: "the window field is 0", Miss: opened + "+.1 A>B . 1:1(0) ack 1 win 1"},
		{Text: "SYN, FIN and RST are clear", Miss: opened + "+.1 A>B F. 1:1(0) ack 1 win 0"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.6"}},
	Looks:   "segments without SYN, FIN and RST",
	Example: "0 A>B S 0:0(0) win 100\n+.010 B>A S. 0:0(0) ack 1 win 65160\n+.001 A>B . 1:1(0) ack 1 win 100\n" +
		"+.1 B>A P. 1:101(100) ack 1 win 65160\n+.1 A>B . 1:1(0) ack 101 win 0 | ACK ZERO-WINDOW ESTABLISHED ESTABLISHED\n",
	on: noRoom,
	match: func(c *Context) bool {
		return c.Segment.Window == 0 && c.Segment.Flags&(wire.SYN|wire.FIN|wire.RST) == 0
	},
}
