package flow

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

var restWords = rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Max(1<<20), rapid.Uint64(), rapid.Uint64Range(1e18, 1e18+1e12))

// TestRestAndWake: whatever a flow holds, it holds when it wakes.
func TestRestAndWake(t *testing.T) {
	seqs := rapid.Custom(func(r *rapid.T) wire.Seq { return wire.Seq(restWords.Draw(r, "seq")) })
	rapid.Check(t, func(r *rapid.T) {
		table := NewTable()
		for n := rapid.IntRange(1, 4).Draw(r, "flows"); n > 0; n-- {
			k := Key{Port: [2]uint16{rapid.Uint16().Draw(r, "port"), uint16(n)}, Encap: rapid.Uint32Max(2).Draw(r, "encap"), IPv6: rapid.Bool().Draw(r, "ipv6")}
			if rapid.Bool().Draw(r, "mapped") {
				k.Addr[0], k.Addr[1] = wire.AddrFrom4([4]byte{1, 2, 3, byte(n)}), wire.AddrFrom4([4]byte{4})
			} else {
				k.Addr[1][rapid.IntRange(0, 15).Draw(r, "at")] = 7
			}
			ref, f := table.New(&k, table.Hash(&k), false)
			copy(rest.Words(f), rapid.SliceOfN(restWords, len(flowLayout), len(flowLayout)).Draw(r, "words"))
			f.Key, f.Ref, f.Extra, f.used, f.Client, f.RolesKnown = k, ref, 0, false, 0, false
			for s := range f.Half {
				h := &f.Half[s]
				h.Has &= 1<<21 - 1
				h.holes, h.nholes, h.sentHead, h.sentTail, h.nsent, h.spanHead, h.spanTail, h.kept, h.nkept = 0, 0, 0, 0, 0, 0, 0, 0, 0
				for range rapid.IntRange(0, PackedTraces+2).Draw(r, "traces") {
					i, trace := table.sent.New()
					*trace = Trace{
						Mark: Mark{
							Packet: restWords.Draw(r, "packet"), Time: int64(restWords.Draw(r, "time")), TSVal: uint32(seqs.Draw(r, "tsval")),
							IPID: rapid.Uint16().Draw(r, "id"), HasID: rapid.Bool().Draw(r, "has id"), HasTS: rapid.Bool().Draw(r, "has ts"),
							Bare: rapid.Bool().Draw(r, "bare"), after: rapid.Uint16().Draw(r, "after"),
						},
						Seq: seqs.Draw(r, "seq"), End: seqs.Draw(r, "end"), Ack: seqs.Draw(r, "ack"), Flags: wire.Flags(rapid.Uint16().Draw(r, "flags")),
						Sum: rapid.Uint16().Draw(r, "sum"), HasSum: rapid.Bool().Draw(r, "has sum"), Again: rapid.Bool().Draw(r, "again"),
						shown: rapid.Bool().Draw(r, "shown"), copies: rapid.SampledFrom([]copies{notCopied, wasCopied, lostBetween}).Draw(r, "copies"), places: rapid.Uint32().Draw(r, "places"),
					}
					trace.acks(trace.Flags, trace.Ack)
					table.joinSent(h, i, trace)
				}
				for n := rapid.IntRange(0, int(h.nsent)).Draw(r, "kept"); n > 0; n-- {
					table.keep(h, table.oldest(h))
				}
			}
		}
		table.AwakeAtMost(0)
		want := map[Ref]Flow{}
		traces := map[Ref][2][]Trace{}
		for _, b := range table.All() {
			ref := b.Ref
			f := table.Get(ref)
			want[ref], traces[ref] = *f, [2][]Trace{table.traces(&f.Half[0]), table.traces(&f.Half[1])}
		}
		table.Settle()
		for ref, w := range want {
			if table.Awake(ref) || table.Find(&w.Key, table.Hash(&w.Key)) == 0 {
				r.Fatal("a flow that does not rest, or is not found")
			}
			if table.firstPacket(ref) != w.FirstPacket {
				r.Fatalf("first packet %d, want %d", table.firstPacket(ref), w.FirstPacket)
			}
			f := table.Get(ref)
			for s := range f.Half {
				if got := table.traces(&f.Half[s]); !slices.Equal(got, traces[ref][s]) {
					r.Fatalf("segments\n%+v\nbecame\n%+v", traces[ref][s], got)
				}
				w.Half[s].sentHead, w.Half[s].sentTail = f.Half[s].sentHead, f.Half[s].sentTail
				w.Half[s].kept = f.Half[s].kept
				w.Half[s].spanHead, w.Half[s].spanTail = f.Half[s].spanHead, f.Half[s].spanTail
			}
			if w.used = f.used; *f != w {
				r.Fatalf("%+v\nbecame\n%+v", w, *f)
			}
			table.Release(ref)
		}
		if table.sent.Len() != 0 || table.spans.Len() != 0 || table.flows.Len() != 0 || table.store.Octets() != 0 || table.Len() != 0 {
			r.Fatalf("%d segments, %d flows, %d octets are left", table.sent.Len(), table.flows.Len(), table.store.Octets())
		}
	})
}

