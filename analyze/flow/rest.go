package flow

import (
	"encoding/binary"
	"unsafe"

	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
)

// Flows that are not in use rest: one is then a short string (package rest),
// and only its entry stays as it is. Get wakes it without loss, so results do
// not depend on which flows rested, and when.

// Companion packs what the caller of a Table keeps of a flow, by Flow.Extra.
type Companion interface {
	// Plain reports whether f is in the class Established, and segments that simply
	// continue it need not be analysed at once.
	Plain(f *Flow) bool
	// Rest appends what is kept of f and releases it. kind says which other
	// flows f is like; see Kinds.
	Rest(f *Flow, kind int, c *rest.Coder, dst []byte) []byte
	// Forget releases what is kept of f.
	Forget(f *Flow)
	// Wake reads what Rest appended, and sets f.Extra. Everything else in f is as it
	// was then.
	Wake(f *Flow, kind int, c *rest.Coder, src []byte)
}

// Kinds bounds the kind passed to a Companion: kinds are numbered from 0 in the
// order in which flows of them are first put to rest, and Kinds itself stands for
// all later ones.
const Kinds = 64

// leastAwake and mostAwake bound how many flows are awake between two calls of Settle:
// as many as fit the L2 cache with their segments, unless more are in use. It begins
// with firstAwake, and does not go below that again once fewer were too few: finding
// that out again costs more than it saves.
const (
	leastAwake = 128
	firstAwake = 512
	mostAwake  = 8192
)

// mostResumed bounds how many flows are awake because those that rest are read soon, for more segments than their strings
// hold. If not all that are at work are awake, that many less are read, but every segment of the others waits for memory, so
// it is all or none: where mostResumed were not enough fewer do, and it is tried again after resumedAgain rounds. These are
// heuristics, measured with 1,000 to 100,000 connections that take turns. More than four tables that work side by side share
// mostResumedAll: each of them needs less, and memory does not grow with their number.
const (
	mostResumed    = 1024
	mostResumedAll = 4 * mostResumed
	resumedAgain   = 4096
)

// resumedOf returns what mostResumed is for each of n tables.
func resumedOf(n int) int {
	most := mostResumed
	for most*n > mostResumedAll {
		most /= 2
	}
	return most
}

// mostPlain is the greatest length, in octets, of a flow's string after which
// segments are stored: the string is moved when they need room. A heuristic.
const mostPlain = 2048

// resting is the part of a Table that puts flows to rest.
type resting struct {
	companion Companion
	store     rest.Store
	coder     rest.Coder
	scratch   []byte
	kinds     []likeness
	// most is how many flows may be awake, at least least, no more than resumable because of those that are resumed, and fixed
	// if it is not to be adapted; hand is the flow that Settle looked at last.
	most      int
	least     int
	resumable int
	fixed     bool
	hand      int32
	// epoch is near the times of this capture, nanoseconds.
	epoch  int64
	copied Flow // for folded
	// slept, woken and resumed, which were at rest and unread, are counted since the hand began its round; patience is how many
	// rounds long no more are awake because of the last.
	slept, woken, resumed, patience int
}

// likeness is a flow that others resemble, with the attributes by which they
// do.
type likeness struct {
	signature uint64
	flow      Flow
}

// Accompany sets the Companion that packs the caller's part of each flow; without
// one the caller keeps nothing. It must be called before there are flows.
func (t *Table) Accompany(c Companion) { t.companion = c }

// AwakeAtMost sets how many flows may be awake between two calls of Settle, for
// good. It is for tests: with 0 every flow rests between two segments.
func (t *Table) AwakeAtMost(n int) { t.most, t.fixed = n, true }

// Settle puts flows to rest until no more are awake than are in use. Pointers to
// flows are not valid afterwards. It must be called for every segment.
func (t *Table) Settle() {
	for t.flows.Len() > t.most {
		t.turn()
	}
}

// turn moves the hand to the next flow that is awake, and puts it to rest unless
// it was used since the hand last came by (the second-chance algorithm).
func (t *Table) turn() {
	f := t.nextAwake()
	if f.used && t.most > 0 {
		f.used = false
	} else {
		t.rest(f)
	}
}

// nextAwake moves the hand to the next flow that is awake. There must be one.
func (t *Table) nextAwake() *Flow {
	for {
		t.hand++
		if int(t.hand>>slabBits) >= len(t.flows.chunks) {
			t.hand = 1
			t.adapt()
		}
		c := t.flows.chunks[t.hand>>slabBits]
		if c == nil {
			t.hand |= slabSize - 1
		} else if f := &c.values[t.hand&(slabSize-1)]; f.Ref != 0 {
			return f
		}
	}
}

// adapt allows more flows to be awake if many are woken soon, and fewer if
// hardly any are.
func (t *Table) adapt() {
	switch {
	case t.fixed:
	case t.woken*4 > t.slept && t.most < mostAwake:
		t.most *= 2
		t.least = firstAwake
	case t.resumed*4 > t.slept && t.patience == 0 && t.most < t.resumable:
		t.most *= 2
	case t.resumed*4 > t.slept && t.patience == 0 && t.most == t.resumable:
		t.most, t.patience = t.least, resumedAgain
	case t.woken*32 < t.slept && t.most > t.least:
		t.most /= 2
	}
	t.slept, t.woken, t.resumed, t.patience = 0, 0, 0, max(t.patience-1, 0)
}

