package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// A FIN that was not captured leaves a trace: its end, or the acknowledgements
// of the other end, stand one number after the last octet captured. That number
// may also be an octet of payload, so what follows from it is marked as
// inferred, and taken back when payload comes in its place or after it.

// guessFIN infers a FIN of either end from the segment's numbers. It returns true
// if the sender's own FIN is to be guessed only after the segment's proofs are
// applied: the segment acknowledges a FIN that had come twice, so the first copy
// had arrived before the sender's own FIN was sent.
func (a *Analyzer) guessFIN(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) (later bool) {
	if seg.Flags.Any(wire.SYN | wire.RST) {
		return false
	}
	s := a.facts.From
	if x.Is(flow.FINGuessed) && (seg.Len > 0 && seg.Seq.Add(seg.Len).After(x.FinEnd-1) ||
		seg.Flags.Has(wire.FIN) && seg.End().After(x.FinEnd)) {
		a.takeBack(n, s, x, y)
	}
	a.orderFINs(n, s, x, y, seg)
	if a.facts.SeqDelta == 1 && seg.SeqLen() == 0 && mayHaveClosed(x) {
		later = a.facts.AnswersFINFirst && n.fins[a.facts.To] > 1
		if !later {
			a.guess(f, n, s, x, seg)
			n.finAck[s] = x.Ack
			n.orderGuessed = true
		}
	}
	missed := y.State != state.Established && !y.Any(flow.Sent|flow.SentSYN|flow.SentACK)
	if missed && (x.State == state.Established || x.State == state.FinWait1) && x.Is(flow.SentACK) && seg.Flags.Has(wire.ACK) && seg.Ack.After(x.Ack) {
		// Nothing of y was captured: what x acknowledges may include y's FIN, and acknowledge x's.
		x.State = x.State.Infer()
	}
	if !seg.Flags.Has(wire.ACK) || !y.Is(flow.Sent) || !mayHaveClosed(y) {
		return later
	}
	switch d := seg.Ack.Diff(y.Nxt); {
	case d == 1 && (y.MostLen != 1 || x.Is(flow.SentFIN)):
		a.guessAnswer(f, n, a.facts.To, y, x)
		a.guess(f, n, a.facts.To, y, seg)
	case d >= 1 && x.State.Synchronized():
		// Among the octets that were missed there may have been a FIN; a single
		// one of an end that sends octets one by one is likely to be payload.
		y.Has |= flow.TailMissed
		x.State, y.State = x.State.Infer(), y.State.Infer()
	case d == 0 && y.Is(flow.TailMissed):
		x.State = x.State.Infer()
	}
	return later
}

// missesTail marks an end whose bare segment comes after numbers that were missed: the
// last of them may be its FIN. So may be those that only a damaged segment showed before.
func (a *Analyzer) missesTail(x *flow.Half, seg *wire.Segment) {
	if a.missedBefore(x, seg) || x.Is(flow.TailMissed) && a.facts.Bare && a.facts.SeqDelta == 0 && mayHaveClosed(x) {
		x.Has |= flow.TailMissed
		x.State = x.State.Infer()
	}
}

// missedBefore reports whether a bare segment comes after numbers of x that were missed.
func (a *Analyzer) missedBefore(x *flow.Half, seg *wire.Segment) bool {
	missed := a.facts.SeqDelta
	if x.Has&(flow.Sent|flow.BaseFixed) == flow.BaseFixed { // an acknowledgement tells how far it had come, a SYN-ACK where it began
		missed = int64(seg.Seq.Diff(x.Nxt))
	}
	return missed > 0 && seg.SeqLen() == 0 && mayHaveClosed(x)
}

