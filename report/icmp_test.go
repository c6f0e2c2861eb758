package report

import (
	"bytes"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestICMPErrorAfterTheHandshake: the event is about the error that it comes with,
// and does not count from the SYN.
func TestICMPErrorBehindTheHandshake(t *testing.T) {
	conn := reporttest.Unanswered(t)
	conn.Opening.ICMPPacket, conn.Opening.ICMPType, conn.Opening.ICMPCode = 2, 3, 1
	conn.ICMP = analyze.ICMP{Packet: 59, Count: 1, Type: 3, Code: 4}
	m := momentOf(analyze.MomentICMPError, conn, 59, 15e8)
	m.Packet, m.Time = 59, conn.Start+15e8
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Lines: 10, Options: Options{Style: prose.Style{Width: 200}}})
	w.Moment(&m)
	if err := w.Close(Input{}); err != nil {
		t.Fatal(err)
	}
	if want := "ICMP error: fragmentation needed, type 3 code 4\n"; !strings.Contains(b.String(), want) {
		t.Errorf("%s, want %s", &b, want)
	}
}

// TestICMPErrorIsNamed: the event calls an ICMP error what the story calls it, and
// one without a name by its numbers.
func TestICMPErrorIsNamed(t *testing.T) {
	for _, c := range []struct {
		kind, code uint8
		v6         bool
		want       string
	}{
		{3, 1, false, "ICMP error: host unreachable, type 3 code 1, 1.50 s after the first SYN"},
		{1, 0, true, "ICMP error: no route to destination, type 1 code 0, 1.50 s after the first SYN"},
		{1, 0, false, "ICMP error, type 1 code 0, 1.50 s after the first SYN"},
	} {
		conn := reporttest.Unanswered(t)
		if c.v6 {
			conn.Client, conn.Server = reporttest.Endpoint("[2001:db8::1]:1"), reporttest.Endpoint("[2001:db8::2]:9")
		}
		conn.Opening.ICMPType, conn.Opening.ICMPCode = c.kind, c.code
		m := momentOf(analyze.MomentICMPError, conn, 59, 15e8)
		m.Time = conn.Start + 15e8
		var b bytes.Buffer
		w := watcher(t, &b, WatchOptions{Terminal: true, Lines: 10, Options: Options{Style: prose.Style{Width: 200}}})
		w.Moment(&m)
		if err := w.Close(Input{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s, want %s", &b, c.want)
		}
	}
}

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
			if got := phrase.ICMP(conn); strings.Contains(got, ", which may be why it was sent again, in shorter ones ("+clause+")") != c.want {
				t.Errorf("%d unclear, next MTU %d, of %s: %s", c.unclear, c.mtu, client, got)
			}
		}
	}
}
