package main

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// synFlood sends SYNs with sources of their own to a server that answers them.
func synFlood(t *testing.T, client, server *lab.Net, to netip.AddrPort, count int) {
	t.Helper()
	// Answers go back to the client's host, which does not know the addresses.
	if err := errors.Join(client.IP("addr add 11.255.255.254/8 dev vc"), server.IP("route add 11.0.0.0/8 via 10.9.0.1")); err != nil {
		t.Fatal(err)
	}
	var fd int
	var err error
	client.Do(func() { fd, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW) })
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	b := make([]byte, 40)
	copy(b, []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6})
	dst := to.Addr().As4()
	copy(b[16:], dst[:])
	binary.BigEndian.PutUint16(b[22:], to.Port())
	b[32], b[33], b[34] = 5<<4, 2, 0xff
	for i := range count {
		binary.BigEndian.PutUint32(b[12:], 11<<24|uint32(i+1))
		binary.BigEndian.PutUint16(b[20:], uint16(1024+i%50000))
		binary.BigEndian.PutUint32(b[24:], uint32(i)*2654435761)
		b[36], b[37] = 0, 0
		sum := uint32(6 + 20)
		for k := 12; k < 40; k += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[k:]))
		}
		for sum > 0xffff {
			sum = sum>>16 + sum&0xffff
		}
		binary.BigEndian.PutUint16(b[36:], ^uint16(sum))
		if err := unix.Sendto(fd, b, 0, &unix.SockaddrInet4{Addr: dst}); err != nil && !errors.Is(err, unix.ENOBUFS) {
			t.Fatal(err)
		}
	}
}

// TestLiveFlood: a flood of more connections than are remembered is named, and the
// connections beside it are told.
func TestLiveFlood(t *testing.T) {
	client, server := wired(t)
	to := serve(t, server, "10.9.0.2")
	b := startLive(t, server, "-i", "vs", "--view", "summary,listeners", "--format", "ndjson", "--max-connections", "1000")
	synFlood(t, client, server, netip.MustParseAddrPort(to.String()), 5000)
	b.settled()
	other := serve(t, server, "10.9.0.2")
	for range 3 { // a slow machine may lose what comes right after the flood
		if err := ask(client, other); err != nil {
			t.Error(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	b.settled()
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	out := b.stdout.String()
	if !strings.Contains(out, `"syn_floods":["`+to.String()+`"]`) || !regexp.MustCompile(`"evicted":[1-9][0-9]{3,},`).MatchString(out) || !regexp.MustCompile(`"complete":[123],`).MatchString(out) {
		t.Errorf("%s", out)
	}
}
