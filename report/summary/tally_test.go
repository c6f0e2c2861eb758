package summary

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
)

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

// TestInOneDirection: of which connections one direction was captured.
func TestInOneDirection(t *testing.T) {
	for _, c := range []struct {
		outcome        analyze.OpeningOutcome
		client, server uint64
		want           bool
	}{
		{analyze.OpeningOneWay, 2, 0, true}, {analyze.OpeningMidstream, 2, 0, true}, {analyze.OpeningMidstream, 0, 2, true},
		{analyze.OpeningMidstream, 1, 0, false}, {analyze.OpeningMidstream, 0, 1, false}, {analyze.OpeningMidstream, 1, 1, false},
		{analyze.OpeningUnanswered, 2, 0, false}, {analyze.OpeningComplete, 2, 2, false},
	} {
		var conn analyze.Connection
		conn.Opening.Outcome, conn.FromClient.Packets, conn.FromServer.Packets = c.outcome, c.client, c.server
		if got := inOneDirection(&conn); got != c.want {
			t.Errorf("%s, %d and %d packets: %v", c.outcome, c.client, c.server, got)
		}
	}
}
