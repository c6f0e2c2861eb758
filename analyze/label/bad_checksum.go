package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var badChecksum = Spec{
	Name:       "BAD-CHECKSUM",
	Group:      Whole,
	Definition: "The TCP checksum is wrong: the receiver will drop the segment.",
	Conditions: []spec.Condition{
		{Text: "the whole segment was captured and its checksum is wrong", Miss: opened + "+.1 A>B P. 1:11(10) ack 1"},
		{Text: "it is not merely left to the sending NIC: nothing that this end first sent with a wrong checksum has been acknowledged, or two in a row were right since (a single one may be by chance)",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1 badsum\n+.01 B>A . 1:1(0) ack 11\n+.1 A>B P. 11:21(10) ack 1 badsum"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.1"}},
	Looks:   "segments that were captured whole",
	Example: opened + "+.1 A>B P. 1:11(10) ack 1 win 64240 badsum | DATA BAD-CHECKSUM ESTABLISHED ESTABLISHED\n",
	on:      wrongSum,
	match: func(c *Context) bool {
		return c.Segment.Checksum == wire.ChecksumBad && !c.Facts.Sender.Offloads
	},
}
