package verdict

import (
	"math"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var synLost = Spec{
	Name:       "SYN-LOST",
	Definition: "A SYN passed this tap and was lost after it, or dropped by the server, and a later one was answered.",
	Conditions: []spec.Condition{
		{Text: "the SYN was sent again before any SYN-ACK was captured", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 A>B S 0\n+.001 A>B . 1 ack 1\n"},
		{Text: "a SYN-ACK answered afterwards, without an acceptable RST of the server in between", Miss: "0 A>B S 0\n+1 A>B S 0\n"},
		{Text: "no ACK of an older connection answered a SYN (TIME-WAIT-COLLISION, STALE-CONNECTION)", Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A . =500 ack =77000 <TS val 7 ecr 50>\n" +
			"+.001 A>B R =77000\n+1 A>B S 0 <TS val 1111 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 1017 ecr 1111>\n+.001 A>B . 1 ack 1 <TS val 1122 ecr 1017>\n"},
		{Text: "the SYN-ACK does not echo the timestamp of a SYN before the last", Miss: "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" +
			"+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1\n"},
		{Text: "no bare ACK of the server, with the number after that of its SYN-ACK, came before that: so it answers a SYN where it has had one already (RFC 9293 §3.10.7.4)",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.010 B>A . 1 ack 1\n+.5 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "the SYN-ACK came no sooner after the last SYN than half the shortest round trip to the server, or 1 ms sooner than that trip (a heuristic): it would answer an earlier one",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.003 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.028 B>A . 1 ack 11\n"},
		{Text: "fewer SYN-ACKs than SYNs came within 200 ms (a heuristic: no timer is shorter) or with numbers of their own: each of these answers one",
			Miss: "0 A>B S 0\n+1 A>B S 0\n+.1 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.1 A>B . 1 ack 1\n+.001 A>B . 1 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 6298, Section: "5"}, {RFC: 7323, Section: "3.2"}},
	RestsOn: "SYNs that this tap saw; likely where the first passed one of two places of capture and not the other, or the SYN-ACK echoes the timestamp of the last SYN, which a server that had taken an earlier one would not do, " +
		"else possible: the first answer may have been lost. A server with a full queue drops SYNs, too, and nothing on the wire tells that from a loss: possible only " +
		"where two or more in a row were not answered while connections to the same address and port that began before were (a second before the first SYN or later), and " +
		"where a round trip from this tap to the server takes less than 1 ms (heuristics); on a Linux host each SYN dropped so is one more in ListenDrops, " +
		"and in ListenOverflows where the accept queue was full. SYNs lost before the tap leave no trace here",
	Next:    "a capture beside the server: if the SYN arrives there, the server or a filter of its host dropped it (on Linux nstat -az TcpExtListenDrops TcpExtListenOverflows), else the path did",
	Most:    Likely,
	Example: "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.nSynAcks == 0 || x.Clues.OldAck != 0 || bothOpened(x) {
			return false
		}
		a := x.synAck(0)
		last := x.answeredSyn(a.Packet)
		if last == nil || last == x.syn(0) || x.rstBetween(x.syn(0).Packet, a.Packet) {
			return false
		}
		if x.bareAnswer(a) != nil || x.answersEarlier(last, a) || x.ownAnswers(math.MaxUint64) >= x.nSyns {
			return false
		}
		e := x.echoed(a)
		if e != nil && e != last {
			return false
		}
		v.Confidence = Possible
		between := x.Opening.LostSyn == x.syn(0).Packet
		if between {
			v.Confidence = Likely
			v.add(Item{Why: SynLostBetween, Packet: x.syn(0).Packet})
		} else {
			v.add(Item{Why: PassedHere, Packet: x.syn(0).Packet})
		}
		v.add(Item{Why: again(x.syn(0), last), Packet: last.Packet, Than: x.syn(0).Packet, Value: last.Time - x.syn(0).Time})
		if e != nil {
			v.add(Item{Why: EchoesLater, Packet: a.Packet, Than: e.Packet})
			if between || !x.maybeDropped(v, last) {
				v.Confidence = Likely
			}
		}
		return true
	},
}

// again says how last, which was answered, asks for less than the first SYN: hosts
// leave out options because of which something on the way may drop SYNs (RFC 3168
// §6.1.1.1, RFC 7413 §4.2.2).
func again(first, last *analyze.Step) Reason {
	const asks = wire.ECE | wire.CWR
	switch {
	case first.Flags.Has(asks) && !last.Flags.Any(asks):
		return SynAgainWithoutECN
	case first.Len > 0 && last.Len == 0:
		return SynAgainWithoutData
	}
	return SynAgain
}

// maybeDropped adds the evidence for a server that dropped the SYNs before last
// rather than for a loss, and reports whether there is any.
func (x *context) maybeDropped(v *Verdict, last *analyze.Step) bool {
	if last != x.syn(1) && x.listenerAnswers() {
		v.add(Item{Why: ListenerAnswers})
		return true
	}
	if way, near := x.toServer(); near {
		v.add(Item{Why: ServerNear, Packet: last.Packet, Value: way})
		return true
	}
	return false
}
