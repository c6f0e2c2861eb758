package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// acceptableRST reports whether the RST may end the connection at its receiver.
// RFC 5961 §3.2 (taken up by RFC 9293 §3.10.7.4): its number must be exactly
// the receiver's RCV.NXT; in SYN-SENT it must acknowledge the SYN (RFC 9293
// §3.10.7.3). From outside RCV.NXT is known only within bounds: at least the
// highest number that the receiver acknowledged, at most the highest that was
// sent to it.
func acceptableRST(fx *flow.Facts, seg *wire.Segment) bool {
	x, y := fx.Sender, fx.Receiver
	if y.State.Base() == state.SynSent {
		if seg.Flags.Has(wire.ACK) {
			return seg.Ack.After(y.ISN) && !seg.Ack.After(y.Nxt) || !y.Is(flow.SentSYN)
		}
		// Without ACK it can only count if the SYN-ACK before it had arrived.
		return x.Is(flow.SentSYN) && seg.Seq.In(x.ISN+1, x.Nxt+1)
	}
	low, high := x.Low, x.Nxt
	if x.Is(flow.SentSYN) {
		low = wire.MaxSeq(low, x.ISN+1) // RCV.NXT is never the number of a SYN
	}
	switch {
	case !x.Is(flow.Sent) && !y.Is(flow.SentACK):
		return true // there is nothing to compare it with
	case !x.Is(flow.Sent):
		low, high = y.Ack, y.Ack
	case y.Is(flow.SentACK):
		low = y.Ack
		high = wire.MaxSeq(high, low)
	}
	return seg.Seq.In(low, high+1)
}

// behindMissed reports whether a RST may end the connection though its number, or what it acknowledges, lies behind
// all that was captured: segments of the connection were missed, so that the number may be RCV.NXT (RFC 5961 §3.2). Without
// what completes the handshake that is plain, as in a capture of SYN, FIN and RST alone, and where octets were acknowledged
// that were not captured. The number 0 with ACK is no number of x: an end that knows of no connection answers so to a segment
// without ACK (RFC 9293 §3.10.7.1).
func behindMissed(n *note, fx *flow.Facts, seg *wire.Segment) bool {
	x, y := fx.Sender, fx.Receiver
	low := x.Nxt
	switch {
	case over(y), seg.Flags.Has(wire.ACK) && seg.Seq == 0, behindFIN(x, seg):
		return false
	case !x.Is(flow.Sent):
		low = y.Ack
	case y.Is(flow.SentACK):
		low = wire.MaxSeq(low, y.Ack)
	}
	if seg.Seq.Before(low) {
		return false
	}
	return n.doubts&label.Missed != 0 || isOpening(x) && (seg.Seq.After(low) || acksMissed(y, seg))
}

// behindFIN reports whether a RST of x lies behind its FIN, which was captured: such a number is not RCV.NXT, since an end sends
// nothing after its FIN (RFC 9293 §3.6).
func behindFIN(x *flow.Half, seg *wire.Segment) bool {
	return x.Has&(flow.SentFIN|flow.FINGuessed) == flow.SentFIN && seg.Seq.After(x.FinEnd)
}

// acksMissed reports whether a RST acknowledges octets of y that were not captured.
func acksMissed(y *flow.Half, seg *wire.Segment) bool {
	return seg.Flags.Has(wire.ACK) && y.Is(flow.Sent) && seg.Ack.After(y.Nxt)
}

// opensMissed infers that both ends had opened the connection, where a RST shows that octets were sent that were not captured: they
// are sent once it is open (RFC 9293 §3.10.2), unless the SYN brought some (RFC 7413 §4.2).
func opensMissed(n *note, x, y *flow.Half) {
	if n.synData > 0 {
		return
	}
	for _, h := range [...]*flow.Half{x, y} {
		if h.State.Base() <= state.Listen || isOpening(h) {
			h.State, n.opened = state.Established|state.Inferred, true
		}
	}
}

