package verdict

import "tcpwatch/analyze/spec"

// slowOpening is the least delay by repeated SYNs and SYN-ACKs, in nanoseconds:
// a shorter one is not a timer's (200 ms is the shortest in use). A heuristic.
const slowOpening = int64(200e6)

var slowSyn = Spec{
	Name:       "SLOW-SYN",
	Definition: "Most of the time that the opening took was waiting to send a SYN or SYN-ACK again.",
	Conditions: []spec.Condition{
		{Text: "the handshake is complete", Miss: "0 A>B S 0\n+1 A>B S 0\n"},
		{Text: "between the first and the last SYN, or SYN-ACK, of it at least 200 ms passed (a heuristic)", Miss: "0 A>B S 0\n+.1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "that is more than half of the time that the opening took", Miss: "0 A>B S 0\n+.3 A>B S 0\n+2 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "where round trips were measured, they leave at least 200 ms of that time (a heuristic)", Miss: slowAnswer},
		{Text: "where the ACK of the SYN-ACK was not captured, the round trip to the server leaves as much of the time until the SYN-ACK",
			Miss: "0 A>B S 0\n+.5 A>B S 0\n+.4 B>A S. 0 ack 1\n+.09 A>B P. 11:21(10) ack 1\n+.73 B>A P. 1:11(10) ack 21\n+.001 A>B P. 21:31(10) ack 11\n+.73 B>A . 11 ack 31\n"},
		{Text: "of what was sent again, not every SYN was answered, within 200 ms or with numbers of their own, and later after the last than two of the longest round trips to the server, or 200 ms where none was measured (heuristics): then the path or the server was slow (SLOW-SYN-ACK)",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 B>A S. 0 ack 1\n"},
		{Text: "the SYN-ACK did not come so soon after the last SYN that it answers an earlier one: in less than half the shortest round trip to the server, and 1 ms sooner (a heuristic); unless the first SYN-ACK was lost (SYN-ACK-LOST)",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.003 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.028 B>A . 1 ack 11\n"},
		{Text: "the client did not acknowledge each SYN-ACK, and no SYN-ACK before the ACK shows by its echo that one had arrived before (RFC 7323 §4.3): else the first opened the connection",
			Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.01 A>B . 1 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 6298, Section: "2"}, {RFC: 6298, Section: "3"}, {RFC: 6298, Section: "5"}},
	RestsOn: "the times of the SYNs and SYN-ACKs captured; likely, not certain, where no round trip shows that the answer was not just slow, where the ACK was not captured, and where every SYN was answered within 1 ms (a heuristic) soon after the last, because " +
		"nothing tells which of several was answered (RFC 6298 §3)",
	Next:    "the verdict beside it, as SYN-LOST, SYN-ACK-LOST or TIME-WAIT-COLLISION: it says why, and where to look; without one, a capture beside the server shows which SYN came when, and which was answered",
	Most:    Certain,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n",
	match: func(x *context, v *Verdict) bool {
		if !x.complete() || x.Opening.Took <= 0 || x.nSyns == 0 || x.nSynAcks == 0 || x.answeredTogether() {
			return false
		}
		it := Item{Why: WaitedForSyn}
		first, last := x.synAck(0), x.opener()
		if s := x.answeredSyn(last.Packet); s != nil && (x.has(SynAckLost) || !x.answersEarlier(s, last)) {
			it = Item{WaitedForSyn, s.Packet, x.syn(0).Packet, s.Time - x.syn(0).Time}
		}
		if d := last.Time - first.Time; d > it.Value {
			it = Item{WaitedForSynAck, last.Packet, first.Packet, d}
		}
		if it.Value < slowOpening || it.Value <= x.Opening.Took/2 {
			return false
		}
		server, client := x.trips()
		measured := server >= 0 && client >= 0
		if measured && x.Opening.Took-server-client < slowOpening {
			return false
		}
		later := x.Opening.AckLater
		if later && server >= 0 && last.Time-x.syn(0).Time-server < slowOpening {
			return false // it took no longer than until the ACK that was captured, perhaps less
		}
		v.Confidence = Likely
		v.add(it)
		if measured {
			if server+client < it.Value && !later && !x.answeredAtOnce() {
				v.Confidence = Certain
			}
			trip := Item{Why: RoundTrip, Value: server + client}
			if x.Opening.RTTServer < 0 || x.Opening.RTTClient < 0 {
				trip.Why = LongestRoundTrip
			}
			v.add(trip)
		}
		return true
	},
}
