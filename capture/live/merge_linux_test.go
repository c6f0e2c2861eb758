//go:build !pcap

package live

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/capture"
)

// fakeRing is a ring without a kernel: a test hands its blocks over.
func fakeRing(blocks int) *ring {
	const size = 4096
	return &ring{fd: -1, mem: make([]byte, blocks*size), blockSize: size}
}

// fill puts packets with these times into a block.
func (r *ring) fill(block int, times ...int64) {
	b := r.mem[block*r.blockSize:]
	binary.NativeEndian.PutUint32(b[blockPackets:], uint32(len(times)))
	binary.NativeEndian.PutUint32(b[blockFirst:], blockHeader)
	for i, at := range times {
		h := b[blockHeader+i*200:]
		binary.NativeEndian.PutUint32(h[frameNext:], 200)
		binary.NativeEndian.PutUint32(h[frameSec:], uint32(at/1e9))
		binary.NativeEndian.PutUint32(h[frameNsec:], uint32(at%1e9))
		binary.NativeEndian.PutUint32(h[frameCaptured:], 54)
		binary.NativeEndian.PutUint32(h[frameLength:], 54)
		binary.NativeEndian.PutUint16(h[frameMAC:], frameHeader+vlanTag)
		binary.NativeEndian.PutUint16(h[frameNet:], frameHeader+vlanTag+14)
	}
}

// show hands a block over, as the kernel does.
func (r *ring) show(block int) {
	binary.NativeEndian.PutUint32(r.mem[block*r.blockSize+blockStatus:], unix.TP_STATUS_USER)
}

const ms = int64(time.Millisecond)

// merging is a Source of two rings, with a clock that stands.
func merging(at int64) (s *Source, a, b *ring) {
	a, b = fakeRing(8), fakeRing(8)
	s = &Source{rings: []*ring{a, b}, o: Options{RingSize: 8 << 20, BlockSize: 1 << 20}}
	s.now = func() int64 { return at }
	return s, a, b
}

// begun is a time of which a second, a day or a year more or less makes no difference.
const begun = 1_700_000_000_000_000_000

// TestMergeWaits: a packet is due once no ring can have an earlier one. What tells is the block that the
// kernel fills.
func TestMergeWaits(t *testing.T) {
	for _, c := range []struct {
		name  string
		age   int64 // of the packet of the one ring
		other []int64
		shown bool // the other ring's block
		due   bool
	}{
		{"nothing in the other ring", settle.Nanoseconds(), nil, false, true},
		{"nothing there yet", settle.Nanoseconds() - 1, nil, false, false},
		{"the other's block is being filled", settle.Nanoseconds() * 2, []int64{0}, false, false},
		{"it is handed over", settle.Nanoseconds() * 2, []int64{0}, true, true},
		{"a packet just came", 0, []int64{0}, true, true},
		{"its timer is late", hold.Nanoseconds() - 1, []int64{0}, false, false},
		{"it does not come", hold.Nanoseconds(), []int64{0}, false, true},
	} {
		s, a, b := merging(begun)
		a.fill(0, begun-c.age)
		a.show(0)
		if c.other != nil {
			b.fill(0, begun)
		}
		if c.shown {
			b.show(0)
		}
		if r, waiting := s.earliest(); (r == a) != c.due || waiting == c.due {
			t.Errorf("%s: due %v, waiting %v", c.name, r != nil, waiting)
		}
	}
}

// TestMergeHeldUp: a thread that is held up between its look at the rings and that at the clock has not seen what came
// meanwhile.
func TestMergeHeldUp(t *testing.T) {
	s, a, b := merging(begun)
	a.fill(0, begun-ms)
	a.show(0)
	b.fill(0, begun-ms-120)
	s.now = func() int64 {
		b.show(0)
		return begun + 200*ms
	}
	if r, _ := s.earliest(); r != b {
		t.Errorf("the later packet comes first")
	}
}

// TestMergeGivenBack: a block that was given back, and that the kernel has not opened again, holds nothing.
func TestMergeGivenBack(t *testing.T) {
	s, a, b := merging(begun)
	for block := range 8 {
		b.fill(block, begun-100*ms)
		b.show(block)
	}
	for range 8 {
		if !b.ready() || !b.take(&s.lent, func(uint16) bool { return false }) {
			t.Fatal("no packet")
		}
	}
	a.fill(0, begun-2*settle.Nanoseconds())
	a.show(0)
	if r, _ := s.earliest(); r != a {
		t.Error("a ring whose packets were all read keeps others waiting")
	}
}

// TestMergeClockBack: packets from before the clock was set back, or from after it, are merged by what the
// clock says now.
func TestMergeClockBack(t *testing.T) {
	s, a, b := merging(begun)
	a.fill(0, begun-20*ms)
	a.show(0)
	if r, _ := s.earliest(); r != a || !a.take(&s.lent, func(uint16) bool { return false }) {
		t.Fatal("the first packet is not due")
	}
	const back = begun - int64(time.Hour)
	s.now = func() int64 { return back }
	a.fill(1, back)
	a.show(1)
	b.fill(0, back-1)
	if r, waiting := s.earliest(); r != nil || !waiting {
		t.Error("what is captured after the clock was set back does not wait")
	}
	b.show(0)
	if r, _ := s.earliest(); r != b {
		t.Error("not by time")
	}
}

