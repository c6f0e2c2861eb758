package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var synAckLost = Spec{
	Name:       "SYN-ACK-LOST",
	Definition: "A SYN-ACK did not reach the client: the handshake went on with a later one, or the client goes on sending its SYN.",
	Conditions: []spec.Condition{
		{Text: "one of these: (a) the SYN-ACK was sent again before any ACK of it was captured; or (b) the SYN was sent again after a SYN-ACK, later than a round trip " +
			"to the client; or (c) the first SYN-ACK captured stands after a SYN that was sent again and echoes the timestamp of an earlier one; or (d) the server answered a SYN " +
			"with a bare ACK, with the number after that of its SYN-ACK, before the first SYN-ACK captured: as an end in SYN-RECEIVED does (RFC 9293 §3.10.7.4)",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "the handshake became complete; or nothing else of either end came, and the client sent its SYN again at least twice after the first SYN-ACK, 200 ms apart and the last time two seconds later or more (heuristics: no timer is shorter, and hardly a path as long)", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.5 A>B S 0\n"},
		{Text: "in case (c) the SYN-ACK came 200 ms (a heuristic: no timer is shorter) after the SYN that it echoes, and, where round trips to the server were measured, later than the " +
			"longest of them explains", Miss: slowAnswer},
		{Text: "in case (c) the SYNs were not all answered at one moment, within 200 ms and later after the last than two of the longest round trips to the server, or 200 ms where none was measured (heuristics): then the first answer was late",
			Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.3 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1401 ecr 7>\n+.001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n"},
		{Text: "of SYN-ACKs with different ISNs, the ACK that completes it does not acknowledge the first captured: that one had arrived (RFC 9293 §3.10.7.3)",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.3 B>A S. 70000 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "the ACK that completes it does not echo the timestamp of the first SYN-ACK captured of several", Miss: "0 A>B S 0 <TS val 100 ecr 0>\n" +
			"+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n+.040 A>B . 1 ack 1 <TS val 1150 ecr 7>\n"},
		{Text: "every SYN-ACK before that ACK acknowledges the SYN: one that does not is not taken where it comes, but reset (RFC 9293 §3.10.7.3)",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 5000\n+.001 A>B R 5000\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "the client did not acknowledge each SYN-ACK captured: an open end answers one that comes again (RFC 9293 §3.10.7.4)",
			Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.5 A>B . 1 ack 1\n+.5 A>B . 1 ack 1\n"},
		{Text: "no SYN-ACK before that ACK echoes a later timestamp than the SYNs have: an ACK, or a SYN, that the capture missed had arrived (RFC 7323 §4.3)",
			Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 111>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n"},
		{Text: "where only the server sent again, and no timestamp tells which the client took, it did so 200 ms later or more (a heuristic), or oftener than SYNs, and a copy of one, had passed: else each answers a SYN",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.1 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.1 A>B . 1 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 6298, Section: "5"}, {RFC: 7323, Section: "3.2"}, {RFC: 7323, Section: "4.3"}, {RFC: 9293, Section: "3.10.7.3"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "what was sent again, and the echoed timestamps. A SYN-ACK that passed here was lost between the tap and the client; possible where only the server " +
		"sent again and no timestamp tells which SYN-ACK the client took: the ACK may have been lost, before it came here; where the one that the ACK acknowledges has another ISN and came within 200 ms (a heuristic): it may have overtaken the first; where every SYN was answered within 1 ms (a heuristic), soon after the last: a path that held back all of them looks the same; and where what was sent again may be the same packet, captured at another interface. One that never came here was lost between " +
		"the server and the tap, or was slow. Where the client goes on sending its SYN, the client, or a filter of its host, may have dropped what came, or the SYNs were sent by another host in its name",
	Next: "a capture beside the client: if the SYN-ACK arrives there, the client or a filter of its host dropped it, else the path did",
	Most: Likely,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n" +
		"+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n",
	match: func(x *context, v *Verdict) bool {
		if x.nSyns == 0 || x.nSynAcks == 0 || x.answeredWrongly() || bothOpened(x) {
			return false
		}
		first := x.synAck(0)
		if x.Opening.AckPacket == 0 {
			return synAcksIgnored(x, v, first)
		}
		if s := x.answeredSyn(first.Packet); s != nil {
			if e := x.echoed(first); e != nil && e != s && !x.slowWay(first.Time-e.Time) && !x.answeredTogether() {
				v.Confidence = Likely
				if x.answeredAtOnce() {
					v.Confidence = Possible // a path that held back all SYNs looks the same
				}
				v.add(Item{Why: EchoesEarlier, Packet: first.Packet, Than: e.Packet})
				return true
			}
		}
		if s := x.bareAnswer(first); s != nil {
			v.Confidence = Likely
			v.add(Item{Why: AnswersBare, Packet: s.Packet, Than: first.Packet})
			return true
		}
		return synAckNotReached(x, v, first)
	},
}

// synAcksIgnored judges a handshake that did not become complete: a client that is answered goes on
// (RFC 9293 §3.10.7.3, fourth), rather than to send its SYN again.
func synAcksIgnored(x *context, v *Verdict, first *analyze.Step) bool {
	if x.Opening.Outcome != analyze.OpeningHalfOpen || x.has(Unreachable) {
		return false
	}
	var last *analyze.Step
	n := 0
	for i := range x.nSyns {
		if s := x.syn(i); s.Packet > first.Packet && (last == nil || s.Time-last.Time >= slowOpening) { // else it may be the same, captured elsewhere
			last = s
			n++
		}
	}
	if n < 2 || last.Time-first.Time < slowestPath {
		return false
	}
	v.Confidence = Likely
	v.add(Item{Why: SynAckNotTaken, Packet: first.Packet, Than: last.Packet, Value: last.Time - first.Time})
	return true
}

// slowestPath is longer than a round trip to any client, in nanoseconds: by satellite it takes
// half a second, and a queue adds to that. A heuristic.
const slowestPath = int64(2e9)

// answeredWrongly reports whether a SYN-ACK before the ACK that completes the handshake, or any
// where none does, acknowledges something other than the SYN. One after that does not matter.
func (x *context) answeredWrongly() bool {
	n := x.nSynAcks
	if x.Opening.AckPacket != 0 {
		n = x.synAcksBefore(x.Opening.AckPacket)
	}
	for i := range n {
		a := x.synAck(i)
		if s := x.answeredSyn(a.Packet); s != nil && (!a.Ack.After(s.Seq) || a.Ack.After(s.Seq.Add(1+s.Len))) {
			return true
		}
	}
	return false
}

// slowWay reports whether the longest measured round trip to the server, if any,
// explains that an answer took took nanoseconds: the rest is less than the shortest
// timer, so that nothing need have been sent again.
func (x *context) slowWay(took int64) bool {
	return took < max(x.FromClient.RTT.Max, 0)+slowOpening
}

// synAckNotReached judges a SYN-ACK that passed here.
func synAckNotReached(x *context, v *Verdict, first *analyze.Step) bool {
	n := x.synAcksBefore(x.Opening.AckPacket)
	taken, between := x.taken(), x.Opening.LostSynAck == first.Packet
	if n == 0 || n > 1 && taken == first || x.eachTaken() || x.ackMissed() {
		return false
	}
	for i := range x.nSyns {
		s := x.syn(i)
		if s.Packet > first.Packet && s.Packet < x.Opening.AckPacket && s.Time-first.Time > leastWayToClient(x, n) {
			v.Confidence = Likely
			switch {
			case between:
				v.add(Item{Why: SynAckLostBetween, Packet: first.Packet})
				return true
			case s.Inferred:
				v.Confidence = Possible // it may be the same packet, captured elsewhere
			}
			v.add(Item{Why: SynAckPassed, Packet: first.Packet, Than: s.Packet})
			return true
		}
	}
	if n < 2 || taken == nil && x.ownAnswers(x.Opening.AckPacket) == n && n <= x.asked() {
		return false
	}
	a, why := x.synAck(1), SynAckPassed
	switch v.Confidence = Likely; {
	case between:
		why = SynAckLostBetween
	case taken == nil:
		// The client may have received it, and its ACK may have been lost before
		// the tap.
		v.Confidence, why = Possible, SynAckOrAck
	}
	again, shown := SynAckAgain, AckEchoes
	if taken != nil && taken == x.takenByNumber() {
		if shown = AckOfNumber; taken.Time-first.Time < slowOpening {
			v.Confidence = Possible // of two hosts' answers one may overtake the other
		}
	}
	if a.Seq != first.Seq {
		again = SynAckOther
	}
	v.add(Item{Why: why, Packet: first.Packet, Than: a.Packet})
	v.add(Item{Why: again, Packet: a.Packet, Than: first.Packet, Value: a.Time - first.Time})
	if taken != nil {
		v.add(Item{Why: shown, Packet: x.Opening.AckPacket, Than: taken.Packet})
	}
	return true
}

// leastWayToClient returns the shortest round trip to the client, in nanoseconds,
// that fits: as measured, else as if the ACK answered the last of the n SYN-ACKs
// before it.
func leastWayToClient(x *context, n int) int64 {
	if _, way := x.trips(); way >= 0 {
		return way
	}
	return x.completed() - x.synAck(n-1).Time
}
