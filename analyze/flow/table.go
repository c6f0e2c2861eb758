package flow

import "math/rand/v2"

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits
)

// Table holds the flows of one analysis. Flows live in chunks that never move,
// so a *Flow stays valid until its Release. A Table is not safe for concurrent
// use.
type Table struct {
	chunks [][]Flow
	free   Ref
	used   Ref // highest Ref handed out
	live   int

	// slots is an open-addressed hash table with linear probing: the hash in
	// the high half, the Ref in the low half; 0 is empty. Only the newest flow
	// of a key stands in it.
	slots []uint64
	held  int // slots in use
	seed  uint64

	lists [classes]list

	holes Slab[hole]
	sent  Slab[Trace]
}

// NewTable returns an empty table.
func NewTable() *Table { return NewTables(1)[0] }

// NewTables returns n empty tables that share a seed, so that a key has one hash
// in all of them.
func NewTables(n int) []*Table {
	seed, all := rand.Uint64(), make([]*Table, n)
	for i := range all {
		all[i] = &Table{slots: make([]uint64, 1024), seed: seed}
	}
	return all
}

// Len returns how many flows are remembered.
func (t *Table) Len() int { return t.live }

// Get returns the flow of a valid Ref.
func (t *Table) Get(r Ref) *Flow { return &t.chunks[r>>chunkBits][r&(chunkSize-1)] }

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
			if r := Ref(uint32(s)); t.Get(r).Key == *k {
				return r
			}
		}
	}
}

// New adds a flow for the key with the hash h and returns it zeroed but for its
// key. A flow that has the key already stays reachable as the new one's Older.
func (t *Table) New(k *Key, h uint32) (Ref, *Flow) {
	r := t.alloc()
	f := t.Get(r)
	*f = Flow{Key: *k, hash: h}
	if old := t.replace(f.hash, k, r); old != 0 {
		o := t.Get(old)
		if o.Older != 0 { // only one predecessor is kept in reach
			t.Get(o.Older).Newer = orphan
			o.Older = 0
		}
		o.Newer, f.Older = r, old
	}
	t.live++
	t.enlist(r, f, Opening)
	return r, f
}

// Release forgets a flow; its Ref and pointer are invalid afterwards.
func (t *Table) Release(r Ref) {
	f := t.Get(r)
	t.delist(f)
	switch f.Newer {
	case 0:
		t.unslot(r, f.hash)
	case orphan:
	default:
		t.Get(f.Newer).Older = 0
	}
	if f.Older != 0 {
		t.Get(f.Older).Newer = orphan
	}
	t.dropHoles(&f.Half[0])
	t.dropHoles(&f.Half[1])
	t.dropSent(&f.Half[0])
	t.dropSent(&f.Half[1])
	*f = Flow{next: t.free}
	t.free = r
	t.live--
}

// orphan marks a flow that no slot and no newer flow leads to.
const orphan Ref = -1

func (t *Table) alloc() Ref {
	if r := t.free; r != 0 {
		t.free = t.Get(r).next
		return r
	}
	t.used++
	if int(t.used>>chunkBits) >= len(t.chunks) {
		t.chunks = append(t.chunks, make([]Flow, chunkSize))
	}
	return t.used
}

// replace puts r into the key's slot and returns the Ref that stood there.
func (t *Table) replace(h uint32, k *Key, r Ref) (old Ref) {
	if t.held*4 >= len(t.slots)*3 {
		t.grow()
	}
	mask := uint32(len(t.slots) - 1)
	i := h & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if s := t.slots[i]; uint32(s>>32) == h {
			if o := Ref(uint32(s)); t.Get(o).Key == *k {
				t.slots[i] = uint64(h)<<32 | uint64(uint32(r))
				return o
			}
		}
	}
	t.slots[i] = uint64(h)<<32 | uint64(uint32(r))
	t.held++
	return 0
}

func (t *Table) grow() {
	old := t.slots
	t.slots = make([]uint64, 2*len(old))
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

// unslot empties r's slot and closes the gap, so that no tombstones pile up.
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
			return
		}
		// An entry may move back to i unless its home lies behind i.
		if home := uint32(s>>32) & mask; (j-home)&mask >= (j-i)&mask {
			t.slots[i] = s
			i = j
		}
	}
}
