package label

import "tcpwatch/capture/wire"

var retransmission = Spec{
	Name:       "RETRANSMISSION",
	Group:      Sequence,
	Definition: "The sender sends again what it had sent before.",
	Conditions: []Condition{
		{"the segment occupies sequence space: payload, SYN or FIN", opened + "+.1 A>B P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 1"},
		{"its first octet, or its SYN or FIN, had been captured from this end", opened + "+.1 A>B P. 1:101(100) ack 1\n+.1 A>B P. 101:201(100) ack 1"},
		{"it is not a RST", opened + "+.1 A>B P. 1:101(100) ack 1\n+.1 A>B R. 1:101(100) ack 1"},
		{"it is not a KEEP-ALIVE", opened + "+60 A>B . 0:1(1) ack 1"},
	},
	Clauses: []Clause{{9293, "3.8.1"}, {6298, "5"}},
	Looks:   "segments that occupy sequence space",
	Example: opened + "+.1 A>B P. 1:101(100) ack 1 win 64240\n+.2 A>B P. 1:101(100) ack 1 win 64240 | DATA RETRANSMISSION ESTABLISHED ESTABLISHED\n",
	match: func(c *Context) bool {
		f := c.Facts
		if c.Segment.Flags.Has(wire.RST) || c.Set.Has(KeepAlive) || c.Segment.SeqLen() == 0 || !f.Cover.FirstOld {
			return false
		}
		switch {
		case f.RepeatsSYN:
			c.Evidence.Add(Retransmission, SynSeen, 0)
		case f.RepeatsFIN && c.Segment.Len == 0:
			c.Evidence.Add(Retransmission, FinSeen, 0)
		case f.Cover.Fresh > 0:
			c.Evidence.Add(Retransmission, SomeSeen, 0)
		default:
			c.Evidence.Add(Retransmission, BytesSeen, 0)
		}
		return true
	},
}
