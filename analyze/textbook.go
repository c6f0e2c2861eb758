package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Most connections are short and textbook: RFC 9293 figures 6 and 12 with each segment
// once and in order, as far as they go, or a SYN that is refused. If all segments of such
// a connection are at hand when it is handed over (package journal, which says what may
// follow what), the state that serves to detect anomalies is not needed. This file
// computes what such a connection leaves for its record, and nothing else: it gives up at
// the first segment about which there is more to say than its Phase, and then the
// connection is analysed (Analyzer.read). The results are the same either way.

// textbook is the state for that. The Flow and the note hold what record reads.
type textbook struct {
	msl2   int64 // 2MSL, nanoseconds
	zeek   bool  // the fields of Zeek are wanted
	flow   flow.Flow
	note   note
	steps  []Step
	stamps bool      // both SYNs had timestamps, so that all segments have them
	ids    [2]uint16 // the last IP identification of each side; 0: none
	made   func()    // if set by a test, called for every record made
}

// byTheBook hands over and forgets a connection whose segments were only stored. It
// reports false and changes nothing if the connection has to be analysed.
func (a *Analyzer) byTheBook(r flow.Ref, end Ending) bool {
	b := &a.textbook
	if !a.table.Glance(r, &b.flow, &a.unread.reader) || !b.all(&a.unread.reader, &a.unread.seg) {
		return false
	}
	if b.made != nil {
		b.made()
	}
	a.wasUnread(&b.flow)
	a.record(&b.flow, &b.note, end)
	a.conn.Steps, b.steps = b.steps, a.conn.Steps // swapped to avoid a copy
	for i := range a.conn.Steps {
		a.conn.list(&a.conn.Steps[i])
	}
	a.cfg.Connection(&a.conn)
	a.table.Discard(r)
	return true
}

// all processes the segments of a connection, and reports whether it is
// textbook.
func (b *textbook) all(j *journal.Reader, seg *wire.Segment) bool {
	f := &b.flow
	b.note = note{} // in place: with values in it a second one would be copied
	b.note.rttServer, b.note.rttClient = -1, -1
	b.steps, b.stamps, b.ids = b.steps[:0], false, [2]uint16{}
	seg.IPv6 = f.Key.IPv6 // of the tuple only this is used
	from, more := j.Next(seg)
	f.Client, f.RolesKnown = flow.Side(from), true
	x, y := b.ends(from)
	fits := seg.Flags == wire.SYN && unremarkable(seg)
	for fits && more {
		b.account(flow.Side(from), x, y, seg)
		if from, more = j.Next(seg); more {
			x, y = b.ends(from)
			fits = b.follows(flow.Side(from), x, y, seg)
		}
	}
	return fits
}

// ends returns the half of the side that sent a segment, and the other half.
func (b *textbook) ends(from uint8) (x, y *flow.Half) {
	if from == 0 {
		return &b.flow.Half[0], &b.flow.Half[1]
	}
	return &b.flow.Half[1], &b.flow.Half[0]
}

// unremarkable reports whether there is nothing to say of a segment by itself.
func unremarkable(seg *wire.Segment) bool {
	return seg.Checksum <= wire.ChecksumGood && seg.TrafficClass&3 != 3 && seg.Options.SACKBlocks == 0 && !seg.Options.Set.Has(wire.OptCut)
}

// follows reports whether a segment carries the next octets or acknowledges new
// ones, or both, within a window that leaves room; or answers a SYN.
func (b *textbook) follows(from flow.Side, x, y *flow.Half, seg *wire.Segment) bool {
	f, o := &b.flow, &seg.Options
	if !x.Is(flow.SentSYN) {
		return unremarkable(seg) && (seg.Flags == wire.SYN|wire.ACK || seg.Flags == wire.RST|wire.ACK)
	}
	options := wire.OptionSet(0)
	if b.stamps {
		options = wire.OptTimestamps
	}
	switch {
	case !unremarkable(seg), seg.Flags&^(wire.PSH|wire.FIN) != wire.ACK, seg.Seq != x.Nxt, seg.Window == 0,
		o.Set != options, b.stamps && int32(o.TSVal-x.TSVal) < 0,
		seg.Len > uint32(y.MSS), seg.Len > 0 && !seg.End().Before(y.Ack.Add(y.LastWindow())),
		seg.SeqLen() > 0 && label.MayHide(seg.IPID-b.ids[from], seg.Time-f.Last):
		return false
	case !x.Is(flow.SentACK): // it completes the handshake
		// Where both scale, a window that differs from that of the SYN says nothing.
		return x.Scale > 0 && seg.Window != x.Window || !otherScale(&b.note.options[from], &b.note.options[from.Other()], seg.Window, seg.Ack.Diff(y.ISN+1))
	case seg.Ack.Before(x.Ack), seg.Ack == x.Ack && seg.SeqLen() == 0:
		return false
	case x.Scale > 0 && seg.Window == x.Window && from != f.Client && b.note.clues.ServerProved == 0 &&
		otherScale(&b.note.options[from], &b.note.options[from.Other()], seg.Window, seg.Ack.Diff(y.ISN+1)):
		return false // the first after its SYN-ACK; where one end alone offers to scale, such a window takes some back: see below
	case y.Is(flow.SentFIN) && b.mayHaveClosed(from, x, y, seg):
		return false
	}
	edge := seg.Ack.Add(x.ScaledWindow(seg.Window, false))
	return x.Ack.Add(x.LastWindow()).Diff(edge) < 1<<x.Scale // it does not move left
}

