package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// An ACK field says two things. It proves which SYN and FIN of the other end had reached
// the sender of the segment (proofs); and once it counts as arrived at the other end,
// that end's own SYN and FIN are acknowledged (arrive). Until a SYN or FIN before it is
// proved to have arrived, it is held; and in a segment that is dropped as old it does not
// count (acks).

// proofs marks what the segment's ACK field proves to have reached its sender
// x, and reports whether it proved anything.
func (a *Analyzer) proofs(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) (some bool) {
	if y.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && y.CoversSYN(seg.Ack, a.facts.Beyond(seg)) {
		y.Has |= flow.SYNProved
		if x.State.Base() != state.Closed || !x.Any(flow.GotRST|flow.SentRST) {
			// A segment that crossed a RST opens nothing.
			a.move(f, n, x, state.GetSYN)
			x.State = x.State.Base()
		}
		some = true
	}
	if y.Has&(flow.SentFIN|flow.FINProved) == flow.SentFIN && !seg.Ack.Before(y.FinEnd) {
		y.Has |= flow.FINProved
		if y.Is(flow.FINSpoilt) {
			y.Has &^= flow.FINSpoilt
			a.move(f, n, y, state.SendFIN)
		}
		if !x.Is(flow.SentFIN) {
			getsFINWaiting(x, y, n.finAck[a.facts.To], seg)
		}
		if x.State.Base() == state.SynReceived {
			x.State = x.State.Base() // whether it was open yet makes no difference (RFC 9293 §3.10.7.4, eighth)
		}
		a.getsFIN(f, n, x)
		if y.Is(flow.FINGuessed) {
			x.State = x.State.Infer()
		}
		some = true
	}
	return some
}

// getsFIN applies the arrival of the peer's FIN to h. If nothing was known of
// h, its own FIN may have been sent before the capture began.
func (a *Analyzer) getsFIN(f *flow.Flow, n *note, h *flow.Half) {
	unsure := h.State.Base() == state.Unknown
	if h.Any(flow.GotRST | flow.SentRST) {
		alive := h.StateIfAlive() // as it is perhaps (revive)
		*alive = alive.After(state.GetFIN)
	}
	notAhead(h)
	a.move(f, n, h, state.GetFIN)
	if unsure {
		h.State = h.State.Infer()
	}
}

// provedBefore counts what y had acknowledged before the capture showed it: a
// SYN or FIN of x that stands after its acknowledgement in the file.
func (a *Analyzer) provedBefore(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if !y.Is(flow.SentACK) {
		return
	}
	if x.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && y.Ack.After(x.ISN) && !y.Ack.After(x.Nxt) {
		x.Has |= flow.SYNProved
		x.Has &^= flow.SYNAwaiting
		a.release(f, n, y, x) // what a SYN-ACK acknowledges has arrived together with its SYN
	}
	if x.Has&(flow.SentFIN|flow.FINProved) == flow.SentFIN && !y.Ack.Before(x.FinEnd) {
		x.Has |= flow.FINProved
		x.Has &^= flow.FINAwaiting
		if !a.closedLast(n, x, y, seg) {
			a.getsFIN(f, n, y)
		} else if y.Is(flow.FINProved) {
			a.arrive(f, n, x, n.finAck[f.SideOf(y)]) // it came with y's FIN
		}
	}
}

// closedLast reports, and notes in y, that its FIN, although captured before x's, acknowledged
// x's, and x's did not acknowledge y's: y closed last, and does not enter TIME-WAIT (RFC 9293
// §3.6). This is inferred, because y may have sent an earlier FIN, unseen, that crossed x's.
func (a *Analyzer) closedLast(n *note, x, y *flow.Half, seg *wire.Segment) bool {
	if !seg.Ack.Before(y.FinEnd) || n.finAck[a.facts.To].Before(x.FinEnd) {
		return false
	}
	switch y.State.Base() {
	case state.FinWait1:
		y.State = state.LastAck | state.Inferred
	case state.FinWait2:
		y.State = state.Closed | state.Inferred
	default:
		return false
	}
	n.orderGuessed = true
	return true
}

