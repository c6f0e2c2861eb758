package flow

import "tcpwatch/capture/wire"

// A capture may hold each packet twice: taken at two interfaces, at both ports of a
// router or bridge, or merged from two captures. Without IP identification and
// timestamp nothing in the second sighting of a segment distinguishes it from a
// retransmission, but the place of capture does: a retransmission takes the way of the
// first copy, past the same places. So a segment that passes a place for the first
// time, and was captured at another one before, is a copy.
//
// That holds if the places lie on one path. If they lie side by side, like the links of
// a bond, each packet passes one of them, and a retransmission may take another link
// than the original did: so the place counts only once copies were shown to exist, by
// their content or by time.

// places is where the segments of one end are captured. It is kept to a word, since
// each Half has one.
type places struct {
	nxt    wire.Seq // after the highest number captured at second
	first  uint8    // where new octets, or their acknowledgement, were last captured
	second uint8    // where copies of them were captured; 0: unknown
	// sure is above 0 when copies at another place than first are certain. It rises
	// with each copy, and falls when second has new octets.
	sure uint8
	// trial counts segments that repeat others at second, in order; moved is set if
	// new octets were captured at first meanwhile.
	trial uint8
}

// Heuristics for places.
const (
	mostSure    = 8
	shownSure   = 4 // after a copy with more evidence than its place
	trialSure   = 2
	trialLength = 3 // so many segments in order complete a trial
	moved       = 1 << 7
)

// place numbers where a segment was captured, by its interface and by how many routers
// it had passed. Two places may share a number: then time decides.
func place(seg *wire.Segment) uint8 { return uint8(seg.Interface)*13 + seg.TTL }

// placeBit is the place's bit in Trace.places; two interfaces share one if 13 or 19
// routers lie between them.
func placeBit(p uint8) uint32 { return 1 << (p & 31) }

// Places reports whether copies of the end's segments are captured at another place
// than the originals.
func (h *Half) Places() bool { return h.places.sure > 0 }

// TriesPlaces reports whether Passes must also be called for segments that were
// captured at the same place as those before them.
func (h *Half) TriesPlaces() bool { return h.places.trial > 0 }

// Passes notes where a segment was captured that has or acknowledges new octets, or is
// the end's first. It is called before Add.
func (h *Half) Passes(seg *wire.Segment) {
	l, p := &h.places, place(seg)
	switch {
	case h.Is(Sent) && seg.SeqLen() > 0 && !seg.End().After(h.Nxt): // it fills a hole
		if h.newAt(seg) {
			l.nxt = seg.End()
		}
		return
	case p == l.first:
		if l.trial > 0 {
			l.trial |= moved
		}
		return
	case l.sure > 0 && p == l.second: // it came there first
		l.second, l.nxt = l.first, h.Nxt
		l.sure--
	}
	l.first = p
}

// CopiedAt notes where a copy of the end's segment was captured; m is the mark of the
// original, with Packet 0 if that is not remembered. shown says that there is more
// evidence for a copy than the place.
func (h *Half) CopiedAt(seg *wire.Segment, m *Mark, shown bool) {
	l, p := &h.places, place(seg)
	switch {
	case p == l.first && m.Packet != 0:
		if !m.Bare && (h.copied == 0 || h.behindCopied(m)) {
			h.copied = uint32(m.Packet)
		}
		h.lag = max(h.lag, uint16(min((seg.Time-m.Time)/afterUnit+1, 1<<16-1)))
		return
	case p == l.first, l.sure > 0 && l.second != 0 && p != l.second:
		return
	case l.sure == 0, l.second == 0:
		l.second, l.nxt, l.trial = p, seg.End(), 0
	}
	l.nxt = wire.MaxSeq(l.nxt, seg.End())
	h.farApart = m.Packet == 0 || seg.Time-m.Time > copyHorizon/2
	if l.sure = min(l.sure+1, mostSure); shown {
		l.sure = max(l.sure, shownSure)
	}
}

// CopiedToo notes that copies of the other end's segments are captured at another place
// than the originals: then copies of this end's segments are, too, if they are
// captured.
func (h *Half) CopiedToo() {
	if l := &h.places; l.sure == 0 {
		l.sure, l.second, l.trial = 1, 0, 0
	}
}

// twiceWithin returns how late a copy of a packet may come at most, in nanoseconds, if the
// capture holds packets twice and places cannot be distinguished: twice as late as others
// did. 0: it does not hold them twice; it does if more than one in four is a copy
// (heuristics).
func twiceWithin(h, o *Half) int64 {
	if h.lag == 0 {
		return 0
	}
	return h.within(o)
}

// within is twiceWithin, if a copy was captured.
func (h *Half) within(o *Half) int64 {
	if h.Places() || uint64(h.Duplicates+o.Duplicates) <= (h.Packets+o.Packets)/4 {
		return 0
	}
	return 2 * int64(h.lag) * afterUnit
}

// awaitsCopy reports whether the copy of the packet of mark m may still come this late,
// where copies come within a known time of about a round trip. If the copy of a later
// packet with octets has come, this one was overtaken after the first place, or lost
// there; its sender learns of that a round trip later, so nothing that comes sooner than
// three quarters of one (a heuristic) is a retransmission. Acknowledgements are not
// included: many say the same, and they are not retransmitted.
func (h *Half) awaitsCopy(m *Mark, late, within int64) bool {
	return late < within && (m.Bare || h.behindCopied(m) || late < within*3/4)
}

// behindCopied reports whether the packet of mark m was captured after all packets
// with octets of which copies were captured.
func (h *Half) behindCopied(m *Mark) bool { return int32(uint32(m.Packet)-h.copied) > 0 }

// AgainAt notes where a segment of the end was captured that is a retransmission, or
// may be a copy. Several in order, all elsewhere, while the end goes on sending new
// octets, are copies: a sender repairs a loss before it goes on.
func (h *Half) AgainAt(seg *wire.Segment) {
	l, p := &h.places, place(seg)
	switch {
	case l.sure > 0 || p == l.first:
		return
	case l.trial == 0 || p != l.second || seg.Seq != l.nxt:
		l.second, l.trial = p, 0
	}
	l.nxt = seg.End()
	if l.trial&^moved < trialLength {
		l.trial++
	}
	if l.trial == trialLength|moved {
		l.sure, l.trial = trialSure, 0
	}
}

// newAt reports whether a segment is the next one captured at the second place, or
// one after it.
func (h *Half) newAt(seg *wire.Segment) bool {
	l := &h.places
	return l.sure > 0 && l.second == place(seg) && l.second != 0 && l.second != l.first && !seg.Seq.Before(l.nxt)
}
