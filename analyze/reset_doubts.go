package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// What leaves it in doubt whether a RST ends the connection at its receiver, and what it shows of its sender.

// mayDrop reports whether y, which a RST was sent to, may not end by it, or be in another state than the table says. It has taken the
// state already.
func mayDrop(y *flow.Half, seg *wire.Segment) bool {
	switch {
	case y.State.Base() == state.Listen: // whether it listens is never seen
	case y.Before.Base() == state.TimeWait: // RFC 9293 §3.10.7.4 ends TIME-WAIT; stacks that keep to RFC 1337 do not
	case beyondRoom(y, seg): // it drops the RST, unless there is room again (RFC 5961 §3.2)
	case !y.Is(flow.Sent): // what it had got and sent before is not known: it may be in TIME-WAIT, and ignore the RST (RFC 1337)
	default:
		return false
	}
	return true
}

// refusesACK reports whether a RST of x may be the answer of an end in SYN-RECEIVED to an ACK that is not for its SYN, in which
// it stays (RFC 9293 §3.10.7.4, fifth): it has the number that y acknowledged, which is not of octets that were captured.
// An end that was open, and knows the connection no more, answers in the same way (§3.10.7.1).
func refusesACK(x, y *flow.Half, seg *wire.Segment) bool {
	return !seg.Flags.Has(wire.ACK) && x.Has&(flow.SentSYN|flow.SentBareSYN|flow.SYNAcked) == flow.SentSYN && x.Nxt == x.ISN+1 &&
		y.Is(flow.SentACK) && seg.Seq == y.Ack && !x.Answers(y.Ack)
}

// notNext reports whether the number of a RST of x may not be RCV.NXT of y: what was sent
// before it was not acknowledged, and may be lost, unless it had no time to be acknowledged and
// nowhere to be lost, as the tap is beside y, which drops what was damaged before; or there is a gap before it; or
// octets after it passed before. A FIN alone after it does not count: Linux takes the RST
// all the same, and another one will answer the challenge of an end that does not. That one
// has the number that y asked for; so has one with the number that y still acknowledged in
// something new when all that x had sent had been there or was lost.
func (a *Analyzer) notNext(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) bool {
	if seg.Seq == y.Ack && (y.Is(flow.GotRST) && y.LastTime > n.rstLast || y.FreshTime-x.LastTime > wayBack(f, n, y)) {
		return false
	}
	if seg.Seq.After(y.Ack) && (seg.Time-x.FreshTime > wayBack(f, n, y) || !beside(x) || spoilt(x)) {
		return true
	}
	next := a.table.Reached(x, y.Ack)
	return seg.Seq != next && !(x.Is(flow.SentFIN) && next == x.FinEnd && seg.Seq == next-1)
}

// nearBy bounds the round trip, in nanoseconds, between a tap and an end beside it: on its host, or
// on its link. This is a heuristic.
const nearBy = int64(1e6)

// beside reports whether the tap is beside the end that segments of x go to: what passes the tap is
// hardly lost behind it. A round trip of no time shows how coarse the clock is, not how near the end.
func beside(x *flow.Half) bool {
	least := x.RTT().Min
	return least > 0 && least < nearBy
}

// refusesAnew reports whether a RST of x may be the answer of an end in SYN-RECEIVED (refusesACK) to which a copy of the SYN came
// when it had no connection any more (opensAnew): it has the number that y acknowledges still.
func refusesAnew(n *note, x, y *flow.Half, seg *wire.Segment) bool {
	return x.State == state.Closed|state.Inferred && n.synAckISNs > 1 && !seg.Flags.Has(wire.ACK) && y.Is(flow.SentACK) && seg.Seq == y.Ack
}

// doubtsUnseen marks both ends where x sends a RST behind all that was captured, which alone says that segments were missed:
// it acknowledges octets that were not captured. It may be forged, or have the number that is expected (RFC 5961 §3.2).
func doubtsUnseen(x, y *flow.Half, seg *wire.Segment) {
	if x.Is(flow.Sent) && acksMissed(y, seg) && !seg.Seq.Before(x.Nxt) && !behindFIN(x, seg) && !over(y) {
		x.State, y.State = x.State.Infer(), y.State.Infer()
	}
}

// inWindowNote is about the latest RST in the window that did not count.
type inWindowNote struct {
	at     int64          // time
	seq    wire.Seq       // its number
	side   flow.Side      // whose it is
	marked [2]state.State // by side: the state that it has left in doubt, valid with flow.RSTDoubted
	_      [1]byte        // whole words (rest.LayoutOf)
}

