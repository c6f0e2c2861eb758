package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// ReuseRight is the rule that allowed a tuple in TIME-WAIT to be used again.
type ReuseRight uint8

// The rules (RFC 6191 §2).
const (
	ReuseNone      ReuseRight = iota
	ReuseISN                  // the new ISN lies beyond the old sequence space, and no timestamp is earlier
	ReuseTimestamp            // the new SYN's timestamp is later
	ReuseEarlier              // the new ISN lies beyond the old sequence space, but the SYN's timestamp is earlier
	ReuseUnproved             // none: the SYN may be answered with an ACK
)

var reuseNames = [...]string{"", "higher ISN", "later timestamp", "higher ISN but earlier timestamp", "neither a higher ISN nor a later timestamp"}

func (r ReuseRight) String() string { return reuseNames[r] }

// Unproved reports whether no rule allowed the reuse.
func (r ReuseRight) Unproved() bool { return r == ReuseEarlier || r == ReuseUnproved }

// TimeWait says which ends held TIME-WAIT, whether or not it has run out by the
// end of the capture. Holders is NoSide if neither entered it.
type TimeWait struct {
	Holders      Side
	Since, Until int64  // nanoseconds; Until is Since (or the last restart) plus 2MSL, or the moment it was cut short
	Restarts     uint32 // retransmitted FINs that the holder acknowledged again
	ReusedBy     uint64 // number of the connection that used the tuple next; 0: none
	Reuse        ReuseRight
	CutBy        uint64 // packet of the RST that ended it early, unless the stack takes none there (RFC 1337); 0: none
}

// enterTimeWait starts the 2MSL timer of an end.
func (a *Analyzer) enterTimeWait(f *flow.Flow, n *note, h *flow.Half) {
	w := &n.tw
	if !w.held[0] && !w.held[1] {
		w.since = a.clock
	}
	w.held[f.SideOf(h)] = true
	w.until = a.clock + a.msl2
	n.twRestart = true
}

// timeWaitAgain notices a retransmitted FIN to an end in TIME-WAIT, and its
// answer, which restarts the timer (RFC 9293 §3.10.7.4, eighth).
func (a *Analyzer) timeWaitAgain(n *note, x, y *flow.Half, seg *wire.Segment) {
	w, from := &n.tw, a.facts.From
	if a.facts.RepeatsFIN && y.State.Base() == state.TimeWait {
		w.finAgain[a.facts.To] = true
	}
	if w.finAgain[from] && x.State.Base() == state.TimeWait && seg.Flags.Has(wire.ACK) && !seg.Ack.Before(y.FinEnd) {
		w.finAgain[from] = false
		w.restarts++
		w.until = a.clock + a.msl2
		n.twRestart = true
	}
}

// cutTimeWait notes a RST that ends TIME-WAIT early (RFC 1337).
func (n *note) cutTimeWait(seg *wire.Segment) {
	if n.tw.cutBy == 0 {
		n.tw.cutBy = seg.Packet
	}
	n.tw.until = seg.Time
}

// succeeded notes, in the connection that held f's tuple before, that f uses it
// now, and the rule that allows it.
func (a *Analyzer) succeeded(f *flow.Flow, from flow.Side, seg *wire.Segment) {
	older := a.table.Older(f.Ref)
	o := a.flow(older)
	n := a.notes.At(o.Extra)
	x := &o.Half[from]
	if seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		a.notes.At(f.Extra).clues.OldEnd = n.oldEnd(o, o.Peer(from))
	}
	if seg.Flags&(wire.SYN|wire.ACK) == wire.SYN && x.State.Synchronized() && x.State.Base() != state.TimeWait {
		// Its sender has lost the old connection, unless the SYN is forged and the
		// sender goes on (RFC 5961 §4).
		x.BeforeSYN, x.State = x.State, state.Closed|state.Inferred
		x.OldSYN, x.HasOldSYN = seg.Seq, true
	}
	if x.HasOldSYN && x.State.Base() == state.SynSent && seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		// The SYN that fell into the old space was the first of the new connection.
		again := seg.Seq == x.OldSYN
		x.State = state.Closed
		if again {
			a.notes.At(f.Extra).clues.strayOf(&n.clues)
		}
		if !again || n.clues.stray.rst == 0 {
			x.State = x.State.Infer()
		}
	}
	if y := &o.Half[o.Peer(from)]; y.HasOldSYN && y.State.Base() == state.SynSent && seg.Flags.Has(wire.SYN) && seg.Ack == y.OldSYN+1 {
		y.State = state.Closed | state.Inferred // its SYN was accepted (begunUnseen)
	}
	if seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		x.Probed = flow.Doubted // a live end will challenge it
	}
	if a.table.Class(older) != flow.TimeWait {
		return
	}
	n.tw.reusedBy = f.Number
	a.leaves(o, from, seg.Packet, seg.Time, EndReused) // an end that opens again has left TIME-WAIT
	n.tw.right = reuseRight(x, &o.Half[o.Peer(from)], seg)
	if !n.tw.right.Unproved() {
		a.endTimeWait(older, seg)
	}
}

// reuseRight returns the rule by which a segment of x, an end of a connection in TIME-WAIT with
// y, opens another one. RFC 9293 §3.6.1 lets the end in TIME-WAIT accept a SYN; RFC 6191 §2
// says which: where both connections use timestamps, one whose timestamp is later, or the same
// and its ISN higher; else one with a higher ISN. That a SYN has timestamps where the
// connection before used none would be a right too, if y agreed to them: that is not known yet,
// and Linux goes by the ISN there.
func reuseRight(x, y *flow.Half, seg *wire.Segment) ReuseRight {
	later := int32(0)
	if seg.Options.Set.Has(wire.OptTimestamps) && x.HasTS && y.HasTS {
		later = int32(seg.Options.TSVal - x.TSVal)
	}
	switch {
	case !seg.Flags.Has(wire.SYN):
		return ReuseUnproved
	case seg.Seq.After(x.Nxt-1) && !seg.Flags.Has(wire.ACK):
		if later < 0 {
			return ReuseEarlier
		}
		return ReuseISN
	case later > 0:
		return ReuseTimestamp
	}
	return ReuseUnproved
}

// endTimeWait ends the rest of TIME-WAIT in a connection whose tuple is in use
// again.
func (a *Analyzer) endTimeWait(r flow.Ref, seg *wire.Segment) {
	if a.table.Class(r) != flow.TimeWait {
		return
	}
	o := a.flow(r)
	a.notes.At(o.Extra).tw.until = seg.Time
	for _, s := range ends(o) {
		a.leaves(o, s, seg.Packet, seg.Time, EndReused)
	}
	a.table.Touch(r, flow.Closed, a.clock, seg.Packet)
}
