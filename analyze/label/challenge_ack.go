package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var challengeAck = Spec{
	Name:       "CHALLENGE-ACK",
	Group:      Acknowledgement,
	Definition: "The segment answers a SYN or RST that its sender did not believe: a peer that has no such connection will answer with an exact RST.",
	Conditions: []spec.Condition{
		{Text: "the segment carries no payload, and SYN, FIN and RST are clear", Miss: opened + "+.1 A>B R. 1001:1001(0) ack 1\n+.01 B>A P. 1:2(1) ack 1"},
		{Text: "the other end's last segment was a SYN inside the connection's sequence space, or its first SYN again when the connection was open, or a RST that RFC 5961 does not accept, or may only because segments were missed",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1:1(0) ack 11"},
		{Text: "such a RST does not lie before what this end has acknowledged: that is dropped in silence",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1:1(0) ack 11\n+.1 A>B R 5:5(0)\n+.01 B>A . 1:1(0) ack 11"},
		{Text: "it acknowledges no more than had been acknowledged before", Miss: opened + "+.1 A>B P. 1:11(10) ack 1\n+.1 A>B R. 1001:1001(0) ack 1\n+.01 B>A . 1:1(0) ack 11"},
	},
	Clauses: []spec.Clause{{RFC: 5961, Section: "3.2"}, {RFC: 5961, Section: "4.2"}, {RFC: 9293, Section: "3.10.7.4"}},
	Looks:   "segments without payload",
	Example: opened + "+.1 A>B R. 1001:1001(0) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 1 win 65160 | ACK CHALLENGE-ACK ESTABLISHED? ESTABLISHED\n",
	on:      asked,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return x.Receiver.Probed == flow.Doubted && s.Len == 0 && s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK &&
			x.Sender.Is(flow.SentACK) && s.Ack == x.Sender.Ack
	},
}
