package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var ackUnseen = Spec{
	Name:       "ACK-UNSEEN",
	Group:      Acknowledgement,
	Definition: "The segment acknowledges octets, or a FIN, that had not been captured until then: the capture missed them, or has them later; they were not lost.",
	Conditions: []spec.Condition{
		{Text: "SYN and RST are clear and ACK is set", Miss: opened + "+.1 A>B R. 1:1(0) ack 500"},
		{Text: "it acknowledges more than this end had acknowledged before", Miss: opened + "+.1 B>A P. 101:201(100) ack 1\n+.1 A>B . 1:1(0) ack 1"},
		{Text: "among what is new there are numbers of the other end that had not been captured until then", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 101"},
	},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.4"}},
	Looks:     "segments with ACK",
	Wireshark: "Wireshark's \"ACKed unseen segment\" asks only for the end of the range",
	Example:   opened + "+.1 B>A P. 101:201(100) ack 1 win 65160\n+.1 A>B . 1:1(0) ack 201 win 64240 | ACK ACK-UNSEEN ESTABLISHED ESTABLISHED\n",
	on:        unseenACK,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.ACK|wire.SYN|wire.RST) == wire.ACK && c.Facts.AcksUnseen
	},
}
