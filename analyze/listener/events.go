package listener

// event is a connection that enters (+1) or leaves (-1) SYN-RECEIVED.
type event struct {
	time   int64
	change int8
}

// before orders events by time, and those of the same time with leaving before
// entering.
func (e event) before(f event) bool {
	return e.time < f.time || e.time == f.time && e.change < f.change
}

// events is a binary heap, the earliest event on top.
type events []event

func (h *events) push(e event) {
	*h = append(*h, e)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(s[up]) {
			return
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *events) pop() event {
	s := *h
	top := s[0]
	s[0] = s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	for i := 0; ; {
		least := i
		for _, down := range [...]int{2*i + 1, 2*i + 2} {
			if down < len(s) && s[down].before(s[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}
