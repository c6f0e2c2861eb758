package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

var keepAliveAck = Spec{
	Name:       "KEEP-ALIVE-ACK",
	Group:      Acknowledgement,
	Definition: "The segment answers a keep-alive: the other end is still there.",
	Conditions: []Condition{
		{"the other end's last segment was a KEEP-ALIVE", opened + "+1 B>A . 1:1(0) ack 1"},
		{"it is no KEEP-ALIVE itself", opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 0:0(0) ack 1"},
		{"the other end's was not answered before",
			opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 1:1(0) ack 1\n+60 B>A . 0:0(0) ack 1"},
		{"the segment carries no payload, and SYN, FIN and RST are clear", opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A P. 1:2(1) ack 1"},
		{"it acknowledges what this end had acknowledged before", opened + "+60 A>B . 0:0(0) ack 1\n+.01 B>A . 1:1(0) ack 0"},
	},
	Clauses: []Clause{{9293, "3.8.4"}},
	Looks:   "segments without payload",
	Example: opened + "+60 A>B . 0:0(0) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 1 win 65160 | ACK KEEP-ALIVE-ACK ESTABLISHED ESTABLISHED\n",
	on:      asked,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return !c.Set.Has(KeepAlive) && x.Receiver.Probed.KeepAlive() && s.Len == 0 && x.Sender.Is(flow.SentACK) && s.Ack == x.Sender.Ack &&
			s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK
	},
}
