package analyze_test

import (
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// simSaw is what the tap saw of one direction altogether.
type simSaw struct {
	any, acked bool
	end, ack   wire.Seq // the highest
	flags      wire.Flags
}

func (n *simNet) saw() (w [2]simSaw) {
	for _, c := range n.tapped {
		s, x := &c.seg, &w[c.from]
		if s.Flags.Has(wire.RST) {
			x.flags |= wire.RST
			continue
		}
		x.flags |= s.Flags
		if !x.any || s.End().After(x.end) {
			x.any, x.end = true, s.End()
		}
		if s.Flags.Has(wire.ACK) && (!x.acked || s.Ack.After(x.ack)) {
			x.acked, x.ack = true, s.Ack
		}
	}
	return w
}

// explain finds the segment that made a wrong final state of an end
// unavoidable, or nil:
//
//   - one towards the end, captured and lost after the tap, that would have
//     changed the end: a RST, an ACK of what was not acknowledged to it, or a
//     FIN that it never got, because of which the ACKs after it do not count;
//   - one that did change the state of the end and was not captured;
//   - one from the end that was not captured and would have told more: a SYN,
//     FIN or RST that the tap never saw, an ACK beyond what it saw, octets
//     beyond what it saw, so that a RST after them has no number that could be
//     checked, or the first FIN, by which the order of the close is known;
//   - a RST that passed before the octets before it, or a SYN that passed
//     uncaptured before the answer to it;
//   - a FIN, or what stands before it, sent again while its ACK was on the
//     way and lost after the tap, so that it was not acknowledged again, or the second ACK, which
//     was not captured.
func (n *simNet) explain(e *simEnd, said state.State) *simCopy {
	saw := n.saw()
	for _, c := range n.copies {
		if c.from == e.side && n.explainSent(e, c, &saw[c.from], said) || c.from != e.side && n.explainGot(e, c, &saw[c.from], said) {
			return c
		}
	}
	return nil
}

func (n *simNet) explainGot(e *simEnd, c *simCopy, saw *simSaw, said state.State) bool {
	s := &c.seg
	if n.earlyRST(c) {
		return true
	}
	if c.captured < 0 && e.finSent && s.Flags.Has(wire.ACK) && s.Ack.After(e.finSeq) && claims[said]&finAcked == 0 {
		return true
	}
	switch {
	case c.captured < 0:
		return c.moved || s.Flags.Has(wire.FIN) && e.gotFIN && saw.flags&wire.FIN == 0
	case s.Flags.Has(wire.RST):
		return !c.taken
	case s.Flags.Has(wire.FIN) && !e.gotFIN:
		return true
	}
	return !c.taken && s.Flags.Has(wire.ACK) && s.Ack.After(e.final().una)
}

// earlyRST reports whether c is a RST that passed the tap before octets that
// stand before it, so that its number could not be checked.
func (n *simNet) earlyRST(c *simCopy) bool {
	if c.captured < 0 || !c.seg.Flags.Has(wire.RST) {
		return false
	}
	for _, b := range n.tapped[:c.captured] {
		if b.from == c.from && !b.seg.Flags.Has(wire.RST) && !b.seg.End().Before(c.seg.Seq) {
			return false
		}
	}
	for _, b := range n.copies {
		if b.from == c.from && b.seg.SeqLen() > 0 && !b.seg.Flags.Has(wire.RST) && b.seg.End() == c.seg.Seq {
			return true
		}
	}
	return false
}

func (n *simNet) explainSent(e *simEnd, c *simCopy, saw *simSaw, said state.State) bool {
	s := &c.seg
	if c.captured >= 0 {
		return n.earlyRST(c) || s.SeqLen() > 0 && c.arrived < 0 && claims[said]&finAcked == 0 && e.final().facts&finAcked != 0
	}
	switch {
	case s.Flags.Has(wire.SYN) && c.arrived >= 0:
		return true
	case s.Flags.Has(wire.RST):
		return saw.flags&wire.RST == 0
	case s.Flags.Has(wire.ACK) && (!saw.acked || s.Ack.After(saw.ack)),
		s.Flags&(wire.SYN|wire.FIN)&^saw.flags != 0,
		saw.any && s.SeqLen() > 0 && s.End().After(saw.end):
		return true
	}
	return s.Flags.Has(wire.FIN) && e.finFirst && !n.firstFIN(e, len(n.tapped)-1)
}