// rest puts an awake flow to rest.
func (t *Table) rest(f *Flow) {
	e := t.entry(f.Ref)
	if t.restBeside(f, e) {
		return
	}
	at := int32(e.at)
	// If there is an older flow, a segment before Low may belong to that
	// one.
	plain := e.older == 0 && t.companion != nil && t.companion.Plain(f)
	base := baseOf(f)
	if t.epoch == 0 {
		t.epoch = f.Start
	}
	c, kind := &t.coder, t.kindOf(f)
	c.Begin(t.epoch, 0)
	dst := binary.AppendUvarint(f.Key.appendTo(t.scratch[:0]), f.FirstPacket)
	dst = binary.AppendUvarint(dst, f.Number)
	dst = append(dst, byte(kind))
	dst = c.Append(dst, uint64(f.Start))
	c.Begin(f.Start, f.FirstPacket)
	dst = c.AppendWords(dst, flowLayout, rest.Words(t.folded(f)), rest.Words(t.like(kind)))
	for s := range f.Half {
		dst = t.appendTraces(dst, &f.Half[s])
	}
	if t.companion != nil {
		dst = t.companion.Rest(f, kind, c, dst)
	}
	e.compact = true
	for s := range f.Half {
		h := &f.Half[s]
		apart := h.nsent > PackedTraces
		if !apart {
			t.dropSent(h)
		}
		e.compact = e.compact && !apart && h.holes == 0
	}
	if e.unread = plain && journal.Size+len(dst) <= mostPlain; e.unread {
		ref := t.store.Make(journal.Size + len(dst))
		mem := t.store.Cell(ref)
		copy(mem[journal.Size:], dst)
		journal.Resume(mem, &base, len(dst))
		e.at = uint32(ref)
	} else {
		e.at = uint32(t.store.Put(dst))
	}
	e.rests, e.first = true, f.FirstPacket
	t.scratch = dst
	f.Ref = 0
	t.flows.Free(at)
	t.slept++
}

// wake restores a flow to the state before it was put to rest.
func (t *Table) wake(r Ref, e *entry) *Flow {
	str := rest.Ref(e.at)
	f := t.unpack(r, e, t.store.Get(str))
	t.store.Free(str)
	e.rests, e.compact = false, false
	return f
}

// unpack restores a flow from the string that it rests in.
func (t *Table) unpack(r Ref, e *entry, str []byte) *Flow {
	at, f := t.flows.New()
	var key Key
	src := key.read(str)
	first, n := binary.Uvarint(src)
	number, m := binary.Uvarint(src[n:])
	kind := int(src[n+m])
	c := &t.coder
	c.Begin(t.epoch, 0)
	start, src := c.Next(src[n+m+1:])
	c.Begin(int64(start), first)
	src = c.NextWords(src, flowLayout, rest.Words(f), rest.Words(t.like(kind)))
	f.unfold()
	f.Key, f.Number, f.Ref, f.Start, f.FirstPacket, f.used = key, number, r, int64(start), first, true
	for s := range f.Half {
		src = t.nextTraces(src, &f.Half[s])
	}
	if t.companion != nil {
		t.companion.Wake(f, kind, c, src)
	}
	e.at = uint32(at)
	return f
}

// firstPacket returns the first packet of a flow, without waking it.
func (t *Table) firstPacket(r Ref) uint64 {
	e := t.entry(r)
	if !e.rests {
		return t.flows.At(int32(e.at)).FirstPacket
	}
	return e.first
}

// kindOf returns the kind of a flow: which of the things that can happen to both
// ends have happened, and where that has led them.
func (t *Table) kindOf(f *Flow) int {
	x, y := &f.Half[0], &f.Half[1]
	s := uint64(x.Has) | uint64(y.Has)<<24 | uint64(x.State)<<48 | uint64(y.State)<<56
	for i := range t.kinds {
		if t.kinds[i].signature == s {
			return i
		}
	}
	if len(t.kinds) < Kinds {
		t.kinds = append(t.kinds, likeness{s, *t.folded(f)})
		return len(t.kinds) - 1
	}
	return Kinds
}

// like returns the flow that others of its kind resemble, folded.
func (t *Table) like(kind int) *Flow {
	if kind < len(t.kinds) {
		return &t.kinds[kind].flow
	}
	return &strange
}

var strange Flow // resembles none

// Octets returns the memory that the Table uses for its flows, free space
// included.
func (t *Table) Octets() int {
	return t.store.Held() + 8*len(t.slots) + t.entries.Octets() + t.flows.Octets() + t.holes.Octets() + t.sent.Octets() + t.spans.Octets() +
		len(t.kinds)*int(unsafe.Sizeof(likeness{}))
}