// reset applies a RST from x to both ends.
func (a *Analyzer) reset(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	if !a.facts.Acceptable {
		n.rstIgnored++
		doubtsUnseen(x, y, seg)
		doubtsDropped(x, y, seg)
		doubtsAnswered(x, y, seg)
		n.doubtsInWindow(a.facts.From, a.facts.To, x, y, seg)
		return
	}
	if a.behindMissed {
		opensMissed(n, x, y)
	}
	unsure := a.behindMissed || !x.Is(flow.Sent) && !y.Is(flow.Sent) || refusesACK(x, y, seg)
	doubted := y.Is(flow.SentACK) && (y.State.Synchronized() || y.State == state.Closed|state.Inferred) && a.notNext(f, n, x, y, seg)
	// An end in SYN-SENT that resets a segment whose ACK is not for its SYN
	// stays in SYN-SENT (RFC 9293 §3.10.7.3, figures 8 and 9).
	refuses := x.State.Base() == state.SynSent && x.Is(flow.SentSYN) && !seg.Flags.Has(wire.ACK) && y.Is(flow.SentACK) &&
		seg.Seq == y.Ack && !x.Answers(y.Ack)
	unheard := alone(f, n, x, y, seg) // what does not answer keep-alives hardly takes the RST after them
	anew := refusesAnew(n, x, y, seg)
	if !refuses || over(y) || y.State.Synchronized() {
		a.noteReset(f, n, x, y, seg)
	}
	if y.State.Base() == state.TimeWait || x.State.Base() == state.TimeWait {
		n.cutTimeWait(seg) // its sender has forgotten the connection, and TIME-WAIT with it
	}
	if !y.Is(flow.GotRST) {
		y.Before = y.State
	}
	y.Has |= flow.GotRST
	if y.State.Base() == state.SynReceived && y.Is(flow.SentBareSYN) {
		y.State = state.SynSent // an active OPEN does not go back to LISTEN (figure 5, note 1)
	}
	y.State = y.State.Base().After(state.GetRST)
	if doubted || unheard || mayDrop(y, seg) { // where its number is doubted, it is answered with a challenge ACK (RFC 5961 §3.2)
		y.State = y.State.Infer()
	}
	if refuses {
		return
	}
	if !x.Is(flow.SentRST) {
		x.Before = x.State
	}
	x.Has |= flow.SentRST
	x.State = x.State.Base().After(state.SendRST)
	if unsure || anew {
		x.State = x.State.Infer()
	}
	if unsure {
		y.State = y.State.Infer()
	}
}

// noteReset keeps the first acceptable RST and the situation it came in.
func (a *Analyzer) noteReset(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	n.rstLast = seg.Time
	s, o := a.facts.From, a.facts.To
	before := n.rstNxt
	n.rstNxt = [2]wire.Seq{f.Half[0].Nxt, f.Half[1].Nxt}
	for i, missed := range n.rstMissed {
		if missed {
			n.rstNxt[i] = wire.MaxSeq(n.rstNxt[i], before[i])
		}
	}
	if a.behindMissed {
		n.rstNxt[s], n.rstMissed[s] = seg.Seq, true
		if acksMissed(y, seg) {
			n.rstNxt[o], n.rstMissed[o] = seg.Ack, true
		}
	}
	if y.Is(flow.SentACK) && seg.Seq.In(y.Ack, x.Nxt) {
		n.rstNxt[s] = seg.Seq
		if y.Is(flow.GotRST) {
			n.rstNxt[s] = wire.MaxSeq(seg.Seq, before[s]) // what shows that this one was old says nothing of an earlier one
		}
	}
	if n.rstPacket != 0 {
		return
	}
	n.rstPacket, n.rstAt, n.rstSide = seg.Packet, seg.Time, a.facts.From
	n.rstAfterClose = x.Is(flow.FINProved) && y.Is(flow.FINProved)
	n.rstUnasked = x.Is(flow.SentACK) && y.Is(flow.Sent) && !y.Nxt.After(x.Ack) && x.LastTime > y.LastTime
	opening := !n.complete && !n.opened // open, although the ACK that completed it was missed
	acked := x.Ack
	if seg.Flags.Has(wire.ACK) {
		acked = wire.MaxSeq(acked, seg.Ack)
	}
	switch {
	case x.State.Base() == state.TimeWait || y.State.Base() == state.TimeWait:
		n.rstAfter = RstTimeWait
	case seg.Flags.Has(wire.ACK) && seg.Seq == 0 && seg.Ack == y.Nxt && y.Is(flow.Sent) && !y.Any(flow.SentACK|flow.SentSYN):
		n.rstAfter = RstNoConnection
	case opening && y.Is(flow.SentBareSYN) && !x.Is(flow.SentSYN):
		n.rstAfter = RstRefused
	case opening && (x.Is(flow.SentSYN) || y.Is(flow.SentSYN)):
		n.rstAfter = RstHandshake
	case n.lastData[o] != 0 && x.Is(flow.SentACK) && dataEnd(y).After(acked),
		x.Is(flow.SentFIN) && n.lastData[o] > n.finPacket[s]:
		// The peer's data was not acknowledged when the RST was sent: nobody
		// will read it (RFC 9293 §3.6.1 calls for a RST then).
		n.rstAfter = RstUnreadData
	case alone(f, n, x, y, seg):
		n.rstAfter = RstKeepAlive
	case x.Is(flow.SentFIN) || y.Is(flow.SentFIN):
		n.rstAfter = RstAfterFIN
	default:
		n.rstAfter = RstAbort
	}
}

// forgetReset takes the RST back that noteReset kept: it ended nothing.
func (n *note) forgetReset() {
	n.rstPacket, n.rstAfter, n.rstMissed = 0, RstNone, [2]bool{}
}

// alone reports whether the other end answered no keep-alive of x before the RST, in as much
// time as an answer takes. A single unanswered probe tells its sender nothing: the answer
// may have been lost (RFC 9293 §3.8.4). A RST is not answered where it is taken (§3.10.7.4), so
// that silence after the first one says no more than before it.
func alone(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) bool {
	again := n.rstAfter == RstKeepAlive && n.rstSide == f.SideOf(x) && y.LastTime < n.rstAt
	return (x.Probed == flow.KeepAlivesProbed || again) && seg.Time-x.LastTime > wayBack(f, n, y)
}

