package report

import (
	"bytes"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestICMPErrorBehindTheHandshake: the event is about the error that it comes with,
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
	if err := w.Close(summary.Input{}); err != nil {
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
		if err := w.Close(summary.Input{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s, want %s", &b, c.want)
		}
	}
}
