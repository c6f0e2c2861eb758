package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var ecnEcho = Spec{
	Name:       "ECN-ECHO",
	Group:      Acknowledgement,
	Definition: "The receiver tells the sender that a packet arrived with a congestion mark.",
	Conditions: []spec.Condition{
		{Text: "the ECE bit is set", Miss: opened + "+.1 A>B . 1:1(0) ack 1"},
		{Text: "SYN and RST are clear: in a SYN the bit negotiates", Miss: "0 A>B SEW 0:0(0)"},
		{Text: "the handshake agreed on classic ECN, or was not captured: in accurate ECN (RFC 9768 §3.2) the bit is part of a counter",
			Miss: "0 A>B SEWe 0:0(0) win 64240 <mss 1460>\n+.010 B>A S.W 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B .E 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 3168, Section: "6.1.3"}},
	Looks:   "segments without SYN",
	Example: withECN + "+.1 A>B .E 1:1(0) ack 1 win 64240 | ACK ECN-ECHO ESTABLISHED ESTABLISHED\n",
	on:      marked,
	match: func(c *Context) bool {
		return !c.NoECN && c.Segment.Flags&(wire.ECE|wire.SYN|wire.RST) == wire.ECE
	},
}
