package flow

import "tcpwatch/capture/wire"

// span summarises consecutive Traces of one end, so that a search for octets or
// for a range skips those that cannot hold them. Otherwise each retransmission
// would be compared with thousands of unacknowledged segments, or of segments of a
// capture replayed in a loop.
type span struct {
	last       int32 // Trace
	n          int32 // how many remain
	prev, next int32
	low, high  wire.Seq // no number of them lies outside
	took       uint8    // how many there were
	wide       bool     // low and high lie too far apart to be ordered
}

const (
	spanSize = 32
	// spanWidth is how far numbers may lie apart for their order to be certain when
	// two such distances and the one between them add up (RFC 9293 §3.4).
	spanWidth = 1 << 29
)

// add adds one more Trace.
func (p *span) add(i int32, s *Trace) {
	if p.took == 0 {
		p.low, p.high = s.Seq, s.End
	}
	// At half of the number space, before and after are the same.
	p.wide = p.wide || uint32(s.Seq-p.low)+spanWidth > 2*spanWidth
	if s.Seq.Before(p.low) {
		p.low = s.Seq
	}
	p.high = wire.MaxSeq(p.high, s.End)
	p.wide = p.wide || uint32(s.End-s.Seq) > spanWidth || uint32(p.high-p.low) > spanWidth
	p.last = i
	p.n++
	p.took++
}

// apart reports whether no Trace of the span can overlap [from, to).
func (p *span) apart(from, to wire.Seq) bool {
	if p.wide || uint32(to-from) > spanWidth {
		return false
	}
	return uint32(from-p.high) < 2*spanWidth || uint32(p.low-to) < 2*spanWidth
}

// without reports whether no Trace of the span can begin at s.
func (p *span) without(s wire.Seq) bool { return !p.wide && uint32(s-p.low) > uint32(p.high-p.low) }

// joinSent appends a Trace to those of h.
func (t *Table) joinSent(h *Half, i int32, s *Trace) {
	s.prev, s.next = 0, 0
	if h.nsent == 0 {
		h.sentHead = i
	} else {
		t.sent.At(h.sentTail).next, s.prev = i, h.sentTail
	}
	h.sentTail = i
	h.nsent++
	switch {
	case h.spanTail != 0:
		t.sumUp(h, i, s)
	case h.nsent > spanSize: // a short list is searched as fast
		for i := t.oldest(h); i != 0; i = t.sent.At(i).next {
			t.sumUp(h, i, t.sent.At(i))
		}
	}
}

// sumUp adds a Trace to the last span of h.
func (t *Table) sumUp(h *Half, i int32, s *Trace) {
	if h.spanTail == 0 || t.spans.At(h.spanTail).took == spanSize {
		n, p := t.spans.New()
		*p = span{prev: h.spanTail}
		if h.spanTail == 0 {
			h.spanHead = n
		} else {
			t.spans.At(h.spanTail).next = n
		}
		h.spanTail = n
	}
	t.spans.At(h.spanTail).add(i, s)
}

// lastSpan returns the last span of h, or one of all Traces if there are no
// spans.
func (t *Table) lastSpan(h *Half) *span {
	if h.spanTail != 0 {
		return t.spans.At(h.spanTail)
	}
	t.whole = span{last: h.sentTail, n: h.nsent, wide: true}
	return &t.whole
}

// before returns the span before p, or nil. Kept Traces are in no span, and come
// first.
func (t *Table) before(h *Half, p *span) *span {
	switch {
	case p.prev != 0:
		return t.spans.At(p.prev)
	case p == &t.whole || h.nkept == 0:
		return nil
	}
	t.whole = span{last: h.kept, n: h.nkept, wide: true}
	return &t.whole
}

// oldest returns the first Trace of h that is not kept, or 0.
func (t *Table) oldest(h *Half) int32 {
	if h.kept == 0 {
		return h.sentHead
	}
	return t.sent.At(h.kept).next
}

// keep adds the oldest, i, to the kept Traces, of which it keeps at most
// maxKept.
func (t *Table) keep(h *Half, i int32) {
	h.kept = i
	h.nkept++
	t.leaveSpan(h)
	if h.nkept > maxKept {
		t.forgetKept(h)
	}
}

// forgetSent forgets the oldest, i, but no kept Trace.
func (t *Table) forgetSent(h *Half, i int32) {
	next := t.sent.At(i).next
	if h.kept == 0 {
		h.sentHead = next
	} else {
		t.sent.At(h.kept).next = next
	}
	if next == 0 {
		h.sentTail = h.kept
	} else {
		t.sent.At(next).prev = h.kept
	}
	h.nsent--
	t.sent.Free(i)
	t.leaveSpan(h)
}

// forgetKept forgets the first kept Trace.
func (t *Table) forgetKept(h *Half) {
	i := h.sentHead
	h.sentHead = t.sent.At(i).next
	if h.sentHead == 0 {
		h.sentTail = 0
	} else {
		t.sent.At(h.sentHead).prev = 0
	}
	if h.nkept--; h.nkept == 0 {
		h.kept = 0
	}
	h.nsent--
	t.sent.Free(i)
}

// leaveSpan removes a Trace from the first span of h.
func (t *Table) leaveSpan(h *Half) {
	if h.spanHead == 0 {
		return
	}
	p := t.spans.At(h.spanHead)
	if p.n--; p.n > 0 {
		return
	}
	i := h.spanHead
	h.spanHead = p.next
	if h.spanHead == 0 {
		h.spanTail = 0
	} else {
		t.spans.At(h.spanHead).prev = 0
	}
	t.spans.Free(i)
}

// dropSent forgets all Traces of h.
func (t *Table) dropSent(h *Half) {
	for h.nkept > 0 {
		t.forgetKept(h)
	}
	for h.nsent > 0 {
		t.forgetSent(h, h.sentHead)
	}
}
