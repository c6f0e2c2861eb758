package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// finish hands a connection over and forgets it. end says why: EndQuiet,
// EndCapture or EndEvicted.
func (a *Analyzer) finish(r flow.Ref, end Ending) {
	a.ref = r
	if end == EndEvicted {
		a.stats.Evicted++
	}
	if !finished(a.table.Class(r)) {
		a.stats.Ended++
	}
	if a.shard != nil && a.cfg.Connection == nil {
		a.shard.forgotten()
	}
	if a.cfg.Connection == nil && a.cfg.Episode == nil && a.cfg.Moment == nil && a.table.Discard(r) {
		return // nobody asks what it was like
	}
	var f *flow.Flow
	if a.table.Unread(r) {
		if a.byTheBook(r, end) {
			return
		}
		f = a.read(r)
	} else {
		f = a.table.Last(r)
	}
	n := a.notes.At(f.Extra)
	a.endEpisodes(f, n)
	if a.cfg.Moment != nil {
		if end == EndEvicted {
			a.evicted(f)
		}
		a.last(f, n, end)
	}
	if a.cfg.Connection != nil {
		a.record(f, n, end == EndEvicted)
		a.cfg.Connection(&a.conn)
	}
	a.dropNote(f.Extra)
	a.table.Release(r)
}

// record fills a.conn.
func (a *Analyzer) record(f *flow.Flow, n *note, evicted bool) {
	a.soFar(f, n)
	a.conn.Evicted = evicted
	if !a.cfg.WithoutZeek {
		a.conn.ZeekState, a.conn.ZeekHistory = n.zeek.ConnState(), a.histories.Of(&n.zeek)
	}
}

// soFar fills a.conn but for the fields of Zeek, which only a whole record shows.
func (a *Analyzer) soFar(f *flow.Flow, n *note) {
	c := &a.conn
	client, server := f.Client, f.Client.Other()
	t := f.Key.Tuple(client)
	c.clear()
	c.Number, c.Client, c.Server, c.RolesGuessed, c.EncapID = f.Number, t.Source(), t.Destination(), !f.RolesKnown, f.Key.Encap
	c.FirstPacket, c.LastPacket, c.Start, c.End = f.FirstPacket, f.LastPacket, f.Start, max(f.Start, f.Last)
	c.ClientState, c.ServerState = f.Half[client].State, f.Half[server].State
	a.direction(&c.FromClient, f, n, client)
	a.direction(&c.FromServer, f, n, server)
	c.ClientBase, c.ServerBase = n.base(f, client), n.base(f, server)
	waits := n.waits.within(c.End - c.Start)
	c.FromClient.waited(&waits, client)
	c.FromServer.waited(&waits, server)
	c.Silence, c.Clues, c.StepsDropped = waits.record(client), n.clues.record(client), n.stepsLost
	c.FromClient.held(&n.windows[client])
	c.FromServer.held(&n.windows[server])
	if n.orderGuessed {
		c.ClientState, c.ServerState = c.ClientState.Infer(), c.ServerState.Infer()
	}
	if c.ServerState == state.Listen|state.Inferred && n.synAckCount == 0 {
		c.ServerState = state.Unknown // nothing that it sent shows that it listens
	}
	copy(c.Labels[:], n.labels[:])
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		c.addStep(&a.steps.At(i).Step)
	}
	a.opening(f, n, &c.Opening)
	if i := &n.icmpLater; i.packet != 0 {
		c.ICMP = ICMP{Packet: i.packet, Count: i.count, Type: i.typ, Code: i.code, From: i.sender(), NextMTU: i.nextMTU}
	}
	a.closing(f, n, &c.Closing)
	n.timeWait(f, &c.TimeWait)
}

// clear empties the record, but keeps the memory of its lists.
func (c *Connection) clear() {
	steps, syns, synAcks, fins := c.Steps, c.Opening.SynPackets, c.Opening.SynAckPackets, c.Closing.FinPackets
	*c = Connection{Steps: steps[:0]}
	c.Opening.SynPackets, c.Opening.SynAckPackets, c.Closing.FinPackets = syns[:0], synAcks[:0], fins[:0]
}

