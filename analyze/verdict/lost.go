package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

var synLost = Spec{
	Name:       "SYN-LOST",
	Definition: "A SYN passed this tap and was lost behind it, or dropped by the server, and a later one was answered.",
	Conditions: []Condition{
		{"the SYN was sent again before any SYN-ACK was captured", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 A>B S 0\n+.001 A>B . 1 ack 1\n"},
		{"a SYN-ACK answered afterwards, without an acceptable RST of the server in between", "0 A>B S 0\n+1 A>B S 0\n"},
		{"no ACK of an older connection answered a SYN (TIME-WAIT-COLLISION)", "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A . =500 ack =77000 <TS val 7 ecr 50>\n" +
			"+.001 A>B R =77000\n+1 A>B S 0 <TS val 1111 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 1017 ecr 1111>\n+.001 A>B . 1 ack 1 <TS val 1122 ecr 1017>\n"},
		{"the SYN-ACK does not echo the timestamp of a SYN before the last", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" +
			"+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1\n"},
	},
	Clauses: []label.Clause{{RFC: 6298, Section: "5"}, {RFC: 7323, Section: "3.2"}},
	RestsOn: "SYNs that this tap saw; likely where the SYN-ACK echoes the timestamp of the last SYN, which a server that had taken an earlier one would not do, " +
		"else possible: the first answer may have been lost. A server with a full queue drops SYNs, too, and nothing on the wire tells that from a loss: possible only " +
		"where two or more in a row were not answered while connections to the same address and port that began before were (a second before the first SYN or later), and " +
		"where a round trip from this tap to the server takes less than 1 ms (heuristics); on a Linux host each SYN dropped so is one more in ListenDrops, " +
		"and in ListenOverflows where the accept queue was full. SYNs lost before the tap leave no trace here",
	Most:    Likely,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.nSyns < 2 || x.nSynAcks == 0 || x.Clues.OldAck != 0 || bothOpened(x) {
			return false
		}
		a := x.synAck(0)
		last := x.answeredSyn(a.Packet)
		if last == nil || last == x.syn(0) || x.rstBetween(x.syn(0).Packet, a.Packet) {
			return false
		}
		e := x.echoed(a)
		if e != nil && e != last {
			return false
		}
		v.Confidence = Possible
		v.add(Item{Why: PassedHere, Packet: x.syn(0).Packet})
		v.add(Item{Why: SynAgain, Packet: last.Packet, Than: x.syn(0).Packet, Value: last.Time - x.syn(0).Time})
		if e != nil {
			v.add(Item{Why: EchoesLater, Packet: a.Packet, Than: e.Packet})
			if !x.maybeDropped(v, last) {
				v.Confidence = Likely
			}
		}
		return true
	},
}

// nearServer is the round trip to the server, in nanoseconds, below which a tap
// is near it: a SYN that was not answered there was hardly lost behind the tap. A
// heuristic.
const nearServer = int64(1e6)

// maybeDropped adds what speaks for a server that dropped the SYNs in front of
// last rather than for a loss, and reports whether anything does.
func (x *context) maybeDropped(v *Verdict, last *analyze.Step) bool {
	if last != x.syn(1) && x.listenerAnswers() {
		v.add(Item{Why: ListenerAnswers})
		return true
	}
	way := x.Opening.RTTServer
	if later := x.FromClient.RTT.Min; later >= 0 && (way < 0 || later < way) {
		way = later
	}
	if way >= 0 && way < nearServer {
		v.add(Item{Why: ServerNear, Packet: last.Packet, Value: way})
		return true
	}
	return false
}

// bothOpened reports whether the server sent a SYN of its own, so that SYNs
// crossed or the handshake was split.
func bothOpened(x *context) bool {
	return x.Opening.Form == analyze.FormSimultaneous || x.Opening.Form == analyze.FormSplit || x.Opening.Outcome == analyze.OpeningSimultaneous
}

var synAckLost = Spec{
	Name:       "SYN-ACK-LOST",
	Definition: "A SYN-ACK did not reach the client, and the handshake went on with a later one.",
	Conditions: []Condition{
		{"one of these: the SYN-ACK was sent again before any ACK of it was captured; or the SYN was sent again behind a SYN-ACK, later than a round trip " +
			"to the client; or the first SYN-ACK captured stands behind a SYN that was sent again and echoes the timestamp of an earlier one",
			"0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{"the handshake became complete", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n"},
		{"in the third case, where round trips to the server were measured, the SYN-ACK came 200 ms (a heuristic) later behind the SYN that it echoes than the " +
			"longest of them explains", slowAnswer},
		{"the ACK that completes it does not echo the timestamp of the first SYN-ACK captured of several", "0 A>B S 0 <TS val 100 ecr 0>\n" +
			"+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n+.040 A>B . 1 ack 1 <TS val 1150 ecr 7>\n"},
	},
	Clauses: []label.Clause{{RFC: 6298, Section: "5"}, {RFC: 7323, Section: "3.2"}},
	RestsOn: "what was sent again, and the echoed timestamps. A SYN-ACK that passed here was lost between the tap and the client; possible where only the server " +
		"sent again and no timestamp tells which SYN-ACK the client took: the ACK may have been lost, before it came here. One that never came here was lost between " +
		"the server and the tap, or was slow",
	Most: Likely,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n" +
		"+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n",
	match: func(x *context, v *Verdict) bool {
		if x.nSyns == 0 || x.nSynAcks == 0 || x.Opening.AckPacket == 0 || bothOpened(x) {
			return false
		}
		first := x.synAck(0)
		if s := x.answeredSyn(first.Packet); s != nil {
			if e := x.echoed(first); e != nil && e != s && !x.slowWay(first.Time-e.Time) {
				v.Confidence = Likely
				v.add(Item{Why: EchoesEarlier, Packet: first.Packet, Than: e.Packet})
				return true
			}
		}
		return synAckNotReached(x, v, first)
	},
}

