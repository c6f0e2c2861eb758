package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

var refused = Spec{
	Name:       "REFUSED",
	Definition: "A RST in the server's name answered the SYN: nothing listens there, or a filter says so.",
	Conditions: []Condition{
		{"the server's first answer to the SYN is a RST that acknowledges it", "0 A>B S 0\n+.010 B>A R. 0 ack 500"},
		{"nothing shows that another machine sent the RST (REFUSED-BETWEEN)", "0 A>B S 0\n+.002 B>A R. 0 ack 1 ttl 240\n+.010 B>A S. 0 ack 1 ttl 64"},
	},
	Clauses: []label.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.10.7.1"}},
	RestsOn: "a RST in the server's name; a filter that takes care to look like the server is not told from it",
	Most:    Certain,
	Example: "0 A>B S 0\n+.010 B>A R. 0 ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.Outcome != analyze.OpeningRefused || x.rst < 0 || x.has(RefusedBetween) {
			return false
		}
		v.Confidence = Certain
		answersSyn(x, v)
		return v.Len > 0
	},
}

// answersSyn adds which SYN the RST answers.
func answersSyn(x *context, v *Verdict) {
	r := &x.Steps[x.rst]
	if s := x.answeredSyn(r.Packet); s != nil {
		v.add(Item{Why: RstAnswers, Packet: r.Packet, Than: s.Packet, Value: r.Time - s.Time})
	}
}

var refusedBetween = Spec{
	Name:       "REFUSED-BETWEEN",
	Definition: "The opening was reset in the server's name by something on the way: what speaks is unlike the server.",
	Conditions: []Condition{
		{"a RST in the server's name came before the handshake was complete", plain + "+.010 B>A . 1 ack 1 ttl 60\n+.1 B>A R. 1 ack 1 ttl 250"},
		{"at least one of these: no segment of the server, here or in connections that began before, has the RST's TTL; or the " +
			"server answers the same SYN afterwards with a SYN-ACK; or the RST came in less than half the shortest round trip, " +
			"and 1 ms sooner (a heuristic), " +
			"of connections to the server that began before; or, possible only, its IP ID lies far from those of the server, " +
			"which rise steadily", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.002 B>A R. 1 ack 1"},
	},
	Clauses: []label.Clause{{RFC: 9293, Section: "3.10.7.3"}, {RFC: 791, Section: "3.2"}},
	RestsOn: "the TTL, the time, the window and the IP ID of the RST beside those of the server's own segments; without any of them it is REFUSED",
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

var resetBetween = Spec{
	Name:       "RESET-BETWEEN",
	Definition: "An open connection was reset by something on the way: the RST is unlike the segments of the end that it names.",
	Conditions: []Condition{
		{"an acceptable RST came after the handshake was complete", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 B>A R. 1 ack 1 ttl 250"},
		{"no segment of the end that it names has the RST's TTL; or, possible only, its IP ID lies far from those of that end, which rise steadily",
			plain + "+.010 B>A P. 1:11(10) ack 1 ttl 60\n+.001 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 60\n"},
	},
	Clauses: []label.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 791, Section: "3.2"}},
	RestsOn: "the TTL and the IP ID of the RST beside those of the end's own segments; a host that sends RSTs with another TTL than data looks the same; " +
		"possible only where the TTL is within 3 of theirs, as after a change of route (a heuristic)",
	Most:    Likely,
	Example: plain + "+.010 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 250\n",
	match: func(x *context, v *Verdict) bool {
		if x.Clues.Rst.Packet == 0 || x.Opening.AckPacket == 0 || x.Closing.RstAfter == analyze.RstRefused || x.Closing.RstAfter == analyze.RstHandshake {
			return false
		}
		unlike(x, v, x.end(), 0, 0)
		return v.Len > 0
	},
}

// end returns the clues of the end that the RST names.
func (x *context) end() *analyze.EndClues {
	if x.Closing.RstBy == analyze.ClientSide {
		return &x.Clues.Client
	}
	return &x.Clues.Server
}

// sooner is by how much a RST must come before any answer of the server could,
// in nanoseconds: near the server the time is that of its own work, not of the
// way. A heuristic.
const sooner = int64(1e6)

// foreignRST adds what shows that the RST in the opening is not the server's.
func foreignRST(x *context, v *Verdict) {
	r, h := &x.Clues.Rst, &x.beside.host
	if r.Packet == 0 {
		return
	}
	unlike(x, v, &x.Clues.Server, h.ttlMin, h.ttlMax)
	s := x.answeredSyn(r.Packet)
	for i := range x.nSynAcks {
		a := x.synAck(i)
		if a.Packet > r.Packet && s != nil && x.answeredSyn(a.Packet) == s {
			v.Confidence = Likely
			v.add(Item{Why: AnsweredAfter, Packet: a.Packet, Than: r.Packet})
			break
		}
	}
	if s == nil || h.rtt == 0 || x.nSynAcks > 0 {
		return
	}
	if took := x.Steps[x.rst].Time - s.Time; took > 0 && took < h.rtt/2 && h.rtt-took > sooner {
		v.Confidence = Likely
		v.add(Item{Why: RstTooSoon, Packet: r.Packet, Value: took})
	}
}

// detour is by how many hops a change of route may make a TTL differ. A heuristic.
const detour = 3

// unlike holds the RST's TTL and IP identification against those of the end
// that it names, and of its host in other connections (0: none).
func unlike(x *context, v *Verdict, e *analyze.EndClues, hostMin, hostMax uint8) {
	r := &x.Clues.Rst
	before := v.Confidence
	least, most := e.TTLMin, e.TTLMax
	if most == 0 {
		least, most = hostMin, hostMax
	} else if hostMax != 0 {
		least, most = min(least, hostMin), max(most, hostMax)
	}
	if most != 0 && (r.TTL < least || r.TTL > most) {
		v.Confidence = Likely
		if int(r.TTL) >= int(least)-detour && int(r.TTL) <= int(most)+detour {
			v.Confidence = max(Possible, before)
		}
		v.add(Item{Why: RstTTL, Packet: r.Packet, Value: int64(r.TTL)})
	}
	// Far is what a counter of its own does not jump; many hosts give RSTs the
	// identification 0, which says nothing.
	const far = 1 << 12
	if d := int16(r.IPID - r.HostIPID); r.HostOrdered && r.HasIPID && r.IPID != 0 && (d > far || d < -far) {
		v.Confidence = max(v.Confidence, Possible)
		v.add(Item{Why: RstIPID, Packet: r.Packet, Value: int64(d)})
	}
	if v.Len > 0 && r.Window != 0 {
		v.add(Item{Why: RstWindow, Packet: r.Packet, Value: int64(r.Window)})
	}
}
