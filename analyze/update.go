package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// update adds the segment to the state of its sender.
func (a *Analyzer) update(f *flow.Flow, n *note, seg *wire.Segment) {
	fx := &a.facts
	x, y := fx.Sender, fx.Receiver
	f.LastPacket, f.Last = seg.Packet, seg.Time
	x.Packets++
	x.Probed = a.probes(seg)
	y.Probed = flow.NotProbed // its probe is answered, or never will be
	if seg.Flags.Has(wire.RST) {
		a.rememberRST(x, y, seg)
	}
	if seg.Flags.Has(wire.RST) || a.stray || a.foreign {
		return // their payload is not part of the stream
	}
	if seg.Flags.Has(wire.SYN) {
		notesSYN(n, fx, seg)
	}
	if !fx.Bare {
		notesRepeat(x, seg, a.lab.Set)
	}
	if a.lab.Set.Has(label.DuplicatePacket) {
		a.copied(n, x, seg)
		return // a copy adds nothing to the original
	}
	a.countSegment(n, fx, seg)
	a.talk(n, seg)
	a.ackWaits(n, seg)
	timeRTT(fx, seg)
	if !seg.Flags.Has(wire.SYN) {
		x.Stamp(&fx.Mark)
	}
	if fx.Cover.Gap > 0 {
		boundRTT(y, seg)
	}
	if seg.Flags.Has(wire.SYN) {
		opens(x, seg)
	}
	if a.cause != label.NoCause || a.lab.Set.Has(label.ShownSpurious) {
		a.countCause(n, seg)
	}
	pause := seg.Time - x.LastTime
	a.remember(x, y, seg)
	if a.cause == label.CauseSpurious {
		a.table.Show(x, seg.Packet) // already counted
	}
	if seg.Len > 0 {
		a.payload(x, y, seg, pause)
	}
	if seg.Flags.Has(wire.FIN) {
		closes(x, y, seg)
	}
	x.Has |= flow.Sent
	if x.Unproved() {
		a.provedBefore(f, n, x, y, seg)
	}
	if seg.Flags.Has(wire.ACK) && !acksNothing(x, y, seg) {
		a.acknowledges(n, x, y, seg)
	}
	a.receives(n, x, y, seg)
	x.Summed(seg.Checksum, seg.End(), a.facts.Cover.Fresh > 0)
	x.TTL = seg.TTL
}

// boundRTT ends the measurement of y at a segment after a gap: another one with the
// acknowledgement may have come before it.
func boundRTT(y *flow.Half, seg *wire.Segment) {
	if seg.Flags.Has(wire.ACK) {
		y.Bound(seg.Ack, seg.Time)
	}
	y.Untime(y.Low)
}

// payload notes that x sends octets: after all that it has sent, or late in a gap that
// ends there. pause is the time since its segment before.
func (a *Analyzer) payload(x, y *flow.Half, seg *wire.Segment, pause int64) {
	fx := &a.facts
	if fx.SeqDelta >= 0 {
		x.SendsNew(y, seg, fx.SeqDelta, pause, a.lab.SACK)
	}
	if fx.SeqDelta >= 0 || fx.Cover.Fills && seg.Seq.Add(seg.Len) == x.Nxt {
		goesOn(x, y)
	}
}

// receives notes the window of the segment's sender.
func (a *Analyzer) receives(n *note, x, y *flow.Half, seg *wire.Segment) {
	if !a.tellsOldWindow(seg) && !a.facts.Refused(seg) {
		x.Advertise(seg.Window, seg.Flags.Has(wire.SYN))
		if x.Has &^= flow.SharedWindow; seg.Options.Set.Has(wire.OptMPTCP) {
			x.Has |= flow.SharedWindow
		}
		if seg.Window == 0 {
			y.Has |= flow.Stopped
		}
		if a.lab.Set.Has(label.WindowShrunk) {
			x.Has |= flow.TookBack
		}
	}
	if seg.Flags.Has(wire.SYN) {
		x.MSS = announcedMSS(seg)
		scale(x, y, n, a.facts.From, a.facts.To, seg)
	}
}

// closes notes the number of a FIN. Of two with different numbers, one of which is not of x, the lower one counts: nothing behind it
// is taken if it is of x.
func closes(x, y *flow.Half, seg *wire.Segment) {
	if hasFIN(x, y) && seg.End().After(x.FinEnd) {
		return
	}
	x.Has &^= flow.FINGuessed
	x.FinEnd = seg.End()
	x.Has |= flow.SentFIN | flow.FINAwaiting
}

// hasFIN reports whether a FIN of x was captured that may be its own: y has acknowledged nothing behind it.
func hasFIN(x, y *flow.Half) bool {
	return x.Closed() && !(y.Is(flow.SentACK) && y.Ack.After(x.FinEnd))
}

