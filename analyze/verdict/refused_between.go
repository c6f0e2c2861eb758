package verdict

import "tcpwatch/analyze/spec"

var refusedBetween = Spec{
	Name:       "REFUSED-BETWEEN",
	Definition: "The opening was reset in the server's name by something on the way: the RST is unlike the server's own segments, or the server answers the SYN all the same.",
	Conditions: []spec.Condition{
		{Text: "a RST in the server's name came before the handshake was complete", Miss: plain + "+.010 B>A . 1 ack 1 ttl 60\n+.1 B>A R. 1 ack 1 ttl 250"},
		{Text: "at least one of these: (a) no segment of the server, here or in connections that began before, has the RST's TTL, and none began " +
			"with another one of 32, 64, 128 and 255 and passed as many routers (a heuristic); or (b) the server answers the same SYN afterwards with a SYN-ACK; or (c) possible only, it has the ACK bit, and its IP ID lies far from those of the server, " +
			"which rise steadily over two steps or more; or (d) possible only where nothing else speaks for it, the RST came in less than half the shortest " +
			"round trip, and 1 ms sooner, of three or more connections to the server that began before (heuristics)", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.002 B>A R. 1 ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.10.7.3"}, {RFC: 791, Section: "3.2"}},
	RestsOn: "the TTL, the time, the window and the IP ID of the RST beside those of the server's own segments; without any of them it is REFUSED, or after a SYN-ACK the server's own; " +
		"possible only where the TTL is within 3 of theirs, as after a change of route, or is held against that of one segment, which may itself be of something on the way (heuristics)",
	Next:    "a capture beside the server: it shows whether the SYN arrives there, and whether the RST leaves from there; then the filters and proxies before it",
	Most:    Likely,
	Example: other + "addr A 192.0.2.1:40000\naddr D 198.51.100.1:81\n+1 A>D S 0\n+.001 D>A R. 0 ack 1 ttl 250\n",
	match: func(x *context, v *Verdict) bool {
		if !x.rstInOpening() {
			return false
		}
		foreignRST(x, v)
		if v.Len == 0 {
			return false
		}
		answersSyn(x, v)
		return true
	},
}

// sooner is how much earlier than any answer of the server a RST must come, in
// nanoseconds: near the server the time is that of its own processing, not of
// the path. A heuristic.
const sooner = int64(1e6)

// enough is how many round trips to a host must have been measured before the
// shortest is considered a lower bound: one may have waited for an address, a
// radio or a route. A heuristic.
const enough = 3

// foreignRST adds what shows that the RST in the opening is not the server's.
func foreignRST(x *context, v *Verdict) {
	r, h := &x.Clues.Rst, &x.beside.host
	if r.Packet == 0 {
		return
	}
	unlike(x, v, &x.Clues.Server, h)
	s := x.answeredSyn(r.Packet)
	for i := range x.nSynAcks {
		a := x.synAck(i)
		if a.Packet > r.Packet && s != nil && x.answeredSyn(a.Packet) == s {
			v.Confidence = Likely
			v.add(Item{Why: AnsweredAfter, Packet: a.Packet, Than: r.Packet})
			break
		}
	}
	if s == nil || h.measured < enough || x.nSynAcks > 0 {
		return
	}
	if took := x.Steps[x.rst].Time - s.Time; took > 0 && took < h.rtt/2 && h.rtt-took > sooner {
		// A nearer sender has another TTL as well, unless it takes care to
		// match it.
		v.Confidence = max(Possible, v.Confidence)
		if v.Len > 0 {
			v.Confidence = Likely
		}
		v.add(Item{Why: RstTooSoon, Packet: r.Packet, Value: took})
	}
}
