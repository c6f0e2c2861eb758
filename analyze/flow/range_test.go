package flow

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"tcpwatch/capture/wire"
)

// octets is the obvious model of what was captured of one end: a set of
// positions, counted from an origin without wrapping.
type octets struct {
	seen     map[int64]bool
	any      bool
	low, nxt int64
}

// covers is look without a place for its result.
func (t *Table) covers(h *Half, from, to wire.Seq) (c Cover) {
	t.look(h, from, to, &c)
	return c
}

func (m *octets) look(from, to int64) (c Cover) {
	if m.any && from > m.nxt {
		c.Gap = uint32(from - m.nxt)
	}
	for i := from; i < to; i++ {
		if m.seen[i] {
			c.Old++
		} else {
			c.Fresh++
			c.Fills = c.Fills || m.any && i >= m.low && i < m.nxt
		}
	}
	return c
}

func (m *octets) add(from, to int64) {
	if !m.any {
		m.any, m.low, m.nxt = true, from, to
	}
	m.low = min(m.low, from)
	m.nxt = max(m.nxt, to)
	for i := from; i < to; i++ {
		m.seen[i] = true
	}
}

func (m *octets) missing() (octets uint64, holes int) {
	in := false
	for i := m.low; i < m.nxt; i++ {
		if m.seen[i] {
			in = false
			continue
		}
		octets++
		if !in {
			holes++
		}
		in = true
	}
	return octets, holes
}

// TestRanges compares the ranges with the model, from origins on both sides of
// the wrap.
func TestRanges(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		origin := wire.Seq(rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(1<<32-400, 1<<32-1)).Draw(r, "origin"))
		at := func(i int64) wire.Seq { return origin + wire.Seq(uint32(i)) }
		table := NewTable()
		var h, other Half
		m := &octets{seen: map[int64]bool{}}
		first := rapid.Int64Range(0, 300).Draw(r, "first")
		h.Base, h.Nxt = at(first), at(first)
		for n := rapid.IntRange(1, 60).Draw(r, "n"); n > 0; n-- {
			from := rapid.Int64Range(0, 300).Draw(r, "from")
			to := from + rapid.Int64Range(0, 40).Draw(r, "length")
			if !m.any {
				from = first
				to = max(to, from)
			}
			if from == to && m.any && from < m.low {
				continue // an empty segment before everything says nothing
			}
			got, want := table.covers(&h, at(from), at(to)), m.look(from, to)
			got.Beyond = Mark{}
			want.Below = m.any && from < m.low && from < to
			if got != want {
				r.Fatalf("look [%d,%d) = %+v, want %+v", from, to, got, want)
			}
			table.Add(&h, at(from), at(to))
			h.Has |= Sent
			m.add(from, to)
			octets, holes := m.missing()
			if h.Low != at(m.low) || h.Nxt != at(m.nxt) || h.NxtRel != m.nxt-first {
				r.Fatalf("[%d,%d): Low %d Nxt %d NxtRel %d, want %d %d %d", from, to, h.Low-origin, h.Nxt-origin, h.NxtRel, m.low, m.nxt, m.nxt-first)
			}
			// A segment without octets beyond Nxt cuts a hole in two.
			if table.Missing(&h) != octets || int(h.nholes) < holes {
				r.Fatalf("[%d,%d): %d octets missing in %d holes, want %d in %d", from, to, table.Missing(&h), int(h.nholes), octets, holes)
			}
			a := rapid.Int64Range(m.low, m.nxt).Draw(r, "a")
			b := rapid.Int64Range(a, m.nxt).Draw(r, "b")
			if got, want := table.skipped(&h, at(a), at(b)), m.look(a, b).Fresh > 0; a < b && got != want {
				r.Fatalf("Skipped [%d,%d) = %v", a, b, got)
			}
			if rel := h.Rel(at(from)); rel != from-first {
				r.Fatalf("Rel = %d, want %d", rel, from-first)
			}
			table.Add(&other, wire.Seq(n), wire.Seq(n)) // another user of the slab
		}
		table.Restart(&h)
		if table.Missing(&h) != 0 || int(h.nholes) != 0 {
			r.Fatal("Restart leaves holes")
		}
	})
}

// TestManyHoles: above maxHoles the lowest are given up, and stay missing.
func TestManyHoles(t *testing.T) {
	table := NewTable()
	var h Half
	const n = 5 * maxHoles
	for i := range wire.Seq(n) {
		table.Add(&h, 1<<32-1000+4*i, 1<<32-1000+4*i+1)
		h.Has |= Sent
		if int(h.nholes) > maxHoles {
			t.Fatalf("%d holes are kept", int(h.nholes))
		}
	}
	if got := table.Missing(&h); got != 3*(n-1) || int(h.nholes) != maxHoles || int(table.holes.Len()) > maxHoles+2 {
		t.Errorf("%d octets missing, %d holes, %d in the slab", got, int(h.nholes), int(table.holes.Len()))
	}
	// Of one that was given up nothing can be said.
	start := wire.Seq(1<<32 - 1000)
	if c := table.covers(&h, start+1, start+3); !c.Unknown || c.Old != 0 {
		t.Errorf("a hole that was given up: %+v", c)
	}
}

