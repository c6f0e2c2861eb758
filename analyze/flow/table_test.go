package flow

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"tcpwatch/capture/wire"
)

// TestPointerFree: the slabs must stay invisible to the garbage collector.
func TestPointerFree(t *testing.T) {
	for _, v := range []any{Flow{}, entry{}, hole{}, Trace{}, span{}} {
		checkPointers(t, reflect.TypeOf(v), reflect.TypeOf(v).Name())
	}
}

func checkPointers(t *testing.T, typ reflect.Type, path string) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Struct:
		for i := range typ.NumField() {
			checkPointers(t, typ.Field(i).Type, path+"."+typ.Field(i).Name)
		}
	case reflect.Array:
		checkPointers(t, typ.Elem(), path+"[]")
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.String, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		t.Errorf("%s is a %v", path, typ.Kind())
	}
}

// TestSizes bounds the memory of a connection: whoever makes it larger does so
// knowingly.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, most uintptr
	}{
		{"Flow", unsafe.Sizeof(Flow{}), 1112},
		{"entry", unsafe.Sizeof(entry{}), 48},
		{"Half", unsafe.Sizeof(Half{}), 504},
		{"Key", unsafe.Sizeof(Key{}), 48},
		{"hole", unsafe.Sizeof(hole{}), 48},
		{"span", unsafe.Sizeof(span{}), 28},
		{"Trace", unsafe.Sizeof(Trace{}), 64},
	} {
		if c.got > c.most {
			t.Errorf("a %s takes %d octets, more than %d", c.name, c.got, c.most)
		}
	}
}

func key(i int) Key {
	return Key{Port: [2]uint16{uint16(i), 80}, Encap: uint32(i % 3)}
}

// TestDrain: what is to be released at the end comes in the order of first packets and
// is not found any more, and the table can be used again.
func TestDrain(t *testing.T) {
	table := NewTable()
	for round := range 2 {
		for i := range 3 * minSlots {
			k := key(i)
			r, f := table.New(&k, table.Hash(&k), false)
			f.FirstPacket = uint64(i*7919%(3*minSlots)) + 1
			table.Touch(r, Class(i%int(classes)), int64(i), f.FirstPacket)
			if i%2 == 0 {
				table.AwakeAtMost(0)
				table.Settle()
			}
		}
		for i, b := range table.Drain() {
			f := table.Get(b.Ref)
			if k := f.Key; b.Packet != uint64(i+1) || f.FirstPacket != b.Packet || table.Find(&k, table.Hash(&k)) != 0 {
				t.Fatalf("round %d: flow %d of those that are left has packet %d", round, i, b.Packet)
			}
			table.Release(b.Ref)
		}
		if table.Len() != 0 || table.held != 0 || table.Head(Opening) != 0 {
			t.Fatalf("round %d: %d left", round, table.Len())
		}
	}
}

// modelFlow is what a map-based table would remember of a flow.
type modelFlow struct {
	ref    Ref
	number uint64
	key    int
	class  Class
	older  *modelFlow // in reach from here
}

// TestTable compares the table with a map over random operations.
func TestTable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		table := NewTable()
		table.seed = rapid.Uint64().Draw(r, "seed")
		newest := map[int]*modelFlow{}
		var lists [classes][]*modelFlow
		var all []*modelFlow
		number, now := uint64(0), int64(0)
		delist := func(f *modelFlow) {
			lists[f.class] = slices.DeleteFunc(lists[f.class], func(g *modelFlow) bool { return g == f })
		}
		for n := rapid.IntRange(1, 400).Draw(r, "n"); n > 0; n-- {
			k := rapid.IntRange(0, 40).Draw(r, "key")
			now++
			switch op := rapid.IntRange(0, 9).Draw(r, "op"); {
			case op < 4:
				kk := key(k)
				past := rapid.Bool().Draw(r, "past")
				ref, f := table.New(&kk, table.Hash(&kk), past)
				number++
				f.Number = number
				m := &modelFlow{ref: ref, number: number, key: k, older: newest[k]}
				if o := m.older; o != nil { // one predecessor only
					if past && o.older != nil {
						m.older = o.older
					}
					o.older = nil
				}
				newest[k] = m
				lists[Opening] = append(lists[Opening], m)
				all = append(all, m)
			case op < 7 && len(all) > 0:
				i := rapid.IntRange(0, len(all)-1).Draw(r, "release")
				m := all[i]
				table.Release(m.ref)
				delist(m)
				all = slices.Delete(all, i, i+1)
				if newest[m.key] == m {
					delete(newest, m.key)
					if m.older != nil {
						newest[m.key] = m.older
					}
				}
				for _, o := range all {
					if o.older == m {
						o.older = nil
					}
				}
			case len(all) > 0:
				m := all[rapid.IntRange(0, len(all)-1).Draw(r, "touch")]
				delist(m)
				m.class = Class(rapid.IntRange(0, int(classes)-1).Draw(r, "class"))
				lists[m.class] = append(lists[m.class], m)
				table.Touch(m.ref, m.class, now, 0)
			}
			compareTable(r, table, newest, lists, all)
		}
	})
}