// TestDiscard: a flow that is forgotten without being woken leaves nothing after, and
// one that has something elsewhere is not.
func TestDiscard(t *testing.T) {
	seg := wire.Segment{Packet: 1, Time: 100, Flags: wire.SYN, HeaderLen: 20}
	for _, c := range []struct {
		name string
		make func(*Table, *Half)
		want bool
	}{
		{"rests", func(table *Table, h *Half) { table.AwakeAtMost(0) }, true},
		{"awake", func(table *Table, h *Half) {}, false},
		{"few segments", func(table *Table, h *Half) { remembers(table, h, PackedTraces) }, true},
		{"many segments", func(table *Table, h *Half) { remembers(table, h, PackedTraces+1) }, false},
		{"a hole", func(table *Table, h *Half) {
			table.Add(h, 1, 10)
			h.Has |= Sent
			table.Add(h, 20, 30)
			table.AwakeAtMost(0)
		}, false},
	} {
		for s := range 2 {
			table := NewTable()
			k, other := Key{Port: [2]uint16{1, 2}}, Key{Port: [2]uint16{1, 3}}
			h := table.Hash(&k)
			table.New(&other, table.Hash(&other), false)
			r, f := table.New(&k, h, false)
			c.make(table, &f.Half[s])
			table.Settle()
			if got := table.Discard(r); got != c.want {
				t.Errorf("%s: discarded %v", c.name, got)
			}
			if found := table.Find(&k, h) == r; found == c.want || table.Find(&other, table.Hash(&other)) == 0 {
				t.Errorf("%s: found %v", c.name, found)
			}
			for _, left := range table.All() {
				table.Release(left.Ref)
			}
			if n := table.sent.Len() + table.holes.Len() + table.spans.Len() + table.flows.Len() + table.store.Octets() + table.Len(); n != 0 {
				t.Errorf("%s: %d left", c.name, n)
			}
		}
	}
	table := NewTable()
	var k Key
	from := k.Fill(&seg.Tuple)
	if r := table.NewUnread(&k, table.Hash(&k), from, 1, &seg); !table.Discard(r) || table.Len()+table.store.Octets() != 0 {
		t.Error("one that is unread is left")
	}
	// What was woken or read is not in a string any more.
	r := table.NewUnread(&k, table.Hash(&k), from, 1, &seg)
	var j journal.Reader
	if table.Read(r, &j); table.Discard(r) {
		t.Error("one that was read is discarded")
	}
	table.AwakeAtMost(0)
	table.Settle()
	if table.Get(r); table.Discard(r) {
		t.Error("one that was woken is discarded")
	}
}

// remembers lets h remember so many segments, and everything rest.
func remembers(table *Table, h *Half, n int) {
	for range n {
		i, trace := table.sent.New()
		*trace = Trace{}
		table.joinSent(h, i, trace)
	}
	table.AwakeAtMost(0)
}

// traces returns what is remembered of single segments of h, links apart; nil where the
// links are wrong.
func (t *Table) traces(h *Half) (all []Trace) {
	before := int32(0)
	for i := h.sentHead; i != 0; i = t.sent.At(i).next {
		s := *t.sent.At(i)
		if s.prev != before || (i == h.kept) != (len(all)+1 == int(h.nkept)) {
			return nil
		}
		before = i
		s.prev, s.next = 0, 0
		all = append(all, s)
	}
	return all
}

