package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var oldTimestamp = Spec{
	Name:       "OLD-TIMESTAMP",
	Group:      Whole,
	Definition: "The segment brings new octets with a timestamp older than one that arrived before: PAWS makes the receiver drop it.",
	Conditions: []spec.Condition{
		{Text: "it has a timestamp and RST is clear", Miss: stamped + "+.1 A>B P. 1:11(10) ack 1"},
		{Text: "its sequence number is the next one of its sender, or after", Miss: stamped + "+.1 A>B P. 1:11(10) ack 1 <TS val 200 ecr 7>\n+.1 A>B P. 1:11(10) ack 1 <TS val 150 ecr 7>"},
		{Text: "it carries payload", Miss: stamped + "+.1 A>B . 1:1(0) ack 1 <TS val 50 ecr 7>"},
		{Text: "all that this end sent before is acknowledged: what lies after a gap does not count yet (RFC 7323 §4.3)",
			Miss: stamped + "+.1 A>B P. 1:11(10) ack 1 <TS val 200 ecr 7>\n+.001 A>B P. 11:21(10) ack 1 <TS val 150 ecr 7>"},
		{Text: "its timestamp is earlier than the latest that this end sent", Miss: stamped + "+.1 A>B P. 1:11(10) ack 1 <TS val 110 ecr 7>"},
	},
	Clauses: []spec.Clause{{RFC: 7323, Section: "5.3"}},
	Looks:   "segments with payload and timestamps",
	Example: stamped + "+.1 A>B P. 1:11(10) ack 1 win 64240 <TS val 50 ecr 7> | DATA OLD-TIMESTAMP ESTABLISHED ESTABLISHED\n",
	on:      earlier,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return x.Mark.HasTS && x.Sender.HasTS && s.Len > 0 && !s.Flags.Any(wire.SYN|wire.RST) && x.SeqDelta >= 0 && x.AllAcked() &&
			int32(s.Options.TSVal-x.Sender.TSVal) < 0
	},
}