// acks lets the segment's ACK count at its receiver y: now, or if a SYN or FIN stands before
// it, when that is proved. A segment that ends before what y has acknowledged, as a
// keep-alive does, is answered and dropped before its ACK is looked at (RFC 9293
// §3.10.7.4, first). Its sender had acknowledged the SYN or FIN before, by a segment that
// was not captured: that may have arrived, so y's state is inferred.
func (a *Analyzer) acks(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	switch before, upTo := a.old(x, y, seg); {
	case before:
		if acksSYN(y, seg.Ack) || acksFIN(y, seg.Ack) {
			y.State = y.State.Infer()
		}
	case upTo:
		// The RFC drops it as well; Linux goes by what it has acknowledged (RCV.WUP), and
		// takes the ACK of what ends there.
		a.arrivesPerhaps(f, n, y, seg.Ack)
	case x.Unproved() || seg.Flags.Has(wire.SYN) && !x.Is(flow.SYNProved) || finNow(x, seg):
		hold(x, seg)
		if y.State == state.FinWait1 && acksFIN(y, seg.Ack) && a.behindGap(f, n, x, y) {
			aheadOfGap(y)
		}
	case a.outside(y):
	case beyondRoom(y, seg):
		// Valid ACKs may be taken even so (§3.10.7.4, first); Linux takes none.
		a.arrivesPerhaps(f, n, y, seg.Ack)
	default:
		a.arrive(f, n, y, seg.Ack)
	}
}

// arrivesPerhaps counts an acknowledgement number as arrived at h, by inference.
func (a *Analyzer) arrivesPerhaps(f *flow.Flow, n *note, h *flow.Half, ack wire.Seq) {
	was := h.State
	if a.arrive(f, n, h, ack); h.State != was {
		h.State = h.State.Infer()
	}
}

// beyondRoom reports whether the segment begins after the last window that its receiver y
// gave: y has shut it since, with octets on their way, which it does not take. A window with a
// scale may be rounded down: that takes back no room (RFC 7323 §2.4). What lies beyond the
// largest window, too, shows that acknowledgements of y were missed, and nothing else.
func beyondRoom(y *flow.Half, seg *wire.Segment) bool {
	const known, shared = flow.SentACK | flow.Scaled, flow.SharedWindow
	from := y.Ack.Add(1<<y.Scale - 1)
	return y.Has&(known|shared) == known && seg.Seq.After(from.Add(y.LastWindow())) && !seg.Seq.After(from.Add(y.MostWindow))
}

// old reports whether the segment lies before RCV.NXT of its receiver y: it ends before
// what y has acknowledged, or, with octets, just there. An end that only answered a SYN
// drops both; but a SYN is taken all the same, if both crossed (RFC 9293 figure 7).
// Octets that are captured for the first time may be what y acknowledged, in a capture that
// has its segments in another order.
func (a *Analyzer) old(x, y *flow.Half, seg *wire.Segment) (before, upTo bool) {
	if seg.Flags.Has(wire.SYN) || !y.Is(flow.SentACK) || y.Ack.After(x.Nxt) || a.facts.Cover.Fresh > 0 {
		return false, false
	}
	d, asked := seg.End().Diff(y.Ack), y.State.Base() == state.SynReceived && !y.Is(flow.SentBareSYN)
	upTo = d == 0 && !a.facts.Bare
	return d < 0 || upTo && asked, upTo
}

// acksSYN reports whether an acknowledgement number is the first that arrives for the SYN
// that h sent and the other end got; acksFIN likewise for its FIN.
func acksSYN(h *flow.Half, ack wire.Seq) bool {
	return h.Has&(flow.SentSYN|flow.SYNProved|flow.SYNAcked) == flow.SentSYN|flow.SYNProved && ack.After(h.ISN)
}

func acksFIN(h *flow.Half, ack wire.Seq) bool {
	return h.Has&(flow.SentFIN|flow.FINAcked) == flow.SentFIN && !ack.Before(h.FinEnd)
}

// arrive counts an acknowledgement number as arrived at h.
func (a *Analyzer) arrive(f *flow.Flow, n *note, h *flow.Half, ack wire.Seq) {
	opening := h.State.Base() == state.SynSent || h.State.Base() == state.SynReceived
	// In SYN-SENT an ACK without a SYN is dropped (RFC 9293 §3.10.7.3, fifth): it is how
	// an end in SYN-RECEIVED answers a repeated SYN.
	dropped := h.State.Base() == state.SynSent && !f.Half[f.Peer(f.SideOf(h))].Is(flow.SentSYN)
	if !dropped && (acksSYN(h, ack) || !h.Any(flow.SentSYN|flow.SYNAcked) && opening) { // its SYN was not captured
		h.Has |= flow.SYNAcked
		a.move(f, n, h, state.GetAckOfSYN)
		if h.State == state.Established|state.Inferred {
			h.State = state.Established
		}
	}
	if acksFIN(h, ack) {
		notAhead(h)
		h.Has |= flow.FINAcked
		a.move(f, n, h, state.GetAckOfFIN)
	}
}

