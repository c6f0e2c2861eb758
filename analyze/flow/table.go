package flow

import (
	"math/rand/v2"

	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
)

// Table holds the flows of one analysis. A *Flow stays valid until its Release,
// or until it is put to rest (Settle). A Table is not safe for concurrent use.
type Table struct {
	entries Slab[entry]
	lists   [classes]list

	// slots is an open-addressed hash table with linear probing: the hash in
	// the high half, the Ref in the low half; 0 is empty. It holds only the
	// newest flow of a key.
	slots []uint64
	held  int // slots in use
	seed  uint64

	// The parts of flows that are awake.
	flows Slab[Flow]
	holes Slab[hole]
	sent  Slab[Trace]
	spans Slab[span]
	whole span // stands for all Traces without a span

	besides  int  // how many flows have a journal beside them
	analysed bool // flows that are unread have been analysed (Besides)
	fetched  byte // what fetch read, so that it is read

	written journal.Written // the segment being stored

	resting
}

// entry is what is kept of every flow, awake or not. It is pointer-free and 56
// octets large.
type entry struct {
	first     uint64 // its first packet, once it has rested
	touched   int64
	touchedBy uint64
	// prev and next are its neighbours in the list of its class.
	prev, next Ref
	// older is the flow that had the key before and may still get segments; newer
	// is the one that has it now.
	older, newer Ref
	hash         uint32
	at           uint32 // index in flows, or a rest.Ref
	beside       uint32 // a rest.Ref: the journal beside it, while it is awake; 0: none
	class        Class
	rests        bool
	unread       bool // at refers to its journal
	compact      bool // it rests, and at refers to all of it
}

// minSlots is the least size of Table.slots.
const minSlots = 1024

// NewTable returns an empty table.
func NewTable() *Table { return NewTables(1)[0] }

// NewTables returns n empty tables that share a seed, so that a key has one hash
// in all of them.
func NewTables(n int) []*Table {
	seed, all := rand.Uint64(), make([]*Table, n)
	for i := range all {
		all[i] = &Table{slots: make([]uint64, minSlots), seed: seed}
		all[i].most, all[i].least, all[i].resumable = firstAwake, leastAwake, resumedOf(n)
	}
	return all
}

// Len returns how many flows are remembered.
func (t *Table) Len() int { return t.entries.Len() }

// Get returns the flow of a valid Ref, and wakes it if it rests. It must not be unread.
func (t *Table) Get(r Ref) *Flow {
	e := t.entry(r)
	if e.rests {
		t.woken++
		return t.wake(r, e)
	}
	f := t.flows.At(int32(e.at))
	f.used = true
	return f
}

// Last is Get for a flow that is about to be released: waking it does not count
// as use. It must not be unread.
func (t *Table) Last(r Ref) *Flow {
	if e := t.entry(r); e.rests {
		return t.wake(r, e)
	}
	return t.Get(r)
}

// Awake reports whether a flow is not at rest.
func (t *Table) Awake(r Ref) bool { return !t.entry(r).rests }

func (t *Table) entry(r Ref) *entry { return t.entries.At(int32(r)) }

// Class returns the class of a flow.
func (t *Table) Class(r Ref) Class { return t.entry(r).class }

// Older returns the flow that had the key of r before and may still get segments;
// 0: none.
func (t *Table) Older(r Ref) Ref { return t.entry(r).older }

// Hash returns the hash of a key in this table.
func (t *Table) Hash(k *Key) uint32 { return k.hash(t.seed) }

// Find returns the newest flow of the key with the hash h, or 0.
func (t *Table) Find(k *Key, h uint32) Ref {
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			return 0
		}
		if uint32(s>>32) == h {
			if r := Ref(uint32(s)); t.is(r, k) {
				return r
			}
		}
	}
}

// is reports whether a flow has the key.
func (t *Table) is(r Ref, k *Key) bool {
	e := t.entry(r)
	if e.unread {
		return k.begins(t.store.Get(rest.Ref(e.at))[journal.Size:])
	}
	if e.rests {
		return k.begins(t.store.Get(rest.Ref(e.at)))
	}
	return t.flows.At(int32(e.at)).Key.equal(k)
}

