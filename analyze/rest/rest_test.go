package rest

import (
	"bytes"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// sample has words of both kinds, more than one octet of groups tells of.
type sample struct {
	a, b  uint64
	c     [3]uint32
	d     bool
	e     int64
	f     [70]struct{ x, y uint16 }
	times [40]int64
	g     uint8
	_     uint32 // whole words in 32 bits of addresses too
}

// TestWords: what was appended comes back, and nothing after it is taken.
func TestWords(t *testing.T) {
	layout := LayoutOf[sample]()
	word := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Max(300), rapid.Uint64(), rapid.Uint64Range(1e18-1e10, 1e18+1e10),
		rapid.Uint64Range(1e6-1e3, 1e6+1e5), rapid.Map(rapid.Uint64(), func(x uint64) uint64 { return x & 0xff0000ff00ff00ff }))
	n := len(layout)
	rapid.Check(t, func(r *rapid.T) {
		var v, got, like sample
		numbers := rapid.SliceOfN(word, 0, 20).Draw(r, "numbers")
		copy(Words(&v), rapid.SliceOfN(word, n, n).Draw(r, "words"))
		copy(Words(&like), rapid.SliceOfN(word, n, n).Draw(r, "like"))
		for i := range Words(&v) {
			if rapid.Bool().Draw(r, "same") {
				Words(&v)[i] = Words(&like)[i]
			}
		}
		var c Coder
		c.Begin(1e18, 1e6)
		var s []byte
		for _, x := range numbers {
			s = c.Append(s, x)
		}
		s = c.AppendWords(s, layout, Words(&v), Words(&like))
		s = append(s, 77)
		c.Begin(1e18, 1e6)
		src := s
		for i, x := range numbers {
			var y uint64
			if y, src = c.Next(src); x != y {
				r.Fatalf("number %d: %#x became %#x", i, x, y)
			}
		}
		src = c.NextWords(src, layout, Words(&got), Words(&like))
		if !slices.Equal(Words(&v), Words(&got)) || !bytes.Equal(src, []byte{77}) {
			r.Fatalf("%x\nbecame\n%x\nleft %x", Words(&v), Words(&got), src)
		}
	})
}

// TestLikeness: what is as expected costs a bit, what was met before an octet.
func TestLikeness(t *testing.T) {
	v := sample{a: 5e17, b: 3, e: 5e17}
	layout := LayoutOf[sample]()
	var c Coder
	c.Begin(5e17, 1)
	if n := len(c.AppendWords(nil, layout, Words(&v), Words(&v))); n != (len(layout)+63)/64 {
		t.Errorf("%d octets for a structure like another", n)
	}
	var zero sample
	// Groups, a group, a as the time itself, b in two octets, e as a.
	if n := len(c.AppendWords(nil, layout, Words(&v), Words(&zero))); n != (len(layout)+63)/64+1+1+2+1 {
		t.Errorf("%d octets for three numbers", n)
	}
}

func TestFold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		to := rapid.Uint32().Draw(r, "to")
		v := rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(to-min(to, 99), to), rapid.Just(uint32(0))).Draw(r, "v")
		if z := foldTo(v, to); unfoldTo(z, to) != v || v == 0 && z != 0 || v-to < 100 && z > 200 || v != 0 && to-v < 100 && z > 200 {
			r.Fatalf("%d near %d: %d", v, to, z)
		}
	})
}

// TestNear: what FoldNear replaced UnfoldNear brings back, also where a number is near to
// one that is replaced itself.
func TestNear(t *testing.T) {
	type ends struct {
		a, b, c uint64
		seqs    [2]struct{ from, to uint32 }
	}
	near := func(at, to string) Near { return NearOf[ends, ends](at, to) }
	nears := []Near{near("c", "b"), near("b", "a"), near("seqs.1.to", "seqs.1.from"), near("seqs.1.from", "seqs.0.to")}
	was := ends{a: 1e18, b: 1e18 + 3, c: 1e18 + 5}
	was.seqs[0].to, was.seqs[1].from, was.seqs[1].to = 70_000, 70_001, 69_999
	want := ends{a: was.a, b: foldTo(was.b, was.a), c: foldTo(was.c, was.b)}
	want.seqs[0].to, want.seqs[1].from, want.seqs[1].to = 70_000, foldTo[uint32](70_001, 70_000), foldTo[uint32](69_999, 70_001)
	x := was
	if FoldNear(&x, &x, nears); x != want {
		t.Errorf("%+v, want %+v", x, want)
	}
	if UnfoldNear(&x, &x, nears); x != was {
		t.Errorf("%+v is not what it was, %+v", x, was)
	}
}

