package verdict

import "tcpwatch/analyze/spec"

var lastAckLost = Spec{
	Name:       "LAST-ACK-LOST",
	Definition: "An ACK that would have completed the handshake did not reach the server, which repeats its SYN-ACK.",
	Conditions: []spec.Condition{
		{Text: "a SYN-ACK was sent again after the ACK that completes the handshake; or before it, and the ACK echoes the timestamp of an earlier one",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1\n"},
		{Text: "it came later than a round trip to the server after that ACK, so that it did not cross it; or the ACK came a round trip to the client after it, where that was measured",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1 id 5\n+.001 A>B . 1 ack 1\n+.005 B>A S. 0 ack 1 id 6\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1\n"},
		{Text: "where it stands before the ACK, it came 200 ms (a heuristic: no timer is shorter) after the SYN-ACK that the ACK echoes: else each may answer a SYN",
			Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+.001 A>B S 0 <TS val 1100 ecr 0>\n+.001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 B>A S. 0 ack 1 <TS val 8 ecr 100>\n+.02 A>B . 1 ack 1 <TS val 1131 ecr 7>\n+.01 A>B P. 1:11(10) ack 1 <TS val 1141 ecr 7>\n+.01 B>A . 1 ack 11 <TS val 40 ecr 1141>\n"},
		{Text: "it does not echo a later timestamp than the SYNs have: that ACK, or one that the capture missed, had arrived then, and the server waits for data (TCP_DEFER_ACCEPT) or has no room (RFC 7323 §4.3)",
			Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 111 ecr 7>\n+.8 A>B P. 1:11(10) ack 1 <TS val 911 ecr 7>\n" +
				"+.2 B>A S. 0 ack 1 <TS val 1007 ecr 111>\n+.001 A>B . 11 ack 1 <TS val 1112 ecr 7>\n+.01 B>A . 1 ack 11 <TS val 1020 ecr 911>\n"},
		{Text: "it has the number of a SYN-ACK before: one with another answers the SYN anew",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+1 B>A S. 70000 ack 1\n+.001 A>B . 11 ack 70001\n+.2 B>A . 70001 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 6298, Section: "5"}, {RFC: 7323, Section: "4.3"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "the SYN-ACK that was sent again; possible, not likely, where the ACK stands before it and the server did not go on afterwards as an open connection, where it was sent again more than once after ACKs, or after three or more segments of the " +
		"client (a heuristic), and where ACCEPT-QUEUE-FULL is given: then a full accept queue that found room again fits as well; where it may be the same packet, captured at another interface; and where no payload of the client stands before it: then a server that waits for data (TCP_DEFER_ACCEPT) does. An ACK " +
		"that did not come here was lost between the client and the tap; possible where no other round trip to the client shows that it was not just slow",
	Next: "nothing where it is rare: the handshake mended itself. Else a capture beside the server: if the ACK arrives there, its accept queue may be full (ACCEPT-QUEUE-FULL), or it waits for data (TCP_DEFER_ACCEPT)",
	Most: Likely,
	Example: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n" +
		"+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.AckPacket == 0 || x.nSyns == 0 || bothOpened(x) {
			return false
		}
		if ackNotSeen(x, v) {
			return true
		}
		a := x.again
		if a == nil || x.ackArrived(a) {
			return false
		}
		v.Confidence = Likely
		// If the round trip is unknown, it may have crossed the ACK.
		third, way := x.Clues.IgnoredPackets[2], x.wayToServer()
		if x.Clues.ServerProved == 0 || x.has(AcceptQueueFull) || x.agains > 1 || third != 0 && third < a.Packet || way < 0 || a.Inferred {
			v.Confidence = Possible
		}
		why := AckPassed
		if !x.dataBefore(a.Packet) {
			v.Confidence, why = Possible, BareAckPassed
		}
		v.add(Item{Why: why, Packet: x.Opening.AckPacket, Than: a.Packet})
		return true
	},
}

// dataBefore reports whether payload of the client stands before a packet,
// after a SYN-ACK and before what shows that the server is open. It is not
// known of what stands after more segments than Clues has.
func (x *context) dataBefore(packet uint64) bool {
	n := int(x.Clues.IgnoredData)
	return n > 0 && n <= len(x.Clues.IgnoredPackets) && x.Clues.IgnoredPackets[n-1] < packet
}

// ackNotSeen judges SYN-ACKs that were repeated before the first ACK: if that
// echoes one before the last, the client had received and acknowledged it.
func ackNotSeen(x *context, v *Verdict) bool {
	n, taken := x.synAcksBefore(x.Opening.AckPacket), x.taken()
	if taken == nil || taken == x.synAck(n-1) || x.ackMissed() {
		return false
	}
	last, way := x.synAck(n-1), x.FromServer.RTT
	if last.Time-taken.Time < slowOpening || last.Seq != taken.Seq {
		return false // no timer sent it: each answers a SYN
	}
	if way.Min >= 0 && x.completed()-last.Time < way.Min {
		return false // it was on its way when the last one passed
	}
	v.Confidence = Possible
	if way.Max >= 0 && way.Max < last.Time-taken.Time {
		v.Confidence = Likely
	}
	v.add(Item{Why: AckEchoes, Packet: x.Opening.AckPacket, Than: taken.Packet})
	v.add(Item{Why: SynAckAgain, Packet: last.Packet, Than: taken.Packet, Value: last.Time - taken.Time})
	v.add(Item{Why: AckBefore})
	return true
}
