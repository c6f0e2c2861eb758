package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestReasonsKeepUnits: no line break between a number and its unit.
func TestReasonsKeepUnits(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.FromServer.SlowestAnswer = analyze.Answer{Wait: 5e9, Packet: 6}
	for width := prose.MinWidth; width < 120; width++ {
		out := render(t, Options{Format: FormatTable, Views: []View{ViewSummary}, Style: prose.Style{Width: width}}, nil, []*analyze.Connection{c}, sampleInput())
		if !strings.Contains(out, "5.00 s") || strings.Contains(out, prose.NBSP) {
			t.Errorf("%d columns\n%s", width, out)
		}
	}
}

// TestOpenedAgain: a complete opening counts as tried again from the second SYN, or
// SYN-ACK, on.
func TestOpenedAgain(t *testing.T) {
	for _, c := range []struct {
		syns, synAcks uint32
		want          string
	}{
		{1, 1, "complete"},
		{2, 1, "complete (1 after a SYN was sent again)"},
		{1, 2, "complete (1 after a SYN-ACK was sent again)"},
		{2, 2, "complete (1 after a SYN was sent again, 1 after a SYN-ACK was sent again)"},
	} {
		conn := reporttest.HalfClose(t)
		conn.Opening.SynCount, conn.Opening.SynAckCount = c.syns, c.synAcks
		var sum tally
		sum.add(conn, nil)
		if s := openedSection(&sum); s.items[0].n != 1 || s.items[0].text != c.want {
			t.Errorf("%d SYNs, %d SYN-ACKs: %d %s, want 1 %s", c.syns, c.synAcks, s.items[0].n, s.items[0].text, c.want)
		}
	}
}
