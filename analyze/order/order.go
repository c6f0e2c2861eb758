package order

import (
	"math/bits"

	"tcpwatch/analyze"
)

// Order hands connections on in order of their numbers. An Analyzer hands a
// connection over when nothing more is expected of it, so a long one keeps all
// that began after it waiting: Order holds copies of those. Its memory is
// bounded, except for 8 octets for each number from the first that is missing to
// the highest received. What does not fit goes to a temporary file, or stays in
// memory if none can be written.
type Order struct {
	next uint64
	// tickets are those of the numbers from next on, indexed by the number
	// modulo their length, a power of 2; 0: not received yet.
	tickets []ticket
	n       int // that wait
	waiting waiting
	out     func(*analyze.Connection)
	most    int // that wait; 0: no bound
	lost    uint64
}

// New returns an Order that calls out for every connection, numbers 1, 2,
// 3 … The Connection passed is lent for the duration of the call.
func New(out func(*analyze.Connection)) *Order {
	return &Order{next: 1, tickets: make([]ticket, 64), out: out}
}

// Bound lets at most n connections wait. If a long one keeps more waiting, those
// with the lowest numbers are handed on before it. 0 is no bound.
func (o *Order) Bound(n int) { o.most = n }

// Connection takes a lent record.
func (o *Order) Connection(c *analyze.Connection) {
	switch {
	case c.Number < o.next: // it was passed over
		o.out(c)
		return
	case c.Number > o.next:
		*o.ticket(c.Number) = o.waiting.keep(c)
		o.n++
		if o.most == 0 || o.n <= o.most {
			return
		}
		for o.next++; *o.ticket(o.next) == 0; o.next++ {
		}
	default:
		o.out(c)
		o.next++
	}
	o.handOn()
}

// handOn hands on every connection that no longer has to wait.
func (o *Order) handOn() {
	for ; o.n > 0; o.next++ {
		t := o.ticket(o.next)
		if *t == 0 {
			return
		}
		c := o.waiting.take(*t)
		*t = 0
		o.n--
		if c == nil {
			o.lost++
			continue
		}
		o.out(c)
	}
}

// ticket returns the place of the ticket of a number from next on.
func (o *Order) ticket(number uint64) *ticket {
	if ahead := number - o.next; ahead >= uint64(len(o.tickets)) {
		old := o.tickets
		o.tickets = make([]ticket, 1<<bits.Len64(ahead))
		for n := o.next; n < o.next+uint64(len(old)); n++ {
			o.tickets[n%uint64(len(o.tickets))] = old[n%uint64(len(old))]
		}
	}
	return &o.tickets[number%uint64(len(o.tickets))]
}

// Close removes the temporary file. It returns the error of that file if it
// lost records, and how many.
func (o *Order) Close() (lost uint64, err error) {
	o.waiting.close()
	if o.lost == 0 {
		return 0, nil
	}
	return o.lost, o.waiting.err
}