// tellsOldWindow reports whether the segment's window is outdated: the segment was
// overtaken (RFC 9293 §3.10.7.4 checks SND.WL1 and SND.WL2 for that), or may have been,
// since hardly any receiver shrinks its window.
func (a *Analyzer) tellsOldWindow(seg *wire.Segment) bool {
	fx := &a.facts
	return fx.Late || a.lab.Set.Has(label.OutOfOrder) ||
		fx.Undated && seg.Window != 0 && fx.Sender.ScaledWindow(seg.Window, false) < fx.Sender.LastWindow()
}

// notesSYN notes when and where a SYN, which may be a copy, was captured.
func notesSYN(n *note, fx *flow.Facts, seg *wire.Segment) {
	fx.Sender.SYNAt = seg.Time
	if !fx.RepeatsSYN {
		n.synFace[fx.From] = seg.Interface
	}
}

// opens notes the number of a SYN.
func opens(x *flow.Half, seg *wire.Segment) {
	if x.SYNs < 255 {
		x.SYNs++
	}
	x.ISN = seg.Seq
	x.Has |= flow.SentSYN | flow.SYNAwaiting
	if !seg.Flags.Has(wire.ACK) {
		x.Has |= flow.SentBareSYN
	}
}

// remember records which numbers of x were captured, and in which packets.
func (a *Analyzer) remember(x, y *flow.Half, seg *wire.Segment) {
	fx := &a.facts
	low, begun, again := x.Low, x.Is(flow.Sent), a.lab.Set.Has(label.Retransmission)
	if again && fx.Cover.Fresh == 0 && fx.Moved {
		x.AgainAt(seg)
	}
	if (fx.Moved || x.TriesPlaces()) && (fx.Cover.Fresh > 0 || !begun || fx.Bare && x.Is(flow.SentACK) && seg.Ack.After(x.Ack)) {
		x.Passes(seg)
	}
	a.table.Add(x, seg.Seq, seg.End())
	if !begun || x.Low.Before(low) {
		a.table.Began(x, &fx.Mark)
	}
	if !begun && y.Is(flow.SentACK) && !seg.Flags.Has(wire.RST) {
		afterProbe(x, y.Ack)
	}
	if fx.Cover.Gap > 0 {
		a.table.Opened(x, seg.Seq, &fx.Mark)
	}
	x.Remember(&fx.Mark, seg.Len+uint32(seg.HeaderLen)-20 > uint32(mssOf(y, seg)) && seg.HeaderLen >= 20)
	switch {
	case !again:
		x.FreshTime = seg.Time
		x.Has &^= flow.TriesCut
	case y.LastTime > x.FreshTime:
		x.Has |= flow.TriesCut
	}
	if !fx.Bare { // acknowledgements in between leave the octet where it is
		probe := a.lab.Set.Has(label.ZeroWindowProbe)
		if x.HasProbe = probe && (fx.SeqDelta == 0 || x.HasProbe); x.HasProbe {
			x.ProbeAt = seg.Seq
		}
		if !probe && y.Window != 0 {
			x.Has &^= flow.Stopped
		}
	}
	var overtaken *flow.Mark
	if a.lab.Set.Has(label.OutOfOrder) {
		overtaken = &fx.Cover.Beyond
	}
	a.table.Log(x, y, seg, again, fx.Cover.Old == 0, overtaken)
	if f := x.InFlight(y, x.Nxt); f > int64(x.MostFlight) {
		x.MostFlight = uint32(f)
	}
	if seg.Options.Set.Has(wire.OptTimestamps) && (!x.HasTS || int32(seg.Options.TSVal-x.TSVal) > 0) {
		x.TSVal, x.HasTS = seg.Options.TSVal, true
	}
}

// acknowledges processes the segment's acknowledgement number.
func (a *Analyzer) acknowledges(n *note, x, y *flow.Half, seg *wire.Segment) {
	if a.facts.AnswersSYN {
		y.Has &^= flow.SYNAwaiting
		y.BoundTwice(seg.Time)
	}
	if a.facts.AnswersFIN {
		y.Has &^= flow.FINAwaiting
	}
	first := !x.Is(flow.SentACK) && !seg.Flags.Has(wire.SYN)
	if first && n.synData == 0 { // data in a SYN may be answered before the handshake is complete (RFC 7413 §3)
		y.BoundSYN(seg.Ack, seg.Time)
	}
	y.Acked(seg.Ack, seg.Time)
	if first {
		x.BoundOpening(y, seg.Time)
	}
	y.Echoed(seg, !x.Is(flow.SentACK) || seg.Ack.After(x.Ack))
	y.Settle(seg.Ack)
	x.SACKSum = flow.SACKSum(seg)
	y.Report(x, seg, a.lab.Set.Has(label.DupAck), a.lab.Set.Has(label.WindowUpdate), a.facts.AcksUnseen)
	if !x.Is(flow.SentACK) || seg.Ack.After(x.Ack) {
		if x.Ack == y.ISN+1 && x.Is(flow.SentSYN|flow.SentACK) && y.Is(flow.SentSYN) {
			x.Accepts(seg.Time)
		}
		x.Ack = seg.Ack
		y.Outrun(seg.Ack)
	}
	x.Has |= flow.SentACK
}

