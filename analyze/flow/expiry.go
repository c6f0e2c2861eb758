package flow

// Class decides how long a quiet flow is remembered. Because the timeout
// depends on the class alone and a touched flow moves to the tail, each class
// is a list in order of expiry, and expiring costs O(1) a flow.
type Class uint8

// The classes.
const (
	Opening     Class = iota // the handshake is not complete
	Established              // open, or seen from the middle
	Closing                  // a FIN was seen
	TimeWait                 // an end is in TIME-WAIT
	Lapsed                   // over since 2MSL ran out; kept so that late segments find it
	Closed                   // over by what its ends sent; kept likewise
	classes
)

type list struct {
	head, tail Ref
	n          int
}

// Class returns the flow's class.
func (f *Flow) Class() Class { return f.class }

// Touch puts the flow at the tail of class c, with its timeout running from
// now, because of a packet. From call to call for one class now must not decrease,
// nor packet where now is the same: so a class's head is the least by both.
func (t *Table) Touch(r Ref, c Class, now int64, packet uint64) {
	f := t.Get(r)
	f.Touched, f.TouchedBy = now, packet
	if f.class == c && t.lists[c].tail == r {
		return
	}
	t.delist(f)
	t.enlist(r, f, c)
}

// Count returns how many flows are of class c.
func (t *Table) Count(c Class) int { return t.lists[c].n }

// Head returns the flow of class c that was touched longest ago, or 0.
func (t *Table) Head(c Class) Ref { return t.lists[c].head }

// All returns every flow that is remembered, class by class.
func (t *Table) All() []Ref {
	all := make([]Ref, 0, t.live)
	for c := range t.lists {
		for r := t.lists[c].head; r != 0; r = t.Get(r).next {
			all = append(all, r)
		}
	}
	return all
}

func (t *Table) enlist(r Ref, f *Flow, c Class) {
	l := &t.lists[c]
	l.n++
	f.class, f.prev, f.next = c, l.tail, 0
	if l.tail != 0 {
		t.Get(l.tail).next = r
	} else {
		l.head = r
	}
	l.tail = r
}

func (t *Table) delist(f *Flow) {
	l := &t.lists[f.class]
	l.n--
	if f.prev != 0 {
		t.Get(f.prev).next = f.next
	} else {
		l.head = f.next
	}
	if f.next != 0 {
		t.Get(f.next).prev = f.prev
	} else {
		l.tail = f.prev
	}
}
