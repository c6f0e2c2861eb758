package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
)

// Numbers of linux/bpf.h.
const (
	bpfProgLoad   = 5
	bpfLinkCreate = 28
	bpfSchedCLS   = 3
	tcxIngress    = 46
	tcxEgress     = 47
	vlanPush      = 18
	vlanPop       = 19
)

// bpfInstruction is struct bpf_insn; registers are the destination's only.
type bpfInstruction struct {
	code, register byte
	offset         int16
	value          int32
}

// attach runs a program on every packet that enters or leaves an interface of the
// namespace, until the test ends.
func attach(t *testing.T, n *lab.Net, name string, where uint32, program []bpfInstruction) error {
	license := []byte("Apache-2.0\x00")
	load := struct {
		kind, count    uint32
		program, words uint64
		rest           [12]uint64
	}{bpfSchedCLS, uint32(len(program)), uint64(uintptr(unsafe.Pointer(&program[0]))), uint64(uintptr(unsafe.Pointer(&license[0]))), [12]uint64{}}
	var err error
	n.Do(func() {
		fd, _, errno := unix.Syscall(unix.SYS_BPF, bpfProgLoad, uintptr(unsafe.Pointer(&load)), unsafe.Sizeof(load))
		if errno != 0 {
			err = fmt.Errorf("loading: %w", errno)
			return
		}
		defer unix.Close(int(fd))
		ifr, _ := unix.NewIfreq(name)
		s, e := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err = e; err != nil {
			return
		}
		defer unix.Close(s)
		if err = unix.IoctlIfreq(s, unix.SIOCGIFINDEX, ifr); err != nil {
			return
		}
		create := struct {
			program, index, where, flags uint32
			rest                         [4]uint64
		}{uint32(fd), ifr.Uint32(), where, 0, [4]uint64{}}
		link, _, errno := unix.Syscall(unix.SYS_BPF, bpfLinkCreate, uintptr(unsafe.Pointer(&create)), unsafe.Sizeof(create))
		if errno != 0 {
			err = fmt.Errorf("attaching: %w", errno)
			return
		}
		t.Cleanup(func() { unix.Close(int(link)) })
	})
	runtime.KeepAlive(program)
	runtime.KeepAlive(license)
	return err
}

// inVLAN has the kernel put a tag into all that leaves an interface, as hardware
// does: beside the packet. What enters loses its tag.
func inVLAN(t *testing.T, n *lab.Net, name string, id int32) error {
	const set, call, exit = 0xb7, 0x85, 0x95
	tpid := int32(binary.NativeEndian.Uint16([]byte{0x81, 0x00}))
	push := []bpfInstruction{{set, 2, 0, tpid}, {set, 3, 0, id}, {call, 0, 0, vlanPush}, {set, 0, 0, 0}, {exit, 0, 0, 0}}
	pop := []bpfInstruction{{call, 0, 0, vlanPop}, {set, 0, 0, 0}, {exit, 0, 0, 0}}
	return errors.Join(attach(t, n, name, tcxEgress, push), attach(t, n, name, tcxIngress, pop))
}

// TestLiveKernelTags: connections of real sockets whose tags the kernel carries
// beside the packets have their VLAN in their identity, at both ends and with any,
// and the file of tcpdump says the same.
func TestLiveKernelTags(t *testing.T) {
	tool(t, "tcpdump")
	client, server := wired(t)
	if err := errors.Join(inVLAN(t, client, "vc", 7), inVLAN(t, server, "vs", 7)); err != nil {
		t.Skipf("needs root and a kernel with programs at interfaces (Linux 6.6): %v", err)
	}
	for _, c := range []struct {
		where *lab.Net
		on    string
	}{{client, "vc"}, {server, "vs"}, {server, "any"}} {
		b := startLive(t, c.where, "-i", c.on, "--view", "connections", "--format", "ndjson")
		dump := filepath.Join(t.TempDir(), "dump.pcap")
		device := map[*lab.Net]string{client: "vc", server: "vs"}[c.where]
		d, err := startBeside(c.where, exec.Command("tcpdump", "-i", device, "--immediate-mode", "-U", "-w", dump), "listening on")
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range labtest.Both(t, "10.9.0.2", "fd09::2") {
			if err := ask(client, serve(t, server, address)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(b.stop(), d.stop()); err != nil {
			t.Error(err)
		}
		read, err := program([]string{"read", "--format", "ndjson", dump}).Output()
		if err != nil {
			t.Fatal(err)
		}
		for from, out := range map[string][]byte{"live": b.stdout.Bytes(), "tcpdump's file": read} {
			if n := strings.Count(string(out), `"encapsulation":"vlan 7"`); n != 2 || strings.Count(string(out), "\n") != 2 {
				t.Errorf("%s on %s: %d connections in the VLAN: %s", from, c.on, n, out)
			}
		}
	}
}

// TestLiveFiltersTags: a filter sees the tags that the kernel carries beside the
// packets.
func TestLiveFiltersTags(t *testing.T) {
	client, server := wired(t)
	if err := errors.Join(inVLAN(t, client, "vc", 7), inVLAN(t, server, "vs", 7)); err != nil {
		t.Skipf("needs root and a kernel with programs at interfaces (Linux 6.6): %v", err)
	}
	to := serve(t, server, "10.9.0.2")
	for _, on := range []string{"vs", "any"} {
		for filter, want := range map[string]int{"vlan 7 and tcp": 1, "vlan and ip host 10.9.0.1": 1, "vlan 8": 0, "not vlan": 0} {
			b := startLive(t, server, "-i", on, "--view", "connections", "--format", "ndjson", filter)
			if err := ask(client, to); err != nil {
				t.Fatal(err)
			}
			if err := b.stop(); err != nil {
				t.Errorf("%v: %s", err, b.said())
			}
			if out := b.stdout.String(); strings.Count(out, "\n") != want || strings.Count(out, `"closing":{"outcome":"normal"`) != want {
				t.Errorf("%s on %s: want %d connections: %s", filter, on, want, out)
			}
		}
	}
}
