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
		return // the record is not wanted
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
		a.record(f, n, end)
		a.cfg.Connection(&a.conn)
	}
	a.dropNote(f.Extra)
	a.table.Release(r)
}

// record fills a.conn.
func (a *Analyzer) record(f *flow.Flow, n *note, end Ending) {
	a.soFar(f, n)
	a.doubtsSilent(f, n, end)
	a.conn.Evicted = end == EndEvicted
	if !a.cfg.WithoutZeek {
		a.conn.ZeekState, a.conn.ZeekHistory = n.zeek.ConnState(), a.histories.Of(&n.zeek)
	}
}

// soFar fills a.conn except for the fields of Zeek, which only a complete record
// has.
func (a *Analyzer) soFar(f *flow.Flow, n *note) {
	c := &a.conn
	client, server := f.Client, f.Client.Other()
	c.clear()
	c.Number, c.RolesGuessed, c.EncapID = f.Number, !f.RolesKnown, f.Key.Encap
	c.Client, c.Server = f.Key.End(client), f.Key.End(server)
	c.FirstPacket, c.LastPacket, c.Start, c.End = f.FirstPacket, f.LastPacket, f.Start, max(f.Start, f.Last)
	c.ClientState, c.ServerState = lastState(f, n, client), lastState(f, n, f.Peer(client))
	a.direction(&c.FromClient, f, n, client)
	a.direction(&c.FromServer, f, n, server)
	c.ClientBase, c.ServerBase = n.base(f, client), n.base(f, f.Peer(client))
	waits := n.waits
	waits.limit(c.End - c.Start)
	c.FromClient.waited(&waits, client)
	c.FromServer.waited(&waits, server)
	c.Silence, c.StepsDropped = waits.record(client), n.stepsLost
	n.clues.record(&c.Clues, client)
	c.Clues.SynTwice = f.Half[client].SYNTwice
	if n.doubts&(label.SeveralClocks|label.ClockBack) == 0 {
		c.FromClient.AckWait, c.FromServer.AckWait = n.ackWait.record(client), n.ackWait.record(server)
	}
	c.FromClient.held(&n.windows[client])
	c.FromServer.held(&n.windows[server])
	if n.orderGuessed {
		c.ClientState, c.ServerState = c.ClientState.Infer(), c.ServerState.Infer()
	}
	if c.ServerState == state.Listen|state.Inferred && n.synAckCount == 0 {
		c.ServerState = state.Unknown // nothing that it sent shows that it was listening
	}
	copy(c.Labels[:], n.labels[:])
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		c.addStep(&a.steps.At(i).Step)
	}
	n.opening(f, &c.Opening)
	if i := &n.icmpLater; i.packet != 0 {
		c.ICMP = ICMP{Packet: i.packet, Count: i.count, Type: i.typ, Code: i.code, From: i.sender(), NextMTU: i.nextMTU}
	}
	n.closing(f, &c.Closing)
	n.timeWait(f, &c.TimeWait)
}

// lastState returns the state of side s after its last segment; inferred where what moves it may have been missed: the ACK
// of a SYN or FIN, which it does not answer (RFC 9293 §3.10.7.4), where segments of the connection were missed as in a capture
// of SYN, FIN and RST alone; a RST as well where nothing of the other end was captured though this one acknowledges some.
func lastState(f *flow.Flow, n *note, s flow.Side) state.State {
	h := &f.Half[s]
	switch b := h.State.Base(); {
	case b == state.Closed:
	case f.Half[f.Peer(s)].Packets == 0 && h.Is(flow.SentACK), awaitsACK(b) && n.missedSome(f):
		return h.State.Infer()
	}
	return h.State
}

// awaitsACK reports whether an end in a state waits for the ACK of its SYN or FIN.
func awaitsACK(b state.State) bool {
	switch b {
	case state.SynReceived, state.FinWait1, state.Closing, state.LastAck:
		return true
	}
	return false
}

// missedSome reports whether segments of the connection were missed: octets that were acknowledged, or the ACK of the SYN-ACK,
// which an end sends before a FIN, unless that was queued (RFC 9293 §3.10.7.3, fourth): then nothing tells.
func (n *note) missedSome(f *flow.Flow) bool {
	return n.doubts&label.Missed != 0 || n.ackLater || n.ackPacket != 0 && n.ackPacket == n.finPacket[f.Client]
}

// clear empties the record, but keeps the memory of its lists.
func (c *Connection) clear() {
	steps, syns, synAcks, fins := c.Steps, c.Opening.SynPackets, c.Opening.SynAckPackets, c.Closing.FinPackets
	*c = Connection{Steps: steps[:0]}
	c.Opening.SynPackets, c.Opening.SynAckPackets, c.Closing.FinPackets = syns[:0], synAcks[:0], fins[:0]
}

func (c *Connection) addStep(s *Step) {
	c.Steps = append(c.Steps, *s)
	c.list(s)
}

