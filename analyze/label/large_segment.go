package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var largeSegment = Spec{
	Name:       "LARGE-SEGMENT",
	Group:      Whole,
	Definition: "The segment is larger than any that can be on the wire: it was captured before the NIC cut it, or after segments were merged.",
	Conditions: []spec.Condition{
		{Text: "the SYN or SYN-ACK of the other end was captured", Miss: "0 A>B P. 1:3001(3000) ack 1"},
		{Text: "the payload is longer than the MSS that the other end announced, or 536 octets (IPv6: 1,220) if it announced none",
			Miss: opened + "+.1 A>B P. 1:1461(1460) ack 1"},
		{Text: "RST is clear", Miss: opened + "+.1 A>B R. 1:2921(2920) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.7.1"}},
	Looks:   "segments with payload",
	Example: opened + "+.1 A>B P. 1:2921(2920) ack 1 win 64240 | DATA LARGE-SEGMENT ESTABLISHED ESTABLISHED\n",
	on:      oversize,
	match: func(c *Context) bool {
		return c.Facts.Receiver.MSS != 0 && c.Segment.Len > uint32(c.Facts.Receiver.MSS) && c.Segment.Flags&wire.RST == 0
	},
}
