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
// counts as soon as that is proved. One in a segment that its receiver drops as old does
// not count. An acceptable RST counts on sight.
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
		a.acks(f, n, x, y, seg)
	}
	a.timeWaitAgain(n, x, y, seg)
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
		if !y.Is(flow.FINProved) {
			x.Has |= flow.OrderUnsure
		}
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
