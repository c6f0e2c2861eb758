//go:build !pcap

package live_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/capture"
	"tcpwatch/capture/live"
	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
)

// TestTags: whatever the kernel takes out of a frame, the packet is as on the wire,
// at both ends, alone and with -i any.
func TestTags(t *testing.T) {
	n := newNet(t, pair)
	sent := [][]byte{
		frame(1, 0), frame(2, 10, 0x8100, 5), frame(3, 10, 0x8100, 0xe000|4094), frame(4, 10, 0x88a8, 100, 0x8100, 7),
		frame(5, 10, 0x8100, 1, 0x8100, 2), frame(6, 1000, 0x8100, 0), frame(7, 10, 0x9100, 3), frame(8, 10, 0x88a8, 12),
	}
	for _, names := range [][]string{{"vb"}, {"va"}, {"any"}, {"va", "vb"}} {
		r := record(t, n, live.Options{Interfaces: names})
		inject(t, n, "va").send(t, sent...)
		each := 1
		if len(names) == 2 || names[0] == "any" {
			each = 2
		}
		r.wait(t, "the frames", r.count(each*len(sent)))
		got := map[string][][]byte{}
		stats := r.src.Stats()
		for _, p := range r.finish(t) {
			name := stats.Interfaces[p.Interface].Name
			got[name] = append(got[name], p.Data)
			if p.Length != len(p.Data) || p.Link.String() != "ETHERNET" {
				t.Errorf("%v: length %d of %d, link %s", names, p.Length, len(p.Data), p.Link)
			}
		}
		if len(got) != each {
			t.Errorf("%v: packets of %d interfaces", names, len(got))
		}
		for name, all := range got {
			for i := range sent {
				if i < len(all) && !bytes.Equal(all[i], sent[i]) {
					t.Errorf("%v: frame %d on %s:\n%x, sent\n%x", names, i+1, name, all[i][:min(40, len(all[i]))], sent[i][:min(40, len(sent[i]))])
				}
			}
		}
	}
}

// talk makes a TCP connection in a namespace and closes it.
func talk(t *testing.T, n *lab.Net, address string) {
	t.Helper()
	var l net.Listener
	var err error
	n.Do(func() { l, err = net.Listen("tcp", net.JoinHostPort(address, "0")) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, err = io.Copy(c, c)
			c.Close()
		}
		served <- err
	}()
	n.Do(func() {
		var c net.Conn
		if c, err = net.Dial("tcp", l.Addr().String()); err == nil {
			fmt.Fprint(c, "hello")
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c)
			c.Close()
		}
	})
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
}

// TestLoopbackOnce: no packet of a loopback interface comes twice, and none is
// missing.
func TestLoopbackOnce(t *testing.T) {
	n := newNet(t, "link set lo up")
	for _, name := range []string{"lo", "any"} {
		for _, address := range labtest.Both(t, "127.0.0.1", "::1") {
			r := record(t, n, live.Options{Interfaces: []string{name}})
			talk(t, n, address)
			r.wait(t, "the connection", r.count(9))
			seen := map[string]int{}
			flags := byte(0)
			for _, p := range r.finish(t) {
				seen[string(p.Data)]++
				tcp := p.Data[34:]
				if address == "::1" {
					tcp = p.Data[54:]
				}
				flags |= tcp[13]
			}
			for data, times := range seen {
				if times != 1 {
					t.Errorf("%s %s: %d times %x", name, address, times, data)
				}
			}
			if flags&0x13 != 0x13 || len(seen) < 9 || len(seen) > 12 {
				t.Errorf("%s %s: %d packets, flags %#x", name, address, len(seen), flags)
			}
		}
	}
}

