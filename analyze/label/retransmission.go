package label

import "tcpwatch/analyze/spec"

var retransmission = Spec{
	Name:       "RETRANSMISSION",
	Group:      Sequence,
	Definition: "The sender sends again what it had sent before.",
	Conditions: []spec.Condition{
		{Text: "the segment occupies sequence space: payload, SYN or FIN", Miss: opened + "+.1 A>B P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 1"},
		{Text: "one of these: (a) octets of it, or its SYN or FIN, had been captured from this end; or (b) it fills octets that were " +
			"skipped and was sent after the first segment captured after them (its IP identification is higher, or its " +
			"timestamp later, or without timestamps it acknowledges more, else it comes no sooner than three quarters of a round trip after that segment, or, if that has no octets, after what was sent before the gap, or than a timer runs after that, where nothing else calls for it: see OUT-OF-ORDER); or (c) inferred, " +
			"nothing was captured for 150 ms but what the other end sent again and this does not answer, and identifications of " +
			"this end that rise one by one, with a TTL of 33 to 64, have jumped (heuristics: a timer ran, and what it repeats was lost before this tap), unless it acknowledges what the other end " +
			"did not send again although its timer must have run (three round trips, or one and 200 ms, and half as long again, 1 s at the most), or echoes a timestamp that was not captured, " +
			"so that packets had arrived which the capture missed, or one packet did not pass and more octets were queued behind these, which have no PSH (RFC 9293 §3.9.1.2), or it has this end's first octets while the SYN-ACKs of the other that came again explain the jump; or (d) inferred, nothing was captured for two round trips, it has PSH or FIN, acknowledges nothing new, stands after a gap of whole segments, or is a FIN alone and comes no later than four round trips and 20 ms, " +
			"and one packet more than fill the gap was missed (heuristics: a tail loss probe, RFC 8985 §7.3, of a tail that was lost before this tap)",
			Miss: risingIDs + "+.1 A>B P. 301:401(100) ack 1 id 15\n+.001 A>B P. 201:301(100) ack 1 id 14"},
		{Text: "it is not a DUPLICATE-PACKET or OUT-OF-ORDER, nor new octets that were joined to such a copy", Miss: risingIDs + "+.0001 A>B P. 101:201(100) ack 1 id 13"},
		{Text: "it is not a RST", Miss: opened + "+.1 A>B P. 1:101(100) ack 1\n+.1 A>B R. 1:101(100) ack 1"},
		{Text: "it is not a KEEP-ALIVE or ZERO-WINDOW-PROBE, nor begins with the octet that one tried, unless that is all it has", Miss: opened + "+60 A>B . 0:1(1) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.1"}, {RFC: 6298, Section: "5"}, {RFC: 8985, Section: "7.3"}},
	Looks:   "segments that occupy sequence space",
	Wireshark: "Wireshark decides between retransmission and reordering by time alone, and takes every copy of a " +
		"packet for a retransmission; whether it is spurious or fast is another question than whether it is one",
	Example: opened + "+.1 A>B P. 1:101(100) ack 1 win 64240\n+.2 A>B P. 1:101(100) ack 1 win 64240 | DATA RETRANSMISSION ESTABLISHED ESTABLISHED\n",
	on:      judged,
	match: func(c *Context) bool {
		if c.Sending != Again || c.Set.Has(KeepAlive) || c.Set.Has(ZeroWindowProbe) {
			return false
		}
		c.Evidence.Add(Retransmission, c.Reason, c.Packet)
		return true
	},
}