// dataEnd is the number after the last octet of payload that the end was seen to send.
func dataEnd(y *flow.Half) wire.Seq {
	if y.Is(flow.SentFIN) && y.Nxt == y.FinEnd {
		return y.FinEnd - 1
	}
	return y.Nxt
}

// revive takes a reset back: an end that goes on sending after a RST had not
// accepted it, unless the segment can have been on its way already. It reports whether it did so.
func (a *Analyzer) revive(f *flow.Flow, n *note, x *flow.Half, seg *wire.Segment) bool {
	if !x.Any(flow.GotRST|flow.SentRST) || !over(x) || seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		if n.rstPacket != 0 {
			a.outlives(f, n, x, seg)
		}
		return false
	}
	if x.State.Base() == state.Listen && !x.Is(flow.SentSYN) && seg.Flags.Has(wire.SYN|wire.ACK) {
		// The RST refused an ack, and sent it back to LISTEN (RFC 9293 §3.10.7.4, figure 8)
		// or ended an older connection (figure 9), or came before the SYN did (§3.10.7.2):
		// this SYN-ACK has an ISN of its own.
		x.Has &^= flow.GotRST
		return false
	}
	// It answers what passed after the RST, or what has numbers after it: what came before it, so that
	// it was dropped as old (RFC 9293 §3.10.7.4, first). Or it sends new octets after its own.
	// Or it challenges a RST that counted only because segments were missed (RFC 5961 §3.2).
	challenges := n.rstMissed[a.facts.To] && a.lab.Set.Has(label.ChallengeAck)
	later := challenges || seg.Flags.Has(wire.ACK) && n.acksBehindRST(a.facts.Receiver, a.facts.To, seg)
	own := x.Is(flow.SentRST) && a.facts.SeqDelta >= 0 && seg.Len > 0 && !seg.Flags.Has(wire.SYN)
	late := seg.Time-n.rstLast > wayBack(f, n, x)
	if !late && !later && !own {
		return false
	}
	counted := x.Is(flow.SentRST) && n.rstPacket == 0 // when its receiver showed that it ended nothing
	x.Has &^= flow.GotRST | flow.SentRST
	x.State = x.Before.Infer()
	y := a.facts.Receiver
	if !over(y) {
		y.Has &^= flow.GotRST | flow.SentRST
	}
	if !counted && (!over(y) || later && (late || !rstAtFIN(n, y, a.facts.To))) {
		if challenges {
			n.wasBlind(f)
		}
		n.forgetReset()
		n.rstIgnored++
	}
	return true
}

// outlives takes a RST back that revive kept, when x acknowledges what stands behind its number later than a segment
// is on its way.
func (a *Analyzer) outlives(f *flow.Flow, n *note, x *flow.Half, seg *wire.Segment) {
	y := a.facts.Receiver
	if y.Is(flow.SentRST) && !x.Any(flow.GotRST|flow.SentRST) && seg.Flags&(wire.SYN|wire.ACK) == wire.ACK &&
		n.acksBehindRST(y, a.facts.To, seg) && seg.Time-n.rstLast > wayBack(f, n, x) {
		n.forgetReset()
		n.rstIgnored++
	}
}

// acksBehindRST reports whether seg acknowledges what y, side s, was captured to send behind the number of its latest RST, or after
// the one of its peer.
func (n *note) acksBehindRST(y *flow.Half, s flow.Side, seg *wire.Segment) bool {
	return seg.Ack.After(n.rstNxt[s]) && !seg.Ack.After(y.Nxt)
}

// doubtsRevived marks the end x again that was revived by its acknowledgement of y's FIN, whose number the
// RST had.
func doubtsRevived(n *note, x, y *flow.Half, to flow.Side) {
	if rstAtFIN(n, y, to) {
		x.State = x.State.Infer()
	}
}

// rstAtFIN reports whether the latest RST of y, side s, had the number of its FIN: Linux takes such a RST
// after the FIN (doubtsDropped), so that an acknowledgement of that, if it may have left before the RST
// came, does not show that this ended nothing.
func rstAtFIN(n *note, y *flow.Half, s flow.Side) bool {
	return y.Is(flow.SentFIN) && n.rstNxt[s] == y.FinEnd-1
}

// longRoundTrip stands for a round trip that was not measured: 1 s, the first
// retransmission timeout of RFC 6298 §2.1.
const longRoundTrip = int64(1e9)

// wayBack returns how long, in nanoseconds, the tap may still see segments of
// an end that left before something the tap has seen reached that end.
func wayBack(f *flow.Flow, n *note, x *flow.Half) int64 {
	if way := roundTrip(f, n, x); way >= 0 {
		return way
	}
	return longRoundTrip
}

// roundTrip returns the longest round trip measured between the tap and an end,
// in nanoseconds; -1: none.
func roundTrip(f *flow.Flow, n *note, h *flow.Half) int64 {
	way, other := n.rttServer, &f.Half[f.Client]
	if h == other {
		way, other = n.rttClient, &f.Half[f.Peer(f.Client)]
	}
	return max(way, other.RTT().Max) // of the other end's segments, which h acknowledges
}
