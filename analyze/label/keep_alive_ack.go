package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var keepAliveAck = Spec{
	Name:       "KEEP-ALIVE-ACK",
	Group:      Acknowledgement,
	Definition: "The segment answers a keep-alive: the other end is still there.",
	Conditions: []spec.Condition{
		{Text: "the other end's last segment was a KEEP-ALIVE", Miss: opened + "+1 B>A . 1:1(0) ack 1"},
		{Text: "it is no KEEP-ALIVE itself", Miss: opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 0:0(0) ack 1"},
		{Text: "the other end's was not answered before",
			Miss: opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 1:1(0) ack 1\n+60 B>A . 0:0(0) ack 1"},
		{Text: "the segment carries no payload, and SYN, FIN and RST are clear", Miss: opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A P. 1:2(1) ack 1"},
		{Text: "it acknowledges what this end had acknowledged before", Miss: opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 1:1(0) ack 0"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.4"}},
	Looks:   "segments without payload",
	Example: opened + "+60 A>B . 0:0(0) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 1 win 65160 | ACK KEEP-ALIVE-ACK ESTABLISHED ESTABLISHED\n",
	on:      asked,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return !c.Set.Has(KeepAlive) && x.Receiver.Probed.KeepAlive() && s.Len == 0 && x.Sender.Is(flow.SentACK) && s.Ack == x.Sender.Ack &&
			s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK
	},
}
