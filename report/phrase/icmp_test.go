package phrase

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestICMPErrorExplains: what is unclear about segments that were sent again may be due to
// an error that says how long packets may be, save where SYNs that crossed explain it.
func TestICMPErrorExplains(t *testing.T) {
	for _, c := range []struct {
		unclear uint32
		mtu     uint16
		change  func(*analyze.Connection)
		want    bool
	}{
		{1, 1300, nil, true},
		{0, 1300, nil, false},
		{1, 0, nil, false},
		{0, 1300, reporttest.Crossing(1, 0), false},
	} {
		conn := reporttest.HalfClose(t)
		conn.FromServer.Causes[label.CauseUnknown] = c.unclear
		conn.ICMP = analyze.ICMP{Packet: 9, Count: 1, Type: 3, Code: 4, NextMTU: c.mtu}
		if c.change != nil {
			c.change(conn)
		}
		for clause, client := range map[string]string{"RFC 1191 §6.4": "192.0.2.1:1", "RFC 8201 §5.4": "[2001:db8::1]:1"} {
			conn.Client = reporttest.Endpoint(client)
			if got := ICMP(conn); strings.Contains(got, ", which may be why it was sent again, in shorter ones ("+clause+")") != c.want {
				t.Errorf("%d unclear, next MTU %d, of %s: %s", c.unclear, c.mtu, client, got)
			}
		}
	}
}

// TestICMPOfWhat: an ICMP error is about the SYN-ACK where it quotes the server, and one was captured.
func TestICMPOfWhat(t *testing.T) {
	for _, c := range []struct {
		ofServer bool
		synAcks  uint32
		want     string
	}{{true, 1, "quotes the SYN-ACK"}, {false, 1, "quotes a segment of it"}, {true, 0, "quotes a segment of it"}} {
		conn := reporttest.Unanswered(t)
		conn.Opening.ICMPOfServer, conn.Opening.SynAckCount = c.ofServer, c.synAcks
		if got := ICMPOfOpening(conn); !strings.HasSuffix(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestICMPSays: an ICMP error is told with its packet, its sender and its meaning, as far as these are known.
func TestICMPSays(t *testing.T) {
	const segment = " quotes a segment that was not yet answered"
	const next = segment + ": the next link takes no more than 1,300 B in one packet"
	router := netip.MustParseAddr("10.0.0.254")
	for _, c := range []struct {
		client string
		icmp   analyze.ICMP
		want   string
	}{
		{"192.0.2.1:1", analyze.ICMP{}, ""},
		{"192.0.2.1:1", analyze.ICMP{Packet: 1, Count: 1, Type: 3, Code: 1, From: router}, "an ICMP error of 10.0.0.254 (packet 1: host unreachable, type 3, code 1)" + segment},
		{"[2001:db8::1]:1", analyze.ICMP{Packet: 9, Count: 1, Type: 1, Code: 3}, "an ICMP error of an unknown address (packet 9: address unreachable, type 1, code 3)" + segment},
		{"192.0.2.1:1", analyze.ICMP{Packet: 9, Count: 2, Type: 77, Code: 8, From: router}, "an ICMP error of 10.0.0.254 (packet 9: type 77, code 8)" + segment + "; 2 such errors in all"},
		{"192.0.2.1:1", analyze.ICMP{Packet: 9, Count: 1000, Type: 3, Code: 4, From: router, NextMTU: 1300},
			"an ICMP error of 10.0.0.254 (packet 9: fragmentation needed, type 3, code 4)" + next + "; 1,000 such errors in all"},
		{"192.0.2.1:1", analyze.ICMP{Packet: 9, Count: 1, Type: 3, Code: 4, From: netip.MustParseAddr("fe80::1").WithZone("\x1b[31m"), NextMTU: 1300},
			"an ICMP error of fe80::1%\\x1b[31m (packet 9: fragmentation needed, type 3, code 4)" + next},
	} {
		conn := &analyze.Connection{Client: reporttest.Endpoint(c.client), ICMP: c.icmp}
		if got := prose.Unglue(ICMP(conn)); got != c.want {
			t.Errorf("%+v:\n%q, want\n%q", c.icmp, got, c.want)
		}
	}
}

// TestICMPOfOpeningSays: likewise of the opening; a record without one has none.
func TestICMPOfOpeningSays(t *testing.T) {
	conn := reporttest.Unanswered(t)
	if got, want := ICMPOfOpening(conn), "an ICMP error of 10.0.0.254 (packet 59: host unreachable, type 3, code 1) quotes a segment of it"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	conn.Opening.ICMPPacket = 1
	if ICMPOfOpening(conn) == "" {
		t.Error("an error in packet 1 is not told")
	}
	conn.Opening.ICMPPacket = 0
	if got := ICMPOfOpening(conn); got != "" {
		t.Errorf("no error: %q", got)
	}
}

// TestICMPExplainsBoth: what is unclear is counted of both ends, and SYNs that crossed explain one of each end.
func TestICMPExplainsBoth(t *testing.T) {
	for _, c := range []struct {
		client, server uint32
		crossing       bool
		want           bool
	}{{1, 0, false, true}, {0, 1, false, true}, {1, 1, false, true}, {0, 0, false, false}, {1, 1, true, false}, {2, 1, true, true}, {1, 2, true, true}} {
		conn := reporttest.HalfClose(t)
		if c.crossing {
			reporttest.Crossing(0, 0)(conn)
		}
		conn.FromClient.Causes[label.CauseUnknown], conn.FromServer.Causes[label.CauseUnknown] = c.client, c.server
		conn.ICMP = analyze.ICMP{Packet: 9, Count: 1, Type: 3, Code: 4, NextMTU: 1}
		if got := ICMP(conn); strings.Contains(got, "may be why it was sent again") != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