// TestInterfacesComeAndGo: what is left goes on, what comes back is taken again,
// and without any the capture ends.
func TestInterfacesComeAndGo(t *testing.T) {
	const another = "link add name vc type veth peer name vd\nlink set vc up\nlink set vd up"
	n := newNet(t, pair+"\n"+another)
	r := record(t, n, live.Options{Interfaces: []string{"vb", "vd"}})
	do := func(commands string) {
		t.Helper()
		if err := n.IP(commands); err != nil {
			t.Fatal(err)
		}
	}
	r.pass(t, n, "va", 1)
	do("link set vb down")
	r.wait(t, "the note", r.noted("vb went down"))
	r.pass(t, n, "vc", 2)
	do("link set vb up")
	r.wait(t, "the note", r.noted("vb is up: captured again"))
	r.pass(t, n, "va", 3)
	do("link del vb")
	r.wait(t, "the note", r.noted("vb is gone"))
	r.pass(t, n, "vc", 4)
	do(pair[:strings.LastIndex(pair, "\n")])
	r.wait(t, "the note", r.noted("vb is back"))
	r.pass(t, n, "va", 5)
	do("link set vb down\nlink set vd down")
	r.wait(t, "the note", r.noted("vd went down"))
	select {
	case <-r.ended:
		t.Fatal("the capture ended with interfaces that are down, and may come up again")
	case <-time.After(100 * time.Millisecond):
	}
	do("link del vb\nlink del vd")
	select {
	case <-r.ended:
	case <-time.After(5 * time.Second):
		t.Fatal("without interfaces the capture does not end")
	}
	if r.endErr != io.EOF || !r.src.Lost() || !r.noted("no interface is left")() {
		t.Errorf("%v, lost %v, %q", r.endErr, r.src.Lost(), r.notes)
	}
	for _, i := range r.src.Stats().Interfaces {
		if i.Name == "vb" && i.Packets < 3 || !i.DropsKnown || i.Dropped != 0 {
			t.Errorf("%+v", i)
		}
	}
}

// TestAnyTakesWhatComes: with any, an interface that appears is captured, by name.
func TestAnyTakesWhatComes(t *testing.T) {
	n := newNet(t, "link set lo up")
	r := record(t, n, live.Options{Interfaces: []string{"any"}})
	set(t, n, pair)
	inject(t, n, "va").send(t, frame(1, 0))
	r.wait(t, "both ends", r.count(2))
	names := map[string]bool{}
	stats := r.src.Stats()
	for _, p := range r.finish(t) {
		names[stats.Interfaces[p.Interface].Name] = true
	}
	if !names["va"] || !names["vb"] {
		t.Errorf("%v", names)
	}
}

