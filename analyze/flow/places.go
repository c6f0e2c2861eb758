package flow

import "tcpwatch/capture/wire"

// A capture may hold each packet twice: taken at two interfaces, at both ports of a
// router or bridge, or merged of two. Without IP identification and timestamp nothing
// in the second sight of a segment tells it from a retransmission, but where it was
// captured does: what an end sends again goes the way of the first copy, past the same
// places. So a segment that passes a place for the first time, and had been captured
// at another one, is that one's copy.
//
// That holds where the places lie on one way. Where they lie side by side, as the links
// of a bond do, each packet passes one, and a retransmission may pass another than the
// first copy did: so copies count by their place only where such were shown before, by
// what they carry or by time.

// places is where the segments of one end are captured. It takes the room of a word,
// for there is one in each Half.
type places struct {
	nxt    wire.Seq // after the highest number captured at second
	first  uint8    // where octets, or their acknowledgement, were captured last that were new
	second uint8    // where copies of them were captured; 0: not known
	// sure is above 0 where copies at another place than first are known to be such.
	// It goes up with each, and down where second has new octets.
	sure uint8
	// trial counts segments that repeat others at second, in order; moved is set with
	// it where new octets were captured at first meanwhile.
	trial uint8
}

// Heuristics for places.
const (
	mostSure    = 8
	shownSure   = 4 // after a copy that is known by more than its place
	trialSure   = 2
	trialLength = 3 // how many segments in order make a trial
	moved       = 1 << 7
)

// place numbers where a segment was captured: by its interface, and by how many routers
// it had passed. Two places may have one number: then time decides, as without.
func place(seg *wire.Segment) uint8 { return uint8(seg.Interface)*13 + seg.TTL }

// placeBit is the place in Trace.places; two interfaces share one where 13 or 19 routers
// lie between.
func placeBit(p uint8) uint32 { return 1 << (p & 31) }

// Places reports whether copies of the end's segments are captured at another place
// than the segments.
func (h *Half) Places() bool { return h.places.sure > 0 }

// TriesPlaces reports whether Passes is to be called for segments that were captured at
// the same place as those before them, too.
func (h *Half) TriesPlaces() bool { return h.places.trial > 0 }

// Passes takes where a segment that has new octets, or acknowledges such, or is the end's
// first, was captured, before Add.
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
	case l.sure > 0 && p == l.second: // it has come first there
		l.second, l.nxt = l.first, h.Nxt
		l.sure--
	}
	l.first = p
}

// CopiedAt takes where a copy of the end's segment was captured that is remembered with
// mark m; Packet 0: it is not. shown says that more than the place shows it to be one.
func (h *Half) CopiedAt(seg *wire.Segment, m *Mark, shown bool) {
	l, p := &h.places, place(seg)
	switch {
	case p == l.first && m.Packet != 0:
		if !m.Bare && (h.copied == 0 || h.behindCopied(m)) {
			h.copied = uint32(m.Packet)
		}
		h.lag = max(h.lag, uint16(min((seg.Time-m.Time)/behindUnit+1, 1<<16-1)))
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

// CopiedToo takes that copies of the other end's segments are captured at another place
// than those: then copies of this one's are, too, if they are captured.
func (h *Half) CopiedToo() {
	if l := &h.places; l.sure == 0 {
		l.sure, l.second, l.trial = 1, 0, 0
	}
}

// twiceWithin returns how late a copy of a packet may come at most, nanoseconds, where
// a capture holds packets twice, and nothing tells one place from the other: twice as late as
// others did. 0: it does not; more than one in four are copies where it does (heuristics).
func twiceWithin(h, o *Half) int64 {
	if h.lag == 0 {
		return 0
	}
	return h.within(o)
}

// within is twiceWithin where a copy was captured.
func (h *Half) within(o *Half) int64 {
	if h.Places() || uint64(h.Duplicates+o.Duplicates) <= (h.Packets+o.Packets)/4 {
		return 0
	}
	return 2 * int64(h.lag) * behindUnit
}

// awaitsCopy reports whether the copy of the packet of mark m may come so late, where
// copies come within some time, which is about a round trip. Where the copy of a later
// one with octets has come, this one was overtaken after the first place, or lost there,
// which its sender hears of a round trip later: sooner than three quarters of one (a
// heuristic) nothing that it sends again comes. Acknowledgements are many that say the
// same, and not sent again.
func (h *Half) awaitsCopy(m *Mark, late, within int64) bool {
	return late < within && (m.Bare || h.behindCopied(m) || late < within*3/4)
}

// behindCopied reports whether the packet of mark m was captured after all with octets
// of which copies were.
func (h *Half) behindCopied(m *Mark) bool { return int32(uint32(m.Packet)-h.copied) > 0 }

// AgainAt takes where the end's segment was captured that was sent again, or is a copy
// for all that is known. Several in order, all elsewhere, while the end goes on sending
// new octets, are copies: a sender repairs what was lost before it goes on.
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

// newAt reports whether a segment is the next, or one after it, that is captured at
// the second place.
func (h *Half) newAt(seg *wire.Segment) bool {
	l := &h.places
	return l.sure > 0 && l.second == place(seg) && l.second != 0 && l.second != l.first && !seg.Seq.Before(l.nxt)
}