// TestSettle: as many flows stay awake as are at work, up to a bound, and those that
// are not are put to rest first.
func TestSettle(t *testing.T) {
	if testing.Short() {
		t.Skip("goes through 60,000 flows thirty times")
	}
	table := NewTable()
	var refs []Ref
	begin := func(n int) {
		for range n {
			k := Key{Encap: uint32(len(refs))}
			r, _ := table.New(&k, table.Hash(&k), false)
			refs = append(refs, r)
			table.Settle()
		}
	}
	begin(firstAwake + 1)
	if n := table.flows.Len(); n != firstAwake {
		t.Errorf("%d flows are awake, want %d at the beginning", n, firstAwake)
	}
	begin(60_000 - len(refs))
	if n := table.flows.Len(); n != leastAwake {
		t.Errorf("%d flows are awake, want %d where none is woken", n, leastAwake)
	}
	work := func(n int) (woken int) {
		for range 30 {
			woken = 0
			for _, r := range refs[:n] {
				if !table.Awake(r) {
					woken++
				}
				table.Get(r)
				table.Settle()
			}
		}
		return woken
	}
	for _, n := range []int{300, 3000} {
		if woken := work(n); woken > 0 {
			t.Errorf("of %d flows at work %d rest", n, woken)
		}
	}
	if woken := work(60_000); woken != 60_000 || table.flows.Len() > mostAwake {
		t.Errorf("%d of 60,000 were woken, %d are awake", woken, table.flows.Len())
	}
	begin(200_000)
	if n := table.flows.Len(); n != firstAwake {
		t.Errorf("%d flows are awake, want %d where %d were too few once", n, firstAwake, leastAwake)
	}
}

// TestSettleResumed: where many are read more are awake, up to a bound, behind which there are as few as can be, for a while.
func TestSettleResumed(t *testing.T) {
	table := NewTable()
	table.most = leastAwake
	rounds := func(n, resumed int) int {
		for range n {
			table.slept, table.resumed = 100, resumed
			table.adapt()
		}
		return table.most
	}
	for i, c := range []struct{ rounds, resumed, want int }{
		{1, 25, leastAwake}, {1, 26, 2 * leastAwake}, {1, 0, leastAwake}, {3, 100, mostResumed},
		{1, 100, leastAwake}, {resumedAgain - 1, 100, leastAwake}, {1, 100, 2 * leastAwake},
	} {
		if got := rounds(c.rounds, c.resumed); got != c.want {
			t.Errorf("%d: %d are awake, want %d", i, got, c.want)
		}
	}
	if got := resumedOf(4); got != mostResumed {
		t.Errorf("of 4 tables %d each are awake, want %d", got, mostResumed)
	}
	for _, n := range []int{5, 8, 64} { // all of them have no more
		if got := NewTables(n)[0].resumable * n; got > mostResumedAll || got <= mostResumedAll/4 {
			t.Errorf("in %d tables %d are awake, want up to %d", n, got, mostResumedAll)
		}
	}
	table.most = mostAwake // for those that were woken
	if got := rounds(1, 100); got != mostAwake/2 {
		t.Errorf("%d are awake, want %d", got, mostAwake/2)
	}
}

// TestSlabShrinks: chunks without values are given back, numbers stay good, and all
// yields each of them.
func TestSlabShrinks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var s Slab[int]
		kept := map[int32]int{}
		for range rapid.IntRange(1, 6).Draw(r, "rounds") {
			for n := rapid.IntRange(0, 5*slabSize).Draw(r, "new"); n > 0; n-- {
				i, v := s.New()
				if _, taken := kept[i]; taken || i == 0 {
					r.Fatalf("%d was given twice", i)
				}
				*v = n
				kept[i] = n
			}
			share := rapid.IntRange(0, 10).Draw(r, "share")
			for i := range kept {
				if int(i>>8)%10 < share {
					s.Free(i)
					delete(kept, i)
				}
			}
			for i, n := range kept {
				if *s.At(i) != n {
					r.Fatalf("value %d has changed", i)
				}
			}
			if s.Len() != len(kept) {
				r.Fatalf("%d values, want %d", s.Len(), len(kept))
			}
			if got, want := slices.Collect(s.all()), slices.Sorted(maps.Keys(kept)); !slices.Equal(got, want) {
				r.Fatalf("all yields %d values, want %d, in order of memory", len(got), len(want))
			}
		}
		for i := range kept {
			s.Free(i)
		}
		if n := len(s.chunks) - len(s.vacant); n > 2 {
			r.Fatalf("%d chunks for nothing", n)
		}
	})
}
