package flow

import (
	"iter"
	"math"

	"tcpwatch/analyze/rest"
)

// Class decides how long a quiet flow is remembered. Because the timeout
// depends on the class alone and a touched flow moves to the tail, each class
// is a list in order of expiry, and expiring costs O(1) a flow.
type Class uint8

// The classes.
const (
	Opening     Class = iota // the handshake is not complete
	Established              // open, or captured from the middle
	Closing                  // a FIN was seen
	TimeWait                 // an end is in TIME-WAIT
	Lapsed                   // over since 2MSL ran out; kept so that late segments find it
	Closed                   // over because of what its ends sent; kept for the same reason
	classes
)

type list struct {
	head, tail Ref
	n          int
}

// Touch puts the flow at the tail of class c, with its timeout running from now,
// because of a packet. Between calls for one class now must not decrease, nor
// packet if now is the same: so a class's head is the least by both.
func (t *Table) Touch(r Ref, c Class, now int64, packet uint64) {
	e := t.entry(r)
	e.touched, e.touchedBy = now, packet
	if e.class == c && t.lists[c].tail == r {
		return
	}
	t.delist(e)
	t.enlist(r, e, c)
}

// Touched returns the capture time from which the flow's timeout runs, and the
// packet that set it, which orders flows touched at the same time.
func (t *Table) Touched(r Ref) (at int64, packet uint64) {
	e := t.entry(r)
	return e.touched, e.touchedBy
}

// Count returns how many flows are of class c.
func (t *Table) Count(c Class) int { return t.lists[c].n }

// Head returns the flow of class c that was touched longest ago, or 0.
func (t *Table) Head(c Class) Ref { return t.lists[c].head }

// Begun is a flow and the packet that it began with.
type Begun struct {
	Packet uint64
	Ref    Ref
}

// All returns every flow that is remembered, in the order of their first packets.
func (t *Table) All() []Begun {
	all := make([]Begun, 0, t.Len())
	for i := range t.entries.all() { // as they lie in memory: the lists lead all over it
		all = append(all, Begun{t.firstPacket(Ref(i)), Ref(i)})
	}
	return inOrder(all)
}

// digit is how many bits inOrder takes at a time: as many as have counters that fit
// the L1 cache. A heuristic.
const digit = 11

// inOrder sorts flows by their first packets with a stable radix sort. A million take
// three passes; comparing takes twenty steps for each.
func inOrder(all []Begun) []Begun {
	least, most := uint64(math.MaxUint64), uint64(0)
	for i := range all {
		least, most = min(least, all[i].Packet), max(most, all[i].Packet)
	}
	sorted := make([]Begun, len(all))
	for shift := 0; len(all) > 0 && (most-least)>>shift != 0; shift += digit {
		var at [1 << digit]int // where the next flow with the digit goes
		for i := range all {
			at[(all[i].Packet-least)>>shift%(1<<digit)]++
		}
		next := 0
		for d, n := range at {
			at[d] = next
			next += n
		}
		for _, b := range all {
			d := (b.Packet - least) >> shift % (1 << digit)
			sorted[at[d]] = b
			at[d]++
		}
		all, sorted = sorted, all
	}
	return all
}

// Drain yields what All returns when each of them is about to be released: none is found
// by its key any more, so they need not be removed from the hash table one by one.
func (t *Table) Drain() iter.Seq[Begun] {
	t.slots, t.held = make([]uint64, minSlots), 0
	all := t.All()
	return func(yield func(Begun) bool) {
		for i, b := range all {
			if i%ahead == 0 {
				t.fetch(all[i:min(i+ahead, len(all))])
			}
			if !yield(b) {
				return
			}
		}
	}
}

// ahead is how many flows Drain fetches at a time: their strings fit the L1 cache. A
// heuristic.
const ahead = 16

// fetch brings the strings that flows rest in, or their journals, into the cache. In the
// order of first packets they lie all over memory, and to read one after the other is to
// wait for each; here no load depends on the one before.
func (t *Table) fetch(some []Begun) {
	const line = 64 // octets of the cache
	for _, b := range some {
		e := t.entry(b.Ref)
		if !e.rests {
			continue
		}
		mem := t.store.Cell(rest.Ref(e.at))
		for i := 0; i < len(mem); i += line {
			t.fetched += mem[i]
		}
	}
}

func (t *Table) enlist(r Ref, e *entry, c Class) {
	l := &t.lists[c]
	l.n++
	e.class, e.prev, e.next = c, l.tail, 0
	if l.tail != 0 {
		t.entry(l.tail).next = r
	} else {
		l.head = r
	}
	l.tail = r
}

func (t *Table) delist(e *entry) {
	l := &t.lists[e.class]
	l.n--
	if e.prev != 0 {
		t.entry(e.prev).next = e.next
	} else {
		l.head = e.next
	}
	if e.next != 0 {
		t.entry(e.next).prev = e.prev
	} else {
		l.tail = e.prev
	}
}