// mayHaveClosed reports whether x, whose segment comes behind a FIN of y, may have closed before it had that
// (orderUnsure).
func (b *textbook) mayHaveClosed(from flow.Side, x, y *flow.Half, seg *wire.Segment) bool {
	fin := seg.Flags.Has(wire.FIN)
	if x.Is(flow.OrderUnsure) && (seg.Len > 0 || fin && x.Is(flow.FINMayWait)) {
		return true
	}
	if y.Is(flow.FINProved) {
		return false
	}
	return !x.Is(flow.SentFIN) && x.Nxt.After(b.note.finAck[from.Other()]) ||
		fin && label.MayMissAnswer(seg.IPID-b.ids[from], seg.Time-y.LastTime)
}

// account processes the next segment.
func (b *textbook) account(from flow.Side, x, y *flow.Half, seg *wire.Segment) {
	f, n := &b.flow, &b.note
	var phase label.ID
	delta := seg.Time - f.Last
	switch {
	case seg.Flags == wire.SYN:
		phase, delta = label.SYN, 0
		b.syn(from, seg)
	case seg.Flags.Has(wire.SYN):
		phase = label.SynAck
		b.synAck(from, seg)
	case seg.Flags.Has(wire.RST):
		phase = label.RST
		b.refusal(from, seg)
	default:
		phase = b.continues(from, x, y, seg)
	}
	n.labels[phase]++
	n.waits.segment(from, seg, delta, label.Set(0).With(phase))
	if b.zeek {
		n.zeek.Segment(seg, from == f.Client, false)
	}
	x.Packets++
	if phase != label.RST {
		n.ackWait.segment(from, x, y, seg)
		b.sent(x, y, seg)
		if seg.Len > 0 {
			n.waits.talks(from, seg)
		}
		n.clues.end(from).ttl(seg.TTL)
	}
	f.LastPacket, f.Last = seg.Packet, seg.Time
	x.LastTime, x.FreshTime = seg.Time, seg.Time
	if seg.IPID != 0 {
		b.ids[from] = seg.IPID
	}
	if phase != label.Data && phase != label.Ack {
		b.step(from, seg, phase)
	}
}

// step adds a step. It is filled in place: of one that was just made field by field, a copy
// would wait for what is stored.
func (b *textbook) step(from flow.Side, seg *wire.Segment, phase label.ID) {
	n := len(b.steps)
	if n == cap(b.steps) {
		b.steps = append(b.steps, Step{})
	}
	b.steps = b.steps[:n+1]
	s := &b.steps[n]
	fillStep(s, &b.flow, from, seg, phase)
	s.Acceptable = phase == label.RST
}

// syn processes the SYN.
func (b *textbook) syn(from flow.Side, seg *wire.Segment) {
	f, n := &b.flow, &b.note
	f.FirstPacket, f.Start = seg.Packet, seg.Time
	f.Half[from].State, f.Half[from.Other()].State = state.SynSent, state.Listen|state.Inferred
	n.synCount[from], n.firstSYN = 1, seg.Time
	b.opening(from, seg)
}

// synAck processes the SYN-ACK.
func (b *textbook) synAck(from flow.Side, seg *wire.Segment) {
	f, n := &b.flow, &b.note
	x, y := &f.Half[from], &f.Half[from.Other()]
	x.State = state.SynReceived
	n.synAckCount, n.synAckISNs = 1, 1
	n.ackOfISN[from.Other()], n.ackOfISNKnown[from.Other()], n.synAnswered[from.Other()] = seg.Ack, true, true
	n.rttServer = seg.Time - n.firstSYN
	b.opening(from, seg)
	scale(x, y, n, from, from.Other(), seg)
	b.stamps = (n.options[0].Set & n.options[1].Set).Has(wire.OptTimestamps)
}

