package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// A SYN proxy answers a SYN in place of the server, and asks that when the client has
// acknowledged the answer. The server chooses another ISN; from then on the proxy changes
// the numbers of all segments. Where both sides of it are captured, as on all interfaces of a
// router, each segment of the connection is there with numbers of two spaces.
//
// What shows it: an end that has taken a SYN-ACK answers another one with the numbers of the
// first (RFC 9293 §3.10.7.4, RFC 5961 §4.2). Whoever acknowledges both ISNs is not one end.
// The segments with the later numbers are those of the first space once more, changed: they
// are left out, since nothing tells which of them was sent again and what was never captured.

// renumberedNote is about a second space of one side's numbers.
type renumberedNote struct {
	packet   uint64   // acknowledges the second ISN; 0: none did
	isn      wire.Seq // the second
	segments uint32
	side     flow.Side // whose
	answered bool      // the SYN has a second answer: isn and side are valid
	_        [2]byte   // whole words (rest.LayoutOf)
	timed    [2]uint16 // by side: SYNs after the handshake for which a timer was counted
}

// spacesApart is a heuristic: how far apart two ISNs must lie for each number to be of the space
// in which it is nearer to what comes next.
const spacesApart = 1 << 24

// answersAgain notes a SYN-ACK of x with another ISN than the one that y, whose SYN it
// answers, has taken.
func (n *note) answersAgain(fx *flow.Facts, seg *wire.Segment) {
	x, y, w := fx.Sender, fx.Receiver, &n.renumbered
	if w.packet == 0 && n.complete && seg.Ack == y.ISN+1 && distance(seg.Seq, x.ISN) >= spacesApart {
		w.answered, w.isn, w.side = true, seg.Seq, fx.From
	}
}

// isRenumbered reports whether the segment of a connection with a second answer counts from that.
func (a *Analyzer) isRenumbered(f *flow.Flow, n *note, from flow.Side, seg *wire.Segment) bool {
	w := &n.renumbered
	h, other := &f.Half[w.side], &f.Half[f.Peer(w.side)]
	number := seg.Ack
	switch {
	case from == w.side:
		number = seg.Seq
	case !seg.Flags.Has(wire.ACK):
		return false
	}
	if w.packet == 0 {
		if seg.Flags.Any(wire.SYN|wire.RST) || seg.Ack != w.isn+1 || seg.Seq != other.ISN+1 || w.counts(h, h.Nxt) || w.counts(h, other.Ack) {
			return false // the last two: both are mixed already, where packets were captured in another order
		}
		w.packet = seg.Packet
		a.openedTwice(f, n)
		return true
	}
	return distance(number, h.Nxt+w.isn-h.ISN) < distance(number, h.Nxt)
}

// counts reports whether a number from the beginning of h counts from the second ISN.
func (w *renumberedNote) counts(h *flow.Half, number wire.Seq) bool {
	return distance(number, w.isn) < distance(number, h.ISN)
}

// distance is how far two numbers lie from each other, by the shorter way round.
func distance(a, b wire.Seq) uint32 {
	if d := a.Diff(b); d >= 0 {
		return uint32(d)
	}
	return uint32(b.Diff(a))
}

// openedTwice takes what follows the handshake, and belongs to the second one, out of
// the account of the first.
func (a *Analyzer) openedTwice(f *flow.Flow, n *note) {
	w := &n.renumbered
	client := f.Peer(w.side)
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		switch s := a.steps.At(i); {
		case s.Phase == label.SynAck && s.Seq == w.isn:
			n.synAckCount--
		case s.Phase == label.SYN && s.Packet > n.ackPacket && s.FromClient == (client == f.Client) && s.Seq == f.Half[client].ISN:
			n.synCount[client]-- // which counts no SYN with another number
			n.notAgain(&f.Half[client], client, &s.Step)
		}
	}
}

// notAgain takes a SYN for the second handshake out of what h, the end of a side, sent again or
// sent before.
func (n *note) notAgain(h *flow.Half, s flow.Side, step *Step) {
	if !step.Repeated {
		h.OutOfOrder -= min(h.OutOfOrder, 1) // as one that had been held up
		return
	}
	cause := label.CauseUnknown
	if timed := &n.renumbered.timed[s]; *timed > 0 {
		*timed--
		cause, h.Repair.Mode, h.Repair.Backoff = label.CauseRTO, flow.NoRepair, 0
	}
	h.Retransmissions--
	n.causes[s][cause]-- // none is inferred: what nothing tells from the first SYN is one held up, or a copy
}

// besides takes a segment of the second space: it is told and counted, and shows nothing.
func (a *Analyzer) besides(f *flow.Flow, n *note, from flow.Side, seg *wire.Segment) {
	w, x := &n.renumbered, &a.facts
	n.renumbered.segments++
	a.bare = *seg // with the numbers that it has in the first space
	if by := w.isn - f.Half[w.side].ISN; from == w.side {
		a.bare.Seq -= by
	} else {
		a.bare.Ack -= by
	}
	a.bare.Options = wire.Options{}
	a.stray, a.foreign = false, true
	a.table.Gather(f, from, &a.bare, x)
	delta := seg.Time - f.Last
	a.obs.Evidence.Len, a.cause, a.timer = 0, label.NoCause, false
	a.lab.Set = label.Set(0).With(plainPhase(seg))
	n.count(a.lab.Set)
	n.waits.segment(from, seg, delta, a.lab.Set)
	if a.cfg.Packet != nil {
		a.observe(f, &a.bare, delta)
		a.obs.Segment, a.obs.Renumbered = seg, true
	}
	a.zeekSegment(n, seg)
	f.LastPacket, f.Last = seg.Packet, seg.Time
	x.Sender.Packets++
}

// plainPhase is the phase that a segment's flags and payload alone tell.
func plainPhase(seg *wire.Segment) label.ID {
	switch {
	case seg.Flags.Has(wire.RST):
		return label.RST
	case seg.Flags.Has(wire.SYN | wire.ACK):
		return label.SynAck
	case seg.Flags.Has(wire.SYN):
		return label.SYN
	case seg.Flags.Has(wire.FIN):
		return label.FIN
	case seg.Len > 0:
		return label.Data
	}
	return label.Ack
}
