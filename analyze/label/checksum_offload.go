package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var checksumOffload = Spec{
	Name:       "CHECKSUM-OFFLOAD",
	Group:      Whole,
	Definition: "The TCP checksum is left to the sending NIC, after this tap: it says nothing.",
	Conditions: []spec.Condition{
		{Text: "the checksum is the sum of the pseudo-header alone, or wrong where wrong ones of this end have been acknowledged",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1 badsum"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.1"}},
	Looks:   "segments that were captured whole",
	Example: opened + "+.1 A>B P. 1:11(10) ack 1 win 64240 badsum\n+.01 B>A . 1:1(0) ack 11 win 65160\n" +
		"+.1 A>B P. 11:21(10) ack 1 win 64240 badsum | DATA CHECKSUM-OFFLOAD ESTABLISHED ESTABLISHED\n",
	on: wrongSum,
	match: func(c *Context) bool {
		s := c.Segment
		return s.Checksum == wire.ChecksumPartial || s.Checksum == wire.ChecksumBad && c.Facts.Sender.Offloads
	},
}
