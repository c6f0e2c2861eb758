package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var zeroWindowProbeAck = Spec{
	Name:       "ZERO-WINDOW-PROBE-ACK",
	Group:      Acknowledgement,
	Definition: "The receiver answers a zero-window probe: it has no room yet.",
	Conditions: []spec.Condition{
		{Text: "the other end's last segment was a ZERO-WINDOW-PROBE", Miss: stopped + "+.1 B>A . 1:1(0) ack 1001 win 0"},
		{Text: "the segment carries no payload, and SYN, FIN and RST are clear", Miss: stopped + "+.2 A>B . 1000:1000(0) ack 1\n+.01 B>A P. 1:2(1) ack 1001 win 0"},
		{Text: "its window is 0", Miss: stopped + "+.2 A>B . 1000:1000(0) ack 1\n+.01 B>A . 1:1(0) ack 1001 win 1000"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.6.1"}},
	Looks:   "segments without payload",
	Example: stopped + "+.2 A>B . 1000:1000(0) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 1001 win 0 | ACK ZERO-WINDOW-PROBE-ACK ZERO-WINDOW ESTABLISHED ESTABLISHED\n",
	on:      asked,
	match: func(c *Context) bool {
		s := c.Segment
		return c.Facts.Receiver.Probed.ZeroWindow() && s.Len == 0 && s.Window == 0 &&
			s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK
	},
}
