package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var resetBetween = Spec{
	Name:       "RESET-BETWEEN",
	Definition: "An open connection was reset by something on the way: the RST is unlike the segments of the end that it names, or that end goes on.",
	Conditions: []spec.Condition{
		{Text: "an acceptable RST came after the handshake was complete", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 B>A R. 1 ack 1 ttl 250"},
		{Text: "it ended at least its receiver: nothing after it shows that the receiver goes on, and the handshake was complete before it",
			Miss: plain + "+.010 B>A P. 1:11(10) ack 1 ttl 60\n+.001 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 250\n+.5 A>B P. 1:11(10) ack 11\n+.010 B>A P. 11:21(10) ack 11 ttl 60\n"},
		{Text: "one of these: (a) no segment of the end that it names has the RST's TTL, and none began with another one of 32, 64, 128 and 255 and passed as many routers (a heuristic); " +
			"or (b) possible only, it has the ACK bit, and its IP ID lies far from those of that end, which rise steadily over two steps or more; or (c) that end goes on with what it sent after the RST: " +
			"payload with the number of the RST or after, where that has ACK and the number after all that the end was seen to send; or payload or a FIN with a later timestamp than the RST (RFC 7323 §5.4), " +
			"or, where that has none, than the end can have given by then, as fast as its clock went on before; or with a higher IP ID than a RST with ACK that goes with IDs that are counted (heuristics); " +
			"or, possible only unless one of the others holds as well, with payload or a FIN, which neither shows to have been sent before, 200 ms later than a round trip " +
			"to it takes (a heuristic; 1 s where none was measured, RFC 6298 §2.1)",
			Miss: plain + "+.010 B>A P. 1:11(10) ack 1 ttl 60\n+.001 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 60\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.10.5"}, {RFC: 9293, Section: "3.10.7.1"}, {RFC: 7323, Section: "5.4"}, {RFC: 791, Section: "3.2"}},
	RestsOn: "the TTL and the IP ID of the RST beside those of the end's own segments; a host whose RSTs come another way than its data looks the same; " +
		"or what that end sends after it, which has no connection any more where it sent the RST itself, unless it was held up for longer than that, which only what shows the order of sending can rule out; " +
		"the IP ID of a RST without ACK says nothing: that is made of the segment it answers where no such connection is known, and hosts that count the packets of each connection, as Linux does, number it apart (RFC 6864 §4.1 lets them); " +
		"possible only where the TTL is within 3 of theirs, as after a change of route, or is held against that of one segment, which may itself be of something on the way, as a SYN-ACK with a window of 0 is of a SYN proxy: against that alone it is not held (heuristics)",
	Next:    "a capture beside the end that the RST names: whether it leaves from there. Then how long the connection was silent before it (WAITED in its story): a firewall or load balancer that forgets idle connections does so after the same time again and again",
	Most:    Likely,
	Example: plain + "+.010 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 250\n",
	match: func(x *context, v *Verdict) bool {
		// The clue remains if the RST turned out to have ended nothing; then the
		// record does not say who sent it either. Of a handshake that is complete the
		// record has no RST before that.
		if x.Closing.RstPacket == 0 || x.Clues.Rst.Packet != x.Closing.RstPacket || x.Opening.AckPacket == 0 {
			return false
		}
		if !answeredByProxy(x) {
			unlike(x, v, x.end(), &hostNote{})
		}
		namedGoesOn(x, v)
		return v.Len > 0
	},
}

// answeredByProxy reports whether all that is known of the server that the RST names is a SYN-ACK
// which lets the client send nothing. SYN proxies answer so before they have asked the server: the RST
// is as likely to be the server's own. A heuristic.
func answeredByProxy(x *context) bool {
	o := &x.Opening.ServerOptions
	return x.Closing.RstBy == analyze.ServerSide && x.Clues.Server.Segments == 1 && o.Known && o.Window == 0
}

// namedGoesOn adds that the end that the RST names goes on. If the segment may have been delayed on
// the way, that alone makes it no more than possible.
func namedGoesOn(x *context, v *Verdict) {
	switch r := &x.Clues.Rst; {
	case r.WentOn == 0:
	case r.WentOnSure:
		v.Confidence = Likely
		v.add(Item{Why: NamedSentAfter, Packet: r.WentOn, Than: r.Packet})
	default:
		if v.Confidence++; v.Confidence > Likely {
			v.Confidence = Likely
		}
		v.add(Item{Why: NamedWentOn, Packet: r.WentOn})
	}
}

// end returns the clues of the end that the RST names.
func (x *context) end() *analyze.EndClues {
	if x.Closing.RstBy == analyze.ClientSide {
		return &x.Clues.Client
	}
	return &x.Clues.Server
}
