package analyze

// Order hands connections on in order of their numbers. An Analyzer gives a
// connection when nothing more is expected of it, so a long one keeps all that
// began after it waiting: Order holds copies of those.
type Order struct {
	next    uint64
	waiting map[uint64]*Connection
	out     func(*Connection)
	most    int // that wait; 0: no bound
}

// NewOrder returns an Order that calls out for every connection, numbers 1, 2,
// 3 … The Connection passed is lent for the duration of the call.
func NewOrder(out func(*Connection)) *Order {
	return &Order{next: 1, waiting: map[uint64]*Connection{}, out: out}
}

// Bound lets at most n connections wait. Where one that lasts keeps more waiting,
// those with the lowest numbers are handed on in front of it. 0 is no bound.
func (o *Order) Bound(n int) { o.most = n }

// Connection takes a lent record.
func (o *Order) Connection(c *Connection) {
	switch {
	case c.Number < o.next: // it was passed over
		o.out(c)
		return
	case c.Number > o.next:
		o.waiting[c.Number] = c.Clone()
		if o.most == 0 || len(o.waiting) <= o.most {
			return
		}
		for o.next++; o.waiting[o.next] == nil; o.next++ {
		}
	default:
		o.out(c)
		o.next++
	}
	o.handOn()
}

// handOn hands on what waits for nothing any more.
func (o *Order) handOn() {
	for ; ; o.next++ {
		w, ok := o.waiting[o.next]
		if !ok {
			return
		}
		delete(o.waiting, o.next)
		o.out(w)
	}
}

// Clone returns a copy that is the caller's own.
func (c *Connection) Clone() *Connection {
	var d Connection
	c.copyTo(&d)
	return &d
}

// copyTo makes d a copy whose lists are its own, using again those that it has.
func (c *Connection) copyTo(d *Connection) {
	steps, syns, synAcks, fins := d.Steps, d.Opening.SynPackets, d.Opening.SynAckPackets, d.Closing.FinPackets
	*d = *c
	d.Steps = append(steps[:0], c.Steps...)
	d.Opening.SynPackets = append(syns[:0], c.Opening.SynPackets...)
	d.Opening.SynAckPackets = append(synAcks[:0], c.Opening.SynAckPackets...)
	d.Closing.FinPackets = append(fins[:0], c.Closing.FinPackets...)
}
