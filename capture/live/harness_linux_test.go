//go:build !pcap

package live_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/capture"
	"tcpwatch/capture/live"
	"tcpwatch/lab"
)

// newNet returns a namespace in which the commands of ip(8) were run.
func newNet(t *testing.T, commands string) *lab.Net {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip (iproute2)")
	}
	n, err := lab.NewNet()
	if err != nil {
		t.Skipf("needs root or a user namespace: %v", err)
	}
	t.Cleanup(n.Close)
	set(t, n, commands)
	return n
}

// set runs commands of ip(8) and waits until what is up carries: the kernel makes
// it so in the background.
func set(t *testing.T, n *lab.Net, commands string) {
	t.Helper()
	if err := n.IP(commands); err != nil {
		t.Fatal(err)
	}
	for range 400 {
		var all []live.Interface
		var err error
		n.Do(func() { all, err = live.Interfaces() })
		if err != nil {
			t.Fatal(err)
		}
		waiting := slices.ContainsFunc(all, func(i live.Interface) bool { return i.State == live.NoCarrier && i.Name[0] == 'v' && i.Name != "vt" })
		if !waiting {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the interfaces do not carry")
}

// pair is two ends of a wire without addresses, so that nothing but the test
// sends on it.
const pair = `link add name va type veth peer name vb
link set va addrgenmode none
link set vb addrgenmode none
link set va up
link set vb up
link set lo up`

// recorder reads a Source in the background and keeps copies.
type recorder struct {
	src    *live.Source
	stop   context.CancelFunc
	mu     sync.Mutex
	all    []capture.Packet
	notes  []string
	ended  chan struct{}
	endErr error
}

// record begins to capture in a namespace.
func record(t *testing.T, n *lab.Net, o live.Options) *recorder {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{stop: cancel, ended: make(chan struct{})}
	o.Context = ctx
	o.Note = func(s string) {
		r.mu.Lock()
		r.notes = append(r.notes, s)
		r.mu.Unlock()
	}
	var err error
	n.Do(func() { r.src, err = live.Open(o) })
	if err != nil {
		t.Fatal(err)
	}
	go r.run()
	t.Cleanup(func() {
		cancel()
		<-r.ended
		r.src.Close()
	})
	return r
}

func (r *recorder) run() {
	defer close(r.ended)
	var p capture.Packet
	for {
		err := r.src.Next(&p)
		if errors.Is(err, capture.ErrQuiet) {
			continue
		}
		if err != nil {
			r.endErr = err
			return
		}
		q := p
		q.Data = bytes.Clone(p.Data)
		r.mu.Lock()
		r.all = append(r.all, q)
		r.mu.Unlock()
	}
}

// wait waits until f holds of what was captured.
func (r *recorder) wait(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 1000 {
		r.mu.Lock()
		ok := f()
		r.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Fatalf("waited in vain for %s: %d packets, notes %q", what, len(r.all), r.notes)
}

func (r *recorder) noted(text string) func() bool {
	return func() bool { return strings.Contains(strings.Join(r.notes, "\n"), text) }
}

func (r *recorder) count(n int) func() bool { return func() bool { return len(r.all) >= n } }

// pass sends a frame at one end of a wire until it comes: a wire needs a moment until it carries again.
func (r *recorder) pass(t *testing.T, n *lab.Net, on string, flow int) {
	t.Helper()
	in := inject(t, n, on)
	r.wait(t, fmt.Sprintf("frame %d from %s", flow, on), func() bool {
		in.send(t, frame(flow, 0))
		return slices.ContainsFunc(r.all, func(p capture.Packet) bool { return bytes.Equal(p.Data, frame(flow, 0)) })
	})
}

// finish ends the capture and returns everything.
func (r *recorder) finish(t *testing.T) []capture.Packet {
	t.Helper()
	r.stop()
	select {
	case <-r.ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the capture does not end")
	}
	if r.endErr != io.EOF {
		t.Errorf("ended with %v", r.endErr)
	}
	return r.all
}

// injector sends frames on an interface.
type injector struct {
	fd int
	to unix.SockaddrLinklayer
}

func inject(t *testing.T, n *lab.Net, name string) *injector {
	t.Helper()
	var fd, index int
	var err error
	n.Do(func() {
		var i *net.Interface
		if i, err = net.InterfaceByName(name); err == nil {
			index = i.Index
			fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &injector{fd, unix.SockaddrLinklayer{Ifindex: index}}
}

func (i *injector) send(t *testing.T, frames ...[]byte) {
	t.Helper()
	for _, f := range frames {
		if err := unix.Sendto(i.fd, f, 0, &i.to); err != nil {
			t.Fatal(err)
		}
	}
}

// frame is an Ethernet frame with an IPv4 TCP segment of a flow; tags are pairs of
// TPID and TCI.
func frame(flow int, octets int, tags ...uint16) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for _, x := range tags {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	b = binary.BigEndian.AppendUint16(b, 0x0800)
	ip := make([]byte, 40+octets)
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	copy(ip[12:], []byte{10, 0, byte(flow >> 8), byte(flow), 10, 1, 0, 1})
	binary.BigEndian.PutUint16(ip[20:], uint16(1024+flow%60000))
	binary.BigEndian.PutUint16(ip[22:], 80)
	ip[32], ip[33] = 5<<4, 0x10
	return append(b, ip...)
}
