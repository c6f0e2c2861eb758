//go:build !pcap

package live_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"tcpwatch/capture"
	"tcpwatch/capture/live"
	"tcpwatch/capture/wire"
)

// TestSnaplen: packets are cut to the snaplen, tag included, and say how long they
// were.
func TestSnaplen(t *testing.T) {
	n := newNet(t, pair)
	r := record(t, n, live.Options{Interfaces: []string{"vb"}, Snaplen: 96})
	sent := [][]byte{frame(1, 1000), frame(2, 10), frame(3, 1000, 0x8100, 7), frame(4, 40, 0x8100, 7)}
	inject(t, n, "va").send(t, sent...)
	r.wait(t, "the frames", r.count(len(sent)))
	for i, p := range r.finish(t) {
		if want := sent[i][:min(96, len(sent[i]))]; !bytes.Equal(p.Data, want) || p.Length != len(sent[i]) {
			t.Errorf("frame %d: %d octets of %d: %x", i+1, len(p.Data), p.Length, p.Data)
		}
	}
	if s := r.src.Stats(); s.CutPackets != 3 || s.CutAt != 96 || s.Interfaces[0].Snaplen != 96 {
		t.Errorf("%+v", s)
	}
}

// protocolAt is a Filter that keeps packets with TCP's number at an offset that
// depends on the link type.
func protocolAt(link wire.LinkType, snaplen int) ([]bpf.RawInstruction, error) {
	at := map[wire.LinkType]uint32{wire.LinkEthernet: 14 + 9, wire.LinkRaw: 9}
	offset, known := at[link]
	if !known {
		return nil, errors.New("a link type that the test does not know")
	}
	return bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: offset, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 6, SkipFalse: 1},
		bpf.RetConstant{Val: uint32(snaplen)},
		bpf.RetConstant{Val: 0},
	})
}

// TestFilter: the program of each packet's link type decides, on one interface, on
// all, and on several rings.
func TestFilter(t *testing.T) {
	n := newNet(t, pair+"\ntuntap add mode tun name vt\nlink set vt up")
	tun := openTUN(t, n, "vt")
	tcp, other := frame(1, 0), frame(2, 0)
	other[14+9] = 17
	for _, o := range []live.Options{
		{Interfaces: []string{"va"}}, {Interfaces: []string{"vt"}}, {Interfaces: []string{"vt", "vb"}, Rings: 2}, {Interfaces: []string{"any"}},
	} {
		o.Filter = protocolAt
		r := record(t, n, o)
		inject(t, n, "va").send(t, other, tcp, other)
		for _, f := range [][]byte{other, tcp, other} {
			if _, err := tun.Write(f[14:]); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]int{"[va]": 1, "[vt]": 1, "[vt vb]": 2, "[any]": 3}[bracket(o.Interfaces)]
		r.wait(t, "TCP on "+bracket(o.Interfaces), r.count(want))
		got := r.finish(t)
		if len(got) != want {
			t.Errorf("%v: %d packets, want %d", o.Interfaces, len(got), want)
		}
		for _, p := range got {
			switch {
			case p.Link == wire.LinkEthernet && bytes.Equal(p.Data, tcp):
			case p.Link == wire.LinkRaw && bytes.Equal(p.Data, tcp[14:]):
			default:
				t.Errorf("%v: link %s: %x", o.Interfaces, p.Link, p.Data)
			}
		}
	}
	_, err := live.Open(live.Options{Interfaces: []string{"lo"}, Filter: func(wire.LinkType, int) ([]bpf.RawInstruction, error) {
		return bpf.Assemble([]bpf.Instruction{bpf.LoadConstant{Val: 1}})
	}})
	if err == nil {
		t.Error("a program without an end is taken")
	}
}

func bracket(names []string) string {
	s := "["
	for i, n := range names {
		if i > 0 {
			s += " "
		}
		s += n
	}
	return s + "]"
}

// openTUN opens the device's other end: what is written to it comes in on it.
func openTUN(t *testing.T, n interface{ Do(func()) }, name string) *os.File {
	t.Helper()
	var fd int
	var err error
	n.Do(func() {
		if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0); err != nil {
			return
		}
		var ifr *unix.Ifreq
		if ifr, err = unix.NewIfreq(name); err == nil {
			ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
		}
	})
	if err != nil {
		t.Skipf("needs /dev/net/tun: %v", err)
	}
	f := os.NewFile(uintptr(fd), name)
	t.Cleanup(func() { f.Close() })
	return f
}

