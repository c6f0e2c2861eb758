package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// Which sequence space the numbers of a connection belong to: where it begins, and which
// segments fit it.

// prepare fixes the base of the relative numbers before anything is said about
// the segment: the ISN if it was seen, else the first number seen.
func (a *Analyzer) prepare(f *flow.Flow, n *note, from flow.Side, seg *wire.Segment) {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	syn := seg.Flags&(wire.SYN|wire.RST) == wire.SYN
	if x.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && n.badAcks > 0 {
		a.unseenSYN(n, from, x, y, seg)
	}
	a.stray = isStray(x, seg)
	a.foreign = isForeign(x, y, seg) || isSecondAnswer(x, seg)
	if a.stray || a.foreign {
		return
	}
	if syn && !f.RolesKnown {
		f.RolesKnown = true
		f.Client = from
		if seg.Flags.Has(wire.ACK) {
			f.Client = f.Peer(from)
		}
	}
	if syn && seg.Flags.Has(wire.ACK) {
		a.forgetsOlder(x, y, seg)
	}
	switch {
	case syn && x.Is(flow.Sent) && !x.Is(flow.SentSYN) && !x.Nxt.After(seg.Seq):
		// Everything captured of it lies before its SYN, where there is nothing
		// (RFC 9293 §3.4.1): another host sent that.
		a.rebase(x, seg.Seq)
		x.Has &^= flow.SentFIN | flow.FINGuessed | flow.FINSpoilt | flow.FINProved | flow.FINAcked | flow.FINAwaiting
	case syn && x.Is(flow.SentSYN) && x.ISN != seg.Seq && !x.State.Synchronized():
		a.rebase(x, seg.Seq) // another ISN, before one was agreed on
	case syn && !x.Is(flow.SentSYN) && x.Base != seg.Seq:
		x.NxtRel += int64(x.Base.Diff(seg.Seq))
		x.Base = seg.Seq
		if !x.Is(flow.Sent) {
			x.Nxt, x.NxtRel = seg.Seq, 0
		}
	case !x.Is(flow.BaseFixed):
		x.Base, x.Nxt, x.NxtRel = seg.Seq, seg.Seq, 0
	}
	x.Has |= flow.BaseFixed
	if !seg.Flags.Has(wire.ACK) {
		return
	}
	if !y.Is(flow.BaseFixed) {
		y.Has |= flow.BaseFixed
		y.Base, y.Nxt, y.NxtRel = seg.Ack, seg.Ack, 0
		if syn { // the SYN that it answers had the number before
			y.Base, y.NxtRel = seg.Ack-1, 1
		}
	}
	if syn && n.badAcks > 0 && x.Is(flow.SentACK) && y.Is(flow.SentSYN) && wrongAnswer(y, x.Ack) && !wrongAnswer(y, seg.Ack) {
		// Its earlier acknowledgements were for another SYN (RFC 9293 figure 8): this is the first that
		// counts.
		x.Has &^= flow.SentACK | flow.HoldsACK | flow.HoldsSYNACK
	}
	if !syn && y.Has&(flow.SentSYN|flow.SYNProved) == flow.SentSYN && n.synAckISNs > 1 && seg.Ack != y.ISN+1 {
		a.chooseISN(n, y, seg.Ack-1)
	}
	if y.Is(flow.Sent) && !x.Is(flow.SentACK) && !seg.Flags.Any(wire.SYN|wire.RST) && !mayHaveClosed(y) {
		afterProbe(y, seg.Ack)
	}
}

// forgetsOlder begins x anew at its SYN-ACK, which answers the SYN of y, where all that was captured of it before has numbers, and
// acknowledges some, that do not fit these SYNs: it still had a connection before this one (RFC 9293 figure 10, RFC 5961 §4.2).
func (a *Analyzer) forgetsOlder(x, y *flow.Half, seg *wire.Segment) {
	if x == y || x.Has&(flow.Sent|flow.SentACK|flow.SentSYN) != flow.Sent|flow.SentACK || !y.Is(flow.SentSYN) || x.Payload > 0 ||
		x.Any(flow.SentFIN|flow.FINGuessed) ||
		!wrongAnswer(y, x.Ack) || wrongAnswer(y, seg.Ack) || x.Low.In(seg.Seq+1, seg.Seq.Add(unscaled)) {
		return
	}
	a.rebase(x, seg.Seq)
	x.Has &^= flow.SentACK | flow.HoldsACK | flow.HoldsSYNACK
}

