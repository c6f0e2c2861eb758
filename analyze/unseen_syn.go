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

// unscaled is the most octets that an end may send, or take, before it knows a window but that of a SYN, which has no
// scale (RFC 7323 §2.2): so many may have been missed behind a SYN.
const unscaled = math.MaxUint16

// unseenSYN makes the SYN that a SYN-ACK of y answered, and that was not captured, that of x, side from, if seg goes on
// with its number and acknowledges the SYN of y. Where that number may belong to octets that were sent behind the SYN
// and missed (RFC 7413), it may have been that SYN, and its number stays.
func (a *Analyzer) unseenSYN(n *note, from flow.Side, x, y *flow.Half, seg *wire.Segment) {
	if x == y || x.State.Base() != state.SynSent || x.HasOldSYN || x.Is(flow.SentACK) || !y.Is(flow.SentSYN) || over(y) ||
		seg.Flags&(wire.ACK|wire.SYN|wire.RST) != wire.ACK || !y.CoversSYN(seg.Ack, unscaled) {
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
	if x.CoversSYN(ack, unscaled) {
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
// captured of x, and how often it was sent; 0: there is none.
func (a *Analyzer) badAnswer(n *note, x, y *flow.Half, number wire.Seq) (ack wire.Seq, answers uint8) {
	own := x.CoversSYN(number, unscaled)
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		s := &a.steps.At(i).Step
		if s.Phase == label.SynAck && s.Seq == y.ISN && number.In(s.Ack, s.Ack.Add(unscaled)+1) && x.CoversSYN(s.Ack, unscaled) == own &&
			(answers == 0 || s.Ack == ack) {
			ack = s.Ack
			answers++
		}
	}
	return ack, answers
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

// opensAnew marks the end x, which had no connection any more, where it answers the SYN of that connection once more, with an ISN of
// its own: a copy of the SYN came to it then, and it is in SYN-RECEIVED (RFC 9293 §3.10.7.2) until the answer is refused.
// Another host with its address may have sent that.
func opensAnew(x *flow.Half, seg *wire.Segment) {
	if seg.Flags&(wire.SYN|wire.ACK) == wire.SYN|wire.ACK && x.State.Base() == state.Closed {
		x.State = x.State.Infer()
	}
}

// isOpening reports whether an end has sent its SYN or SYN-ACK, and waits for what opens the connection.
func isOpening(h *flow.Half) bool {
	b := h.State.Base()
	return b == state.SynSent || b == state.SynReceived
}