// TestDrops: what finds the ring full is counted, and nothing else: given and
// dropped are what was sent.
func TestDrops(t *testing.T) {
	n := newNet(t, pair)
	var src *live.Source
	var err error
	n.Do(func() {
		src, err = live.Open(live.Options{Interfaces: []string{"vb"}, RingSize: live.MinRingSize, BlockSize: 512 << 10})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	in := inject(t, n, "va")
	const sent = 5000
	for i := range sent {
		in.send(t, frame(i, 1000)) // into a ring for about a thousand
	}
	var p capture.Packet
	given := uint64(0)
	for {
		if err := src.Next(&p); err != nil {
			if !errors.Is(err, capture.ErrQuiet) {
				t.Fatal(err)
			}
			break
		}
		given++
	}
	for range 2 { // cumulative, however often it is asked
		i := src.Stats().Interfaces[0]
		if i.Dropped == 0 || i.Dropped+given != sent || i.Received != sent || i.RingFull == 0 || !i.DropsKnown || !i.ReceivedKnown {
			t.Errorf("%d given: %+v", given, i)
		}
	}
	in.send(t, frame(1, 0))
	for err = capture.ErrQuiet; err == capture.ErrQuiet; err = src.Next(&p) {
	}
	if err != nil || len(p.Data) != 54 {
		t.Errorf("after the flood: %v, %d octets", err, len(p.Data))
	}
}

// TestAbandoned: what waits when a capture has ended long ago is not given any more,
// but counted.
func TestAbandoned(t *testing.T) {
	n := newNet(t, pair)
	ctx, cancel := context.WithCancel(t.Context())
	var src *live.Source
	var err error
	n.Do(func() { src, err = live.Open(live.Options{Interfaces: []string{"vb"}, Context: ctx}) })
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	in := inject(t, n, "va")
	for i := range 700 {
		in.send(t, frame(i, 0))
	}
	cancel()
	time.Sleep(1200 * time.Millisecond)
	in.send(t, frame(1, 1), frame(1, 2)) // came later
	var p capture.Packet
	if err := src.Next(&p); err != io.EOF {
		t.Fatalf("%v, packet %d", err, p.Number)
	}
	if s := src.Stats(); s.Packets != 0 || s.Interfaces[0].Dropped != 700 || s.Interfaces[0].Abandoned != 700 {
		t.Errorf("%+v", s)
	}
}

// TestOptions: what is out of bounds is refused before anything is opened.
func TestOptions(t *testing.T) {
	one := []string{"lo"}
	for _, o := range []live.Options{
		{}, {Interfaces: []string{"any", "lo"}}, {Interfaces: make([]string, 100)},
		{Interfaces: one, Snaplen: 10}, {Interfaces: one, Snaplen: 1 << 20},
		{Interfaces: one, BlockSize: 100000}, {Interfaces: one, BlockSize: 1 << 10}, {Interfaces: one, BlockSize: 256 << 10, Snaplen: live.MaxSnaplen},
		{Interfaces: one, RingSize: 4096}, {Interfaces: one, RingSize: 1 << 20, BlockSize: 1 << 20}, {Interfaces: one, Rings: -1}, {Interfaces: one, Rings: 1000},
		{Interfaces: []string{"no/such"}}, {Interfaces: []string{""}},
	} {
		if s, err := live.Open(o); err == nil {
			s.Close()
			t.Errorf("%+v is taken", o)
		}
	}
}

// TestSmallRing: the smallest ring needs no word about its blocks.
func TestSmallRing(t *testing.T) {
	n := newNet(t, pair)
	for _, size := range []int{live.MinRingSize, 3 << 19, 2 << 20, 5 << 20} {
		r := record(t, n, live.Options{Interfaces: []string{"vb"}, RingSize: size})
		inject(t, n, "va").send(t, frame(1, 0))
		r.wait(t, "a packet", r.count(1))
		r.finish(t)
		r.src.Close()
	}
}

// TestClosed: a closed Source has ended, keeps its counts, and can be closed again.
func TestClosed(t *testing.T) {
	n := newNet(t, pair)
	r := record(t, n, live.Options{Interfaces: []string{"vb"}})
	inject(t, n, "va").send(t, frame(1, 0))
	r.wait(t, "a packet", r.count(1))
	r.finish(t)
	r.src.Close()
	r.src.Close()
	var p capture.Packet
	if err := r.src.Next(&p); err != io.EOF {
		t.Error(err)
	}
	if i := r.src.Stats().Interfaces[0]; i.Packets < 1 || i.Received < 1 {
		t.Errorf("%+v", i)
	}
	if h := time.Unix(0, r.src.Horizon()); time.Since(h) > time.Minute {
		t.Errorf("horizon %v", h)
	}
}

// TestNoAllocation: a packet is given without allocating.
func TestNoAllocation(t *testing.T) {
	n := newNet(t, pair)
	var src *live.Source
	var err error
	n.Do(func() { src, err = live.Open(live.Options{Interfaces: []string{"va", "vb"}}) })
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	in := inject(t, n, "va")
	for i := range 2000 {
		in.send(t, frame(i, 10, 0x8100, 7))
	}
	time.Sleep(100 * time.Millisecond) // all is due
	var p capture.Packet
	if got := testing.AllocsPerRun(3000, func() { err = errors.Join(err, src.Next(&p)) }); got != 0 || err != nil {
		t.Errorf("%v allocations a packet, %v", got, err)
	}
}
