package stream

import "bytes"

// part is what a segment brings to a range of numbers.
type part struct {
	from, to int64
	data     []byte // lent; nil where it was cut off
	packet   uint64
	time     int64
	after    int64
	hasAfter bool
	doubt    Reason
	// differs is set when the checksums of the payloads show that the range
	// came before with other content.
	differs bool
}

// cut returns the part of p in [from, to), which lies inside it.
func (p *part) cut(from, to int64) part {
	q := *p
	q.from, q.to = from, to
	if p.data != nil {
		q.data = p.data[from-p.from : to-p.from]
	}
	return q
}

// part returns what a chunk holds.
func (c *chunk) part() part {
	return part{
		from: c.from, to: c.to, data: c.data, packet: c.packet, time: c.time,
		after: c.after, hasAfter: c.hasAfter, doubt: c.doubt,
	}
}

// chunkOf copies a part.
func (v *conversation) chunkOf(d *direction, p *part) *chunk {
	c := v.buffer().take(p.data)
	c.from, c.to, c.packet, c.time = p.from, p.to, p.packet, p.time
	c.after, c.hasAfter, c.doubt, c.owner = p.after, p.hasAfter, p.doubt, d
	return c
}

// rank orders versions of the same octets: those without doubt replace those
// with doubt, and any content replaces none. Of equal ones the first is kept.
func rank(data []byte, doubt Reason) int {
	switch {
	case data == nil:
		return 0
	case doubt != NoReason:
		return 1
	}
	return 2
}

// place processes a part of a segment. Octets that were handed on, or that
// already wait, are compared; the others wait.
func (v *conversation) place(d *direction, p part) {
	v.makeRoom(len(p.data))
	if d.begun && p.from < d.next {
		p = v.placePast(d, p)
	}
	empty := len(d.chunks) == 0
	at := p.from
	for i := find(d.chunks, at); at < p.to; {
		if i < len(d.chunks) && d.chunks[i].from <= at {
			to := min(p.to, d.chunks[i].to)
			q := p.cut(at, to)
			i = v.meet(d, i, &q)
			at = to
			continue
		}
		to := p.to
		if i < len(d.chunks) {
			to = min(to, d.chunks[i].from)
		}
		q := p.cut(at, to)
		d.insert(i, 0, v.chunkOf(d, &q))
		i++
		at = to
	}
	if empty && len(d.chunks) > 0 {
		v.buffer().waiting.add(&d.wait, d)
	}
	for d.gaps > mostGaps {
		v.press(d, TooManyGaps)
	}
}

// meet compares q with the waiting chunk at index i, which covers it, and
// replaces the chunk's part if q is the better version. It returns the index
// after q.
func (v *conversation) meet(d *direction, i int, q *part) int {
	c := d.chunks[i]
	old := c.part()
	was := old.cut(q.from, q.to)
	given := d.begun && q.from < d.next // the front of the chunk was handed on
	if given || rank(q.data, q.doubt) <= rank(was.data, was.doubt) {
		v.compare(d, &was, q)
		if q.to == c.to {
			i++
		}
		return i
	}
	v.compare(d, q, &was)
	parts := make([]*chunk, 0, 3)
	if c.from < q.from {
		l := old.cut(c.from, q.from)
		if left := v.chunkOf(d, &l); !d.begun || l.to > d.next {
			parts = append(parts, left)
		} else {
			v.over(left)
		}
	}
	parts = append(parts, v.chunkOf(d, q))
	next := i + len(parts)
	if q.to < c.to {
		r := old.cut(q.to, c.to)
		parts = append(parts, v.chunkOf(d, &r))
	}
	d.insert(i, 1, parts...)
	v.buffer().give(c)
	return next
}

// over disposes of a chunk that was handed on completely.
func (v *conversation) over(c *chunk) {
	if c.data == nil {
		v.buffer().give(c)
	} else {
		v.buffer().remember(c)
	}
}

// placePast compares the front of p with what was handed on, and returns the
// rest.
func (v *conversation) placePast(d *direction, p part) part {
	old := p.cut(p.from, min(p.to, d.next))
	rest := p.cut(old.to, p.to)
	if old.from < d.start {
		front := old.cut(old.from, min(old.to, d.start))
		v.outside(d, &front, BeforeStart)
		old = old.cut(front.to, old.to)
	}
	for _, m := range d.missed {
		if from, to := max(m.from, old.from), min(m.to, old.to); from < to && old.data != nil {
			late := old.cut(from, to)
			v.outside(d, &late, Late)
		}
	}
	compared := false
	for i := find(d.past.chunks, old.from); i < len(d.past.chunks) && d.past.chunks[i].from < old.to; i++ {
		c := d.past.chunks[i]
		from, to := max(c.from, old.from), min(c.to, old.to)
		if from >= to {
			continue
		}
		compared = true
		kept := c.part()
		kept = kept.cut(from, to)
		other := old.cut(from, to)
		v.compare(d, &kept, &other)
	}
	if len(d.chunks) > 0 && d.chunks[0].from < old.to && d.chunks[0].to > old.from {
		c := d.chunks[0] // handed on in part
		from, to := max(c.from, old.from), min(c.to, old.to)
		kept := c.part()
		kept = kept.cut(from, to)
		other := old.cut(from, to)
		v.compare(d, &kept, &other)
		compared = true
	}
	if old.differs && !compared && old.data != nil && old.to > old.from {
		v.conflict(d, nil, &old)
	}
	return rest
}

// compare reports where two versions of the same range differ.
func (v *conversation) compare(d *direction, kept, other *part) {
	if kept.data == nil || other.data == nil || bytes.Equal(kept.data, other.data) {
		return
	}
	first, last := 0, len(kept.data)
	for kept.data[first] == other.data[first] {
		first++
	}
	for kept.data[last-1] == other.data[last-1] {
		last--
	}
	k := kept.cut(kept.from+int64(first), kept.from+int64(last))
	o := other.cut(other.from+int64(first), other.from+int64(last))
	v.conflict(d, &k, &o)
}
