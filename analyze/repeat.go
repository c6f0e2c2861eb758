package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// Repeat says what a RETRANSMISSION repeats and what its sender's timer would
// have been. It is zero for other segments.
type Repeat struct {
	// Packet is the latest packet of the same end with any of the octets; 0:
	// none was captured, or it is no longer remembered.
	Packet uint64
	// Delay is the time since that packet, in nanoseconds; -1: none.
	Delay int64
	// Backoff numbers the timeouts in a row without progress (RFC 6298 §5.5),
	// this one included; 0: no timer ran.
	Backoff uint8
	// RTO is the sender's retransmission timeout by RFC 6298 §2 from the round
	// trips measured so far between the tap and both ends, before backing off and
	// without a lower bound, in nanoseconds; -1: not both were measured.
	RTO int64
}

// repeats fills o.Repeat of a RETRANSMISSION.
func (a *Analyzer) repeats(o *Observation) {
	o.Repeat = Repeat{}
	if !a.lab.Set.Has(label.Retransmission) {
		return
	}
	x := a.facts.Sender
	r := Repeat{Packet: a.facts.Overlap.Packet, Delay: -1, Backoff: x.Repair.Backoff, RTO: flow.SenderRTO(x, a.facts.Receiver)}
	if r.Packet != 0 {
		r.Delay = a.facts.Mark.Time - a.facts.Overlap.Time
	}
	if a.cause != label.CauseRTO {
		r.Backoff = 0
	} else if a.timer && r.Backoff < 255 {
		r.Backoff++
	}
	o.Repeat = r
}

// copied notes a copy of a segment of x.
func (a *Analyzer) copied(n *note, x *flow.Half, seg *wire.Segment) {
	fx := &a.facts
	x.Duplicates++
	x.SYNTwice = x.SYNTwice || seg.Flags.Has(wire.SYN)
	x.Payload += uint64(seg.Len)
	first := &fx.Same
	if first.Packet == 0 {
		first = &fx.Overlap
	}
	x.CopiedAt(seg, first, a.lab.Reason != label.Elsewhere && a.lab.Reason != label.AsOthers)
	if x.Places() {
		fx.Receiver.CopiedToo()
		lost, packet := a.table.LostBetween(x, first.Packet, seg)
		n.lostBetween[fx.From] += lost
		if lost > 0 && seg.Flags.Has(wire.SYN) && n.lostSYN[fx.From] == 0 {
			n.lostSYN[fx.From] = packet
		}
	}
	// If this was the first packet with its octets at a place, it may be the one lost
	// after that place; then the retransmission will come there, too.
	found, late := a.table.Copied(x, first.Packet, seg, !(fx.NewHere && fx.SameAgain))
	n.lostBetween[fx.From] -= found
	if found > 0 && n.lostSYN[fx.From] == late {
		n.lostSYN[fx.From] = 0
	}
}

// rememberRST keeps a RST of x, so that a copy of it is recognised, or notes
// the copy.
func (a *Analyzer) rememberRST(x, y *flow.Half, seg *wire.Segment) {
	if a.lab.Set.Has(label.DuplicatePacket) {
		x.Duplicates++
		a.table.Copied(x, a.facts.Same.Packet, seg, true)
		return
	}
	a.table.Log(x, y, seg, false, false, nil)
}

// notesRepeat notes whether the segment, which has octets, repeats some.
func notesRepeat(x *flow.Half, seg *wire.Segment, s label.Set) {
	x.LastAgain, x.RepeatEnd = s.Has(label.Retransmission), 0
	x.LastRepeats = x.LastAgain || s.Has(label.DuplicatePacket)
	if x.LastRepeats {
		x.RepeatEnd = seg.End()
	}
}
