package flow

import (
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
		{"entry", unsafe.Sizeof(entry{}), 56},
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
		i := 0
		for b := range table.Drain() {
			f := table.Get(b.Ref)
			if k := f.Key; b.Packet != uint64(i+1) || f.FirstPacket != b.Packet || table.Find(&k, table.Hash(&k)) != 0 {
				t.Fatalf("round %d: flow %d of those that are left has packet %d", round, i, b.Packet)
			}
			table.Release(b.Ref)
			i++
		}
		if table.Len() != 0 || table.held != 0 || table.Head(Opening) != 0 {
			t.Fatalf("round %d: %d left", round, table.Len())
		}
	}
}

// TestDrainAwake: of flows that do not rest there is nothing to fetch.
func TestDrainAwake(t *testing.T) {
	table, n := NewTable(), 0
	for i := range ahead + 1 {
		k := key(i)
		_, f := table.New(&k, table.Hash(&k), false)
		f.FirstPacket = uint64(i) + 1
	}
	for b := range table.Drain() {
		table.Release(b.Ref)
		n++
	}
	if n != ahead+1 || table.Len() != 0 {
		t.Errorf("%d flows were handed over, %d are left", n, table.Len())
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
		table.Log(&h, acknowledges(i), &seg, false, false, nil)
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
