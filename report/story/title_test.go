package story

import (
	"strings"
	"testing"

	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestVantageAfterLoss wants no wait for a lost SYN-ACK to be called a round trip.
func TestVantageAfterLoss(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Opening.SynCount, c.Opening.RTTServer, c.FromClient.RTT.Min = 2, 1_010_000_000, 4_470_000
	if got, want := prose.Unglue(vantage(c)), "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestVantageSaid wants a story to say where the tap stands by the least round trips
// where something was sent again, and nothing where they are the hosts' own time.
func TestVantageSaid(t *testing.T) {
	for _, c := range []struct {
		name           string
		syns, synAcks  uint32
		ackData        uint32
		server, client int64 // round trips of the handshake
		want           string
	}{
		{"once each", 1, 1, 0, 4_468_000, 49_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 49.0 µs)"},
		{"the SYN again", 2, 1, 0, 1_004_468_000, 49_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"},
		{"the SYN-ACK again", 1, 2, 0, 4_468_000, 1_000_049_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"},
		{"a client that waited, and is beside the tap", 1, 1, 0, 4_468_000, 1_000_049_000, ""},
		{"an ACK that came late, with payload", 1, 1, 10, 4_468_000, 1_000_049_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"},
		{"an ACK that came late, with one octet", 1, 1, 1, 4_468_000, 1_000_049_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"},
		{"hosts beside each other", 1, 1, 0, 300_000, 20_000, ""},
	} {
		conn := reporttest.HalfClose(t)
		conn.Opening.SynCount, conn.Opening.SynAckCount, conn.Opening.RTTServer, conn.Opening.RTTClient = c.syns, c.synAcks, c.server, c.client
		conn.FromClient.RTT.Min, conn.Opening.AckData = 4_468_000, c.ackData
		out := told(1000, conn)
		if title, _, _ := strings.Cut(out, "\n"); !strings.Contains(title, c.want) || c.want == "" && strings.Contains(title, "captured") {
			t.Errorf("%s: %q, want %q", c.name, title, c.want)
		}
	}
}
