package flow

import "tcpwatch/capture/wire"

// Segments that a receiving NIC or kernel joined from several.

// joins reports whether the segment may be one of those that s was joined from, if s is
// longer than the receiver's mss, options included (RFC 9293 §3.7.1): a NIC or a kernel
// that receives joins what differs in number, PSH and IP identification alone, and of
// which only the last is shorter (offload).
func (s *Trace) joins(seg *wire.Segment, mss uint16) bool {
	at, size := seg.Seq.Diff(s.Seq), s.End.Diff(s.Seq)
	switch {
	case seg.Len == 0 || size <= int32(seg.Len), mss == 0 || size+int32(seg.HeaderLen)-20 <= int32(mss), at < 0 || seg.End().After(s.End),
		s.Ack != seg.Ack, s.Flags&^wire.PSH != wire.ACK || seg.Flags&^wire.PSH != wire.ACK,
		s.HasTS != seg.Options.Set.Has(wire.OptTimestamps), s.HasTS && s.TSVal != seg.Options.TSVal:
		return false
	}
	return at%int32(seg.Len) == 0 || seg.End() == s.End
}

// piece returns the mark of the segment's part of s: each part has the
// identification after that of the previous one. It is the mark of s itself if the
// packet after s has one of these identifications: then nothing was joined, and s
// will be cut beyond the tap.
func (t *Table) piece(s *Trace, seg *wire.Segment) Mark {
	m, at := s.Mark, seg.Seq.Diff(s.Seq)
	n := at / int32(seg.Len)
	if k := int32(int16(seg.IPID - s.IPID)); seg.End() == s.End && k > 0 && k <= n && at%k == 0 {
		n = k // the last one is shorter
	}
	if s.next != 0 {
		if o := t.sent.At(s.next); o.HasID && int16(o.IPID-s.IPID) > 0 && int32(int16(o.IPID-s.IPID)) <= n {
			return m
		}
	}
	m.IPID += uint16(n)
	return m
}

// headOf returns the mark of the packet that has what the segment begins with, if the segment
// is longer than the receiver's mss, and so was joined from several: it has the marks of the
// first of them, which that packet is or was joined from, too (see joins). What is sent again
// has an identification of its own.
func (t *Table) headOf(h *Half, seg *wire.Segment, mss uint16) (m Mark) {
	size := int32(mss) - int32(seg.HeaderLen) + 20
	if size <= 0 || int32(seg.Len) <= size || !seg.HasIPID || h.IDsConstant() {
		return m
	}
	for p := t.lastSpan(h); p != nil; p = t.before(h, p) {
		if p.apart(seg.Seq, seg.Seq+1) {
			continue
		}
		for i, left := p.last, p.n; left > 0; i, left = t.sent.At(i).prev, left-1 {
			s := t.sent.At(i)
			at := seg.Seq.Diff(s.Seq)
			if at >= 0 && at%size == 0 && seg.Seq.Before(s.End) && s.HasID && s.IPID+uint16(at/size) == seg.IPID && s.Ack == seg.Ack &&
				s.HasTS == seg.Options.Set.Has(wire.OptTimestamps) && s.TSVal == seg.Options.TSVal && seg.Time-s.Time < copyHorizon {
				return s.Mark
			}
		}
	}
	return m
}
