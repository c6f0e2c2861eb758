package order

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"tcpwatch/analyze"
)

// fill gives every field of a record a value at random, also those that are added
// to it one day; one in three stays what it is.
func fill(r *rand.Rand, v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *netip.Addr:
		*x = []netip.Addr{{}, netip.AddrFrom4([4]byte{10, 0, 0, byte(r.Uint32())}), netip.AddrFrom16([16]byte{32, 1, 15: byte(r.Uint32())}),
			netip.MustParseAddr("::ffff:10.0.0.1")}[r.IntN(4)]
		return
	case *netip.AddrPort:
		var a netip.Addr
		fill(r, reflect.ValueOf(&a).Elem())
		*x = netip.AddrPortFrom(a, uint16(r.Uint32()))
		return
	}
	switch k := v.Kind(); {
	case k == reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	case k == reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case k == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(analyze.MaxSteps), analyze.MaxSteps))
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case r.IntN(3) == 0:
	case k == reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case k == reflect.String:
		v.SetString([]string{"SF", "ShADadFf", "\x00\xff", ""}[r.IntN(4)])
	case v.CanInt():
		v.SetInt(int64(r.Uint64() >> r.IntN(64)))
	default:
		v.SetUint(r.Uint64() >> r.IntN(64))
	}
}

func randomRecord(r *rand.Rand) *analyze.Connection {
	c := new(analyze.Connection)
	fill(r, reflect.ValueOf(c).Elem())
	return c
}

// TestPackKeepsEveryField: a record that was packed is the same afterwards.
func TestPackKeepsEveryField(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var p packer
	back := new(analyze.Connection)
	for range 2000 {
		c := randomRecord(r)
		b := slices.Clone(p.pack(c))
		if len(b) >= mostPacked {
			t.Fatalf("a record of %d octets", len(b))
		}
		if p.unpack(b, back); !reflect.DeepEqual(c, back) {
			t.Fatalf("packed\n%+v\nunpacked\n%+v", c, back)
		}
	}
	if len(p.words) > 8 {
		t.Errorf("%d texts kept of four", len(p.words))
	}
}

// TestOrderWithoutRoom: what does not fit into memory comes back as it was, in
// order, from a temporary file; where there can be none it stays in memory.
func TestOrderWithoutRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("40,000 long records take long to pack, and nothing else runs meanwhile")
	}
	for name, dir := range map[string]string{"in the file": t.TempDir(), "without a file": "/no/such/folder"} {
		t.Run(name, func(t *testing.T) {
			kinds := make([]*analyze.Connection, 97)
			for i := range kinds {
				kinds[i] = randomRecord(rand.New(rand.NewPCG(uint64(i), 7)))
			}
			record := func(n uint64) *analyze.Connection {
				c := *kinds[n%97]
				c.Number = n
				return &c
			}
			const most = 40_000 // random records are long
			var got uint64
			o := New(func(c *analyze.Connection) {
				if got++; c.Number != got || !reflect.DeepEqual(c, record(got)) {
					t.Fatalf("connection %d is not number %d, or another one", c.Number, got)
				}
			})
			o.waiting.dir = dir
			for _, n := range rand.New(rand.NewPCG(5, 6)).Perm(most) {
				if n > 0 {
					o.Connection(record(uint64(n + 1)))
				}
			}
			w := &o.waiting
			if inFile := w.file != nil; inFile != (name == "in the file") || inFile && w.inUse+len(w.spare) > mostChunks+1 || len(w.plain) != mostPlain {
				t.Errorf("a file: %t (%v), %d chunks in memory, %d plain records", w.file != nil, w.err, w.inUse, len(w.plain))
			}
			o.Connection(record(1))
			if got != most || len(w.free) != mostPlain || len(w.idle)+1 < len(w.chunks) {
				t.Errorf("%d of %d handed on; %d plain ones free, %d of %d chunks", got, most, len(w.free), len(w.idle), len(w.chunks))
			}
			if lost, err := o.Close(); lost != 0 || err != nil {
				t.Errorf("%d lost: %v", lost, err)
			}
		})
	}
}

// TestOrderSaysWhatIsLost: a record that the file does not give back is counted.
func TestOrderSaysWhatIsLost(t *testing.T) {
	c, got := randomRecord(rand.New(rand.NewPCG(1, 1))), 0
	o := New(func(*analyze.Connection) { got++ })
	o.waiting.dir = t.TempDir()
	for c.Number = 40_000; c.Number > 1; c.Number-- {
		o.Connection(c)
	}
	o.waiting.file.Truncate(0)
	o.Connection(c)
	if lost, err := o.Close(); lost == 0 || err == nil || got+int(lost) != 40_000 {
		t.Errorf("%d handed on, %d lost: %v", got, lost, err)
	}
}

// TestOrderAllocates: where as many wait as before, waiting costs nothing.
func TestOrderAllocates(t *testing.T) {
	if testing.Short() {
		t.Skip("as many as have to wait take long to pack")
	}
	c, n := randomRecord(rand.New(rand.NewPCG(3, 4))), uint64(0)
	o := New(func(*analyze.Connection) {})
	give := func(k uint64) { c.Number = k; o.Connection(c) }
	round := func() {
		for k := range uint64(2 * mostPlain) {
			give(n + 2 + k)
		}
		give(n + 1)
		n += 2*mostPlain + 1
	}
	if got := testing.AllocsPerRun(5, round); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// BenchmarkOrder hands on records of which each waits for the one after it,
// plainly and packed.
func BenchmarkOrder(b *testing.B) {
	c := &analyze.Connection{Client: netip.MustParseAddrPort("10.0.0.1:40000"), Server: netip.MustParseAddrPort("10.0.0.2:443"), ZeekState: "SF", ZeekHistory: "ShADadFf"}
	c.Steps = make([]analyze.Step, 7)
	for i := range c.Steps {
		c.Steps[i] = analyze.Step{Packet: uint64(i + 1), Time: 1.7e18 + int64(i)*1e6, Seq: 0x12345678, Ack: 0x87654321, Window: 64240}
	}
	c.Opening.SynPackets, c.Opening.SynAckPackets, c.Closing.FinPackets = []uint64{1}, []uint64{2}, []uint64{5, 6}
	for name, before := range map[string]int{"plain": 0, "packed": mostPlain} {
		b.Run(name, func(b *testing.B) {
			var w waiting
			for range before {
				w.keep(c)
			}
			b.ReportAllocs()
			for b.Loop() {
				w.take(w.keep(c))
			}
			if before > 0 {
				b.ReportMetric(float64(len(w.packer.b)), "octets/record")
			}
		})
	}
}
