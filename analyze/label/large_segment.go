package label

import "tcpwatch/capture/wire"

var largeSegment = Spec{
	Name:       "LARGE-SEGMENT",
	Group:      Whole,
	Definition: "The segment is larger than any that can be on the wire: it was captured before the NIC cut it, or after segments were merged.",
	Conditions: []Condition{
		{"the SYN or SYN-ACK of the other end was captured", "0 A>B P. 1:3001(3000) ack 1"},
		{"the payload is longer than the MSS that the other end announced, or 536 octets (IPv6: 1,220) if it announced none",
			opened + "+.1 A>B P. 1:1461(1460) ack 1"},
		{"RST is clear", opened + "+.1 A>B R. 1:2921(2920) ack 1"},
	},
	Clauses: []Clause{{9293, "3.7.1"}},
	Looks:   "segments with payload",
	Example: opened + "+.1 A>B P. 1:2921(2920) ack 1 win 64240 | DATA LARGE-SEGMENT ESTABLISHED ESTABLISHED\n",
	on:      oversize,
	match: func(c *Context) bool {
		return c.Facts.Receiver.MSS != 0 && c.Segment.Len > uint32(c.Facts.Receiver.MSS) && c.Segment.Flags&wire.RST == 0
	},
}
