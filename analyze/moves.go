package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// This file is the evidence rule: which events a segment proves at which end.
//
// An end is moved only by what it was itself seen to send. Its flags are its
// send events; its ACK field proves which SYN and FIN of its peer had reached
// it. An ACK counts as arrived at the peer on sight, unless a SYN or FIN of its
// sender that is not proved to have arrived stands in front of it: then it
// counts as soon as that is proved. An acceptable RST counts on sight.
//
// "Captured means delivered" would be simpler and wrong: it moves a receiver
// that never got the FIN, and it gets simultaneous close wrong.

// moves applies the segment's events to both ends.
func (a *Analyzer) moves(f *flow.Flow, n *note, seg *wire.Segment) {
	x, y := a.facts.Sender, a.facts.Receiver
	if settled(x) && settled(y) && seg.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK &&
		a.facts.SeqDelta <= 0 && !seg.Ack.After(y.Nxt) {
		return // most segments: there is nothing to prove, and nothing was missed
	}
	a.apply(f, n, x, y, seg)
}

// settled reports whether an end is in ESTABLISHED without a doubt, everything
// that it sent for that is proved, and nothing has begun to end it.
func settled(h *flow.Half) bool {
	const opened = flow.SYNProved | flow.SYNAcked
	const ending = flow.SentFIN | flow.FINGuessed | flow.FINAcked | flow.HoldsACK | flow.HoldsSYNACK | flow.SentRST | flow.GotRST
	return h.State == state.Established && h.Has&(opened|ending) == opened
}

// apply applies the segment's events to its sender x and its receiver y.
func (a *Analyzer) apply(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if a.damaged(x) {
		a.damagedProofs(f, n, x, y, seg)
		return
	}
	if seg.Flags.Has(wire.RST) {
		a.reset(f, n, x, y, seg)
		return
	}
	a.revive(f, n, x, seg)
	guessLater := a.guessFIN(f, n, x, y, seg)
	if x.HasOldSYN && (x.State.Base() == state.SynSent || x.State == state.Closed|state.Inferred) && seg.Flags&(wire.SYN|wire.ACK) == wire.ACK {
		// It goes on with the old numbers: the SYN was not its own, or an old
		// duplicate (RFC 5961 §4).
		x.State, x.HasOldSYN = x.Before, false
	}
	proved := seg.Flags.Has(wire.ACK) && a.proofs(f, n, x, y, seg)
	if guessLater {
		a.guess(f, n, a.facts.From, x, seg)
		n.finAck[a.facts.From] = seg.Ack // it was sent behind what this segment acknowledges
	}
	a.sends(f, n, x, y, seg)
	if proved {
		a.release(f, n, x, y)
	}
	a.missesTail(x, seg)
	if seg.Flags.Has(wire.ACK) && !seg.Flags.Has(wire.SYN) {
		fromUnseen(n, x, y, seg)
	}
	if seg.Flags.Has(wire.ACK) {
		if x.Unproved() || seg.Flags.Has(wire.SYN) && !x.Is(flow.SYNProved) || finNow(x, seg) {
			hold(x, seg)
		} else if !a.outside(y) {
			a.arrive(f, n, y, seg.Ack)
		}
	}
	a.timeWaitAgain(n, x, y, seg)
}

// hold keeps an acknowledgement number until the SYN or FIN in front of it is
// proved to have arrived.
func hold(x *flow.Half, seg *wire.Segment) {
	if !x.Is(flow.SentFIN) && !seg.Flags.Has(wire.FIN) {
		x.SYNHeldAck = seg.Ack
		x.Has |= flow.HoldsSYNACK
	}
	if !x.Is(flow.HoldsACK) || seg.Ack.After(x.HeldAck) {
		x.HeldAck = seg.Ack
	}
	x.Has |= flow.HoldsACK
}

// release lets those ACKs of y count at x that waited for a proof: with the SYN
// those in front of a FIN, with the FIN the rest.
func (a *Analyzer) release(f *flow.Flow, n *note, x, y *flow.Half) {
	if y.Is(flow.HoldsSYNACK | flow.SYNProved) {
		y.Has &^= flow.HoldsSYNACK
		a.arrive(f, n, x, y.SYNHeldAck)
	}
	// What is held had not come to an end that sends its FIN again.
	if y.Is(flow.HoldsACK) && !y.Unproved() && !a.facts.RepeatsFIN {
		y.Has &^= flow.HoldsACK
		a.arrive(f, n, x, y.HeldAck)
	}
}