// hold keeps an acknowledgement number until the SYN or FIN before it is
// proved to have arrived. That of a SYN-ACK comes with its SYN, whatever becomes of a FIN in
// it: the RFC processes that once ESTABLISHED (§3.10.7.3, fourth), Linux does not.
func hold(x *flow.Half, seg *wire.Segment) {
	if !x.Is(flow.SentFIN) && (!seg.Flags.Has(wire.FIN) || seg.Flags.Has(wire.SYN)) {
		x.SYNHeldAck = seg.Ack
		x.Has |= flow.HoldsSYNACK
	}
	if !x.Is(flow.HoldsACK) || seg.Ack.After(x.HeldAck) {
		x.HeldAck = seg.Ack
	}
	x.Has |= flow.HoldsACK
}

// release applies the ACKs of y at x that waited for a proof: with the SYN
// those before a FIN, with the FIN the rest.
func (a *Analyzer) release(f *flow.Flow, n *note, x, y *flow.Half) {
	if y.Is(flow.HoldsSYNACK | flow.SYNProved) {
		y.Has &^= flow.HoldsSYNACK
		a.arrive(f, n, x, y.SYNHeldAck)
	}
	if !y.Is(flow.HoldsACK) || y.Unproved() {
		return
	}
	// A held ACK had not reached an end that sends its FIN again. It may be on its way still.
	if !a.facts.RepeatsFIN {
		y.Has &^= flow.HoldsACK
		a.arrive(f, n, x, y.HeldAck)
	} else if acksFIN(x, y.HeldAck) && a.underWay(f, n, x, y) {
		x.State = x.State.Infer()
	}
}

// underWay reports whether the segment of x may have left before the last one of y came to x, which no tap but
// the one beside x can know: what y sent may then arrive still. Where both ends repeat their FINs, these cross as the first
// ones did. A round trip may be longer than those measured; twice as long is a heuristic.
func (a *Analyzer) underWay(f *flow.Flow, n *note, x, y *flow.Half) bool {
	return a.facts.Mark.Time-y.LastTime <= 2*wayBack(f, n, x)
}

// behindGap reports whether the segment comes after numbers of x that y has not acknowledged
// and that were not captured, or only as a damaged FIN, or damaged just before; or that y lacks by its SACK blocks or
// duplicate ACKs, or as it has not acknowledged x's FIN in a segment that it sent after that had come. By the RFC
// its ACK counts when those have come: segments with higher beginning sequence numbers "SHOULD
// be held for later processing" (RFC 9293 §3.10.7.4). Linux takes it at once, and may then be
// in FIN-WAIT-2.
func (a *Analyzer) behindGap(f *flow.Flow, n *note, x, y *flow.Half) bool {
	unanswered := x.Is(flow.SentFIN) && y.LastTime-n.finAt[a.facts.From] > wayBack(f, n, y)
	return a.facts.SeqDelta > 0 || spoilt(x) || y.SACKSum != 0 || x.Repair.Dup > 0 || unanswered || a.table.Gap(x, y.Ack)
}

// spoilt reports whether the last thing that x sent was captured damaged: the other end drops it.
func spoilt(x *flow.Half) bool {
	return x.Is(flow.FINSpoilt) || x.Is(flow.SumsGood) && x.LastBad()
}

// lacks infers that the ACK of the FIN of x, which is held, may have been taken (behindGap), where x now repeats an ACK: that
// answers a segment behind a gap (RFC 5681 §4.2), so that x lacks what the capture may have only damaged.
func (a *Analyzer) lacks(x, y *flow.Half) {
	if x.State == state.FinWait1 && y.Is(flow.HoldsACK) && acksFIN(x, y.HeldAck) && a.lab.Set.Has(label.DupAck) {
		aheadOfGap(x)
	}
}

// aheadOfGap puts an end in FIN-WAIT-1, the ACK of whose FIN came behind a gap, where it is if it has taken that.
func aheadOfGap(h *flow.Half) {
	h.State = state.FinWait2 | state.Inferred
	h.Has |= flow.FINAckedAhead
}

// notAhead takes back what an ACK behind a gap may have done to h: now it is known what did.
func notAhead(h *flow.Half) {
	if h.Is(flow.FINAckedAhead) {
		h.Has &^= flow.FINAckedAhead
		if h.State == state.FinWait2|state.Inferred {
			h.State = state.FinWait1
		}
	}
}

// outside reports whether the segment begins after the window that its receiver
// y gave, so that y would not accept it (RFC 9293 §3.10.7.4, first): if it
// does, segments before it were missed, and their ACKs too.
func (a *Analyzer) outside(y *flow.Half) bool {
	return y.Is(flow.Scaled|flow.Sent) && a.facts.SeqDelta > int64(max(y.LastWindow(), y.MostWindow))
}

// finNow reports whether the segment itself carries a FIN that is not proved.
func finNow(x *flow.Half, seg *wire.Segment) bool {
	return seg.Flags.Has(wire.FIN) && !x.Is(flow.FINProved)
}
