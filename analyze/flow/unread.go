package flow

import (
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

// A flow may begin unread (NewUnread): its segments are stored (package journal)
// and not analysed until the flow is needed. The journal's Head is followed by the
// key, then the segments. A resting flow may be unread as well: then the string
// that it rests in takes the place of the key.

// firstRoom is memory for a SYN, a SYN-ACK with the common options and some more
// segments, in octets. A heuristic.
const firstRoom = 80

// roomyBelow is how many octets resting and unread flows may take while many
// segments of a connection are stored. A heuristic.
const roomyBelow = 12 << 20

// NewUnread adds a flow for the key with the hash h, which no flow has. It begins
// with a segment of a side for which journal.Opens holds.
func (t *Table) NewUnread(k *Key, h uint32, from Side, number uint64, seg *wire.Segment) Ref {
	i, e := t.entries.New()
	r := Ref(i)
	own := k.appendTo(t.scratch[:0])
	t.scratch = own
	at := t.store.Make(journal.Size + len(own) + firstRoom)
	mem := t.store.Cell(at)
	copy(mem[journal.Size:], own)
	journal.Begin(mem, number, uint8(from), seg, len(own))
	*e = entry{first: seg.Packet, hash: h, at: uint32(at), rests: true, unread: true, compact: true}
	t.append(e, from, seg)
	t.replace(h, k, r)
	t.enlist(r, e, Opening)
	return r
}

// Unread reports whether a flow's segments were only stored.
func (t *Table) Unread(r Ref) bool { return t.entry(r).unread }

// Keep stores a segment of an unread flow and returns the class that it is in
// then; false if it cannot be stored, and the flow has to be read.
func (t *Table) Keep(r Ref, from Side, seg *wire.Segment) (Class, bool) {
	h, kept := t.append(t.entry(r), from, seg)
	return stageClass[h.Stage()], kept
}

// append stores a segment, and makes room for it.
func (t *Table) append(e *entry, from Side, seg *wire.Segment) (h *journal.Head, kept bool) {
	mem := t.store.Cell(rest.Ref(e.at))
	h = journal.At(mem)
	if !h.Write(&t.written, uint8(from), seg, t.store.Octets() < roomyBelow) {
		return h, false
	}
	kept = h.Append(mem, &t.written, uint8(from), seg)
	if !kept && h.Octets()+journal.Most <= rest.Longest { // in few steps: cells of each size leave some of their own unused
		mem = t.grow(e, h.Octets()+journal.Most)
		h = journal.At(mem)
		kept = h.Append(mem, &t.written, uint8(from), seg)
	}
	return h, kept
}

// stageClass is the class of an unread flow.
var stageClass = [...]Class{
	journal.SYNSent: Opening, journal.SYNAnswered: Opening, journal.Open: Established,
	journal.FINSent: Closing, journal.FINAnswered: Closing, journal.BothFINs: Closing, journal.Over: TimeWait,
	journal.Reset: Closed, journal.Resumed: Established,
}

// grow moves a journal to a larger cell.
func (t *Table) grow(e *entry, size int) []byte {
	old := rest.Ref(e.at)
	at := t.store.Make(size)
	mem := t.store.Cell(at)
	copy(mem, t.store.Cell(old))
	t.store.Free(old)
	e.at = uint32(at)
	return mem
}

// Read turns an unread flow into one that is awake and returns it, as New returns it
// or as it was when it was put to rest; its segments, which the caller must analyse
// now, are then in j. If the flow rested, waking it does not count as use.
func (t *Table) Read(r Ref, j *journal.Reader) *Flow {
	e := t.entry(r)
	str := rest.Ref(e.at)
	mem := t.store.Cell(str)
	var f *Flow
	if journal.At(mem).Stage() == journal.Resumed {
		f = t.unpack(r, e, mem[journal.Size:])
		t.resumed++
		base := baseOf(f)
		j.Read(mem, &base)
	} else {
		var at int32
		at, f = t.flows.New()
		f.first(r, mem, j)
		f.used = true
		if t.analysed {
			t.besideAgain(e, mem)
		}
		e.at = uint32(at)
	}
	t.store.Free(str)
	e.rests, e.unread, e.compact = false, false, false
	return f
}

// Glance sets f, which belongs to the caller, to what Read would return, and lets j read
// its segments, but leaves the flow as it is. It reports false, and does nothing, for a
// flow that was resumed.
func (t *Table) Glance(r Ref, f *Flow, j *journal.Reader) bool {
	mem := t.store.Cell(rest.Ref(t.entry(r).at))
	if journal.At(mem).Stage() == journal.Resumed {
		return false
	}
	f.first(r, mem, j)
	return true
}

// first sets f to the state of a flow before its first segment, and lets j read
// the segments in its journal, mem.
func (f *Flow) first(r Ref, mem []byte, j *journal.Reader) {
	*f = Flow{Ref: r, Number: journal.At(mem).Number}
	f.Key.read(mem[journal.Size:])
	f.foundSelf()
	j.Read(mem, nil)
}

// baseOf returns what must be known of a flow to store its segments.
func baseOf(f *Flow) journal.Base {
	return journal.Base{
		First: f.FirstPacket, Last: f.LastPacket, Time: f.Last,
		Next:  [2]wire.Seq{f.Half[0].Nxt, f.Half[1].Nxt},
		Least: [2]wire.Seq{f.Half[1].Ack, f.Half[0].Ack},
	}
}
