package stream

import "math/bits"

// buffer holds the octets of all connections, within a bound. Slices have sizes
// of powers of two and are reused, so that a long stream makes no garbage.
type buffer struct {
	most, used int
	past       int          // of used: octets that were handed on
	free       [31][]*chunk // by size class
	freed      int          // octets in free

	waiting list // directions with octets that wait, the longest waiting first
	history list // chunks that were handed on, oldest first
}

// overhead is what a chunk costs beside its octets: itself, and pointers to it.
const overhead = 192

// leastClass is the smallest size of a slice, as a power of two.
const leastClass = 6

// chunk is a range of one direction's sequence space with the octets of one
// segment.
type chunk struct {
	from, to int64
	// data holds the octets; nil where the capture cut them off.
	data   []byte
	packet uint64
	time   int64
	// after is the number of the other end that the segment acknowledged,
	// valid with hasAfter: its sender had received everything before it.
	after    int64
	hasAfter bool
	doubt    Reason

	buf   []byte // what data points into
	link  element
	owner *direction
}

func classOf(n int) int { return max(bits.Len(uint(n-1)), leastClass) }

// cost is how much of the bound a chunk of n octets takes.
func cost(n int) int {
	if n == 0 {
		return overhead
	}
	return overhead + 1<<classOf(n)
}

func (c *chunk) cost() int { return overhead + cap(c.buf) }

// take returns a chunk with a copy of data. The caller has made room.
func (b *buffer) take(data []byte) *chunk {
	n := len(data)
	class := 0
	if n > 0 {
		class = classOf(n)
	}
	var c *chunk
	if l := b.free[class]; len(l) > 0 {
		c = l[len(l)-1]
		l[len(l)-1] = nil
		b.free[class] = l[:len(l)-1]
		b.freed -= c.cost()
	} else {
		c = new(chunk)
		if n > 0 {
			c.buf = make([]byte, 1<<class)
		}
	}
	b.used += c.cost()
	if n > 0 {
		c.data = c.buf[:n]
		copy(c.data, data)
	}
	return c
}

// give returns a chunk to the buffer.
func (b *buffer) give(c *chunk) {
	b.used -= c.cost()
	class := 0
	if len(c.buf) > 0 {
		class = classOf(len(c.buf))
	}
	buf := c.buf
	*c = chunk{buf: buf}
	if b.freed+c.cost() > b.most/8 {
		return
	}
	b.freed += c.cost()
	b.free[class] = append(b.free[class], c)
}

// remember keeps a chunk that was handed on, so that a different version of its
// octets is noticed.
func (b *buffer) remember(c *chunk) {
	c.owner.past.push(c)
	b.past += c.cost()
	b.history.add(&c.link, c)
	for b.past > b.most/4 {
		b.forget()
	}
}

// forget releases the oldest chunk that was handed on.
func (b *buffer) forget() {
	c := b.history.first.of.(*chunk)
	c.owner.past.shift() // its oldest is the oldest of all
	b.drop(c)
}

// drop takes a remembered chunk back.
func (b *buffer) drop(c *chunk) {
	b.past -= c.cost()
	b.history.remove(&c.link)
	b.give(c)
}

// list is a queue whose elements can leave from the middle.
type list struct{ first, last *element }

type element struct {
	prev, next *element
	of         any
}

func (l *list) add(e *element, of any) {
	e.of, e.prev, e.next = of, l.last, nil
	if l.last != nil {
		l.last.next = e
	} else {
		l.first = e
	}
	l.last = e
}

// remove takes an element out, if it is in a list.
func (l *list) remove(e *element) {
	if e.of == nil {
		return
	}
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		l.first = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		l.last = e.prev
	}
	*e = element{}
}
