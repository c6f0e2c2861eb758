package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// A SYN that the capture missed may be the one that a SYN-ACK answers, where one with another ISN was captured
// before it: the attempt before, of the same ends, that nothing answered. Then the SYN-ACK looks like one of an end that
// knows an older connection (RFC 9293 figure 8), or of a guard that provokes a RST: it acknowledges what was never sent.
// What the client does next tells them apart. It answers with a RST what does not acknowledge its SYN (§3.10.7.3,
// first), and goes on with the numbers that the SYN-ACK has where that answers its SYN (§3.5, figure 6).

// unseenSYN makes the SYN that a SYN-ACK of y answered, and that was not captured, that of x, side from, if seg goes on
// with its number and acknowledges the SYN of y. Where that number may belong to octets that were sent behind the SYN
// and missed (RFC 7413), it may have been that SYN, and its number stays.
func (a *Analyzer) unseenSYN(n *note, from flow.Side, x, y *flow.Half, seg *wire.Segment) {
	if x == y || x.State.Base() != state.SynSent || x.HasOldSYN || x.Is(flow.SentACK) || !y.Is(flow.SentSYN) || over(y) ||
		seg.Flags&(wire.ACK|wire.SYN|wire.RST) != wire.ACK || !seg.Ack.In(y.ISN+1, y.Nxt.Add(math.MaxUint16)) {
		return
	}
	ack, answers := a.badAnswer(n, x, y, seg.Seq)
	if answers == 0 {
		return
	}
	n.badAcks -= min(n.badAcks, answers)
	n.ackOfISN[from], n.ackOfISNKnown[from], n.synAnswered[from], n.synUnanswered = ack, true, true, false
	c := &n.clues.Clues // a RST before was for another SYN, and nobody went on in spite of it
	c.BlindRst, c.BlindAfter, c.BlindOwn, c.BlindFor, c.BlindLate = 0, 0, 0, 0, false
	if behindSYN(x, ack) {
		x.Has |= flow.SYNProved
		return
	}
	a.rebase(x, ack-1)
	x.Nxt, x.NxtRel = ack, 1
	x.Has &^= flow.SentBareSYN | flow.Scaled
	y.Has &^= flow.Scaled // what the unseen SYN offers is not known
	x.MSS, x.SYNs, x.SYNTwice = 0, 0, false
	n.options[from], n.options[from.Other()].ECN = EndOptions{}, ECNNone
	n.synCount[from], n.firstSYN, n.synData = 0, 0, 0
}

// badAnswer returns what the SYN-ACK of y that a number of x goes on with acknowledges, where that is not the SYN that was
// captured of x, and how often it was sent; 0: there is none. A window without scale is the most that may have been missed.
func (a *Analyzer) badAnswer(n *note, x, y *flow.Half, number wire.Seq) (ack wire.Seq, answers uint8) {
	own := behindSYN(x, number)
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		s := &a.steps.At(i).Step
		if s.Phase == label.SynAck && s.Seq == y.ISN && number.In(s.Ack, s.Ack.Add(math.MaxUint16)) && behindSYN(x, s.Ack) == own &&
			(answers == 0 || s.Ack == ack) {
			ack = s.Ack
			answers++
		}
	}
	return ack, answers
}

// behindSYN reports whether a number may be that of an octet behind the SYN of x: a window without scale is the most that an
// end may send before it knows another (RFC 9293 §3.8.6).
func behindSYN(x *flow.Half, number wire.Seq) bool {
	return number.In(x.ISN+1, x.Nxt.Add(math.MaxUint16)+1)
}

// doubtsOpening marks the ends of a connection that was not open when a segment came whose number does not fit it: the SYN that it
// follows may have been missed, or more than 2 GiB before it. Or it is of an older connection, or forged.
func (a *Analyzer) doubtsOpening(seg *wire.Segment) {
	x, y := a.facts.Sender, a.facts.Receiver
	if seg.Flags&(wire.SYN|wire.ACK) != wire.ACK || a.damaged(x) {
		return
	}
	for _, h := range [...]*flow.Half{x, y} {
		if isOpening(h) {
			h.State = h.State.Infer()
		}
	}
}

// isOpening reports whether an end has sent its SYN or SYN-ACK, and waits for what opens the connection.
func isOpening(h *flow.Half) bool {
	b := h.State.Base()
	return b == state.SynSent || b == state.SynReceived
}
