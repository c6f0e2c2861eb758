package label

import "tcpwatch/analyze/spec"

var duplicatePacket = Spec{
	Name:       "DUPLICATE-PACKET",
	Group:      Sequence,
	Definition: "The same packet was captured before: the network or the capture made a copy of it.",
	Conditions: []spec.Condition{
		{Text: "a packet of this end with the same range, acknowledgement and flags was captured before, or one that was joined of " +
			"several, one of which had them: then its identification is after that one's by as many as stand before it; or it was joined itself, is longer than the other end's MSS allows, and " +
			"such a packet has what it begins with; a RST the same window, too",
			Miss: risingIDs + "+.0001 A>B P. 101:151(50) ack 1 id 13"},
		{Text: "it has the same timestamp, where there are timestamps; and echoes the same one, where there are no identifications",
			Miss: "0 A>B S 0:0(0) <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0:0(0) ack 1 <mss 1460,TS val 7 ecr 100>\n" +
				"+.01 A>B . 1:1(0) ack 1 <TS val 110 ecr 7>\n+.1 A>B P. 1:101(100) ack 1 <TS val 200 ecr 7>\n" +
				"+.00001 A>B P. 1:101(100) ack 1 <TS val 201 ecr 7>"},
		{Text: "it has the same payload, or octets that were joined or cut between two places of capture; or another one where its checksum is wrong: then it was damaged on the way between two taps",
			Miss: risingIDs + "+.0001 A>B P. 101:201(100) ack 1 id 13 otherdata"},
		{Text: "one of these shows that its sender did not send it again: (a) it has the same IP identification, and comes within a second, and where it is a RST, those of other RSTs of its end, or of its segments where it has ACK, were seen to differ, or the other end sent one segment only: each segment for which there is no connection " +
			"is answered by a RST of its own (RFC 9293 §3.10.7.1), and all may have one identification (RFC 6864 §4.1); " +
			"(b) without identifications, it occupies sequence space and comes sooner than half a round trip: its sender cannot have had a reason yet, " +
			"not by what overtook it either, of which three quarters of one count unless a timer has run, or what was sent again after it may have been answered, which makes octets before count as lost too (RFC 8985 §6.2) (a SYN or SYN-ACK within 100 ms, which no timer in use is shorter than; within 0.1 ms where a SYN-ACK may answer a SYN, or be sent by a timer beside one that answers a SYN again, RFC 6298 §5, but not where more SYNs than SYN-ACKs and no copy of either were captured, and the SYN-ACK does not echo the last SYN: SYNs that were held back are answered at one time; heuristics), unless it goes once more through what it has sent again, in order, or repairs without SACK what a partial acknowledgement leaves open (RFC 6582 §3.2); " +
			"(c) without identifications, it occupies sequence space, and its timestamp would have gone on by more than two ticks, had it been sent again (RFC 7323 §5.4); " +
			"(d) without identifications, it is a bare ACK that comes as soon as in (b), of IPv6 and of an end that is not beside the tap, with the same timestamp, echo and window, and without SACK blocks although both ends permitted SACK: " +
			"these would report what it answers (RFC 2018 §4, RFC 2883 §4), unless that may be a SYN-ACK, a FIN, a probe, or a bare segment that came late, not more than two round trips ago (heuristics); " +
			"(e) it is a SYN-ACK that comes within a second, and has the same timestamp, which one that is sent again would not have, or was captured through another interface or with another TTL, as a copy of the SYN was; " +
			"(f) it was not captured before at its place (interface and TTL, which tells routers in between), where packets of this connection are captured at " +
			"several places one after the other: shown by a copy that another of these rules tells or by three in order while the sender went on, and more often since than the other place had new octets (heuristics); " +
			"so also a SYN whose sender has sent an ACK since, and a SYN-ACK whose sender has acknowledged more: they are not sent again then (RFC 9293 §3.10.7.3); " +
			"(g) no copy of it was captured before, and it comes no later than twice as late as copies of its end do, or with octets and after the copy of a later packet that has some than one and a half times as late, or, a RST of an end that sent nothing else, than copies of the other end and within 0.1 ms, " +
			"where more than one packet in four of the connection is a copy and nothing tells the places of capture apart (heuristics)",
			Miss: risingIDs + "+.0001 A>B P. 101:201(100) ack 1 id 14"},
	},
	Clauses:   []spec.Clause{{RFC: 791, Section: "3.1"}, {RFC: 9293, Section: "3.10.7.1"}, {RFC: 6298, Section: "5"}, {RFC: 7323, Section: "3"}, {RFC: 2018, Section: "4"}, {RFC: 2883, Section: "4"}},
	Looks:     "every segment",
	Wireshark: "Wireshark has no word for it: it calls the copies retransmissions and duplicate ACKs",
	Example: risingIDs + "+.0001 A>B P. 101:201(100) ack 1 win 64240 id 13 | " +
		"DATA DUPLICATE-PACKET ESTABLISHED ESTABLISHED\n",
	on: judged,
	match: func(c *Context) bool {
		if c.Sending != Copied {
			return false
		}
		c.Evidence.Add(DuplicatePacket, c.Reason, c.Packet)
		return true
	},
}
