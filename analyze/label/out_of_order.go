package label

import "tcpwatch/analyze/spec"

var outOfOrder = Spec{
	Name:       "OUT-OF-ORDER",
	Group:      Sequence,
	Definition: "The segment was sent once and overtaken on the way by segments that were sent after it.",
	Conditions: []spec.Condition{
		{Text: "it fills octets that were skipped, none of which had been captured, or was sent before all that were captured with its octets, or is a SYN or SYN-ACK that was captured before, whichever of the two was sent first",
			Miss: opened + "+.1 A>B P. 1:101(100) ack 1 id 11\n+.0001 A>B P. 101:201(100) ack 1 id 12"},
		{Text: "it was sent before the first segment captured after the gap, as the first of these that can tell shows: (a) its IP identification is lower, " +
			"where this end's identifications rise; (b) its timestamp is earlier, or the same while a round trip, or the time since that segment, is longer than two ticks of that clock (a heuristic: a repair is sent after that segment arrived); (c) without timestamps, it acknowledges less, which an end never does again, and comes less than a second after (RFC 6298 §2.4: later it may be sent again as it was queued, RFC 9293 §3.10.8); or as much as the latest packet of its end and offers less room, which an end should not take back (RFC 9293 §3.8.6), as soon; (d) it comes sooner than " +
			"three quarters of a round trip after that segment, or, if that has no octets, after those before the gap, or after a segment without octets whose number is where the gap begins (that is what is sent next, RFC 9293 §3.10.7.4; a heuristic: no answer can have been back), or then, where nothing can have reported it lost, nothing before it is repaired, and both SYNs were captured (answers to octets may be delayed, RFC 9293 §3.8.6.3: without the SYNs the round trip may be too long), " +
			"sooner after these than a timer runs: seven quarters of a round trip (a probe takes two, RFC 8985 §7.2), or one and 150 ms if that is less (a heuristic: the shortest timeout in use is a round trip and 200 ms); " +
			"or (e) it is a SYN or SYN-ACK that came before, not more than two minutes ago (the maximum segment lifetime, RFC 9293 §3.4.2), and its sender had left opening before it (after a SYN it had sent an ACK, after a SYN-ACK it had " +
			"acknowledged more), sent no RST and got none, and neither its identification nor its timestamp shows that it was sent again: " +
			"it is not sent again then (RFC 9293 §3.10.7.3)",
			Miss: risingIDs + "+.1 A>B P. 301:401(100) ack 1 id 14\n+.001 A>B P. 201:301(100) ack 1 id 15"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.4"}, {RFC: 5681, Section: "3.2"}, {RFC: 8985, Section: "7.2"}},
	Looks:   "segments that occupy sequence space",
	Wireshark: "Wireshark goes by time alone, and takes a repaired loss for reordering where it comes sooner " +
		"than the handshake's round trip",
	Example: risingIDs + "+.1 A>B P. 301:401(100) ack 1 win 64240 id 15\n" +
		"+.001 A>B P. 201:301(100) ack 1 win 64240 id 14 | DATA OUT-OF-ORDER ESTABLISHED ESTABLISHED\n",
	on: judged,
	match: func(c *Context) bool {
		if c.Sending != Overtaken {
			return false
		}
		c.Evidence.Add(OutOfOrder, c.Reason, c.Packet)
		return true
	},
}