// doubtsInWindow marks both ends where x, side s, sends a RST in the window of y, side o, behind all that was captured: octets before it
// may be lost, so that its sender has no connection any more, though y answers with a challenge ACK (RFC 5961 §3.2); or missed, so that its
// number is the next. No number behind the FIN of its own end is.
func (n *note) doubtsInWindow(s, o flow.Side, x, y *flow.Half, seg *wire.Segment) {
	if x == y || !x.State.Synchronized() || !y.State.Synchronized() || over(x) || over(y) || !x.Is(flow.Sent) || behindFIN(x, seg) {
		return
	}
	room := uint32(0xffff) << wire.MaxWindowScale // the largest window there is (RFC 7323 §2.2)
	if y.Is(flow.Scaled) {
		room = y.LastWindow()
	}
	next := x.Nxt
	if y.Is(flow.SentACK) {
		next = wire.MaxSeq(next, y.Ack)
	}
	if !seg.Seq.In(next, next.Add(room)) {
		return
	}
	n.inWindow.at, n.inWindow.seq, n.inWindow.side = seg.Time, seg.Seq, s
	n.inWindow.mark(s, x)
	n.inWindow.mark(o, y)
}

// mark marks the state of h, side s, unless it is in doubt for another reason.
func (w *inWindowNote) mark(s flow.Side, h *flow.Half) {
	if !h.State.IsInferred() {
		h.State = h.State.Infer()
		h.Has |= flow.RSTDoubted
		w.marked[s] = h.State
	}
}

// outlivesInWindow takes the mark of doubtsInWindow from x, side s, whose segment shows that it lives: it challenges the RST, or
// comes later than a segment is on its way, or has octets behind its number. An end that resets has no connection any more (RFC 9293 §3.10.5).
func (a *Analyzer) outlivesInWindow(f *flow.Flow, n *note, s flow.Side, x *flow.Half, seg *wire.Segment) {
	w := &n.inWindow
	if !x.Is(flow.RSTDoubted) {
		return
	}
	behind := seg.Len > 0 && s == w.side && seg.End().After(w.seq)
	if !behind && !a.lab.Set.Has(label.ChallengeAck) && seg.Time-w.at <= wayBack(f, n, x) {
		return
	}
	if x.State == w.marked[s] && !x.Any(flow.TailMissed|flow.FINGuessed|flow.FINSpoilt|flow.OrderUnsure) {
		x.State = x.State.Base()
	}
	x.Has &^= flow.RSTDoubted
}

// doubtsDropped marks the ends where RFC 5961 §3.2 has y drop the RST of x, and Linux lets it
// end a connection that is half closed. With the number of x's FIN, which y had acknowledged, it
// answers what y sent before the FIN came: its sender has forgotten the connection (RFC 9293
// §3.10.7.1). In FIN-WAIT-2, once its program has closed, Linux takes any in the window.
func doubtsDropped(x, y *flow.Half, seg *wire.Segment) {
	if y.State == state.FinWait2 && seg.Seq.In(y.Ack+1, y.Ack.Add(y.LastWindow())) {
		y.State = y.State.Infer()
	}
	if !x.Is(flow.FINProved) || seg.Seq != x.FinEnd-1 {
		return
	}
	switch y.State.Base() {
	case state.CloseWait, state.LastAck, state.Closing:
		x.State, y.State = x.State.Infer(), y.State.Infer()
	}
}

// doubtsAnswered marks the end x whose RST, without ACK, has a number that y acknowledged before
// it acknowledged more: an end that knows of no connection answers so to a segment of y that
// was overtaken (RFC 9293 §3.10.7.1). y drops it (RFC 5961 §3.2). If a RST had come to x in TIME-WAIT,
// that is no longer in doubt: TIME-WAIT answers with ACKs only (§3.10.7.4). What has another TTL
// may be of a firewall, which has forgotten the connection as well.
func doubtsAnswered(x, y *flow.Half, seg *wire.Segment) {
	if seg.Flags.Has(wire.ACK) || !y.Is(flow.SentACK) || !seg.Seq.Before(y.Ack) || !x.Is(flow.SentSYN) || !seg.Seq.After(x.ISN) {
		return
	}
	switch {
	case x.State == state.Closed|state.Inferred && x.Is(flow.GotRST) && x.Before == state.TimeWait && seg.TTL == x.TTL:
		x.State = state.Closed
	case x.State != state.Closed:
		x.State = x.State.Infer()
	}
}