// list adds the packet of a step to the list of its kind.
func (c *Connection) list(s *Step) {
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

// beyondByRST returns how many sequence numbers h, side s, had sent behind the last that was captured, as the numbers of the RST say.
func (n *note) beyondByRST(h *flow.Half, s flow.Side) uint64 {
	if n.rstPacket == 0 || !n.rstMissed[s] {
		return 0
	}
	return uint64(max(n.rstNxt[s].Diff(h.Nxt), 0))
}

// direction sums up in d, which is zero, what side s of f sent.
func (a *Analyzer) direction(d *Direction, f *flow.Flow, n *note, s flow.Side) {
	h, other := &f.Half[s], &f.Half[f.Peer(s)]
	d.Packets, d.PayloadOctets, d.UniqueOctets = h.Packets, h.Payload, h.Unique
	d.Retransmissions, d.RetransmittedBytes = uint64(h.Retransmissions), h.Retransmitted
	d.OutOfOrder, d.DuplicatePackets = uint64(h.OutOfOrder), uint64(h.Duplicates)
	d.DuplicateAcks, d.ZeroWindows, d.KeepAlives = uint64(h.DupAcks), uint64(h.ZeroWindows), uint64(h.KeepAlives)
	d.MissingBytes, d.UnseenBytes = a.table.Missing(h)+max(flow.Beyond(h, other), n.beyondByRST(h, s)), a.table.Unseen(h, other)
	d.RTT, d.EchoRTT, d.SmoothedRTT, d.RTO = h.RTT(), h.EchoRTT(), h.SRTT(), h.RTO()
	d.MostInFlight, d.Causes, d.Spurious = uint64(h.MostFlight), n.causes[s], uint64(n.spurious[s])
	d.LostBetween = uint64(n.lostBetween[s])
	d.Inferred = uint64(n.inferred[s])
	d.Unacknowledged, d.Timeouts = uint64(max(h.InFlight(other, h.Nxt), 0)), h.Repair.Backoff
	if l := &n.long[s]; l.busy && !l.settled {
		d.Stuck = l.stuck
	}
	// The last two probes, or their answers, may still be on the way if the time is
	// short.
	if h.Probed.Unanswered() && other.Packets > 0 && h.LastTime-other.LastTime > 2*wayBack(f, n, other) {
		d.Probed = Probed{For: h.LastTime - other.LastTime, Window: h.Probed.ZeroWindow()}
	}
	if n.long[s].Tries != 0 {
		d.Long = n.long[s].record()
	}
}

// base returns what the numbers of side s count from.
func (n *note) base(f *flow.Flow, s flow.Side) Base {
	h := &f.Half[s]
	isn := h.Is(flow.SentSYN) || n.synAckCount > 0 && n.ackOfISNKnown[s] && n.ackOfISN[s]-1 == h.Base
	return Base{Number: h.Base, Known: h.Is(flow.BaseFixed), ISN: isn && h.Is(flow.BaseFixed)}
}

// waited adds the times that the end had to wait.
func (d *Direction) waited(w *waitNote, s flow.Side) {
	d.SlowestAnswer, d.ResendWait = w.answers[s], w.resends[s]
}

// held adds the times that the windows of the other end held this one back.
func (d *Direction) held(w *windowNote) {
	d.ZeroWindowTime, d.WindowFullTime, d.WindowEpisodes = w.zero, w.full, uint64(w.count)
}

// opening fills o, which is zero but for its lists of packets.
func (n *note) opening(f *flow.Flow, o *Opening) {
	client, server := f.Client, f.Peer(f.Client)
	x, y := &f.Half[client], &f.Half[server]
	o.SynCount, o.ServerSynCount = n.synCount[client], n.synCount[client.Other()]
	o.SynAckCount, o.AckPacket = n.synAckCount, n.ackPacket
	o.ClientISN, o.ClientISNKnown = x.ISN, x.Is(flow.SentSYN)
	o.ServerISN, o.ServerISNKnown = y.ISN, y.Is(flow.SentSYN)
	o.AckOfClient, o.AckOfClientKnown = n.ackOfISN[client], n.ackOfISNKnown[client]
	o.AckOfServer, o.AckOfServerKnown = n.ackOfISN[server], n.ackOfISNKnown[server]
	// Times are unknown rather than negative if the clock ran backwards.
	o.RTTServer, o.RTTClient, o.Took = flow.PlausibleRTT(n.rttServer), flow.PlausibleRTT(n.rttClient), -1
	if n.complete && n.synCount[client] > 0 {
		o.Took = max(n.completeAt-n.firstSYN, -1)
	}
	o.ClientOptions, o.ServerOptions = n.options[client], n.options[server]
	o.SynData, o.AckData = n.synData, n.ackData
	o.LostSyn, o.LostSynAck = n.lostSYN[client], n.lostSYN[server]
	o.Renumbered, o.RenumberedAck = n.renumbered.segments, n.renumbered.packet
	o.SynAckISNs, o.BadAcks, o.SynAckFirst, o.AckLater = n.synAckISNs, n.badAcks, n.synAckFirst, n.ackLater
	if n.icmp.packet != 0 {
		o.ICMPPacket, o.ICMPType, o.ICMPCode = n.icmp.packet, n.icmp.typ, n.icmp.code
		o.ICMPFrom, o.ICMPOfServer = n.icmp.sender(), n.icmp.of != client
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
		// ACKs that advance prove that the other direction exists.
		s := f.Client
		if !x.Is(flow.Sent) {
			s = server
		}
		if oneSided && n.plainAck[s] && f.Half[s].Ack.After(n.firstAck[s]) {
			return OpeningOneWay
		}
		return OpeningMidstream
	case n.simultaneous:
		return OpeningSimultaneous
	case n.complete, n.opened && !oneSided && n.synCount[f.Client] > 0:
		return OpeningComplete
	case oneSided && (n.plainAck[f.Client] || n.plainAck[server] || n.opened),
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

// closing fills c, which is zero but for its list of packets.
func (n *note) closing(f *flow.Flow, c *Closing) {
	x, y := &f.Half[0], &f.Half[f.Peer(0)]
	c.FinCount, c.RstPacket, c.RstAfter, c.RstIgnored = n.finCount, n.rstPacket, n.rstAfter, n.rstIgnored
	c.RstUnasked = n.rstUnasked
	c.HalfClosedFor = -1
	c.Inferred = x.Is(flow.FINGuessed) || y.Is(flow.FINGuessed) || n.orderGuessed
	if n.rstPacket != 0 {
		c.RstBy = sideOf(f, n.rstSide)
	}
	both := x.Is(flow.SentFIN) && y.Is(flow.SentFIN)
	c.OrderInferred = both && (x.Has|y.Has)&flow.OrderUnsure != 0
	switch {
	case both && n.finAck[0].Before(y.FinEnd) && n.finAck[f.Peer(0)].Before(x.FinEnd): // they crossed
		c.Outcome, c.ActiveCloser = ClosingSimultaneous, BothSides
	case both:
		c.Outcome = ClosingNormal
		n.closedFirst(f, c)
	case x.Is(flow.SentFIN) || y.Is(flow.SentFIN):
		c.Outcome = ClosingHalfClosed
		n.closedFirst(f, c)
	}
	if both && x.Is(flow.FINProved) && y.Is(flow.FINProved) {
		c.Segments = 4
		if n.finAcksFIN {
			c.Segments = 3
		}
	}
	if n.rstPacket != 0 && n.rstAfter != RstTimeWait && !n.rstAfterClose {
		c.Outcome = ClosingReset
	}
}

// closedFirst fills in who closed first, and what came until the other end closed. The
// close is by one FIN, or by two that did not cross.
func (n *note) closedFirst(f *flow.Flow, c *Closing) {
	x, y := &f.Half[0], &f.Half[f.Peer(0)]
	both := c.Outcome == ClosingNormal
	first := n.firstFIN(f, both)
	c.ActiveCloser = sideOf(f, first)
	begun := n.synCount[0] + n.synCount[1] + n.synAckCount
	if x.Packets == 0 || y.Packets == 0 || begun == 0 && !both {
		// The other end may have closed first, unseen.
		c.ActiveCloser, c.Inferred = NoSide, true
	}
	if !both && (x.Has|y.Has)&flow.TailMissed != 0 {
		c.ActiveCloser, c.Inferred = NoSide, true // the missed octets may include the other FIN
	}
	if x.Packets == 0 || y.Packets == 0 {
		return
	}
	until := f.Last
	if both {
		until = n.finAt[f.Peer(first)]
	} else if n.rstPacket != 0 {
		until = n.rstAt
	}
	c.HalfClosedFor = max(until-n.finAt[first], 0)
	c.HalfClosedOctets = n.halfOctets[f.Peer(first)]
}

// firstFIN returns the side whose FIN came first: if both were sent, the one
// whose FIN is acknowledged by the other's, else the one captured first.
func (n *note) firstFIN(f *flow.Flow, both bool) flow.Side {
	x, y := &f.Half[0], &f.Half[f.Peer(0)]
	if both {
		switch xAnswers, yAnswers := !n.finAck[0].Before(y.FinEnd), !n.finAck[1].Before(x.FinEnd); {
		case !xAnswers: // y's does, as they did not cross
			return 0
		case !yAnswers:
			return 1
		}
	}
	if !x.Is(flow.SentFIN) || both && (n.finAt[1] < n.finAt[0] || n.finAt[1] == n.finAt[0] && n.finPacket[1] < n.finPacket[0]) {
		return 1
	}
	return 0
}

func sideOf(f *flow.Flow, s flow.Side) Side {
	if s == f.Client {
		return ClientSide
	}
	return ServerSide
}

// timeWait fills w, which is zero.
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
