package filter

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// known is what a Linux socket knows of a packet.
type known struct {
	name    string
	tagged  uint32 // 1: the kernel has taken a VLAN tag out
	tci     uint32 // of that tag
	pktType uint32 // packet(7): 4 is outgoing
}

// told puts what the socket knows in the place of the instructions that ask for
// it, for the machine of x/net.
func (k known) told(program []bpf.RawInstruction) []bpf.RawInstruction {
	const ancillary = 0xfffff000 // SKF_AD_OFF
	out := append([]bpf.RawInstruction(nil), program...)
	for i := range out {
		ins := &out[i]
		if ins.Op&^sizeMask != modeAbs || ins.K < ancillary {
			continue
		}
		value := map[uint32]uint32{4: k.pktType, 44: k.tci, 48: k.tagged}[ins.K-ancillary]
		*ins = bpf.RawInstruction{Op: classLD | modeImm, K: value}
	}
	return out
}

// pathDependent are filters with conditions after a vlan that is not always
// come to. tcpdump moves the headers for them only if it was come to; the manual
// and its own programs for files do so always.
var pathDependent = map[string]bool{"tcp and vlan or udp": true}

// TestSocket compares the programs for Linux sockets with tcpdump's.
func TestSocket(t *testing.T) {
	list := answered(t, readExpressions(t, "testdata/socket.txt"), "testdata/socket.tsv")
	frames := cuts(etherFrames())
	for i, a := range list {
		if testing.Short() && i%5 > 0 {
			continue
		}
		program, err := mustParse(t, a.expr).Compile(linkNames[a.link], 0, Options{LinuxSocket: true})
		if err != nil {
			t.Errorf("%q: %v", a.expr, err)
			continue
		}
		checkProgram(t, program)
		differs := false
		for _, k := range []known{
			{"received", 0, 0, 0}, {"sent", 0, 0, 4}, {"from VLAN 100", 1, 100, 0}, {"from VLAN 300 with priority", 1, 0xe12c, 0},
			{"to VLAN 0", 1, 0, 4},
		} {
			ours, theirs := machineOf(t, k.told(program)), machineOf(t, k.told(a.plain))
			for _, f := range frames {
				if got, want := matches(t, ours, f), matches(t, theirs, f); got != want {
					differs = true
					if !pathDependent[a.expr] {
						t.Errorf("%q: %v, tcpdump says %v, of % x, %s\n%s", a.expr, got, want, f, k.name, listing(program, a.plain))
					}
					break
				}
			}
		}
		if pathDependent[a.expr] && !differs {
			t.Errorf("%q is listed as different, but is not", a.expr)
		}
	}
}

// TestSocketIsFile: what a socket's program chooses where the kernel has taken
// the tag out is what a file's program chooses with the tag in its place, if
// nothing before vlan looks at what the tag moves.
func TestSocketIsFile(t *testing.T) {
	frames := cuts(etherFrames())
	for _, text := range []string{
		"vlan", "vlan 100", "vlan 300 and tcp port 80", "vlan and ip6 host 2001:db8::1", "vlan and vlan and udp", "vlan and mpls and ip",
		"vlan and pppoes and tcp", "(vlan 100 or vlan) and tcp[13] & 2 != 0", "vlan and not ip[8] > 60", "vlan 5 or tcp port 80 and vlan",
	} {
		e := mustParse(t, text)
		file, err := e.Compile(linkNames["EN10MB"], 0, Options{})
		if err != nil {
			t.Fatal(err)
		}
		socket, err := e.Compile(linkNames["EN10MB"], 0, Options{LinuxSocket: true})
		if err != nil {
			t.Fatal(err)
		}
		inFile := machineOf(t, file)
		for _, tci := range []uint32{0, 100, 0xe12c} {
			onSocket := machineOf(t, known{tagged: 1, tci: tci}.told(socket))
			for _, f := range frames {
				if len(f) < 14 {
					continue // the kernel takes out no tag of less
				}
				whole := cat(f[:12], u16(etherVLAN), u16(int(tci)), f[12:])
				if got, want := matches(t, onSocket, f), matches(t, inFile, whole); got != want {
					t.Errorf("%q: on a socket %v, in a file %v, of % x", text, got, want, whole)
					break
				}
			}
		}
	}
}

// attach gives a socket a program, which the kernel checks.
func attach(fd int, program []bpf.RawInstruction) error {
	f := unix.SockFprog{Len: uint16(len(program)), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &f)
}