// New adds a flow for the key with the hash h and returns it zeroed but for its key. A
// flow that has the key already stays reachable as the new one's Older; with past set,
// the one before it does instead.
func (t *Table) New(k *Key, h uint32, past bool) (Ref, *Flow) {
	i, e := t.entries.New()
	r := Ref(i)
	at, f := t.flows.New()
	*f = Flow{Ref: r, used: true}
	f.setKey(k)
	*e = entry{hash: h, at: uint32(at)}
	if old := t.replace(h, k, r); old != 0 {
		o := t.entry(old)
		keep, leave := old, o.older // only one predecessor stays reachable
		if past && o.older != 0 {
			keep, leave = o.older, old
		}
		o.older = 0
		if leave != 0 {
			t.entry(leave).newer = orphan
		}
		t.entry(keep).newer, e.older = r, keep
		t.apart(o)
	}
	t.enlist(r, e, Opening)
	return r, f
}

// Release forgets a flow; its Ref and pointer are invalid afterwards. It must not be
// unread.
func (t *Table) Release(r Ref) {
	f := t.Last(r)
	for s := range f.Half {
		t.dropHoles(&f.Half[s])
		t.dropSent(&f.Half[s])
	}
	f.Ref = 0
	t.flows.Free(int32(t.entry(r).at))
	t.unlink(r)
}

// Discard is Release for a flow whose content is not needed, without waking it. It
// reports false, and does nothing, if that is not possible: the flow is awake, or has
// something outside the string that it rests in.
func (t *Table) Discard(r Ref) bool {
	e := t.entry(r)
	if !e.compact {
		return false
	}
	t.store.Free(rest.Ref(e.at))
	t.unlink(r)
	return true
}

// unlink removes all references to a flow's entry, and frees it.
func (t *Table) unlink(r Ref) {
	e := t.entry(r)
	t.delist(e)
	t.apart(e)
	switch {
	case e.newer == 0 && e.older != 0: // e.older has the key again
		t.reslot(r, e.older, e.hash)
		t.entry(e.older).newer = 0
	case e.newer == 0:
		t.unslot(r, e.hash)
	case e.newer != orphan:
		t.entry(e.newer).older = 0 // and that one's older lost its place when it came
	}
	t.entries.Free(int32(r))
}

// orphan marks a flow that no slot and no newer flow refers to.
const orphan Ref = -1

// replace puts r into the key's slot and returns the Ref that was there.
func (t *Table) replace(h uint32, k *Key, r Ref) (old Ref) {
	if t.held*4 >= len(t.slots)*3 {
		t.resize(2 * len(t.slots))
	}
	mask := uint32(len(t.slots) - 1)
	i := h & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if s := t.slots[i]; uint32(s>>32) == h {
			if o := Ref(uint32(s)); t.is(o, k) {
				t.slots[i] = uint64(h)<<32 | uint64(uint32(r))
				return o
			}
		}
	}
	t.slots[i] = uint64(h)<<32 | uint64(uint32(r))
	t.held++
	return 0
}

func (t *Table) resize(size int) {
	old := t.slots
	t.slots = make([]uint64, size)
	mask := uint32(len(t.slots) - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := uint32(s>>32) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// reslot puts a flow of the same key into r's slot.
func (t *Table) reslot(r, to Ref, h uint32) {
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		if Ref(uint32(t.slots[i])) == r {
			t.slots[i] = uint64(h)<<32 | uint64(uint32(to))
			return
		}
	}
}

// unslot empties r's slot and closes the gap, so that no tombstones accumulate.
func (t *Table) unslot(r Ref, h uint32) {
	mask := uint32(len(t.slots) - 1)
	i := h & mask
	for Ref(uint32(t.slots[i])) != r {
		if t.slots[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	t.held--
	for j := i; ; {
		j = (j + 1) & mask
		s := t.slots[j]
		if s == 0 {
			t.slots[i] = 0
			break
		}
		// An entry may move back to i unless its home slot lies after i.
		if home := uint32(s>>32) & mask; (j-home)&mask >= (j-i)&mask {
			t.slots[i] = s
			i = j
		}
	}
	if t.held*8 < len(t.slots) && len(t.slots) > minSlots {
		t.resize(len(t.slots) / 2)
	}
}
