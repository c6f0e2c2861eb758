package analyze

import (
	"sort"
	"sync/atomic"

	"tcpwatch/capture/wire"
)

// batchSize is how many entries the shards are handed at a time: enough to make
// the hand-over cheap, few enough to fit the processor's caches.
const batchSize = 512

// nobody is the owner of an entry that only moves the clock.
const nobody = 0xff

// batch is a run of entries of the capture. Every shard gets every batch and
// takes the entries that it owns; every shard follows the clock.
type batch struct {
	first  uint64 // number of its first entry
	n      int
	before int64 // the clock before it
	// clocks is the clock after each entry: the latest time so far.
	clocks   []int64
	owners   []uint8
	entries  []entry
	quotes   []wire.Quote
	released atomic.Int32 // how many shards have released it
}

// entry is a segment, or an ICMP error.
type entry struct {
	seg   wire.Segment
	pair  pair
	quote int32 // index of batch.quotes; -1: a segment
}

func newBatch(size int) *batch {
	return &batch{clocks: make([]int64, size), owners: make([]uint8, size), entries: make([]entry, size)}
}

// reset makes the batch the one that begins at entry number first.
func (b *batch) reset(first uint64, clock int64) {
	b.first, b.n, b.before, b.quotes = first, 0, clock, b.quotes[:0]
	b.released.Store(0)
}

// clock returns the clock before entry i.
func (b *batch) clock(i int) int64 {
	if i == 0 {
		return b.before
	}
	return b.clocks[i-1]
}

// due returns the number of the entry, among the first n, at which a timeout that
// began at touched has passed.
func (b *batch) due(touched, timeout int64, n int) uint64 {
	return b.first + uint64(sort.Search(n, func(i int) bool { return elapsed(b.clocks[i], touched) >= timeout }))
}
