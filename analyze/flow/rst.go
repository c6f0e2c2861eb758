package flow

import "tcpwatch/capture/wire"

// A RST is remembered like other segments, so that a copy of it can be distinguished
// from the next RST. It occupies no numbers, whatever it carries (RFC 9293 §3.5.3 lets
// it have data).

// reset makes s, which is the trace of a segment, that of a RST: its Sum covers everything
// except numbers and mark.
func (s *Trace) reset(seg *wire.Segment) {
	s.End, s.Bare, s.HasSum, s.Sum = s.Seq, true, false, rstSum(seg)
}

// rstSum hashes everything in a RST except numbers and mark.
func rstSum(seg *wire.Segment) uint16 {
	n := bareSum(seg) ^ uint16(seg.Len)
	if seg.HasSum {
		n ^= seg.PayloadSum
	}
	return n
}

// gatherRST finds which remembered RST a RST of s is like. Its identification also
// distinguishes it from others if r sent only a SYN: that is answered once (RFC 9293
// §3.10.7.1).
func (t *Table) gatherRST(s, r *Half, seg *wire.Segment, x *Facts) {
	x.Same, x.SameOnce = t.sameRST(s, seg, rstWithin(s, r))
	alone := r.Is(SentBareSYN) && r.Packets-uint64(r.Duplicates) == 1
	x.SameTells = x.Same.HasID && (alone || t.numbersRSTs(s, seg))
	x.SameAgain, x.SameWhole, x.CalledFor = false, false, false
}

// sameRST returns the mark of the latest remembered RST of h that equals seg in every field;
// Packet 0: none. once has the meaning it has in same: if both have no identification, such
// a RST is preferred. within is how late a copy may come if its place is unknown.
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
		once := at != 0 && s.places&at == 0 || within > 0 && s.copies != wasCopied && h.awaitsCopy(&s.Mark, seg.Time-s.Time, within)
		if once {
			return s.Mark, once
		}
		if m.Packet == 0 {
			m = s.Mark
		}
	}
	return m, false
}

// numbersRSTs reports whether the identification of a RST of h distinguishes it from others,
// although an end may give all packets the same one (RFC 6864 §4.1): another RST had a different
// one; or the end's last segment had, for a RST with ACK, which need not be generated from the
// segment that it answers (RFC 9293 §3.10.7.1).
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

// rstWithin is twiceWithin for a RST of h. If h sent nothing else, only the copies of the other
// end, o, are evidence; if those were made on the way, h answers each of them, so that a copy of
// its RST must come at once (a heuristic). A later one stays undecided: a RST without identification that answers a copy of
// the SYN equals the first in every bit, passes the same place, and comes as late as that copy did.
func rstWithin(h, o *Half) int64 {
	if h.Is(Sent) {
		return twiceWithin(h, o)
	}
	return min(twiceWithin(o, h), atOnce)
}

// atOnce is shorter than any network takes to make a copy that is answered; a heuristic.
const atOnce = int64(100e3)
