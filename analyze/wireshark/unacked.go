package wireshark

import "tcpwatch/capture/wire"

// maxUnacked is how many unacknowledged segments Wireshark remembers of an end.
const maxUnacked = 10_000

// span is one unacknowledged segment: the numbers [from, to).
type span struct {
	from, to wire.Seq
	packet   uint64
	time     int64
	later    int32 // the span that was sent next, 0: none
}

// spanList is what one end has unacknowledged, in the order of sending.
type spanList struct {
	head, tail int32 // 0: empty
	count      int32
	lowest     wire.Seq // no span begins before it
	// first and behind enclose the spans in numbers relative to base, without
	// wrapping: what lies before base is far away, as for Wireshark.
	base          wire.Seq
	first, behind uint32
}

// store holds the spans of all streams. Index 0 is never used. Spans are used
// again, so that nothing is allocated once the store has grown.
type store struct {
	spans []span
	free  int32
	limit int
}

// newStore returns a store for at most limit spans.
func newStore(limit int) *store { return &store{spans: make([]span, 1, 64), limit: limit} }

// take returns an unused span, 0 when the store is full.
func (s *store) take() int32 {
	if i := s.free; i != 0 {
		s.free = s.spans[i].later
		return i
	}
	if len(s.spans) > s.limit {
		return 0
	}
	s.spans = append(s.spans, span{})
	return int32(len(s.spans) - 1)
}

// add appends a segment; where there is no room it is forgotten.
func (s *store) add(l *spanList, seg *wire.Segment) {
	if l.count >= maxUnacked {
		return
	}
	i := s.take()
	if i == 0 {
		return
	}
	s.spans[i] = span{from: seg.Seq, to: seg.End(), packet: seg.Packet, time: seg.Time}
	s.link(l, i)
}

// link puts a span at the end of a list.
func (s *store) link(l *spanList, i int32) {
	sp := &s.spans[i]
	sp.later = 0
	first, behind := uint32(sp.from-l.base), uint32(sp.to-l.base)
	if l.head == 0 {
		l.head, l.lowest, l.first, l.behind = i, sp.from, first, behind
	} else {
		s.spans[l.tail].later = i
		if sp.from.Before(l.lowest) {
			l.lowest = sp.from
		}
		l.first, l.behind = min(l.first, first), max(l.behind, behind)
	}
	l.tail = i
	l.count++
}

// release takes away what ack acknowledges, parts of segments too.
func (s *store) release(l *spanList, ack wire.Seq) {
	if l.head == 0 || !ack.After(l.lowest) {
		return
	}
	kept := spanList{base: l.base}
	for i := l.head; i != 0; {
		sp := &s.spans[i]
		later := sp.later
		switch {
		case !sp.to.After(ack):
			sp.later, s.free = s.free, i
		default:
			if sp.from.Before(ack) {
				sp.from = ack
			}
			s.link(&kept, i)
		}
		i = later
	}
	*l = kept
}

// rebase changes the number that first and behind count from.
func (s *store) rebase(l *spanList, base wire.Seq) {
	kept := spanList{base: base}
	for i := l.head; i != 0; {
		later := s.spans[i].later
		s.link(&kept, i)
		i = later
	}
	*l = kept
}

// oldest returns the span that was sent first.
func (s *store) oldest(l *spanList) (packet uint64, at int64, ok bool) {
	if l.head == 0 {
		return 0, 0, false
	}
	sp := &s.spans[l.head]
	return sp.packet, sp.time, true
}

// clear forgets a list; the zero list is empty.
func (s *store) clear(l *spanList) {
	if l.head != 0 {
		s.spans[l.tail].later, s.free = s.free, l.head
	}
	*l = spanList{}
}