// outside reports whether the segment begins behind the window that its receiver
// y gave, so that y would not take it (RFC 9293 §3.10.7.4, first): if it does,
// segments in front of it were missed, and their ACKs too.
func (a *Analyzer) outside(y *flow.Half) bool {
	return y.Is(flow.Scaled|flow.Sent) && a.facts.SeqDelta > int64(max(y.LastWindow(), y.MostWindow))
}

// damaged reports whether the segment was spoilt on the way: its checksum is
// wrong, where its sender's are right. Its receiver drops it, and nothing that it
// says can be believed.
func (a *Analyzer) damaged(x *flow.Half) bool {
	return a.lab.Set.Has(label.BadChecksum) && x.Is(flow.SumsGood)
}

// damagedProofs takes of a spoilt segment only that its sender had received what
// it acknowledges, where the number fits, and marks that as inferred: its
// receiver drops it.
func (a *Analyzer) damagedProofs(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if seg.Flags&(wire.FIN|wire.RST) == wire.FIN && !x.Is(flow.SentFIN) {
		x.Has |= flow.FINSpoilt // what sends it again moves its sender, or what acknowledges it
	}
	if seg.Flags&(wire.ACK|wire.SYN|wire.RST) != wire.ACK || a.facts.SeqDelta != 0 || seg.Ack.After(y.Nxt) {
		return
	}
	if was := x.State; a.proofs(f, n, x, y, seg) {
		a.release(f, n, x, y)
		if x.State != was {
			x.State = x.State.Infer()
		}
	}
}

// finNow reports whether the segment itself carries a FIN that is not proved.
func finNow(x *flow.Half, seg *wire.Segment) bool {
	return seg.Flags.Has(wire.FIN) && !x.Is(flow.FINProved)
}

// move lets e happen at h, one end of f.
func (a *Analyzer) move(f *flow.Flow, n *note, h *flow.Half, e state.Event) {
	was := h.State.Base()
	h.State = h.State.After(e)
	if h.State.Base() == state.TimeWait && was != state.TimeWait {
		a.enterTimeWait(f, n, h)
	}
	const captured = flow.SentFIN | flow.FINGuessed
	if f.Half[0].Has&captured == flow.SentFIN && f.Half[1].Has&captured == flow.SentFIN && !n.orderGuessed && !h.Is(flow.OrderUnsure) {
		// Both FINs were captured, in their places: whatever was missed before, the
		// order of the close is known.
		h.State = h.State.Base()
	}
}

// getsFIN lets the peer's FIN have arrived at h. Where nothing was known of h,
// its own FIN may have been sent before the capture began.
func (a *Analyzer) getsFIN(f *flow.Flow, n *note, h *flow.Half) {
	unsure := h.State.Base() == state.Unknown
	a.move(f, n, h, state.GetFIN)
	if unsure {
		h.State = h.State.Infer()
	}
}

// proofs marks what the segment's ACK field proves to have reached its sender
// x, and reports whether it proved anything.
func (a *Analyzer) proofs(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) (any bool) {
	if y.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && y.CoversSYN(seg.Ack, a.facts.Beyond(seg)) {
		y.Has |= flow.SYNProved
		if x.State.Base() != state.Closed || !x.Any(flow.GotRST|flow.SentRST) {
			// What crossed a RST opens nothing.
			a.move(f, n, x, state.GetSYN)
			x.State = x.State.Base()
		}
		any = true
	}
	if y.Has&(flow.SentFIN|flow.FINProved) == flow.SentFIN && !seg.Ack.Before(y.FinEnd) {
		y.Has |= flow.FINProved
		if y.Is(flow.FINSpoilt) {
			y.Has &^= flow.FINSpoilt
			a.move(f, n, y, state.SendFIN)
		}
		if !x.Is(flow.SentFIN) && x.Nxt.After(n.finAck[a.facts.From.Other()]) {
			x.Has |= flow.OrderUnsure // settled when it sends its FIN
		}
		a.getsFIN(f, n, x)
		if y.Is(flow.FINGuessed) {
			x.State = x.State.Infer()
		}
		any = true
	}
	return any
}

