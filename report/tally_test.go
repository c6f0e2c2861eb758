package report

import (
	"testing"

	"tcpwatch/analyze"
)

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