// addStep adds a step, and its packet to the list that it belongs to.
func (c *Connection) addStep(s *Step) {
	c.Steps = append(c.Steps, *s)
	switch s.Phase {
	case label.SYN:
		c.Opening.SynPackets = append(c.Opening.SynPackets, s.Packet)
	case label.SynAck:
		c.Opening.SynAckPackets = append(c.Opening.SynAckPackets, s.Packet)
	}
	if s.Flags.Has(wire.FIN) && !s.Flags.Has(wire.RST) {
		c.Closing.FinPackets = append(c.Closing.FinPackets, s.Packet)
	}
}

// direction sums up in d, which is zero, what side s of f sent.
func (a *Analyzer) direction(d *Direction, f *flow.Flow, n *note, s flow.Side) {
	h, other := &f.Half[s], &f.Half[s.Other()]
	d.Packets, d.PayloadOctets, d.UniqueOctets = h.Packets, h.Payload, h.Unique
	d.Retransmissions, d.RetransmittedBytes = uint64(h.Retransmissions), h.Retransmitted
	d.OutOfOrder, d.DuplicatePackets = uint64(h.OutOfOrder), uint64(h.Duplicates)
	d.DuplicateAcks, d.ZeroWindows, d.KeepAlives = uint64(h.DupAcks), uint64(h.ZeroWindows), uint64(h.KeepAlives)
	d.MissingBytes, d.UnseenBytes = a.table.Missing(h)+flow.Beyond(h, other), a.table.Unseen(h, other)
	d.RTT, d.EchoRTT, d.SmoothedRTT, d.RTO = h.RTT(), h.EchoRTT(), h.SRTT(), h.RTO()
	d.MostInFlight, d.Causes, d.Spurious = uint64(h.MostFlight), n.causes[s], uint64(n.spurious[s])
	d.Inferred = uint64(n.inferred[s])
	d.Unacknowledged, d.Timeouts = uint64(max(h.InFlight(other, h.Nxt), 0)), h.Repair.Backoff
}

// base returns what the numbers of side s count from.
func (n *note) base(f *flow.Flow, s flow.Side) Base {
	h := &f.Half[s]
	isn := h.Is(flow.SentSYN) || n.synAckCount > 0 && n.ackOfISNKnown[s] && n.ackOfISN[s]-1 == h.Base
	return Base{Number: h.Base, Known: h.Is(flow.BaseFixed), ISN: isn && h.Is(flow.BaseFixed)}
}

// waited adds what waited for the end.
func (d *Direction) waited(w *waitNote, s flow.Side) {
	d.SlowestAnswer, d.ResendWait = w.answers[s], w.resends[s]
}

// held adds what the windows of the other end did.
func (d *Direction) held(w *windowNote) {
	d.ZeroWindowTime, d.WindowFullTime, d.WindowEpisodes = w.zero, w.full, uint64(w.count)
}

func (a *Analyzer) opening(f *flow.Flow, n *note, o *Opening) {
	client, server := f.Client, f.Client.Other()
	x, y := &f.Half[client], &f.Half[server]
	o.SynCount, o.ServerSynCount = n.synCount[client], n.synCount[server]
	o.SynAckCount, o.AckPacket = n.synAckCount, n.ackPacket
	o.ClientISN, o.ClientISNKnown = x.ISN, x.Is(flow.SentSYN)
	o.ServerISN, o.ServerISNKnown = y.ISN, y.Is(flow.SentSYN)
	o.AckOfClient, o.AckOfClientKnown = n.ackOfISN[client], n.ackOfISNKnown[client]
	o.AckOfServer, o.AckOfServerKnown = n.ackOfISN[server], n.ackOfISNKnown[server]
	// Times are unknown rather than negative where the clock ran backwards.
	o.RTTServer, o.RTTClient, o.Took = flow.PlausibleRTT(n.rttServer), flow.PlausibleRTT(n.rttClient), -1
	if n.complete && n.synCount[client] > 0 {
		o.Took = max(n.completeAt-n.firstSYN, -1)
	}
	o.ClientOptions, o.ServerOptions = n.options[client], n.options[server]
	o.SynData, o.AckData = n.synData, n.ackData
	o.SynAckISNs, o.BadAcks, o.SynAckFirst = n.synAckISNs, n.badAcks, n.synAckFirst
	if n.icmp.packet != 0 {
		o.ICMPPacket, o.ICMPType, o.ICMPCode = n.icmp.packet, n.icmp.typ, n.icmp.code
		o.ICMPFrom = n.icmp.sender()
	}
	switch {
	case n.split:
		o.Form = FormSplit
	case n.simultaneous:
		o.Form = FormSimultaneous
	case n.complete && o.ClientISNKnown && o.ServerISNKnown:
		o.Form = FormThreeWay
	}
	o.Outcome = openingOutcome(f, n, x, y)
}