// slowWay reports whether the longest round trip to the server that was measured
// explains that an answer took so long, in nanoseconds: less than the shortest
// timer is left, so that nobody need have sent anything again.
func (x *context) slowWay(took int64) bool {
	most := x.FromClient.RTT.Max
	return most >= 0 && took < most+slowOpening
}

// synAckNotReached judges a SYN-ACK that passed here.
func synAckNotReached(x *context, v *Verdict, first *analyze.Step) bool {
	n := x.synAcksBefore(x.Opening.AckPacket)
	taken := x.taken()
	if n == 0 || n > 1 && taken == first {
		return false
	}
	for i := range x.nSyns {
		s := x.syn(i)
		if s.Packet > first.Packet && s.Packet < x.Opening.AckPacket && s.Time-first.Time > leastWayToClient(x, n) {
			v.Confidence = Likely
			v.add(Item{Why: SynAckPassed, Packet: first.Packet, Than: s.Packet})
			return true
		}
	}
	if n < 2 {
		return false
	}
	a, why := x.synAck(1), SynAckPassed
	if v.Confidence = Likely; taken == nil {
		// The client may have had it, and its ACK have been lost in front of the tap.
		v.Confidence, why = Possible, SynAckOrAck
	}
	v.add(Item{Why: why, Packet: first.Packet, Than: a.Packet})
	v.add(Item{Why: SynAckAgain, Packet: a.Packet, Than: first.Packet, Value: a.Time - first.Time})
	if taken != nil {
		v.add(Item{Why: AckEchoes, Packet: x.Opening.AckPacket, Than: taken.Packet})
	}
	return true
}

// leastWayToClient returns the shortest round trip to the client, in nanoseconds,
// that fits: as measured, else as if the ACK answered the last of the n SYN-ACKs
// in front of it.
func leastWayToClient(x *context, n int) int64 {
	if _, way := x.trips(); way >= 0 {
		return way
	}
	return x.completed() - x.synAck(n-1).Time
}

var lastAckLost = Spec{
	Name:       "LAST-ACK-LOST",
	Definition: "An ACK that would have completed the handshake did not reach the server, which repeats its SYN-ACK.",
	Conditions: []Condition{
		{"a SYN-ACK was sent again behind the ACK that completes the handshake; or in front of it, and the ACK echoes the timestamp of an earlier one",
			"0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1\n"},
		{"it came later than a round trip to the server behind that ACK, so that it did not cross it; or the ACK came a round trip to the client behind it, where that was measured",
			"0 A>B S 0\n+.010 B>A S. 0 ack 1 id 5\n+.001 A>B . 1 ack 1\n+.005 B>A S. 0 ack 1 id 6\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1\n"},
		{"where the ACK stands in front of it, the server went on afterwards as an open connection", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
	},
	Clauses: []label.Clause{{RFC: 6298, Section: "5"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "the SYN-ACK that was sent again; possible, not likely, where it was sent again more than once behind ACKs, or behind three or more segments of the " +
		"client (a heuristic): then a full accept queue that found room again fits as well; and where no payload of the client stands in front of it: then a server that waits for data (TCP_DEFER_ACCEPT) does. An ACK " +
		"that did not come here was lost between the client and the tap; possible where no other round trip to the client shows that it was not just slow",
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
		if x.Clues.ServerProved == 0 {
			return false
		}
		passed := x.completed()
		way, _ := x.trips()
		for i := range x.nSynAcks {
			a := x.synAck(i)
			if a.Packet < x.Opening.AckPacket || a.Packet > x.Clues.ServerProved || a.Time-passed <= way {
				continue
			}
			v.Confidence = Likely
			third := x.Clues.IgnoredPackets[2]
			if synAcksBehindACK(x) > 1 || third != 0 && third < a.Packet || way < 0 { // not known: it may have crossed the ACK
				v.Confidence = Possible
			}
			why := AckPassed
			if !x.dataBefore(a.Packet) {
				v.Confidence, why = Possible, BareAckPassed
			}
			v.add(Item{Why: why, Packet: x.Opening.AckPacket, Than: a.Packet})
			return true
		}
		return false
	},
}

// dataBefore reports whether payload of the client stands in front of a packet,
// behind a SYN-ACK and in front of what shows that the server is open. It is not
// known of what stands behind more segments than Clues has.
func (x *context) dataBefore(packet uint64) bool {
	n := int(x.Clues.IgnoredData)
	return n > 0 && n <= len(x.Clues.IgnoredPackets) && x.Clues.IgnoredPackets[n-1] < packet
}

// ackNotSeen judges SYN-ACKs that were repeated in front of the first ACK: where
// that echoes one before the last, the client had it, and had acknowledged it.
func ackNotSeen(x *context, v *Verdict) bool {
	n, taken := x.synAcksBefore(x.Opening.AckPacket), x.taken()
	if taken == nil || taken == x.synAck(n-1) {
		return false
	}
	last, way := x.synAck(n-1), x.FromServer.RTT
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