// TestAnyIndexAgain: with any, an interface that has the index of one that went away is
// another one if its name differs; one that is only renamed stays what it was.
func TestAnyIndexAgain(t *testing.T) {
	const wire = "link add name %[1]sa index 50 type veth peer name %[1]sb index 51\nlink set %[1]sa addrgenmode none\nlink set %[1]sb addrgenmode none\nlink set %[1]sa up\nlink set %[1]sb up"
	n := newNet(t, "link set lo up\n"+fmt.Sprintf(wire, "v"))
	var src *live.Source
	var err error
	n.Do(func() { src, err = live.Open(live.Options{Interfaces: []string{"any"}}) })
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var all []capture.Packet
	// Silence is told after the interfaces that changed have been looked at.
	untilQuiet := func() {
		t.Helper()
		var p capture.Packet
		for {
			switch err := src.Next(&p); {
			case errors.Is(err, capture.ErrQuiet):
				return
			case err != nil:
				t.Fatal(err)
			}
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
	}
	times := func(x []byte) (n int) {
		for _, p := range all {
			if bytes.Equal(p.Data, x) {
				n++
			}
		}
		return n
	}
	pass := func(on string, flow int) {
		t.Helper()
		in, x := inject(t, n, on), frame(flow, 0)
		for try := 0; try < 50 && times(x) < 2; try++ { // a wire needs a moment until it carries
			in.send(t, x)
			untilQuiet()
		}
		if times(x) < 2 {
			t.Fatalf("frame %d from %s was not captured at both ends", flow, on)
		}
	}
	pass("va", 1)
	set(t, n, "link set va down\nlink set va name vr\nlink set vr up")
	untilQuiet()
	pass("vr", 2)
	set(t, n, "link del vr")
	untilQuiet()
	set(t, n, fmt.Sprintf(wire, "vx"))
	untilQuiet()
	pass("vxa", 3)
	names := func(flow int) string {
		found := map[string]bool{}
		for _, p := range all {
			if bytes.Equal(p.Data, frame(flow, 0)) {
				found[src.Stats().Interfaces[p.Interface].Name] = true
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(found)), " ")
	}
	for flow, want := range map[int]string{1: "va vb", 2: "va vb", 3: "vxa vxb"} {
		if got := names(flow); got != want {
			t.Errorf("frame %d was captured at %q, want %q", flow, got, want)
		}
	}
}

// TestTimeOrder: packets of several interfaces and of several rings come in the
// order of time, each flow in its own, numbered through, and none is missing. One processor
// sends, and nothing else does: several put packets into a ring in another order than
// that of their times, by some microseconds, and what the kernel has put there stays so.
func TestTimeOrder(t *testing.T) {
	onOneProcessor(t)
	n := newNet(t, pair+"\nlink add name vc type veth peer name vd\nlink set vc addrgenmode none\nlink set vd addrgenmode none\nlink set vc up\nlink set vd up")
	for _, o := range []live.Options{
		{Interfaces: []string{"vb", "vd"}}, {Interfaces: []string{"vb", "vd"}, Rings: 3},
	} {
		r := record(t, n, o)
		a, c := inject(t, n, "va"), inject(t, n, "vc")
		const each = 2000
		for i := range each {
			x := frame(i%50, 20)
			binary.BigEndian.PutUint32(x[14+24:], uint32(i)) // sequence number
			a.send(t, x)
			c.send(t, x)
		}
		r.wait(t, "the packets", func() bool { return tcpPackets(r.all) >= 2*each })
		last := int64(0)
		sequence := map[string]uint32{}
		for i, p := range r.finish(t) {
			if p.Time < last {
				t.Fatalf("packet %d is %d ns earlier than the one before", p.Number, last-p.Time)
			}
			if last = p.Time; p.Number != uint64(i+1) {
				t.Fatalf("packet %d has number %d", i+1, p.Number)
			}
			if len(p.Data) != 74 || p.Data[12] != 8 || p.Data[13] != 0 {
				continue
			}
			key := fmt.Sprint(p.Interface, p.Data[26:38])
			seq := binary.BigEndian.Uint32(p.Data[38:])
			if before, met := sequence[key]; met && seq != before+50 {
				t.Fatalf("flow %s: %d after %d", key, seq, before)
			}
			sequence[key] = seq
		}
		if s := r.src.Stats(); s.BackwardsSteps != 0 {
			t.Errorf("%d backwards steps", s.BackwardsSteps)
		}
	}
}

// onOneProcessor keeps the test's goroutine on one processor until it ends.
func onOneProcessor(t *testing.T) {
	t.Helper()
	var all, one unix.CPUSet
	runtime.LockOSThread()
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for i := range 1024 {
		if all.IsSet(i) {
			one.Set(i)
			break
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.SchedSetaffinity(0, &all)
		runtime.UnlockOSThread()
	})
}

func tcpPackets(all []capture.Packet) (n int) {
	for _, p := range all {
		if len(p.Data) >= 54 && p.Data[12] == 8 && p.Data[13] == 0 {
			n++
		}
	}
	return n
}

// TestRingsFromTheStart: packets that come while rings are set up come once at
// most, although each socket could have taken them.
func TestRingsFromTheStart(t *testing.T) {
	n := newNet(t, pair)
	in := inject(t, n, "va")
	stop := make(chan struct{})
	var flood sync.WaitGroup
	flood.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			x := frame(i, 20)
			binary.BigEndian.PutUint32(x[38:], uint32(i))
			unix.Sendto(in.fd, x, 0, &in.to)
		}
	})
	defer flood.Wait()
	defer close(stop)
	for range 5 {
		r := record(t, n, live.Options{Interfaces: []string{"vb"}, Rings: 8, RingSize: 4 << 20})
		r.wait(t, "packets", r.count(100))
		seen := map[string]bool{}
		for _, p := range r.finish(t) {
			if seen[string(p.Data)] {
				t.Fatalf("twice: %x", p.Data)
			}
			seen[string(p.Data)] = true
		}
		r.src.Close()
	}
}