// openingOutcome names how the connection began.
func openingOutcome(f *flow.Flow, n *note, x, y *flow.Half) OpeningOutcome {
	oneSided := x.Packets == 0 || y.Packets == 0
	server := f.Client.Other()
	switch {
	case n.synCount[0] == 0 && n.synCount[1] == 0 && n.synAckCount == 0:
		// ACKs that go on prove that the other direction exists.
		one := &f.Half[f.Client]
		if !one.Is(flow.Sent) {
			one = y
		}
		s := f.Client
		if one == y {
			s = server
		}
		if oneSided && n.plainAck[s] && one.Ack.After(n.firstAck[s]) {
			return OpeningOneWay
		}
		return OpeningMidstream
	case n.simultaneous:
		return OpeningSimultaneous
	case n.complete, n.opened && !oneSided && n.synCount[f.Client] > 0:
		return OpeningComplete
	case oneSided && (n.plainAck[f.Client] || n.plainAck[server]),
		oneSided && n.synAckCount > 0: // a SYN-ACK answers a SYN that was not captured
		return OpeningOneWay
	case n.rstPacket != 0 && n.rstSide == server:
		return OpeningRefused
	case n.rstPacket != 0:
		return OpeningReset
	case n.synAckCount > 0:
		return OpeningHalfOpen
	}
	return OpeningUnanswered
}

func (a *Analyzer) closing(f *flow.Flow, n *note, c *Closing) {
	x, y := &f.Half[0], &f.Half[1]
	c.FinCount, c.RstPacket, c.RstAfter, c.RstIgnored = n.finCount, n.rstPacket, n.rstAfter, n.rstIgnored
	c.HalfClosedFor = -1
	c.Inferred = x.Is(flow.FINGuessed) || y.Is(flow.FINGuessed) || n.orderGuessed
	if n.rstPacket != 0 {
		c.RstBy = sideOf(f, n.rstSide)
	}
	both := x.Is(flow.SentFIN) && y.Is(flow.SentFIN)
	crossed := both && n.finAck[0].Before(y.FinEnd) && n.finAck[1].Before(x.FinEnd)
	first := flow.Side(0)
	switch {
	case both && !crossed && !n.finAck[0].Before(y.FinEnd) && n.finAck[1].Before(x.FinEnd):
		first = 1 // side 0 acknowledged the other's FIN in its own
	case both && !crossed && !n.finAck[1].Before(x.FinEnd) && n.finAck[0].Before(y.FinEnd):
	case !x.Is(flow.SentFIN), both && (n.finAt[1] < n.finAt[0] || n.finAt[1] == n.finAt[0] && n.finPacket[1] < n.finPacket[0]):
		first = 1
	}
	switch {
	case crossed:
		c.Outcome, c.ActiveCloser = ClosingSimultaneous, BothSides
	case both:
		c.Outcome = ClosingNormal
	case x.Is(flow.SentFIN) || y.Is(flow.SentFIN):
		c.Outcome = ClosingHalfClosed
	}
	if c.Outcome == ClosingNormal || c.Outcome == ClosingHalfClosed {
		c.ActiveCloser = sideOf(f, first)
		begun := n.synCount[0] + n.synCount[1] + n.synAckCount
		if x.Packets == 0 || y.Packets == 0 || begun == 0 && !both {
			// The other end may have closed first, unseen.
			c.ActiveCloser, c.Inferred = NoSide, true
		}
		if c.Outcome == ClosingHalfClosed && (x.Has|y.Has)&flow.TailMissed != 0 {
			c.ActiveCloser, c.Inferred = NoSide, true // the octets missed may hold the other FIN
		}
		until := f.Last
		if both {
			until = n.finAt[first.Other()]
		} else if n.rstPacket != 0 {
			until = n.rstAt
		}
		if x.Packets > 0 && y.Packets > 0 {
			c.HalfClosedFor = max(until-n.finAt[first], 0)
			c.HalfClosedOctets = n.halfOctets[first.Other()]
		}
	}
	acked := x.Is(flow.FINProved) && y.Is(flow.FINProved)
	if both && acked {
		c.Segments = 4
		if n.finAcksFIN {
			c.Segments = 3
		}
	}
	if n.rstPacket != 0 && n.rstAfter != RstTimeWait && !n.rstAfterClose {
		c.Outcome = ClosingReset
	}
}

