package verdict

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var acceptQueueFull = Spec{
	Name:       "ACCEPT-QUEUE-FULL",
	Definition: "The listener has no room for the connection, or had none for a while: the server takes nothing of it, even where it is open for the client.",
	Conditions: []spec.Condition{
		{Text: "one of these: (a) the handshake is complete and the server sent nothing after its SYN-ACKs, nor does the client acknowledge more, or echo a later timestamp (RFC 7323 §4.3) where it sends again, of what the capture missed; or (b) the handshake is complete and the server sent something only late; or (c) nothing answered two or more SYNs",
			Miss: opened + "+1 A>B P. 1:11(10) ack 1 <TS val 1111 ecr 700>\n+.3 A>B P. 1:11(10) ack 1 <TS val 1411 ecr 700>\n+.01 B>A . 1 ack 11 <TS val 2700 ecr 1411>\n"},
		{Text: "in case (a) the client sent at least two segments after its ACK, and sent one of them again, or the server sent its SYN-ACK again after " +
			"the ACK", Miss: opened + "+1 A>B P. 1:11(10) ack 1 <TS val 1111 ecr 700>\n+.001 A>B P. 11:21(10) ack 1 <TS val 1112 ecr 700>\n"},
		{Text: "in case (b) the server sent its SYN-ACK again after the ACK, later than a round trip to it; or the client sent payload or a FIN again before the server took it, three times or more, or twice where the tap is near the server or others go on meanwhile",
			Miss: "0 A>B S 0\n+.0001 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n"},
		{Text: "where in case (b) it sent the SYN-ACK again, more speaks for that than for one ACK that was lost: it did so more than once; or three segments of the client come before it, one with " +
			"payload (a heuristic); or, unless the first payload or FIN came only after it and was taken at once, as by a server that waits for data (TCP_DEFER_ACCEPT), a round trip to the " +
			"server takes less than 1 ms (a heuristic), or one with payload comes before it, and connections to the same address and port that began before it waited likewise at that time",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n"},
		{Text: "where the SYN-ACK was not sent again after the ACK and payload was, octets in segments of 536 or fewer were left unanswered, which pass where longer ones may not (RFC 9293 §3.7.1); or, in case (a), " +
			"connections to the same address and port that began before it go on meanwhile",
			Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n+.6 A>B P. 1:1001(1000) ack 1\n"},
		{Text: "in case (b) without a SYN-ACK again the server's first segment acknowledges some of the payload: what it takes when there is room is a segment with payload",
			Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n+15 B>A F. 1 ack 1\n+.01 A>B . 11 ack 2\n"},
		{Text: "in case (c) connections to the same address and port that began before it were answered from a second before the first SYN on, or one of them had this verdict by itself " +
			"and was left unanswered while these SYNs were sent", Miss: "addr C 192.0.2.3:40003\n0 C>B S 0\n+1 C>B S 0\n+.1 A>B S 0\n+.5 C>B S 0\n+.5 A>B S 0\n"},
		{Text: "no RST of the server ended the opening", Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 B>A R. 1 ack 1\n"},
		{Text: "no ICMP error says why a segment did not arrive", Miss: opened + "+1 A>B P. 1:11(10) ack 1 <TS val 1111 ecr 700>\n+.001 B>A icmp 3/1 quoting A>B 1\n+.3 A>B P. 1:11(10) ack 1 <TS val 1411 ecr 700>\n"},
	},
	Clauses: []spec.Clause{{RFC: 7323, Section: "4.3"}, {RFC: 9293, Section: "3.8.1"}, {RFC: 9293, Section: "3.10.7.2"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "what the server leaves unanswered; likely in cases (a) and (b) where connections to the listener that began before it go on meanwhile and three segments of the client are left " +
		"unanswered, and in case (b) near the server, where the SYN-ACK was sent again or, in case (a), short segments too are unanswered near the server: else possible, because a path that breaks after the " +
		"tap, or takes only short segments, what drops all after the handshake, or acknowledgements that were lost on the way back look the same: a listener that keeps no state (SYN-COOKIE) is as silent; not in case (b) where the first answer is a D-SACK or shows a retransmission to have been spurious. A server that waits for data takes a segment with " +
		"payload at once, and Linux the ACK that answers its SYN-ACK again, so no more than possible where no payload passed nor, in case (a), a FIN again or a second SYN-ACK again. Each segment left unanswered is one more in ListenOverflows of a Linux host",
	Next: "on a Linux server ss -ltn, where Recv-Q of a listener is its queue and Send-Q the limit, and nstat -az TcpExtListenOverflows; then why its program is slow to call accept(), and the limit: the backlog of its listen(), at most net.core.somaxconn",
	Most: Likely,
	Example: other + "1     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0 ack 1 win 65160 <mss 1460>\n+.001 A>B .  1 ack 1\n" +
		"+1 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.ICMPPacket != 0 || x.ICMP.Packet != 0 || x.nSyns == 0 {
			return false
		}
		if x.Clues.ServerProved != 0 {
			return takenLate(x, v)
		}
		if x.rst >= 0 && x.Closing.RstBy == analyze.ServerSide {
			return false
		}
		if x.unanswered() {
			return synIgnored(x, v)
		}
		return neverTaken(x, v)
	},
}

// shortSegment is the payload, in octets, that every path is assumed to let through: the
// MSS assumed for hosts that announce none, over IPv4 (RFC 9293 §3.7.1). A heuristic.
const shortSegment = 536

// neverTaken judges a connection that is open for the client only.
func neverTaken(x *context, v *Verdict) bool {
	if !x.openForClient() {
		return false
	}
	again := x.agains
	p := x.beside.listener.proved
	accepts := p != 0 && p >= x.completed()-meanwhile
	long := again == 0 && x.longOnly() // which a path that takes only shorter ones explains
	if x.Clues.Ignored < 3 || x.Clues.IgnoredAgain == 0 && again == 0 || long && !accepts {
		return false
	}
	v.Confidence = Possible
	v.add(Item{Why: ClientIgnored, Packet: x.Opening.AckPacket, Value: int64(x.Clues.Ignored)})
	if again > 0 {
		last := x.synAck(x.nSynAcks - 1)
		v.add(Item{Why: SynAckAgain, Packet: last.Packet, Than: x.synAck(0).Packet, Value: last.Time - x.synAck(0).Time})
	}
	if !accepts {
		return true
	}
	v.add(Item{Why: ListenerAccepts})
	way, near := x.toServer()
	if long || again == 0 && !near || x.Clues.IgnoredData == 0 && x.Clues.IgnoredAgain == 0 && again < 2 {
		return true // what is silent may be filtered on its way as well; one without payload may wait for that
	}
	v.Confidence = Likely
	if again == 0 {
		v.add(Item{Why: ServerNear, Packet: x.synAck(0).Packet, Value: way})
	}
	return true
}

// takenLate judges a connection that the server accepted in the end. A listener whose queue is
// full drops the ACK, stays in SYN-RECEIVED and sends its SYN-ACK again, unless it keeps no
// state (SYN-COOKIE); the next segment that finds room opens the connection.
func takenLate(x *context, v *Verdict) bool {
	if !x.openForClient() || x.Clues.ServerProvedAt <= x.completed() ||
		x.rst >= 0 && x.Steps[x.rst].Packet < x.Clues.ServerProved {
		return false
	}
	c, l := &x.Clues, &x.beside.listener
	way, near := x.toServer()
	// Without a repeated SYN-ACK, lost acknowledgements on the way back look the same: never sure.
	until, sure, three := c.ServerProvedAt, false, false
	v.add(Item{Why: KeptWaiting, Packet: x.Opening.AckPacket, Than: c.ServerProved, Value: c.ServerProvedAt - x.completed()})
	likewise := l.waitFrom != 0 && l.waitFrom <= until && l.waitTo >= x.completed()
	if a := x.again; a != nil {
		third := c.IgnoredPackets[2]
		until, sure = a.Time, x.dataBefore(a.Packet)
		three = sure && third != 0 && third < a.Packet
		defers := !sure && (c.IgnoredData != 0 || x.finBefore(c.ServerProved)) && c.IgnoredAgain == 0 // it took payload, or a FIN, at once (TCP_DEFER_ACCEPT)
		if a.Inferred || x.agains < 2 && !three && (defers || !near && !(likewise && sure)) {
			return false // that, one ACK that was lost, or a packet captured twice explains it
		}
		first := x.synAck(0)
		v.add(Item{Why: SynAckAgain, Packet: a.Packet, Than: first.Packet, Value: a.Time - first.Time})
	}
	accepts := l.prompt != 0 && l.prompt >= x.completed()-meanwhile && l.prompt <= until
	if x.again == nil && (c.IgnoredAgain < 2 || c.ProvedTwice || c.ProvedBare || x.longOnly() || !near && !accepts && c.IgnoredAgain < 3) {
		return false // a path that loses, or takes only short segments, explains it
	}
	v.Confidence = Possible
	switch {
	case near:
		if sure {
			v.Confidence = Likely
		}
		v.add(Item{Why: ServerNear, Packet: x.synAck(0).Packet, Value: way})
	case accepts:
		if three {
			v.Confidence = Likely
		}
		v.add(Item{Why: ListenerAccepts})
	}
	if likewise {
		v.add(Item{Why: ListenerKeeps})
	}
	return true
}

// finBefore reports whether a FIN of the client stands before a packet.
func (x *context) finBefore(packet uint64) bool {
	return slices.ContainsFunc(x.Steps, func(s analyze.Step) bool { return s.FromClient && s.Flags.Has(wire.FIN) && s.Packet < packet })
}

// openForClient reports whether the client took a SYN-ACK and acknowledged it.
func (x *context) openForClient() bool {
	return x.nSynAcks > 0 && x.Opening.Form == analyze.FormThreeWay
}

// longOnly reports whether all payload that was left unanswered was in segments
// too long for some paths.
func (x *context) longOnly() bool { return x.Clues.IgnoredLeast > shortSegment }

// synIgnored judges SYNs that nothing answers.
func synIgnored(x *context, v *Verdict) bool {
	if x.nSyns < 2 {
		return false
	}
	why := ListenerAnswers
	if !x.listenerAnswers() {
		if why = ListenerFull; !x.listenerFull() {
			return false
		}
	}
	v.Confidence = Possible
	v.add(Item{Why: SynUnanswered, Packet: x.syn(0).Packet})
	v.add(Item{Why: why})
	return true
}

// listenerFull reports whether the listener left another connection unanswered while this one sent its SYNs, and
// that one has the verdict by itself: else a host that is gone would be full for ever.
func (x *context) listenerFull() bool {
	l := &x.beside.listener
	return l.fullFrom != 0 && l.fullFrom <= x.lastSyn().Time && l.fullTo >= x.syn(0).Time
}
