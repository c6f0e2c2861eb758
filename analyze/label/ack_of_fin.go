package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var ackOfFin = Spec{
	Name:       "ACK-OF-FIN",
	Group:      Phase,
	Definition: "The segment acknowledges the other end's FIN.",
	Conditions: []spec.Condition{
		{Text: "the ACK bit is set and SYN, FIN and RST are clear", Miss: opened + "+.5 A>B F. 1:1(0) ack 1\n+.01 B>A F. 1:1(0) ack 2"},
		{Text: "the other end sent a FIN, for the first time or again, since the last segment that acknowledged it",
			Miss: opened + "+.5 A>B F. 1:1(0) ack 1\n+.01 B>A . 1:1(0) ack 2\n+.01 B>A . 1:1(0) ack 2"},
		{Text: "the acknowledgement number covers the FIN", Miss: opened + "+.5 A>B F. 1:1(0) ack 1\n+.01 B>A . 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.6"}},
	Looks:   "segments with ACK, with or without data",
	Example: opened + "+.5 A>B F. 1:1(0) ack 1 win 64240\n+.01 B>A . 1:1(0) ack 2 win 65160 | ACK-OF-FIN FIN-WAIT-2 CLOSE-WAIT\n",
	on:      answers,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK && c.Facts.AnswersFIN
	},
}