// provedBefore counts what y had acknowledged before the capture showed it: a
// SYN or FIN of x that stands behind its acknowledgement in the file.
func (a *Analyzer) provedBefore(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if !y.Is(flow.SentACK) {
		return
	}
	if x.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && y.Ack.After(x.ISN) && !y.Ack.After(x.Nxt) {
		x.Has |= flow.SYNProved
		x.Has &^= flow.SYNAwaiting
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

// closedLast reports, and notes in y, that its FIN, captured in front of x's, acknowledged that one,
// and x's not y's: y closed last, and is not for TIME-WAIT (RFC 9293 §3.6). Inferred,
// because y may have sent its FIN once before, unseen, and that have crossed x's.
func (a *Analyzer) closedLast(n *note, x, y *flow.Half, seg *wire.Segment) bool {
	if !seg.Ack.Before(y.FinEnd) || n.finAck[a.facts.From.Other()].Before(x.FinEnd) {
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

// arrive counts an acknowledgement number as arrived at h.
func (a *Analyzer) arrive(f *flow.Flow, n *note, h *flow.Half, ack wire.Seq) {
	opening := h.State.Base() == state.SynSent || h.State.Base() == state.SynReceived
	// In SYN-SENT an ACK without a SYN is dropped (RFC 9293 §3.10.7.3, fifth): so answers
	// an end in SYN-RECEIVED a SYN that comes again.
	dropped := h.State == state.SynSent && !f.Half[f.SideOf(h).Other()].Is(flow.SentSYN)
	if !dropped && !h.Is(flow.SYNAcked) && (h.Is(flow.SentSYN|flow.SYNProved) && ack.After(h.ISN) ||
		!h.Is(flow.SentSYN) && opening) { // its SYN was not captured
		h.Has |= flow.SYNAcked
		a.move(f, n, h, state.GetAckOfSYN)
		if h.State == state.Established|state.Inferred {
			h.State = state.Established
		}
	}
	if h.Has&(flow.SentFIN|flow.FINAcked) == flow.SentFIN && !ack.Before(h.FinEnd) {
		h.Has |= flow.FINAcked
		a.move(f, n, h, state.GetAckOfFIN)
	}
}

// sends applies the send events of x: SYN, then FIN.
func (a *Analyzer) sends(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	// A segment that acknowledges less than its sender did before is an old one
	// that was overtaken: sending it is no news.
	current := !x.Is(flow.SentACK) || !seg.Flags.Has(wire.ACK) || !seg.Ack.Before(x.Ack)
	if seg.Flags.Has(wire.SYN) {
		a.sendsSYN(f, n, x, y, seg, current)
	}
	if current && x.Is(flow.FINAcked) && a.lab.Set.Has(label.Retransmission) && !x.Any(flow.GotRST|flow.SentRST) {
		// Whoever sends octets again had no ACK of the FIN behind them. What
		// crosses a RST says nothing.
		x.State = x.State.After(state.ResendFIN)
		x.Has &^= flow.FINAcked
	}
	if !seg.Flags.Has(wire.FIN) {
		return
	}
	if !a.facts.RepeatsFIN || x.Is(flow.FINSpoilt) {
		x.Has &^= flow.FINSpoilt
		goesOn(x, y)
		unsure := x.State.Base() == state.Unknown || a.orderUnsure(n, x, y, seg)
		if x.State.Base() == state.CloseWait && y.Is(flow.SentFIN) && seg.Ack.Before(y.FinEnd) {
			// It left before the peer's FIN came, and was overtaken by the answer
			// to that: both closed at once.
			x.State = state.Closing | x.State&state.Inferred
		}
		a.move(f, n, x, state.SendFIN)
		if unsure {
			x.State = x.State.Infer()
		}
	}
}

// orderUnsure reports, and notes in x, that the FIN which x sends behind y's does not
// show whether x had closed before that came, and is in CLOSING, or behind it, and is in
// LAST-ACK. A CLOSE moves an end at once, but the FIN waits until what the program sent
// before is on its way (RFC 9293 §3.10.4): octets that were on their way when y's FIN
// came, and more behind them, may have kept it waiting. And a FIN that is sent
// again takes the acknowledgement anew, so that it says nothing of the first one.
func (a *Analyzer) orderUnsure(n *note, x, y *flow.Half, seg *wire.Segment) bool {
	switch again := a.lab.Set.Has(label.Retransmission) && (x.Is(flow.FINGuessed) || a.facts.AnswersFINFirst); {
	case !y.Is(flow.FINProved), seg.Ack.Before(y.FinEnd), !again && seg.Len == 0 && n.halfOctets[a.facts.From] == 0:
		x.Has &^= flow.OrderUnsure
	case again:
		x.Has |= flow.OrderUnsure
	}
	return x.Is(flow.OrderUnsure)
}

func (a *Analyzer) sendsSYN(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment, current bool) {
	ack := seg.Flags.Has(wire.ACK)
	switch {
	case a.stray:
		if !x.HasOldSYN {
			x.Before = x.State
		}
		x.State = x.State.Base().After(state.ForgetSYN)
		x.OldSYN, x.HasOldSYN = seg.Seq, true
	case a.facts.RepeatsSYN && !ack && x.Is(flow.GotRST) && x.State.Base() == state.Closed:
		// It tries again after a RST, as some stacks do; or this left before the
		// RST came.
		x.State = state.SynSent
		if seg.Time-n.rstLast <= wayBack(f, n, x) {
			x.State = x.State.Infer()
		}
		y.State = state.Listen | state.Inferred
		x.Has &^= flow.GotRST
		y.Has &^= flow.SentRST
	case a.facts.RepeatsSYN:
		// A SYN-ACK again, from an end that sent nothing else yet: the ACK that
		// passed has not arrived, or the accept queue was full. Of an end
		// that is over, revive decides first whether it lives.
		if ack && current && !over(x) && x.Is(flow.SYNAcked) && x.Nxt == x.ISN+1 {
			x.State = x.State.After(state.ResendSYN)
			x.Has &^= flow.SYNAcked
		}
	case ack:
		// Without a SYN in front that it acknowledges: the SYN was not captured,
		// or the ACK is for another one.
		if x.State.Base() <= state.Listen {
			x.State = state.SynReceived
		}
		if y.State == state.Unknown {
			y.State = state.SynSent | state.Inferred
		}
	case x.State.Base() <= state.SynSent:
		x.State = x.State.Base().After(state.SendSYN)
		if y.State == state.Unknown {
			y.State = state.Listen | state.Inferred
		}
	}
}

// fromUnseen infers what must have happened where segments were not captured.
func fromUnseen(n *note, x, y *flow.Half, seg *wire.Segment) {
	if y.State == state.SynSent|state.Inferred && x.Is(flow.SentSYN) && (seg.Len > 0 || seg.Ack.After(x.Ack)) {
		// Whoever answers a SYN with more than a SYN-ACK had its ACK.
		y.State = state.Established | state.Inferred
	}
	switch b := x.State.Base(); {
	case b == state.SynSent && !y.Is(flow.SentSYN):
		// It acknowledges, so a SYN-ACK had reached it (RFC 9293 §3.10.7.3).
		x.State = state.Established
		if y.State.Base() <= state.Listen {
			y.State = state.Established | state.Inferred
		}
	case b == state.SynReceived && (seg.Len > 0 || x.Is(flow.SentACK) && seg.Ack.After(x.Ack)) && n.synData == 0:
		// Data before the handshake is complete is only sent, and taken, when the SYN
		// brought data (RFC 7413 §4.2): so the ACK of its SYN, which was not
		// captured, had arrived. Careless stacks do not wait for it.
		x.State = x.State.After(state.GetAckOfSYN) | state.Inferred
	case (b == state.Unknown || b == state.Listen) && !seg.Flags.Has(wire.FIN):
		// A bare ACK is sent in every synchronized state and proves none; data,
		// or the acknowledgement of new data, makes ESTABLISHED likely.
		if seg.Len > 0 || x.Is(flow.SentACK) && seg.Ack.After(x.Ack) || y.Payload > 0 && seg.Ack == y.Nxt {
			x.State = state.Established | state.Inferred
		}
	}
}