func sideOf(f *flow.Flow, s flow.Side) Side {
	if s == f.Client {
		return ClientSide
	}
	return ServerSide
}

func (n *note) timeWait(f *flow.Flow, w *TimeWait) {
	t := &n.tw
	switch {
	case t.held[0] && t.held[1]:
		w.Holders = BothSides
	case t.held[f.Client]:
		w.Holders = ClientSide
	case t.held[f.Client.Other()]:
		w.Holders = ServerSide
	default:
		return
	}
	w.Since, w.Until, w.Restarts, w.ReusedBy, w.Reuse, w.CutBy = t.since, t.until, t.restarts, t.reusedBy, t.right, t.cutBy
}

// Quote takes an ICMP error that quotes a TCP header: it says why a connection
// failed, and moves nothing (RFC 5927 §4).
func (a *Analyzer) Quote(q *wire.Quote) {
	var p pair
	p.fill(a.table, &q.Tuple)
	a.quote(q, &p)
	a.expire()
}

// quote is Quote but for the connections that are to be forgotten behind it.
func (a *Analyzer) quote(q *wire.Quote, p *pair) {
	a.table.Settle()
	a.tick(q.Time)
	r := a.table.Find(&p.key, p.hash)
	if r == 0 || !undelivered(q) {
		return
	}
	f, from := a.flow(r), p.from
	n, h := a.notes.At(f.Extra), &f.Half[from]
	told := &n.icmpLater
	switch {
	case h.Is(flow.SentSYN) && h.ISN == q.Seq:
		told = &n.icmp
		if n.complete {
			return
		}
	case !outstanding(h, &f.Half[from.Other()], q.Seq):
		return
	}
	told.count++
	if told.count > 1 {
		return
	}
	*told = icmpNote{packet: q.Packet, count: 1, nextMTU: q.NextMTU, typ: q.Type, code: q.Code, from: q.Reporter, fromIsIPv6: q.IPv6}
	if a.cfg.Moment != nil {
		m := a.momentOf(MomentICMPError, f, q.Packet, q.Time)
		a.soFar(f, n)
		m.Connection = &a.conn
		a.tell(m)
	}
}

// undelivered reports whether an ICMP error says that what it quotes did not
// arrive. A Redirect was sent by who forwarded the packet (RFC 792), and a Source
// Quench is to be ignored (RFC 9293 §3.9.2.2, RFC 6633).
func undelivered(q *wire.Quote) bool {
	const sourceQuench, redirect = 4, 5
	return q.IPv6 || q.Type != sourceQuench && q.Type != redirect
}

// outstanding reports whether h had sent the octet with number seq and the other
// end not acknowledged it: an error about anything else is old or made up (RFC
// 5927 §4.1). One about a SYN in the old window is not about the octet of that number.
func outstanding(h, other *flow.Half, seq wire.Seq) bool {
	return h.Is(flow.Sent) && !(h.HasOldSYN && h.OldSYN == seq) && !seq.Before(h.Low) && seq.Before(h.Nxt) && (!other.Is(flow.SentACK) || !seq.Before(other.Ack))
}