// TestLongStream: more than 2^32 octets in order leave no hole, and relative
// numbers go on rising.
func TestLongStream(t *testing.T) {
	table := NewTable()
	h := Half{Base: 12345, Nxt: 12345}
	const step = 1 << 20
	table.Add(&h, 12345, 12345)
	h.Has |= Sent
	table.Add(&h, 12345+step, 12345+2*step) // the first step stays missing
	for i := int64(2); i < 6000; i++ {
		from := wire.Seq(12345 + uint32(i*step))
		if c := table.covers(&h, from, from+step); c.Fresh != step || c.Old != 0 || c.Gap != 0 {
			t.Fatalf("after %d MiB: %+v", i, c)
		}
		table.Add(&h, from, from+step)
		if h.NxtRel != (i+1)*step || table.Missing(&h) != step {
			t.Fatalf("after %d MiB: NxtRel %d, %d octets missing", i+1, h.NxtRel, table.Missing(&h))
		}
	}
}

// TestForgottenAhead: a gap that is given up because its beginning lies too far back is
// still unknown where it reaches further.
func TestForgottenAhead(t *testing.T) {
	table := NewTable()
	h := Half{Has: Sent}
	table.Add(&h, 0, 10)
	table.Add(&h, 1<<29, 1<<29+10)
	const far = mostSpace + 1000
	table.Add(&h, far, far+10) // Low is 1,010, within the first gap
	if c := table.covers(&h, 5000, 5010); !c.Unknown {
		t.Errorf("in the gap that was given up: %+v, want unknown", c)
	}
	if c := table.covers(&h, 1<<29, 1<<29+10); c.Unknown || c.Old != 10 {
		t.Errorf("after it: %+v, want 10 old octets", c)
	}
	table.Add(&h, far+1<<29, far+1<<29+10) // Low is after the first gap, within the second
	if c := table.covers(&h, far, far+10); c.Unknown || c.Old != 10 {
		t.Errorf("after the second: %+v, want 10 old octets", c)
	}
	for range 12 { // numbers that come in order, until those of the gaps are in front again
		table.Add(&h, h.Nxt, h.Nxt+1<<28)
		if c := table.covers(&h, h.Nxt-10, h.Nxt); c.Unknown || c.Old != 10 {
			t.Errorf("%d octets after the second: %+v, want 10 old octets", h.Nxt-far, c)
		}
	}
}

// TestBelowFirst: what fills the gap between the first segment that was captured and one in
// front of it is held against that first one.
func TestBelowFirst(t *testing.T) {
	table := NewTable()
	var h Half
	add := func(from, to wire.Seq, packet uint64) {
		table.Add(&h, from, to)
		table.Began(&h, &Mark{Packet: packet})
		h.Has |= Sent
	}
	back := func(n uint32) wire.Seq { return wire.Seq(-n) }
	add(200, 300, 5)
	add(0, 100, 6)
	if c := table.covers(&h, 100, 200); !c.Fills || c.Beyond.Packet != 5 {
		t.Errorf("%+v, want a gap before packet 5", c)
	}
	table.Add(&h, 100, 150)
	add(back(200), back(100), 8)
	if c := table.covers(&h, 150, 200); !c.Fills || c.Beyond.Packet != 5 {
		t.Errorf("%+v, want a gap before packet 5 still", c)
	}
	if c := table.covers(&h, back(100), 0); !c.Fills || c.Beyond.Packet != 6 {
		t.Errorf("%+v, want a gap before packet 6", c)
	}
	h = Half{}
	add(200, 300, 5)
	table.Add(&h, 400, 500)
	table.Opened(&h, 400, &Mark{Packet: 6})
	add(100, 200, 7) // leaves no gap after it
	if c := table.covers(&h, 300, 400); !c.Fills || c.Beyond.Packet != 6 {
		t.Errorf("%+v, want a gap before packet 6, which showed it", c)
	}
}

// TestRestart: a sequence space that begins anew has no measurement under way, and no
// retransmission that is watched.
func TestRestart(t *testing.T) {
	table := NewTable()
	seg := &wire.Segment{Seq: 100, Len: 10, Flags: wire.ACK, Packet: 5}
	seg.Options.Set, seg.Options.TSVal = wire.OptTimestamps, 7
	m := MarkOf(seg)
	h, o := Half{Has: Sent}, Half{Has: SentACK, Ack: 100}
	h.Time(110, 0)
	h.Stamp(&m)
	table.Suspects(&h, &o, seg, &m, &m, true)
	if !h.rtt.active || !h.echo.active || !h.Suspect.active {
		t.Fatalf("%v %v %v", h.rtt.active, h.echo.active, h.Suspect.active)
	}
	table.Restart(&h)
	if h.rtt.active || h.echo.active || h.Suspect.active {
		t.Errorf("%v %v %v", h.rtt.active, h.echo.active, h.Suspect.active)
	}
}

// TestFarBelow: numbers far below what was captured do not make Low one that counts as above
// Nxt, whatever comes.
func TestFarBelow(t *testing.T) {
	table := NewTable()
	h := Half{Has: Sent}
	table.Add(&h, 0, 10)
	draw := rand.New(rand.NewPCG(1, 1))
	for i := range 100_000 {
		from := wire.Seq(draw.Uint32())
		if i%2 == 0 {
			from = h.Low - wire.Seq(draw.Uint32N(mostSpace))
		}
		to := from + wire.Seq(draw.Uint32N(1<<16))
		if c := table.covers(&h, from, to); c.Old > uint32(to-from) {
			t.Fatalf("[%d, %d) covers %+v", from, to, c)
		}
		table.Add(&h, from, to)
		if uint32(h.Nxt-h.Low) > mostSpace {
			t.Fatalf("after [%d, %d): Low is %d, Nxt %d", from, to, h.Low, h.Nxt)
		}
	}
}
