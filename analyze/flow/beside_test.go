package flow

import (
	"testing"

	"tcpwatch/analyze/journal"
	"tcpwatch/capture/wire"
)

// keptBeside is a table in which each flow has a journal beside it, and the segment that came
// last.
type keptBeside struct {
	*Table
	seg wire.Segment
}

func newBeside() *keptBeside {
	k := &keptBeside{Table: NewTable()}
	k.Besides()
	k.seg = wire.Segment{Packet: 1, Time: 100, Flags: wire.SYN, Seq: 7, HeaderLen: 20, Tuple: wire.Tuple{Src: wire.Addr{15: 1}, Dst: wire.Addr{15: 2}, DstPort: 80}}
	return k
}

// begin begins a flow of so many segments, SYNs all, in a class.
func (k *keptBeside) begin(segments int, c Class) Ref {
	k.seg.SrcPort++
	var key Key
	from := key.Fill(&k.seg.Tuple)
	r, f := k.New(&key, k.Hash(&key), false)
	f.FirstPacket = k.seg.Packet
	k.Beside(f, from, &k.seg)
	k.more(r, segments)
	k.Touch(r, c, k.seg.Time, k.seg.Packet)
	return r
}

// more appends segments to a flow.
func (k *keptBeside) more(r Ref, segments int) {
	var key Key
	from := key.Fill(&k.seg.Tuple)
	for range segments {
		k.Append(r, from, &k.seg, true)
		k.seg.Packet++
	}
}

// rests puts a flow to rest and reports whether its journal is all that is left.
func (k *keptBeside) rests(r Ref) bool {
	k.Table.rest(k.flows.At(int32(k.entry(r).at)))
	return k.Unread(r)
}

// again reads a flow that rests, as if its segments were then analysed again.
func (k *keptBeside) again(r Ref) { k.Read(r, new(journal.Reader)).FirstPacket = 1 }

// TestBeside: what rests as its journal, and what does not; and nothing is left of it.
func TestBeside(t *testing.T) {
	for _, c := range []struct {
		name     string
		segments int
		class    Class
		spoil    func(*keptBeside, Ref)
		want     bool
	}{
		{"few segments", mostAgain, Established, nil, true},
		{"more segments", mostAgain + 1, Established, nil, false},
		{"more segments of one in TIME-WAIT", mostAgain + 1, TimeWait, nil, true},
		{"of one whose TIME-WAIT ran out", mostAgain + 1, Lapsed, nil, true},
		{"of one that is closed", mostAgain + 1, Closed, nil, true},
		{"of one that is closing", mostAgain + 1, Closing, nil, false},
		{"as many as are kept", 24, Closed, nil, true},
		{"one more", 25, Closed, nil, false},
		{"changed", 3, Closed, func(k *keptBeside, r Ref) { k.Apart(r) }, false},
		{"after the clock went back", 3, Closed, func(k *keptBeside, r Ref) { k.Append(r, 0, &k.seg, false) }, false},
		{"not one to be kept", 3, Closed, func(k *keptBeside, r Ref) { k.seg.Seq++; k.more(r, 1) }, false},
		{"its key is used again", 3, Closed, func(k *keptBeside, r Ref) { k.seg.SrcPort--; k.begin(1, Opening) }, false},
		{"read", 8, Closed, func(k *keptBeside, r Ref) { k.rests(r); k.again(r) }, true},
		{"read, one more segment", 8, Established, func(k *keptBeside, r Ref) { k.rests(r); k.again(r); k.more(r, 1) }, false},
	} {
		k := newBeside()
		r := k.begin(c.segments, c.class)
		if c.spoil != nil {
			c.spoil(k, r)
		}
		if got := k.rests(r); got != c.want {
			t.Errorf("%s: rests as its journal: %v", c.name, got)
		}
		if first := k.firstPacket(r); first != 1 {
			t.Errorf("%s: first packet %d", c.name, first)
		}
		k.begin(3, Opening) // one that is awake
		for _, b := range k.All() {
			if !k.Discard(b.Ref) {
				k.Release(b.Ref)
			}
		}
		if n := k.besides + k.store.Octets() + k.flows.Len() + k.Len(); n != 0 {
			t.Errorf("%s: %d left", c.name, n)
		}
	}
}

// TestBesideRoom: so many flows have a journal beside them at one time, and one that had to
// do without has none later.
func TestBesideRoom(t *testing.T) {
	k := newBeside()
	var all []Ref
	for range mostBeside + 1 {
		all = append(all, k.begin(1, Opening))
	}
	for i, r := range all {
		if want := i < mostBeside; k.rests(r) != want {
			t.Fatalf("flow %d of %d rests as its journal: %v", i+1, len(all), !want)
		}
	}
	if k.besides != 0 {
		t.Errorf("%d journals beside flows that rest", k.besides)
	}
	all = all[:mostBeside]
	for range mostBeside {
		k.begin(1, Opening)
	}
	k.Read(all[0], new(journal.Reader))
	if k.rests(all[0]) {
		t.Error("one that was read without room rests as its journal")
	}
}

// TestBesideEnds: a journal that gets too long ends, however few segments it has.
func TestBesideEnds(t *testing.T) {
	k := newBeside()
	k.seg.Options = wire.Options{Set: 1<<14 - 1, SACKBlocks: wire.MaxSACKBlocks, TSVal: 1, TSEcr: 2}
	if k.rests(k.begin(20, Closed)) {
		t.Errorf("20 segments of %d octets rest in %d", journal.Most, besideRoom)
	}
}