// TestKernelTakes attaches every program to a socket.
func TestKernelTakes(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err != nil {
		t.Skipf("needs sockets: %v", err)
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	for _, path := range []string{"testdata/expressions.txt", "testdata/socket.txt"} {
		for _, a := range readExpressions(t, path) {
			for _, socket := range []bool{false, true} {
				e, err := Parse(a.expr)
				if err != nil {
					continue
				}
				program, err := e.Compile(linkNames[a.link], 0, Options{LinuxSocket: socket})
				if err != nil {
					continue
				}
				if err := attach(fds[0], program); err != nil {
					t.Errorf("%s %q: the kernel says %v", a.link, a.expr, err)
				}
			}
		}
	}
}

// TestKernelStrips sends frames over a veth pair and receives them on sockets
// with filters: the kernel takes the outer VLAN tag out, and chooses what a
// file's program chooses of the frames as they were sent.
func TestKernelStrips(t *testing.T) {
	out := vethPair(t)
	var sent [][]byte
	for _, f := range etherFrames() {
		if len(f) >= 64 && len(f) < 1500 {
			sent = append(sent, f)
		}
	}
	for _, text := range []string{
		"vlan", "vlan 100", "vlan 200", "not vlan", "vlan and tcp port 80", "vlan and host 10.0.0.1", "vlan 100 and vlan 200 and ip6",
		"vlan and vlan and vlan and tcp", "vlan and mpls and tcp", "vlan and pppoes and tcp port 80", "vlan and tcp[13] & 2 != 0", "vlan and mpls and ip6",
	} {
		e := mustParse(t, text)
		program, err := e.Compile(linkNames[socketLink], 0, Options{LinuxSocket: true})
		if err != nil {
			t.Fatal(err)
		}
		in := packetSocket(t, "tw1")
		if err := attach(in, program); err != nil {
			t.Fatal(err)
		}
		want, m := 0, NewMatcher(e)
		for _, f := range sent {
			if _, err := syscall.Write(out, f); err != nil {
				t.Fatalf("sending %d octets: %v", len(f), err)
			}
			if ok, err := m.Match(f, len(f), linkNames[socketLink]); err != nil {
				t.Fatal(err)
			} else if ok {
				want++
			}
		}
		got := 0
		for {
			// Those that are wanted may be late; one too many comes with them.
			patience := syscall.Timeval{Sec: 2}
			if got >= want {
				patience = syscall.Timeval{Usec: 20_000}
			}
			if !received(t, in, patience) {
				break
			}
			got++
		}
		syscall.Close(in)
		if got != want || want == 0 {
			t.Errorf("%q: the socket got %d of %d frames, a file's filter chooses %d", text, got, len(sent), want)
		}
	}
}

// vethPair makes tw0 and tw1 in a network namespace of this thread alone, and
// returns a socket that sends on tw0.
func vethPair(t *testing.T) int {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		t.Skipf("needs network namespaces: %v", err)
	}
	for _, args := range []string{
		"link add tw0 type veth peer name tw1", "link set tw0 addrgenmode none up", "link set tw1 addrgenmode none up",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Skipf("needs ip and veth: %v: %s", err, out)
		}
	}
	fd, in := packetSocket(t, "tw0"), packetSocket(t, "tw1")
	t.Cleanup(func() { syscall.Close(fd) })
	defer syscall.Close(in)
	// It takes the kernel a moment to let packets through.
	for range 100 {
		if _, err := syscall.Write(fd, etherFrames()[0]); err == nil && received(t, in, syscall.Timeval{Usec: 100_000}) {
			return fd
		}
	}
	t.Fatal("nothing passes the veth pair")
	return -1
}

// received waits for a frame of ours; false if none comes.
func received(t *testing.T, fd int, patience syscall.Timeval) bool {
	t.Helper()
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 2048)
	for {
		n, _, err := syscall.Recvfrom(fd, buffer, 0)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return false
		case n > 12 && bytes.Equal(buffer[6:12], h("020000000001")):
			return true
		}
	}
}

// packetSocket is bound to an interface and receives every protocol.
func packetSocket(t *testing.T, name string) int {
	t.Helper()
	const all = syscall.ETH_P_ALL<<8&0xff00 | syscall.ETH_P_ALL>>8
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0)
	if err != nil {
		t.Skipf("needs packet sockets: %v", err)
	}
	itf, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, 16<<20); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all, Ifindex: itf.Index}); err != nil {
		t.Fatal(err)
	}
	return fd
}