// afterProbe lets h begin at ack, the first acknowledgement of the other end that was
// captured, where that is one more than the number of all segments captured of h, which
// had no octets: those were keep-alive probes, which repeat the number before the
// next octet (RFC 9293 §3.8.4), and that one was sent before the capture began.
func afterProbe(h *flow.Half, ack wire.Seq) {
	if !h.Any(flow.SentSYN|flow.SentFIN) && h.Low == h.Nxt && ack == h.Nxt+1 {
		h.Low, h.Nxt = ack, ack
		h.NxtRel++
	}
}

// rebase restarts x's sequence space at another ISN, as if nothing had been
// captured of it.
func (a *Analyzer) rebase(x *flow.Half, isn wire.Seq) {
	a.table.Restart(x)
	x.Has &^= flow.Sent | flow.SentSYN | flow.SYNAwaiting
	x.Base, x.ISN, x.Low, x.Nxt, x.NxtRel = isn, isn, isn, isn, 0
}

// chooseISN returns to an earlier SYN-ACK of h when the client acknowledges
// that one.
func (a *Analyzer) chooseISN(n *note, h *flow.Half, isn wire.Seq) {
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		if s := a.steps.At(i); s.Phase == label.SynAck && s.Seq == isn {
			a.toSYN(h, isn)
			return
		}
	}
}

// toSYN restarts the sequence space of h as it was behind a SYN.
func (a *Analyzer) toSYN(h *flow.Half, isn wire.Seq) {
	a.rebase(h, isn)
	h.Has |= flow.Sent | flow.SentSYN | flow.SYNAwaiting
	h.Nxt, h.NxtRel = isn+1, 1
}

// wrongAnswer reports whether an acknowledgement number cannot be for the SYN of h, or
// for octets after it: its receiver resets it (RFC 9293 §3.10.7.3, first).
func wrongAnswer(h *flow.Half, ack wire.Seq) bool {
	return !h.CoversSYN(ack, 0)
}

// isStray reports whether the segment is a SYN inside the sequence space of the
// connection that it belongs to, other than its first one.
func isStray(x *flow.Half, seg *wire.Segment) bool {
	if seg.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN || !x.State.Synchronized() && !x.HasOldSYN {
		return false
	}
	if x.Is(flow.SentSYN) {
		return x.ISN != seg.Seq
	}
	return x.Is(flow.Sent) && x.Low != seg.Seq+1
}

// isSecondAnswer reports whether the segment is a SYN-ACK with another ISN, after
// one that the client has accepted: for example from another machine with that
// address. The client does not accept it (RFC 9293 §3.10.7.4, RFC 5961 §4.2).
func isSecondAnswer(x *flow.Half, seg *wire.Segment) bool {
	return seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK && x.Is(flow.SentSYN|flow.SYNProved) && seg.Seq != x.ISN
}

// missable is a heuristic: how many octets a capture may have missed in a row
// (filtered out, or dropped) before a number is not believed at once.
const missable = 64 << 20

// isForeign reports whether the segment's number is one that its receiver would
// not accept (RFC 9293 §3.10.7.4, first) and that lost packets do not explain
// yet: before the ISN, or beyond the window. Injected, corrupted and very old
// segments look like that, and must not move the sequence space. The second
// such segment in a row, if it continues the first, is believed: the capture
// has missed the octets before them. A second FIN never is.
func isForeign(x, y *flow.Half, seg *wire.Segment) bool {
	if !x.Is(flow.Sent) || seg.Flags.Any(wire.SYN|wire.RST) {
		return false
	}
	if seg.Flags.Has(wire.FIN) && x.Closed() && seg.End() != x.FinEnd && y.Is(flow.SentACK) && y.Ack == x.FinEnd {
		return true // an end has one FIN (RFC 9293 §3.6), and its peer has got that
	}
	room := uint32(0xffff) << wire.MaxWindowScale // the largest window there is (RFC 7323 §2.2)
	if x.Is(flow.Scaled) && y.Is(flow.Sent) {
		room = max(y.LastWindow(), y.MostWindow) + missable
	}
	low := x.Low - wire.Seq(room)
	if x.Is(flow.SentSYN) {
		low = x.Low // at most 2^30 before Nxt (flow.Table.Add)
	}
	high := x.Nxt
	if y.Is(flow.SentACK) {
		high = wire.MaxSeq(high, y.Ack)
	}
	if d := seg.Seq.Diff(low); d >= 0 && seg.Seq.Diff(high) <= int32(room) {
		x.HasStray = false
		return false
	}
	if x.HasStray && seg.Seq.In(x.Stray, x.Stray.Add(room)) && !seg.Seq.Before(low) {
		x.HasStray = false
		return false
	}
	x.HasStray, x.Stray = true, seg.End()
	return true
}
