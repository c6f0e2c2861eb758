package label

import "tcpwatch/analyze/spec"

var missingSegment = Spec{
	Name:       "MISSING-SEGMENT",
	Group:      Sequence,
	Definition: "The segment leaves a gap: octets before it were sent and have not been captured so far.",
	Conditions: []spec.Condition{
		{Text: "a segment of this end was captured before", Miss: "0 A>B P. 101:201(100) ack 1"},
		{Text: "its sequence number is above the one expected next from this end", Miss: opened + "+.1 A>B P. 1:101(100) ack 1"},
		{Text: "it is not a RST or a SYN", Miss: opened + "+.1 A>B R. 101:101(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.4"}},
	Looks:   "every segment",
	Wireshark: "Wireshark calls this \"previous segment not captured\"; whether the octets were lost in the " +
		"network, overtaken, or missed by the capture shows only later",
	Example: opened + "+.1 A>B P. 101:201(100) ack 1 win 64240 | DATA MISSING-SEGMENT ESTABLISHED ESTABLISHED\n",
	on:      judged,
	match: func(c *Context) bool {
		// A tail loss probe may follow a gap of its own.
		if c.Sending != Gap && (c.Sending != Again || c.Facts.Cover.Gap == 0) {
			return false
		}
		c.Evidence.Add(MissingSegment, GapInFront, 0)
		return true
	},
}
