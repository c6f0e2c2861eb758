package flow

import (
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

// A flow of which each segment is analysed at once may have a journal beside it, with
// all of its segments. While that is complete, the flow can rest as its journal: then it
// is unread, and who needs it analyses its segments again. That takes a fraction of the
// time that packing takes, since most flows that rest are over and never needed again.
//
// It is right as long as nothing but its segments has made the flow what it is. So only
// one that is alone with its key has a journal, and whoever changes it otherwise says so
// (Apart).

// besideRoom is how long a journal beside a flow may be, in octets: with its Head and
// the key as much as a packed flow of as many segments takes. A heuristic.
const besideRoom = 512

// mostBeside bounds the flows that have a journal beside them, and so the memory of these. As
// many are awake if few are woken. A heuristic.
const mostBeside = firstAwake

// mostAgain is the greatest number of segments that are analysed again of a flow that is
// not over, and so is likely to be needed: more cost more than packing and unpacking. A
// heuristic.
const mostAgain = 8

// Besides has the Table keep a journal of a flow that rests as one, when it is read. It
// must be called before there are flows, and then no flow may begin unread.
func (t *Table) Besides() { t.analysed = true }

// Beside begins a journal beside a flow that begins with a segment of a side for which
// journal.Opens holds, if no other flow had its key and there is room. The segment must
// then be appended.
func (t *Table) Beside(f *Flow, from Side, seg *wire.Segment) {
	e := t.entry(f.Ref)
	if e.older != 0 {
		return
	}
	if mem := t.makeBeside(e); mem != nil {
		own := f.Key.appendTo(mem[journal.Size:journal.Size])
		journal.Begin(mem, f.Number, uint8(from), seg, len(own))
	}
}

// makeBeside makes memory for a journal beside a flow, if there is room.
func (t *Table) makeBeside(e *entry) []byte {
	if t.besides == mostBeside {
		return nil
	}
	t.besides++
	ref := t.store.Make(besideRoom)
	e.beside = uint32(ref)
	return t.store.Cell(ref)
}

// Append stores the latest segment of a flow, which has been analysed, in the journal
// beside it if there is one. If it cannot be stored, or clear does not hold, that
// journal ends.
func (t *Table) Append(r Ref, from Side, seg *wire.Segment, clear bool) {
	e := t.entry(r)
	if e.beside == 0 {
		return
	}
	mem := t.store.Cell(rest.Ref(e.beside))
	h := journal.At(mem)
	if !clear || !h.Write(&t.written, uint8(from), seg, false) || !h.Append(mem, &t.written, uint8(from), seg) {
		t.apart(e)
	}
}

// Apart says that something else than a segment has changed a flow.
func (t *Table) Apart(r Ref) { t.apart(t.entry(r)) }

// apart ends the journal beside a flow.
func (t *Table) apart(e *entry) {
	if e.beside != 0 {
		t.store.Free(rest.Ref(e.beside))
		e.beside = 0
		t.besides--
	}
}

// restBeside puts a flow to rest as the journal beside it, and reports whether there is
// one that is short enough.
func (t *Table) restBeside(f *Flow, e *entry) bool {
	if e.beside == 0 {
		return false
	}
	mem := t.store.Cell(rest.Ref(e.beside))
	h := journal.At(mem)
	short := e.class >= TimeWait || h.Segments() <= mostAgain
	if short {
		if t.companion != nil {
			t.companion.Forget(f)
		}
		for s := range f.Half {
			t.dropHoles(&f.Half[s])
			t.dropSent(&f.Half[s])
		}
		at := int32(e.at)
		e.at = uint32(t.store.Put(mem[:h.Octets()]))
		e.rests, e.unread, e.compact, e.first = true, true, true, h.First
		f.Ref = 0
		t.flows.Free(at)
		t.slept++
	}
	t.apart(e)
	return short
}

// besideAgain begins the journal beside a flow again that rested as the one in mem.
func (t *Table) besideAgain(e *entry, mem []byte) {
	if again := t.makeBeside(e); again != nil {
		copy(again, mem[:journal.At(mem).Octets()])
	}
	t.woken++
}
