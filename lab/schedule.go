package lab

// delivery is a packet on its way.
type delivery struct {
	at    int64 // when it is due, nanoseconds since the start
	order uint64
	to    int
	data  []byte // owned by the delivery; goes back to the pool
	seg   sent
	copy  bool

	number             uint64 // Passage.Number
	tap                uint64 // its number at the tap of its sender
	tcp, held, corrupt bool
	header             offloadHeader
}

// schedule gives deliveries in order of time, equal times in order of sending:
// a binary heap.
type schedule struct {
	items []delivery
	next  uint64
}

func (s *schedule) before(i, j int) bool {
	a, b := &s.items[i], &s.items[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}

func (s *schedule) add(d delivery) {
	d.order = s.next
	s.next++
	s.items = append(s.items, d)
	for i := len(s.items) - 1; i > 0 && s.before(i, (i-1)/2); i = (i - 1) / 2 {
		s.items[i], s.items[(i-1)/2] = s.items[(i-1)/2], s.items[i]
	}
}

// due returns the next delivery if its time has come.
func (s *schedule) due(now int64) (delivery, bool) {
	if len(s.items) == 0 || s.items[0].at > now {
		return delivery{}, false
	}
	first, last := s.items[0], len(s.items)-1
	s.items[0] = s.items[last]
	s.items[last] = delivery{}
	s.items = s.items[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if s.before(child, least) {
				least = child
			}
		}
		if least == i {
			return first, true
		}
		s.items[i], s.items[least] = s.items[least], s.items[i]
		i = least
	}
}

// wait returns how long nothing is due, at most limit.
func (s *schedule) wait(now, limit int64) int64 {
	if len(s.items) == 0 {
		return limit
	}
	return min(max(s.items[0].at-now, 0), limit)
}

// pool keeps the buffers of packets that were delivered, so that the link
// leaves nothing to the garbage collector: a collection would delay packets.
type pool struct{ free [][]byte }

func (p *pool) take(data []byte) []byte {
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return append(b[:0], data...)
	}
	return append(make([]byte, 0, max(1536, len(data))), data...)
}

func (p *pool) give(b []byte) { p.free = append(p.free, b) }
