package label

import "tcpwatch/analyze/spec"

var differentContent = Spec{
	Name:       "DIFFERENT-CONTENT",
	Group:      Whole,
	Definition: "Octets were sent again with other content than before: one of the two segments is damaged or forged.",
	Conditions: []spec.Condition{
		{Text: "the segment carries payload, and a segment of this end with the same range is remembered",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1\n+.1 A>B P. 11:21(10) ack 1"},
		{Text: "the sums of both payloads are known (from the octets, or from the checksum where the capture cut them off) and differ",
			Miss: opened + "+.1 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.1"}},
	Looks:   "segments with payload",
	Example: opened + "+.1 A>B P. 1:11(10) ack 1 win 64240\n" +
		"+.3 A>B P. 1:11(10) ack 1 win 64240 otherdata | DATA RETRANSMISSION DIFFERENT-CONTENT ESTABLISHED ESTABLISHED\n",
	on:    differing,
	match: func(c *Context) bool { return c.Facts.Differs },
}
