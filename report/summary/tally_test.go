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

// TestTapWitnesses: a handshake that was captured twice, or that a FIN completed, does not place the tap: its
// times are those of copies, or of a program that waited.
func TestTapWitnesses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*analyze.Connection)
		want   uint64
	}{
		"ordinary": {func(*analyze.Connection) {}, 1},
		"captured twice": {func(c *analyze.Connection) {
			c.FromClient.DuplicatePackets, c.FromServer.Packets = c.FromClient.Packets, 0
		}, 0},
		"opened by a FIN": {func(c *analyze.Connection) { c.Opening.AckPacket = c.Closing.FinPackets[0] }, 0},
	} {
		conn := reporttest.HalfClose(t)
		c.change(conn)
		var y tally
		if y.add(conn, nil); y.taps.client != c.want {
			t.Errorf("%s: %+v", name, y.taps)
		}
	}
}

// TestHalfCloseCounted: the end that had not closed went on sending in a normal close; where a RST ended it, that says more.
func TestHalfCloseCounted(t *testing.T) {
	for _, c := range []struct {
		outcome analyze.ClosingOutcome
		octets  uint64
		want    uint64
	}{{analyze.ClosingNormal, 1, 1}, {analyze.ClosingNormal, 0, 0}, {analyze.ClosingReset, 1, 0}, {analyze.ClosingHalfClosed, 1, 0}} {
		conn := reporttest.HalfClose(t)
		conn.Closing.Outcome, conn.Closing.HalfClosedOctets = c.outcome, c.octets
		var y tally
		if y.add(conn, nil); y.halfClose != c.want {
			t.Errorf("%+v: %d", c, y.halfClose)
		}
	}
}
