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

// gatherRST gathers of a RST of s which one it is like. Its identification tells it from
// others also where r sent a SYN and nothing else: that is answered once (RFC 9293 §3.10.7.1).
func (t *Table) gatherRST(s, r *Half, seg *wire.Segment, x *Facts) {
	x.Same, x.SameOnce = t.sameRST(s, seg, rstWithin(s, r))
	alone := r.Is(SentBareSYN) && r.Packets-uint64(r.Duplicates) == 1
	x.SameTells = x.Same.HasID && (alone || t.numbersRSTs(s, seg))
	x.SameAgain, x.SameWhole, x.CalledFor = false, false, false
}

// sameRST returns the mark of the latest remembered RST of h that is like seg in every
// field; Packet 0: none. once is as with same: such a one is preferred. within is how late
// a copy may come where nothing tells its place.
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
			s.IPID != own.IPID {
			continue
		}
		once := at != 0 && s.places&at == 0 || within > 0 && !s.copied && h.awaitsCopy(&s.Mark, seg.Time-s.Time, within)
		if once {
			return s.Mark, once
		}
		if m.Packet == 0 {
			m = s.Mark
		}
	}
	return m, false
}

// numbersRSTs reports whether the identification of a RST of h tells it from others, where all of its end
// may have one (RFC 6864 §4.1): another RST has another one; or with ACK, with which it need
// not be made of the segment that it answers (RFC 9293 §3.10.7.1), another segment.
func (t *Table) numbersRSTs(h *Half, seg *wire.Segment) bool {
	if id, ok := h.LastID(); seg.Flags&wire.ACK != 0 && ok && id != seg.IPID {
		return true
	}
	for i, looks := h.sentTail, maxLook; i != 0 && looks > 0; i, looks = t.sent.At(i).prev, looks-1 {
		if s := t.sent.At(i); s.Flags&wire.RST != 0 && s.HasID && s.IPID != seg.IPID {
			return true
		}
	}
	return false
}

// rstWithin is twiceWithin for a RST of h. An end that sent nothing else has no copies to go by but those of
// the other, o; where those were made on the way, it answers each of them, so that its RST must come
// at once (a heuristic). One that comes later stays undecided: a RST without identification that answers a copy of
// the SYN is like the first in every bit, passes the same place, and comes as late as that copy did.
func rstWithin(h, o *Half) int64 {
	if h.Is(Sent) {
		return twiceWithin(h, o)
	}
	return min(twiceWithin(o, h), atOnce)
}

// atOnce is shorter than any network takes to make a copy that is answered; a heuristic.
const atOnce = int64(100e3)
