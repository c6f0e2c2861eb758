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
// sender that is not proved to have arrived stands before it: then it
// counts as soon as that is proved. One in a segment that its receiver drops as
// old does not count. An acceptable RST counts on sight.
//
// "Captured means delivered" would be simpler and wrong: it moves a receiver
// that never got the FIN, and it gets simultaneous close wrong.

// moves applies the segment's events to both ends.
func (a *Analyzer) moves(f *flow.Flow, n *note, seg *wire.Segment) {
	x, y := a.facts.Sender, a.facts.Receiver
	if settled(x) && settled(y) && seg.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK &&
		a.facts.SeqDelta <= 0 && !seg.Ack.After(y.Nxt) {
		return // as for most segments: nothing is unproved, and nothing was missed
	}
	a.apply(f, n, x, y, seg)
}

// settled reports whether an end is certainly in ESTABLISHED: it has sent something, all the
// flags that it sent for that are proved, and no close has begun or may have been missed.
func settled(h *flow.Half) bool {
	return h.State == state.Established && h.Has&(opened|unsettled) == opened
}

// An end in ESTABLISHED may be moved by a segment if it lacks a flag of opened or has one of unsettled.
const (
	opened    = flow.Sent | flow.SYNProved | flow.SYNAcked
	unsettled = flow.SentFIN | flow.FINGuessed | flow.FINAcked | flow.FINAckedAhead | flow.TailMissed | flow.FINSpoilt | flow.OrderUnsure |
		flow.RSTDoubted
)

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
	revived := a.revive(f, n, x, seg)
	a.outlivesInWindow(f, n, a.facts.From, x, seg)
	guessLater := a.guessFIN(f, n, x, y, seg)
	if x.HasOldSYN && (x.State.Base() == state.SynSent || x.State == state.Closed|state.Inferred) && seg.Flags&(wire.SYN|wire.ACK) == wire.ACK {
		// It goes on with the old numbers: the SYN was not its own, or an old
		// duplicate (RFC 5961 §4).
		if x.State, x.HasOldSYN = x.BeforeSYN, false; revived {
			x.State = x.State.Infer()
		}
	}
	was := x.State.Base()
	opens := (was == state.SynSent || was == state.SynReceived) && seg.Flags&(wire.SYN|wire.ACK) == wire.ACK
	if opens {
		opensUnseen(x, y, seg)
	}
	acks := seg.Flags.Has(wire.ACK) && !acksNothing(x, y, seg)
	proved := acks && a.proofs(f, n, x, y, seg)
	if guessLater {
		a.guess(f, n, a.facts.From, x, seg)
		n.finAck[a.facts.From] = seg.Ack // it was sent after what this segment acknowledges
	}
	a.sends(f, n, x, y, seg)
	if proved {
		a.release(f, n, x, y)
	}
	a.missesTail(x, seg)
	if acks && !seg.Flags.Has(wire.SYN) {
		fromUnseen(n, x, y, seg, a.facts.Beyond(seg))
	}
	if acks {
		a.acks(f, n, x, y, seg)
		a.lacks(x, y)
	}
	if opens {
		a.doubtsOpened(n, x, y, was, seg)
	}
	if revived {
		doubtsRevived(n, x, y, a.facts.To)
	}
	if acks && y.Closed() && seg.Ack.After(y.FinEnd) && seg.Ack.After(y.Nxt) {
		// Nothing is sent after a FIN (RFC 9293 §3.6): either number may be wrong, or forged.
		x.State, y.State = x.State.Infer(), y.State.Infer()
	}
	a.timeWaitAgain(n, x, y, seg)
}

// doubtsOpened marks both ends where x, which was opening, sends a segment behind its SYN or SYN-ACK that shows segments to be missed.
func (a *Analyzer) doubtsOpened(n *note, x, y *flow.Half, was state.State, seg *wire.Segment) {
	if was == state.SynSent && x.State == state.SynReceived {
		// It has got a SYN, and goes on though nothing captured answers its own (RFC 9293 §3.10.7.3, first, fourth): that was missed.
		x.State = x.State.Infer()
		if y.State == state.SynSent {
			y.State = y.State.Infer()
		}
	}
	missesOctets(n, x, y, seg, a.facts.Beyond(seg))
	if was == state.SynSent && seg.Flags.Has(wire.FIN) && y.State == state.SynReceived {
		// The ACK of the SYN-ACK goes before a FIN, and was missed, unless the FIN was queued and is in it (RFC 9293
		// §3.10.7.3, fourth), as where Linux delays that ACK.
		y.State = y.State.Infer()
	}
}

// damaged reports whether the segment was corrupted on the way: its checksum is
// wrong although its sender's others are right. Its receiver drops it, and its
// content cannot be trusted.
func (a *Analyzer) damaged(x *flow.Half) bool {
	return a.lab.Set.Has(label.BadChecksum) && x.Is(flow.SumsGood)
}

// damagedProofs uses only the acknowledgement of a damaged segment, if its
// number fits: its sender had received that. The state is marked as inferred.
func (a *Analyzer) damagedProofs(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if seg.Flags&(wire.FIN|wire.RST) == wire.FIN && !x.Is(flow.SentFIN) {
		x.Has |= flow.FINSpoilt // its sender moves when it is sent again, or when it is acknowledged
		if !y.Is(flow.FINProved) {
			x.Has |= flow.OrderUnsure
		}
	}
	if seg.Flags.Has(wire.RST) && a.facts.SeqDelta == 0 && x.State != state.Closed {
		x.State = x.State.Infer() // it may have aborted
	}
	if !seg.Flags.Any(wire.SYN|wire.RST) && a.missedBefore(x, seg) {
		x.Has |= flow.TailMissed // if its number is right: the next one tells
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

// move applies e to h, one end of f.
func (a *Analyzer) move(f *flow.Flow, n *note, h *flow.Half, e state.Event) {
	was := h.State.Base()
	h.State = h.State.After(e)
	if h.State.Base() == state.TimeWait && was != state.TimeWait {
		a.enterTimeWait(f, n, h)
	}
	const captured = flow.SentFIN | flow.FINGuessed
	if over(h) && h.Any(flow.GotRST|flow.SentRST) {
		return // what left it in doubt whether the RST ended it does so still
	}
	if f.Half[0].Has&captured == flow.SentFIN && f.Half[1].Has&captured == flow.SentFIN && !n.orderGuessed && !h.Is(flow.OrderUnsure) {
		// Both FINs were captured in their places: the order of the close is known,
		// whatever was missed before.
		h.State = h.State.Base()
	}
}
