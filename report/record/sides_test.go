package record

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
)

// TestOverIPv6: an IPv4 address written as IPv6 is one of IPv4, whose ICMP errors count.
func TestOverIPv6(t *testing.T) {
	for addr, want := range map[string]bool{"192.0.2.1:1": false, "[2001:db8::1]:1": true, "[::ffff:192.0.2.1]:1": false} {
		if got := OverIPv6(&analyze.Connection{Client: reporttest.Endpoint(addr)}); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

// TestSides: the other side is the other end; of both, or of none, there is no other.
func TestSides(t *testing.T) {
	for _, c := range []struct {
		side, other analyze.Side
		of          string
	}{{client, server, "client"}, {server, client, "server"}, {both, both, "client"}, {none, none, "client"}} {
		if other, of := OtherSide(c.side), OfSide(c.side, "client", "server"); other != c.other || of != c.of {
			t.Errorf("%v: other side %v, chosen %s", c.side, other, of)
		}
	}
}

// TestUnseen: an end is unseen of which there is no packet. A socket connected with itself is one
// end, whose packets all come from the client.
func TestUnseen(t *testing.T) {
	for name, c := range map[string]struct {
		client, server uint64
		self           bool
		want           analyze.Side
	}{
		"both": {1, 1, false, none}, "no client": {0, 1, false, client}, "no server": {1, 0, false, server}, "neither": {0, 0, false, client},
		"itself": {1, 0, true, none},
	} {
		conn := &analyze.Connection{Client: reporttest.Endpoint("192.0.2.1:1"), Server: reporttest.Endpoint("192.0.2.2:1")}
		conn.FromClient.Packets, conn.FromServer.Packets = c.client, c.server
		if c.self {
			conn.Server = conn.Client
		}
		if got := Unseen(conn); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestCapturedTwice: most packets were captured twice where copies are more than half of what was
// sent; half is not more. Counts come from a file and need not fit together.
func TestCapturedTwice(t *testing.T) {
	for _, c := range []struct {
		copies, all [2]uint64 // of client and server
		want        bool
	}{
		{[2]uint64{1, 2}, [2]uint64{4, 4}, true},  // 5 sent, 3 of them twice
		{[2]uint64{1, 1}, [2]uint64{3, 3}, false}, // 4 sent, half of them twice
		{[2]uint64{0, 3}, [2]uint64{3, 4}, true},  // counts of both ends together
		{[2]uint64{0, 0}, [2]uint64{3, 4}, false},
		{[2]uint64{0, 0}, [2]uint64{0, 0}, false},
		{[2]uint64{3, 3}, [2]uint64{1, 1}, true},
	} {
		c1, s1 := analyze.Direction{Packets: c.all[0], DuplicatePackets: c.copies[0]}, analyze.Direction{Packets: c.all[1], DuplicatePackets: c.copies[1]}
		if got := CapturedTwice(&c1, &s1); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestResent: segments sent again are those of both ends.
func TestResent(t *testing.T) {
	c := &analyze.Connection{FromClient: analyze.Direction{Retransmissions: 2}, FromServer: analyze.Direction{Retransmissions: 3}}
	if got := Resent(c); got != 5 {
		t.Errorf("%d, want 5", got)
	}
}