// opening notes what the SYN and the SYN-ACK say about their sender.
func (b *textbook) opening(from flow.Side, seg *wire.Segment) {
	x := &b.flow.Half[from]
	x.ISN, x.Base, x.MSS, x.SYNAt = seg.Seq, seg.Seq, announcedMSS(seg), seg.Time
	x.Has |= flow.SentSYN | flow.BaseFixed
	b.note.options[from] = offered(seg, ECNNone)
}

// refusal processes the RST that answers the SYN.
func (b *textbook) refusal(from flow.Side, seg *wire.Segment) {
	f, n := &b.flow, &b.note
	x, y := &f.Half[from], &f.Half[from.Other()]
	x.Base = seg.Seq
	x.Has |= flow.BaseFixed
	x.State, y.State = x.State.Base().After(state.SendRST), y.State.Base().After(state.GetRST)
	n.rstPacket, n.rstAt, n.rstSide, n.rstAfter = seg.Packet, seg.Time, from, RstRefused
	n.clues.Rst = RstClue{Packet: seg.Packet, TTL: seg.TTL, IPID: seg.IPID, Window: seg.Window}
}

// continues processes a segment after the SYNs and returns its Phase.
func (b *textbook) continues(from flow.Side, x, y *flow.Half, seg *wire.Segment) (phase label.ID) {
	f, n := &b.flow, &b.note
	phase = label.Ack
	if seg.Len > 0 {
		phase = label.Data
	}
	if !n.complete {
		phase = label.HandshakeAck
		x.State, y.State = state.Established, state.Established
		n.complete, n.completeAt, n.ackPacket, n.ackData = true, seg.Time, seg.Packet, seg.Len
		n.ackOfISN[from.Other()], n.ackOfISNKnown[from.Other()] = seg.Ack, true
		n.rttClient = seg.Time - f.Last
	}
	switch c := &n.clues; {
	case c.ServerProved != 0:
	case from != f.Client:
		c.ServerProved, c.ServerProvedAt = seg.Packet, seg.Time
	default:
		c.ignored(seg, false)
	}
	if y.Is(flow.SentFIN) {
		n.halfOctets[from] += uint64(seg.Len)
	}
	answers := y.Has&(flow.SentFIN|flow.FINProved) == flow.SentFIN && !seg.Ack.Before(y.FinEnd)
	if answers {
		y.Has |= flow.FINProved
		if !x.Is(flow.SentFIN) {
			getsFINWaiting(x, y, n.finAck[from.Other()], seg)
		}
	}
	switch {
	case seg.Flags.Has(wire.FIN):
		phase = label.FIN
		x.State = state.FinWait1
		if y.Is(flow.SentFIN) {
			x.State = state.LastAck
			x.Has &^= flow.OrderUnsure // follows has seen to that
		} else {
			heldBack(y, x, seg)
		}
		x.FinEnd = seg.End()
		x.Has |= flow.SentFIN
		n.finCount++
		n.finAt[from], n.finAck[from] = seg.Time, seg.Ack
		n.finAcksFIN = answers
	case answers && x.Is(flow.SentFIN):
		phase = label.AckOfFin
		x.State, y.State = state.TimeWait, state.Closed
		n.tw.held[from], n.tw.since, n.tw.until = true, seg.Time, seg.Time+b.msl2
	case answers:
		phase = label.AckOfFin
		x.State, y.State = state.CloseWait, state.FinWait2
	}
	return phase
}

// sent notes the octets in flight, and times round trips.
func (b *textbook) sent(x, y *flow.Half, seg *wire.Segment) {
	stamped := seg.Options.Set.Has(wire.OptTimestamps)
	x.Payload += uint64(seg.Len)
	x.Unique += uint64(seg.Len)
	x.MostLen = max(x.MostLen, seg.Len)
	x.Nxt = seg.End()
	if seg.SeqLen() > 0 {
		x.Time(x.Nxt, seg.Time)
	}
	if !seg.Flags.Has(wire.SYN) {
		x.Stamp(&flow.Mark{Time: seg.Time, TSVal: seg.Options.TSVal, HasTS: stamped, Bare: seg.SeqLen() == 0})
	}
	if n := x.InFlight(y, x.Nxt); n > int64(x.MostFlight) {
		x.MostFlight = uint32(n)
	}
	if stamped {
		x.TSVal, x.HasTS = seg.Options.TSVal, true
	}
	if seg.Flags.Has(wire.ACK) {
		y.Acked(seg.Ack, seg.Time)
		y.Echoed(seg, seg.Ack.After(x.Ack))
		x.Ack = seg.Ack
		x.Has |= flow.SentACK
	}
	x.Advertise(seg.Window, seg.Flags.Has(wire.SYN))
}
