package flow

import "tcpwatch/capture/wire"

// A RST is remembered like other segments, so that a copy of it is told from the next
// one. It occupies no numbers, whatever it carries (RFC 9293 §3.5.3 lets it have data).

// reset makes s, which is the trace of a segment, that of a RST: its Sum is of all that is
// neither number nor mark.
func (s *Trace) reset(seg *wire.Segment) {
	s.End, s.Bare, s.HasSum, s.Sum = s.Seq, true, false, rstSum(seg)
}

// rstSum sums up what of a RST is neither number nor mark.
func rstSum(seg *wire.Segment) uint16 {
	n := bareSum(seg) ^ uint16(seg.Len)
	if seg.HasSum {
		n ^= seg.PayloadSum
	}
	return n
}

// sameRST returns the mark of the latest remembered RST of h that is like seg in every
// field; Packet 0: none. once is as with same: where both have no identification, such a one
// is preferred. within is how late a copy may come where nothing tells its place.
func (t *Table) sameRST(h *Half, seg *wire.Segment, within int64) (m Mark, once bool) {
	at, sum, looks := uint32(0), rstSum(seg), maxLook
	if h.Places() {
		at = placeBit(place(seg))
	}
	if at != 0 || within > 0 {
		looks = farLook
	}
	var own Mark
	own.of(seg)
	for i := h.sentTail; i != 0 && looks > 0; i, looks = t.sent.At(i).prev, looks-1 {
		s := t.sent.At(i)
		if s.Flags != seg.Flags || s.Seq != seg.Seq || s.Ack != seg.Ack || s.Sum != sum || s.TSVal != own.TSVal || s.HasTS != own.HasTS ||
			s.IPID != own.IPID || s.HasID != own.HasID {
			continue
		}
		once := at != 0 && s.places&at == 0 || within > 0 && !s.copied && h.awaitsCopy(&s.Mark, seg.Time-s.Time, within)
		if s.HasID || once {
			return s.Mark, once
		}
		if m.Packet == 0 {
			m = s.Mark
		}
	}
	return m, false
}

// rstWithin is twiceWithin for a RST of h. An end that sent nothing else has no copies to go by but those of
// the other, o; where those were made on the way, it answers each of them, so that its RST must come
// at once (a heuristic).
func rstWithin(h, o *Half) int64 {
	if h.Is(Sent) {
		return twiceWithin(h, o)
	}
	return min(twiceWithin(o, h), atOnce)
}

// atOnce is shorter than any network takes to make a copy that is answered; a heuristic.
const atOnce = int64(100e3)

// IDsDiffer reports whether the end gave its packets different identifications, so that
// the same one again says something (RFC 6864 §4.1 lets all have one).
func (h *Half) IDsDiffer() bool { return h.ids.up > 0 || h.ids.other > h.ids.same }