func compareTable(r *rapid.T, table *Table, newest map[int]*modelFlow, lists [classes][]*modelFlow, all []*modelFlow) {
	if table.Len() != len(all) {
		r.Fatalf("Len %d, want %d", table.Len(), len(all))
	}
	for k := range 41 {
		kk := key(k)
		want, ref := newest[k], table.Find(&kk, table.Hash(&kk))
		if want == nil && ref != 0 || want != nil && (ref != want.ref || table.Get(ref).Number != want.number) {
			r.Fatalf("Find(%d) = %d, want %+v", k, ref, want)
		}
	}
	for _, m := range all {
		f := table.Get(m.ref)
		if f.Number != m.number || f.Key != key(m.key) || table.Class(m.ref) != m.class {
			r.Fatalf("flow %d is %+v", m.number, f)
		}
		if m.older == nil && table.Older(m.ref) != 0 || m.older != nil && table.Older(m.ref) != m.older.ref {
			r.Fatalf("flow %d: Older %d, want %+v", m.number, table.Older(m.ref), m.older)
		}
	}
	for c := range classes {
		n, before := 0, Ref(0)
		for ref := table.Head(c); ref != 0; ref = table.entry(ref).next {
			if n >= len(lists[c]) || lists[c][n].ref != ref || table.entry(ref).prev != before {
				r.Fatalf("class %d is out of order at %d", c, n)
			}
			before = ref
			n++
		}
		if n != len(lists[c]) || table.Count(c) != n || table.lists[c].tail != before {
			r.Fatalf("class %d has %d flows, want %d", c, n, len(lists[c]))
		}
	}
}

// TestSlots: after thousands of flows came and went in any order, every one
// that is left is found, and none of those that went; the slots are reused.
func TestSlots(t *testing.T) {
	table := NewTable()
	refs := map[int]Ref{}
	for round := range 20 {
		for i := range 2000 {
			k := key(i*7 + round)
			if table.Find(&k, table.Hash(&k)) == 0 {
				refs[i*7+round], _ = table.New(&k, table.Hash(&k), false)
				table.Get(refs[i*7+round]).Number = 1
			}
		}
		for i, ref := range refs { // in the random order of a map
			if i%3 != round%3 {
				table.Release(ref)
				delete(refs, i)
			}
		}
		for i := range 20000 {
			k := key(i)
			if got := table.Find(&k, table.Hash(&k)); got != refs[i] {
				t.Fatalf("round %d: Find(%d) = %d, want %d", round, i, got, refs[i])
			}
		}
	}
	used := 0
	for _, s := range table.slots {
		if s != 0 {
			used++
		}
	}
	if used != len(refs) || table.held != used || len(table.slots) > 1<<14 {
		t.Errorf("%d slots used and %d counted for %d flows, of %d", used, table.held, len(refs), len(table.slots))
	}
	for _, ref := range refs {
		table.Release(ref)
	}
	if table.held != 0 || len(table.slots) != minSlots {
		t.Errorf("%d slots, %d of them used, for nothing", len(table.slots), table.held)
	}
}

// filled returns the key of a segment's tuple and the side that sent it.
func filled(t *wire.Tuple) (k Key, from Side) {
	from = k.Fill(t)
	return k, from
}

// TestKey: both directions have the same key, and the side tells who sent.
func TestKey(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var a wire.Tuple
		a.Src[15], a.Dst[15] = rapid.Byte().Draw(r, "src"), rapid.Byte().Draw(r, "dst")
		a.SrcPort, a.DstPort = rapid.Uint16Range(1, 3).Draw(r, "sport"), rapid.Uint16Range(1, 3).Draw(r, "dport")
		a.Encap, a.IPv6 = rapid.Uint32Range(0, 2).Draw(r, "encap"), rapid.Bool().Draw(r, "v6")
		b := a.Reverse()
		k, s := filled(&a)
		l, u := filled(&b)
		if k != l || k.Tuple(s) != a || l.Tuple(u) != b || a != b && s == u {
			r.Fatalf("%+v: %+v %d, reversed %+v %d", a, k, s, l, u)
		}
		if k.hash(7) != l.hash(7) {
			r.Fatal("equal keys have different hashes")
		}
	})
}

// TestRTT holds the measurement to Karn's rule (RFC 6298 §3): no sample of
// what was sent twice, and one measurement at a time.
func TestRTT(t *testing.T) {
	var h Half
	rtt := func() [3]int64 { r := h.RTT(); return [3]int64{r.Min, r.Avg, r.Max} }
	if rtt() != [3]int64{-1, -1, -1} || h.RTO() != -1 {
		t.Error("a round trip without a sample")
	}
	h.Time(100, 1000)
	h.Time(200, 1005) // one runs already
	h.Acked(99, 1008)
	if rtt()[0] != -1 {
		t.Error("an ACK below the segment ends the measurement")
	}
	h.Acked(150, 1010)
	h.Acked(200, 1020)
	h.Time(300, 2000)
	h.Untime(300) // after it: nothing to do with it
	h.Acked(300, 2030)
	h.Time(400, 3000)
	h.Untime(399)
	h.Acked(400, 3001)
	h.Time(1<<31+350, 4000)
	h.Untime(1 << 31)
	h.Acked(1<<31+400, 4001)
	h.Time(500, 5000)
	h.Acked(500, 4000) // the clock ran backwards
	if got := rtt(); got != [3]int64{10, 20, 30} {
		t.Errorf("round trips %v, want 10, 20, 30", got)
	}
	// RFC 6298 §2.2 and §2.3: 10 gives SRTT 10, RTTVAR 5; 30 then RTTVAR 8 and
	// SRTT 12, with the divisions cut.
	if got := h.RTO(); got < 40 || got > 50 {
		t.Errorf("RTO %d", got)
	}
}