// orderFINs corrects which FIN x had met first, if x's own was guessed, by
// segments that come late: its FIN itself, and an ACK of y's FIN with the number
// that its own FIN was to have.
func (a *Analyzer) orderFINs(n *note, s flow.Side, x, y *flow.Half, seg *wire.Segment) {
	if !x.Is(flow.FINGuessed) || !y.Is(flow.SentFIN) || !seg.Flags.Has(wire.ACK) {
		return
	}
	b, mark := x.State.Base(), x.State&state.Inferred
	covers, fin := !seg.Ack.Before(y.FinEnd), seg.Flags.Has(wire.FIN)
	switch {
	case fin && !covers:
		n.finAck[s], n.orderGuessed = seg.Ack, false
		if b == state.LastAck {
			x.State = state.Closing | mark
		}
	case covers && (fin && !a.lab.Set.Has(label.Retransmission) || seg.SeqLen() == 0 && seg.Seq == x.FinEnd-1):
		n.finAck[s], n.orderGuessed = seg.Ack, false
		if b == state.Closing {
			x.State = state.LastAck | mark
		}
	}
}

// mayHaveClosed reports whether an end is in a state in which it can send its FIN.
func mayHaveClosed(h *flow.Half) bool {
	b := h.State.Base()
	return !h.Is(flow.SentFIN) && (b == state.Established || b == state.CloseWait)
}

// guessAnswer lets the FIN that is about to be guessed for h have acknowledged
// the FIN of o, where no other segment did: one packet was missed, not two.
func (a *Analyzer) guessAnswer(f *flow.Flow, n *note, s flow.Side, h, o *flow.Half) {
	n.finAck[s] = h.Ack
	if o.Has&(flow.SentFIN|flow.FINProved) != flow.SentFIN {
		return
	}
	o.Has |= flow.FINProved | flow.ProofGuessed
	a.getsFIN(f, n, h)
	h.State = h.State.Infer()
	a.arrive(f, n, o, o.FinEnd)
	o.State = o.State.Infer()
	n.finAck[s] = o.FinEnd
}

// guess takes the number at Nxt of h for its FIN.
func (a *Analyzer) guess(f *flow.Flow, n *note, s flow.Side, h *flow.Half, seg *wire.Segment) {
	h.FinEnd = h.Nxt + 1
	h.Has |= flow.SentFIN | flow.FINGuessed
	n.finAt[s] = seg.Time
	h.State = h.State.Infer()
	a.move(f, n, h, state.SendFIN)
}

// takeBack forgets the guessed FIN of x, side s, and what it moved.
func (a *Analyzer) takeBack(n *note, s flow.Side, x, y *flow.Half) {
	x.Has &^= flow.SentFIN | flow.FINGuessed | flow.FINProved | flow.FINAcked | flow.FINAwaiting
	n.finAt[s], n.tw, n.orderGuessed = 0, timeWaitNote{}, false
	switch x.State.Base() {
	case state.FinWait1, state.FinWait2:
		x.State = state.Established
	case state.Closing, state.TimeWait, state.LastAck, state.Closed:
		x.State = state.CloseWait
	}
	if y.Is(flow.ProofGuessed) { // nothing shows that x had met y's FIN either
		y.Has &^= flow.FINProved | flow.ProofGuessed | flow.FINAcked
		x.State, y.State = state.Established, state.FinWait1
		return
	}
	switch y.State.Base() {
	case state.CloseWait:
		y.State = state.Established
	case state.Closing:
		y.State = state.FinWait1
	case state.LastAck:
		y.State = state.FinWait1
		if y.Is(flow.FINAcked) {
			y.State = state.FinWait2
		}
	case state.TimeWait, state.Closed:
		y.State = state.FinWait2
	}
}

// goesOn clears the marks of a missed stretch: an end that sends payload, or its FIN, had
// not sent its FIN before. That says nothing of the other end.
func goesOn(x, y *flow.Half) {
	x.Has &^= flow.TailMissed
	if x.State == state.Established|state.Inferred && x.Has&(flow.SYNAcked|flow.RSTDoubted) == flow.SYNAcked && !y.Any(flow.FINGuessed|flow.TailMissed) {
		x.State = state.Established
		if y.State == state.Established|state.Inferred && y.Has&(flow.SYNAcked|flow.RSTDoubted) == flow.SYNAcked {
			y.State = state.Established
		}
	}
}
