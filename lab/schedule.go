package lab

import "container/heap"

// delivery is a packet on its way.
type delivery struct {
	at    int64 // when it is due, nanoseconds since the start
	order uint64
	to    int
	data  []byte
	seg   sent
	copy  bool
}

// schedule gives deliveries in order of time, equal times in order of sending.
type schedule struct {
	items []delivery
	next  uint64
}

func (s *schedule) Len() int { return len(s.items) }
func (s *schedule) Less(i, j int) bool {
	a, b := &s.items[i], &s.items[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}
func (s *schedule) Swap(i, j int) { s.items[i], s.items[j] = s.items[j], s.items[i] }
func (s *schedule) Push(x any)    { s.items = append(s.items, x.(delivery)) }
func (s *schedule) Pop() any {
	last := len(s.items) - 1
	d := s.items[last]
	s.items[last] = delivery{}
	s.items = s.items[:last]
	return d
}

func (s *schedule) add(d delivery) {
	d.order = s.next
	s.next++
	heap.Push(s, d)
}

// due returns the next delivery if its time has come.
func (s *schedule) due(now int64) (delivery, bool) {
	if len(s.items) == 0 || s.items[0].at > now {
		return delivery{}, false
	}
	return heap.Pop(s).(delivery), true
}

// wait returns how long nothing is due, at most limit.
func (s *schedule) wait(now, limit int64) int64 {
	if len(s.items) == 0 {
		return limit
	}
	return min(max(s.items[0].at-now, 0), limit)
}