// TestBound: an acknowledgement after a gap bounds the loop, until a round trip is
// measured, and is none itself.
func TestBound(t *testing.T) {
	var s, r Half
	bound := func(end wire.Seq, sent int64, ack wire.Seq, at int64) int64 {
		r.Time(end, sent)
		r.Bound(ack, at)
		r.Untime(0)
		return loop(&s, &r)
	}
	steps := []struct {
		name     string
		end      wire.Seq
		sent     int64
		ack      wire.Seq
		at, want int64
	}{
		{"does not acknowledge it", 100, 0, 99, 5e6, -1},
		{"later than the first timeout", 100, 0, 100, 1e9, -1},
		{"acknowledges it", 100, 0, 100, 5e6, 5e6},
		{"took longer", 200, 10e6, 200, 18e6, 5e6},
		{"was sooner", 300, 20e6, 300, 23e6, 3e6},
		{"nearer than half a loop tells", 400, 30e6, 400, 30.5e6, -1},
	}
	for _, st := range steps {
		if got := bound(st.end, st.sent, st.ack, st.at); got != st.want {
			t.Errorf("%s: loop %d, want %d", st.name, got, st.want)
		}
	}
	if r.RTT().Min != -1 {
		t.Error("a bound is taken for a round trip")
	}
	r.Time(500, 40e6)
	r.Acked(500, 49e6)
	if got := bound(600, 50e6, 600, 52e6); got != 9e6 || r.RTT().Min != 9e6 {
		t.Errorf("loop %d, round trip %d after a measurement of 9 ms", got, r.RTT().Min)
	}
	r.Bound(600, 53e6) // nothing is timed
}

// TestSteadyState: ranges, log and table allocate nothing once warm.
func TestSteadyState(t *testing.T) {
	table := NewTable()
	var h Half
	h.Has |= Sent
	seg := wire.Segment{Len: 100, Flags: wire.ACK}
	i := wire.Seq(0)
	k := key(1)
	round := func() {
		i += 300
		seg.Seq, seg.Time = i, int64(i)*1e6
		table.covers(&h, i, i+100)
		table.Add(&h, i+200, i+300)
		table.Add(&h, i, i+100)
		table.Add(&h, i+100, i+200)
		table.Log(&h, &seg, i, true, false, false, nil)
		r, f := table.New(&k, table.Hash(&k), false)
		f.Number = 1
		table.Touch(r, Closed, int64(i), 0)
		table.Release(r)
	}
	for range 2000 {
		round()
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations a round", n)
	}
}

// TestKeyOrder: both directions of a tuple have one key, in the order of the
// addresses' octets and then of the ports.
func TestKeyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	octet := func() byte { return byte(r.IntN(3) * 127) }
	for range 20000 {
		var p wire.Tuple
		for i := range p.Src {
			p.Src[i] = octet()
			if p.Dst[i] = p.Src[i]; r.IntN(8) == 0 {
				p.Dst[i] = octet()
			}
		}
		p.SrcPort, p.DstPort, p.Encap, p.IPv6 = uint16(r.IntN(2)), uint16(r.IntN(2)), uint32(r.IntN(2)), r.IntN(2) == 0
		k, from := filled(&p)
		back := p.Reverse()
		if o, other := filled(&back); o != k || !o.equal(&k) || other == from && p != back {
			t.Fatalf("%v: keys %v of side %d, %v of side %d", p, k, from, o, other)
		}
		if k.Tuple(from) != p {
			t.Fatalf("%v became %v", p, k.Tuple(from))
		}
		if c := bytes.Compare(k.Addr[0][:], k.Addr[1][:]); c > 0 || c == 0 && k.Port[0] > k.Port[1] {
			t.Fatalf("%v is not in order", k)
		}
		for _, o := range []Key{{Addr: k.Addr, Port: k.Port, Encap: k.Encap, IPv6: !k.IPv6}, {Addr: k.Addr, Port: k.Port, Encap: k.Encap + 1, IPv6: k.IPv6}} {
			if o.equal(&k) {
				t.Fatalf("%v and %v are taken for equal", o, k)
			}
		}
		o := k
		o.Addr[r.IntN(2)][r.IntN(16)] ^= 1 << r.IntN(8)
		if o.equal(&k) {
			t.Fatalf("%v and %v are taken for equal", o, k)
		}
	}
}
