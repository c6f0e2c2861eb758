package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var cwr = Spec{
	Name:       "CWR",
	Group:      Acknowledgement,
	Definition: "The sender says that it has slowed down, in answer to an ECN-ECHO or because of a loss.",
	Conditions: []spec.Condition{
		{Text: "the CWR bit is set", Miss: opened + "+.1 A>B . 1:1(0) ack 1"},
		{Text: "SYN and RST are clear: in a SYN the bit negotiates", Miss: "0 A>B SEW 0:0(0)"},
		{Text: "the handshake agreed on classic ECN, or was not captured: in accurate ECN (RFC 9768 §3.2) the bit is part of a counter",
			Miss: "0 A>B SEWe 0:0(0) win 64240 <mss 1460>\n+.010 B>A S.W 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B .W 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 3168, Section: "6.1.2"}},
	Looks:   "segments without SYN",
	Example: withECN + "+.1 A>B P.W 1:11(10) ack 1 win 64240 | DATA CWR ESTABLISHED ESTABLISHED\n",
	on:      marked,
	match: func(c *Context) bool {
		return !c.NoECN && c.Segment.Flags&(wire.CWR|wire.SYN|wire.RST) == wire.CWR
	},
}