// acksNothing reports whether x acknowledges more octets of y that were not captured than it would ever take, though there are none:
// it has no connection any more, as its own RST shows, and takes none since (RFC 9293 §3.10.7.1); or they stand behind y's FIN (§3.6).
func acksNothing(x, y *flow.Half, seg *wire.Segment) bool {
	return (x.Is(flow.SentRST) && over(x) || y.Closed()) && seg.Ack.After(y.Nxt.Add(max(x.MostWindow, unscaled)))
}

// countCause counts the cause of a retransmission, and notes a retransmission
// of the other end that the segment shows to have been spurious.
func (a *Analyzer) countCause(n *note, seg *wire.Segment) {
	fx := &a.facts
	x, y := fx.Sender, fx.Receiver
	if a.cause != label.NoCause {
		label.Repaired(x, seg.End(), a.cause, a.timer, a.lab.NoSACK)
		n.causes[fx.From][a.cause]++
		if a.obs.Evidence.Inferred(label.Retransmission) {
			n.inferred[fx.From]++
		}
		if a.cause == label.CauseSpurious {
			n.spurious[fx.From]++
		} else if !fx.Late {
			// Linux takes no timestamp from a segment that acknowledges less than one
			// before it (RFC 7323 §4.3 does), so its answer echoes an earlier one.
			a.table.Suspects(x, y, seg, &fx.Mark, &fx.Overlap, fx.SeenBefore)
		}
	}
	if !a.lab.Set.Has(label.ShownSpurious) {
		return
	}
	y.Repair.Cleared(fx.Sure != flow.NotSure, seg)
	packet := y.Suspect.Packet
	if fx.TwiceSent {
		packet = fx.TwiceReceived
	}
	if a.table.Show(y, packet) {
		n.spurious[fx.To]++
	}
}

// probes returns the kind of answer that the segment calls for.
func (a *Analyzer) probes(seg *wire.Segment) flow.Probed {
	y := a.facts.Receiver
	switch {
	case seg.Flags.Has(wire.RST):
		// One before the acknowledged number is dropped silently (RFC 5961 §3.2).
		if (!a.facts.Acceptable || a.behindMissed) && !(y.Is(flow.SentACK) && seg.Seq.Before(y.Ack)) {
			return flow.Doubted
		}
	case a.stray, a.facts.RepeatsSYN && !seg.Flags.Has(wire.ACK) && y.State.Synchronized():
		return flow.Doubted // RFC 5961 §4.2, whatever its number
	case a.lab.Set.Has(label.KeepAlive):
		return a.again(flow.KeepAliveProbed, flow.KeepAlivesProbed)
	case a.lab.Set.Has(label.ZeroWindowProbe):
		return a.again(flow.ZeroWindowProbed, flow.ZeroWindowsProbed)
	}
	return flow.NotProbed
}

// again distinguishes the first probe from later ones of its kind in a row; a copy is not one.
func (a *Analyzer) again(first, more flow.Probed) flow.Probed {
	switch was := a.facts.Sender.Probed; {
	case was != first && was != more:
		return first
	case a.lab.Set.Has(label.DuplicatePacket):
		return was
	}
	return more
}

// countSegment adds to the sender's counters.
func (a *Analyzer) countSegment(n *note, fx *flow.Facts, seg *wire.Segment) {
	x, s := fx.Sender, a.lab.Set
	x.Payload += uint64(seg.Len)
	if seg.Len > x.MostLen {
		n.longest(fx, seg, x.MostLen)
		x.MostLen = seg.Len
	}
	fresh := freshPayload(fx, seg)
	if s.Has(label.KeepAlive) {
		fresh = 0
		x.KeepAlives++
	}
	x.Unique += uint64(fresh)
	if s.Has(label.Retransmission) {
		x.Retransmissions++
		x.Retransmitted += uint64(seg.Len - fresh)
	}
	if s.Has(label.OutOfOrder) {
		x.OutOfOrder++
	}
	if s.Has(label.DupAck) {
		x.DupAcks++
	}
	if s.Has(label.ZeroWindow) {
		x.ZeroWindows++
	}
}

// freshPayload counts the payload octets that were not captured before.
func freshPayload(fx *flow.Facts, seg *wire.Segment) uint32 {
	n := fx.Cover.Fresh
	if seg.Flags.Has(wire.SYN) && !fx.RepeatsSYN && n > 0 {
		n--
	}
	if seg.Flags.Has(wire.FIN) && !fx.RepeatsFIN && n > 0 {
		n--
	}
	return min(n, seg.Len)
}

// timeRTT starts a round-trip measurement at new octets and gives one up when
// octets before its end are sent again.
func timeRTT(fx *flow.Facts, seg *wire.Segment) {
	switch {
	case seg.SeqLen() == 0:
	case fx.Cover.Old > 0 || fx.SeqDelta < 0:
		fx.Sender.Untime(seg.Seq)
	case fx.Sender == fx.Receiver && seg.Flags.Has(wire.SYN|wire.ACK): // of a socket connected with itself: it acknowledges its own SYN
	case fx.SeqDelta == 0:
		fx.Sender.Time(seg.End(), seg.Time)
	}
}