// TestMergeLeftBehind: a packet from before the clock was set back does not wait until the clock is there again, and
// with it all that came after it.
func TestMergeLeftBehind(t *testing.T) {
	for back, due := range map[time.Duration]bool{time.Hour: true, hold + 1: true, hold: false} {
		s, a, _ := merging(begun - back.Nanoseconds())
		a.fill(0, begun)
		a.show(0)
		if r, waiting := s.earliest(); (r == a) != due || waiting == due {
			t.Errorf("set back by %v: due %v, waiting %v", back, r != nil, waiting)
		}
	}
}

// TestMergeOrder: packets of two rings come in the order of time, and each once, however blocks are handed over.
func TestMergeOrder(t *testing.T) {
	at := int64(begun)
	s, a, b := merging(begun)
	s.now = func() int64 { return at }
	a.fill(0, begun, begun+3, begun+4)
	b.fill(0, begun+1, begun+2)
	a.fill(1, begun+9)
	b.fill(1, begun+5, begun+7)
	steps := []func(){func() { a.show(0) }, func() { b.show(0) }, func() { b.show(1) }, func() { at += 11 * ms }, func() { a.show(1) }}
	var got []int64
	for _, step := range steps {
		step()
		for {
			r, _ := s.earliest()
			if r == nil || !r.take(&s.lent, func(uint16) bool { return false }) {
				break
			}
			got = append(got, s.lent.time-begun)
		}
	}
	if want := []int64{0, 1, 2, 3, 4, 5, 7, 9}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestMergeThree: what is known of rings without packets says nothing of one that had some then, and is read to its end.
func TestMergeThree(t *testing.T) {
	s, a, b := merging(begun)
	s.rings = append(s.rings, fakeRing(8))
	a.fill(0, begun-30*ms)
	a.show(0)
	a.fill(1, begun-15*ms)
	b.fill(0, begun-20*ms, begun-12*ms)
	b.show(0)
	var got []int64
	take := func() {
		for r, _ := s.earliest(); r != nil && r.take(&s.lent, func(uint16) bool { return false }); r, _ = s.earliest() {
			got = append(got, (s.lent.time-begun)/ms)
		}
	}
	take()
	a.show(1)
	take()
	if want := []int64{-30, -20, -15, -12}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestMergeEnds: a capture is over once what came before its end is visible; a block that is still being filled may have
// begun before it, and is awaited, though not for ever.
func TestMergeEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		since time.Duration // the end
		fill  []int64       // the block of the one ring, against the end
		shown bool
		over  bool
	}{
		{"nothing came", 2 * retire, nil, false, true},
		{"nothing came yet", 2*retire - 1, nil, false, false},
		{"a block is being filled", 2 * retire, []int64{-1}, false, false},
		{"it began before the end", 2 * retire, []int64{-1, 1}, true, false},
		{"it began after the end", 2 * retire, []int64{1}, true, true},
		{"it never comes", drain, []int64{-1}, false, true},
	} {
		s, a, _ := merging(begun + c.since.Nanoseconds())
		s.stopAt.Store(begun)
		for i := range c.fill {
			c.fill[i] += begun
		}
		if a.fill(0, c.fill...); c.shown {
			a.show(0)
		}
		if got := s.expire(); got != c.over || s.ended != c.over {
			t.Errorf("%s: over %v, want %v", c.name, got, c.over)
		}
	}
}

// TestMergeHalfFull: a packet does not wait for another ring while one is half full, be it its own or a third one.
func TestMergeHalfFull(t *testing.T) {
	for _, c := range []struct {
		from, shown, third int
		due                bool
	}{{0, 4, 0, false}, {0, 5, 0, true}, {6, 4, 0, false}, {6, 5, 0, true}, {0, 1, 4, false}, {0, 1, 6, true}} {
		s, a, b := merging(begun)
		third := fakeRing(8)
		s.rings = append(s.rings, third)
		a.block = c.from
		for i := range c.shown {
			a.fill((c.from+i)%8, begun-20*ms+int64(i))
			a.show((c.from + i) % 8)
		}
		for i := range c.third {
			third.fill(i, begun-19*ms+int64(i))
			third.show(i)
		}
		b.fill(0, begun)
		if r, waiting := s.earliest(); (r == a) != c.due || waiting == c.due {
			t.Errorf("%+v: due %v, waiting %v", c, r != nil, waiting)
		}
		if third.err, third.left = errRing, 0; c.third > 4 {
			if r, _ := s.earliest(); r != nil {
				t.Errorf("%+v: a ring that cannot be read counts as full", c)
			}
		}
	}
}

// TestHold: what waits for another ring does not wait so long that its own fills.
func TestHold(t *testing.T) {
	for _, c := range []struct {
		ring, block int
		want        time.Duration
	}{
		{1 << 20, 128 << 10, hold}, {32 << 20, 512 << 10, 160 * time.Millisecond}, {1 << 30, 64 << 10, time.Second},
	} {
		o := Options{RingSize: c.ring, BlockSize: c.block}
		if got := o.hold(); got != c.want {
			t.Errorf("%s in blocks of %s: %v, want %v", InUnits(c.ring), InUnits(c.block), got, c.want)
		}
	}
}

// TestRingFails: a ring that holds what no kernel writes is given up, and with the last one the capture ends.
func TestRingFails(t *testing.T) {
	s, a, b := merging(begun)
	notes := 0
	s.o.Note = func(string) { notes++ }
	s.stopAt.Store(math.MaxInt64)
	for _, r := range []*ring{a, b} {
		r.fill(0, begun)
		binary.NativeEndian.PutUint32(r.mem[blockFirst:], 0)
		r.show(0)
	}
	var p capture.Packet
	if err := s.Next(&p); err != io.EOF || notes != 2 || !s.Lost() {
		t.Errorf("%v, %d notes, lost %v", err, notes, s.Lost())
	}
}
