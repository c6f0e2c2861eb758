package verdict

import (
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

// Pieces of examples: a short request that is answered, a long segment with a short one
// after it, what reports that one, the long one sent again, and the other end going on.
var (
	passed = "0 A>B S 0 win 64240 <mss 1460,sackOK>\n+.010 B>A S. 0 ack 1 win 65160 <mss 1460,sackOK>\n+.001 A>B . 1 ack 1\n" +
		"+.1 A>B P. 1:101(100) ack 1\n+.01 B>A P. 1:101(100) ack 101\n+.001 A>B . 101 ack 101\n"
	long      = "+.1 A>B . 101:1561(1460) ack 101\n+0 A>B P. 1561:1601(40) ack 101\n"
	tail      = "+.01 B>A . 101 ack 101 <sack 1561:1601>\n"
	longAgain = "+.6 A>B . 101:1561(1460) ack 101\n"
	thrice    = longAgain + longAgain + longAgain
	goesOn    = "+.1 B>A P. 101:111(10) ack 101\n+.001 A>B . 1601 ack 111\n"
)

var mtuBlackHole = Spec{
	Name:       "MTU-BLACK-HOLE",
	Definition: "The path drops the packets of one end that are longer than some link takes, and lets shorter ones pass (a path MTU black hole).",
	Conditions: []spec.Condition{
		{Text: "the first octets that were not acknowledged were sent again in long packets three times or more: as often as TCP tries at least before it doubts the path (R1)",
			Miss: passed + long + tail + longAgain + longAgain},
		{Text: "long is what has more octets, headers and payload, than any path must take: 576 (IPv6: 1,280), the MSS of hosts that announce none",
			Miss: passed + "+.1 A>B . 101:601(500) ack 101\n+0 A>B P. 601:641(40) ack 101\n+.01 B>A . 101 ack 101 <sack 601:641>\n" +
				strings.Repeat("+.6 A>B . 101:601(500) ack 101\n", 3)},
		{Text: "no router may cut the long ones: IPv6, or the don't-fragment bit", Miss: passed + long + tail + strings.Repeat("+.6 A>B . 101:1561(1460) ack 101 mayfrag\n", 3)},
		{Text: "they fit the window of the other end, which does not close, their checksums are right, and their timestamps are not old", Miss: strings.ReplaceAll(strings.ReplaceAll(passed, "win 65160", "win 1400")+long+tail+thrice, "ack 101", "ack 101 win 1400")},
		{Text: "the other end does not answer two of them or more, each by saying again what it had said, where nothing short came after it (a heuristic): such an end gets them, and does not take them",
			Miss: passed + long + tail + strings.Repeat(longAgain+tail, 3)},
		{Text: "one of these: (a) a shorter packet brought the octets at last; (b) SACK reports octets after them; (c) no packet as long, of that end, was ever acknowledged, and the " +
			"other end sends something after the second try", Miss: passed + long + thrice},
		{Text: "in case (a) what acknowledges the shorter one covers less than each of the long ones had, so that none of these had arrived", Miss: passed + long + thrice +
			"+2 A>B . 101:601(500) ack 101\n+.01 B>A . 101 ack 1601\n"},
		{Text: "in case (b) no reported block is as long as the payload of the shortest long one", Miss: passed + long + "+0 A>B . 1601:3061(1460) ack 101\n+.01 B>A . 101 ack 101 <sack 1561:3061>\n" + thrice},
		{Text: "in case (c) nothing shows that short ones are lost as well: the other end does not send again what was acknowledged",
			Miss: passed + long + thrice + "+.1 B>A P. 101:111(10) ack 101\n+.001 A>B . 1601 ack 111\n+.3 B>A P. 101:111(10) ack 101\n"},
		{Text: "no shorter packet with the octets is lost: in case (c) none, in case (a) none as short as the one that arrived", Miss: passed + long + thrice + goesOn + strings.Repeat("+.3 A>B . 101:601(500) ack 101\n", 2)},
	},
	Clauses: []spec.Clause{{RFC: 2923, Section: "2.1"}, {RFC: 4821, Section: "7.7"}, {RFC: 9293, Section: "3.7.2"}, {RFC: 9293, Section: "3.8.3"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "which packets are acknowledged, at a tap before the place that drops them: after it none of them is seen. Likely where shorter packets arrived while the long ones did not; " +
		"possible where nothing shorter is known to have arrived meanwhile, but the other end lives; or where packets so long had arrived before (or may have, unseen), unless a shorter one brings the same octets and the other end was heard in between: " +
		"a way that loses all for a time looks the same, and a filter that drops packets for what they hold. What drops them may be a link with a smaller MTU whose " +
		"ICMP errors are filtered, or a filter that drops long packets",
	Next:    "whether a filter drops ICMP \"fragmentation needed\" or \"packet too big\": letting them through mends it; so does lowering the MSS at the router (clamping) or the MTU at the host, or a sender that probes (RFC 4821; net.ipv4.tcp_mtu_probing of Linux)",
	Most:    Likely,
	Example: passed + long + tail + thrice,
	match: func(x *context, v *Verdict) bool {
		return longLost(x, v, &x.FromClient.Long, ClientLong) || longLost(x, v, &x.FromServer.Long, ServerLong)
	},
}

// longLost judges what one end sent in long packets.
func longLost(x *context, v *Verdict, l *analyze.LongClue, whose Reason) bool {
	if l.Short|l.Reported|l.Alive == 0 {
		return false // the other end may be gone, or all of the path
	}
	v.Confidence = Likely
	v.add(Item{Why: whose, Packet: l.Last, Than: l.First, Value: int64(l.Least)})
	switch {
	case l.Short != 0:
		v.add(Item{Why: ShortBrought, Packet: l.Short, Value: int64(l.ShortLen)})
		if !l.Never && l.Alive == 0 { // the way may have been back by then for all
			v.Confidence = Possible
		}
	case l.Reported != 0:
		v.add(Item{Why: ShortReported, Packet: l.Reported})
		if l.Alive != 0 {
			v.add(Item{Why: GoesOnWithout, Packet: l.Alive})
		}
		if !l.Never { // dropped for what it holds, or lost once, and an end that is gone from then on
			v.Confidence = Possible
		}
	default:
		v.Confidence = Possible
		v.add(Item{Why: NeverSoLong, Value: int64(l.Tries)})
		v.add(Item{Why: GoesOnWithout, Packet: l.Alive})
	}
	switch i := &x.ICMP; {
	case i.NextMTU != 0:
		v.add(Item{Why: NextMTU, Packet: i.Packet, Value: int64(i.NextMTU)})
	case i.Packet == 0:
		v.add(Item{Why: NoICMP})
	case x.tooBig():
		v.add(Item{Why: TooBig, Packet: i.Packet})
	}
	return true
}

// tooBig reports whether the first ICMP error says that a packet was too long (RFC 1191 §4,
// RFC 4443 §3.2).
func (x *context) tooBig() bool {
	if at := x.Client.Addr(); at.Is6() && !at.Is4In6() {
		return x.ICMP.Type == 2
	}
	return x.ICMP.Type == 3 && x.ICMP.Code == 4
}
