package flow

import (
	"iter"

	"tcpwatch/capture/wire"
)

// copies says what is known of copies of a segment.
type copies uint8

const (
	notCopied   copies = iota // none was captured
	wasCopied                 // one was
	lostBetween               // none was, where one was due (Table.LostBetween)
)

// Copied notes that seg, a copy of a packet of h, was captured; and where, if there says that no other will be captured at that
// place. It returns how many packets LostBetween had counted that have come there after all, and one of them.
func (t *Table) Copied(h *Half, packet uint64, seg *wire.Segment, there bool) (found uint32, late uint64) {
	s := t.traceOf(h, packet)
	switch at := placeBit(place(seg)); {
	case s == nil:
		return 0, 0
	case seg.Flags&wire.RST == 0 && (s.Seq != seg.Seq || s.End != seg.End()): // the trace of a RST has no octets
		return t.joined(h, seg)
	case s.copies == lostBetween && s.places&at != 0:
		return 0, 0 // copied where it was captured, in front of where it was lost
	case s.copies == lostBetween:
		found, late = 1, s.Packet
	case s.copies == wasCopied && place(seg) == h.places.second:
		found, late = t.heldUp(h, s)
	}
	s.copies = wasCopied
	if there {
		s.places |= placeBit(place(seg))
	}
	return found, late
}

// joined notes that octets of several packets of h came in one, or in part, as network cards join and cut segments.
func (t *Table) joined(h *Half, seg *wire.Segment) (found uint32, late uint64) {
	end := seg.End()
	for p := t.lastSpan(h); p != nil; p = t.before(h, p) {
		if p.apart(seg.Seq, end) {
			continue
		}
		for i, left := p.last, p.n; left > 0; i, left = t.sent.At(i).prev, left-1 {
			s := t.sent.At(i)
			if !s.overlaps(seg.Seq, end) {
				continue
			}
			if s.copies == lostBetween {
				found, late = found+1, s.Packet
			}
			s.copies = wasCopied
		}
	}
	return found, late
}

// heldUp finds the packet of h that came as a second copy of r to the same place: one that LostBetween had counted and nothing tells
// from r, so that its own copy may have been taken for that of r.
func (t *Table) heldUp(h *Half, r *Trace) (found uint32, late uint64) {
	for s := range t.sameRange(h, r) {
		if s.copies == lostBetween && s.IPID == r.IPID && s.TSVal == r.TSVal {
			s.copies = wasCopied
			return 1, s.Packet
		}
	}
	return 0, 0
}

// sameRange yields the traces of h with the range of r, the latest first.
func (t *Table) sameRange(h *Half, r *Trace) iter.Seq[*Trace] {
	return func(yield func(*Trace) bool) {
		for p := t.lastSpan(h); p != nil; p = t.before(h, p) {
			if p.without(r.Seq) {
				continue
			}
			for i, left := p.last, p.n; left > 0; i, left = t.sent.At(i).prev, left-1 {
				if s := t.sent.At(i); s.Seq == r.Seq && s.End == r.End && !yield(s) {
					return
				}
			}
		}
	}
}

// traceOf returns the trace of a packet of h; nil if it is not remembered.
func (t *Table) traceOf(h *Half, packet uint64) *Trace {
	for i := h.sentTail; i != 0; i = t.sent.At(i).prev {
		if s := t.sent.At(i); s.Packet <= packet {
			if s.Packet == packet {
				return s
			}
			return nil
		}
	}
	return nil
}

// LostBetween counts what was lost between two places of capture, when seg, a copy of a packet of h, whose copies are captured at
// another place (Places), comes there, before Copied: if that packet is a retransmission, the earlier ones with its range of which
// none has come; first is the earliest. They are counted once. What is sent again in other pieces may have been cut on the way
// before. Where copies come late, which the clocks of two taps may make them, it tells nothing.
func (t *Table) LostBetween(h *Half, packet uint64, seg *wire.Segment) (n uint32, first uint64) {
	r, at := t.traceOf(h, packet), placeBit(place(seg))
	if r == nil || !r.Again || h.farApart || r.places&at != 0 {
		return 0, 0
	}
	for s := range t.sameRange(h, r) {
		switch {
		case s.Packet >= r.Packet:
		case s.copies != notCopied:
			return n, first // what came before was counted with it
		case s.places&at == 0:
			s.copies, first = lostBetween, s.Packet
			n++
		}
	}
	return n, first
}
