package flow

import (
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

// A flow begins unread where the caller wants it (NewUnread): its segments are kept
// (package journal) and not looked at before somebody asks for the flow. Behind the
// journal's Head stands the key, then come the segments.

// NewUnread adds a flow for the key with the hash h, which no flow has, that begins
// with a segment of a side for which journal.Opens holds.
func (t *Table) NewUnread(k *Key, h uint32, from Side, number uint64, seg *wire.Segment) Ref {
	i, e := t.entries.New()
	r := Ref(i)
	own := k.appendTo(t.scratch[:0])
	t.scratch = own
	const first = 64 // octets that the segment takes at most, and another
	at := t.store.Make(journal.Size + len(own) + first)
	mem := t.store.Cell(at)
	copy(mem[journal.Size:], own)
	journal.Begin(mem, number, uint8(from), seg, len(own))
	*e = entry{hash: h, at: uint32(at), rests: true, unread: true}
	t.replace(h, k, r)
	t.enlist(r, e, Opening)
	return r
}

// Unread reports whether a flow's segments were kept only.
func (t *Table) Unread(r Ref) bool { return t.entry(r).unread }

// Keep keeps a segment of an unread flow and returns the class that it is in then;
// false where it cannot be kept, and the flow has to be read.
func (t *Table) Keep(r Ref, from Side, seg *wire.Segment) (Class, bool) {
	e := t.entry(r)
	mem := t.store.Cell(rest.Ref(e.at))
	h := journal.At(mem)
	kept, full := h.Append(mem, uint8(from), seg)
	if full {
		mem = t.grow(e, h.Octets()+h.Octets()/2)
		h = journal.At(mem)
		kept, _ = h.Append(mem, uint8(from), seg)
	}
	return stageClass[h.Stage()], kept
}

// stageClass is the class of an unread flow.
var stageClass = [...]Class{
	journal.SYNSent: Opening, journal.SYNAnswered: Opening, journal.Open: Established,
	journal.FINSent: Closing, journal.FINAnswered: Closing, journal.BothFINs: Closing, journal.Over: TimeWait,
	journal.Reset: Closed,
}

// grow moves a journal to a larger place.
func (t *Table) grow(e *entry, size int) []byte {
	old := rest.Ref(e.at)
	at := t.store.Make(size)
	mem := t.store.Cell(at)
	copy(mem, t.store.Cell(old))
	t.store.Free(old)
	e.at = uint32(at)
	return mem
}

// Read makes an unread flow one that is awake, as New gives it, and returns it; its
// segments, which the caller is to take now, are then in j.
func (t *Table) Read(r Ref, j *journal.Reader) *Flow {
	e := t.entry(r)
	str := rest.Ref(e.at)
	mem := t.store.Cell(str)
	h := journal.At(mem)
	key, behind := keyOf(mem[journal.Size:])
	j.Read(mem, len(mem)-journal.Size-len(behind))
	at, f := t.flows.New()
	*f = Flow{Key: key, Ref: r, Number: h.Number, used: true}
	t.store.Free(str)
	e.at, e.rests, e.unread = uint32(at), false, false
	return f
}