// TestNearRefuses: numbers of different sizes, or that are no words, are near to nothing.
func TestNearRefuses(t *testing.T) {
	for _, fields := range [][2]string{{"a", "seq"}, {"seq", "a"}, {"port", "port"}, {"seq", "none"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v are taken", fields)
				}
			}()
			type mixed struct {
				a    int64
				seq  uint32
				port uint16
			}
			NearOf[mixed, mixed](fields[0], fields[1])
		}()
	}
}

// TestStore compares a Store with a map: strings that were put there, and cells that
// were written to, whole.
func TestStore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var s Store
		kept := map[Ref][]byte{}
		var refs []Ref
		length := rapid.OneOf(rapid.IntRange(1, 600), rapid.IntRange(1, Longest), rapid.SampledFrom([]int{1, 16, 17, 256, 257, Longest}))
		for n := rapid.IntRange(1, 300).Draw(r, "n"); n > 0; n-- {
			if i := rapid.IntRange(-40, 40).Draw(r, "op"); i < 0 || len(refs) == 0 {
				str := bytes.Repeat([]byte{byte(n), byte(n >> 8)}, Longest)[:length.Draw(r, "length")]
				var ref Ref
				if rapid.Bool().Draw(r, "make") {
					ref = s.Make(len(str))
					cell := s.Cell(ref)
					if len(cell) < len(str) || cap(cell) > len(cell) || uintptr(unsafe.Pointer(&cell[0]))%16 != 0 {
						r.Fatalf("a cell of %d octets, room for %d, for %d", len(cell), cap(cell), len(str))
					}
					copy(cell, bytes.Repeat(str, len(cell)/len(str)+1))
				} else {
					ref = s.Put(str)
				}
				if _, taken := kept[ref]; taken || ref == 0 {
					r.Fatalf("%d was given twice", ref)
				}
				kept[ref], refs = str, append(refs, ref)
			} else {
				i %= len(refs)
				s.Free(refs[i])
				delete(kept, refs[i])
				refs = slices.Delete(refs, i, i+1)
			}
			octets := 0
			for ref, str := range kept {
				if got := s.Get(ref); !bytes.HasPrefix(got, str) {
					r.Fatalf("a string of %d octets has changed", len(str))
				}
				octets += len(str)
			}
			if s.Octets() < octets || s.Octets() > octets+octets/7+len(kept)*2*unit {
				r.Fatalf("%d octets in cells of %d", octets, s.Octets())
			}
		}
	})
}

// TestSpareBlocks: strings that all grow and shrink again use the same memory in turn.
func TestSpareBlocks(t *testing.T) {
	var s Store
	refs := make([]Ref, 20_000)
	for i := range refs {
		refs[i] = s.Make(300)
	}
	resize := func(length int) {
		for i := range refs {
			s.Free(refs[i])
			refs[i] = s.Make(length)
		}
	}
	turn := func() { resize(450); resize(300) }
	turn()
	if blocks := testing.AllocsPerRun(5, turn); blocks > 10 {
		t.Errorf("%v blocks taken anew in a turn", blocks)
	}
}

// TestStoreShrinks: what a burst took is given back, and blocks serve other
// sizes.
func TestStoreShrinks(t *testing.T) {
	var s Store
	var refs []Ref
	for _, length := range []int{300, 5000, 40, 300} {
		for range 40 << 20 / length {
			refs = append(refs, s.Put(make([]byte, length)))
		}
		if h := s.Held(); h < 40<<20 || h > 55<<20 {
			t.Errorf("%d octets held for 40 MiB", h)
		}
		for _, r := range refs {
			s.Free(r)
		}
		refs = refs[:0]
		if h := s.Held(); h > (leastSpare+1)*blockSize+1<<17 {
			t.Errorf("%d octets held for nothing", h)
		}
	}
}
