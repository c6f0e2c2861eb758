package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
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
		{"a slow client", 1, 1, 0, 4_468_000, 1_000_049_000, "captured nearer the server (round trip to the server 4.47 ms, to the client 1.00 s)"},
		{"an ACK that came late, with payload", 1, 1, 10, 4_468_000, 1_000_049_000, "captured nearer the client (round trip to the server 4.47 ms, to the client 41.0 µs)"},
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

// TestVantageOfFIN: a FIN that completes the handshake came later than the round trip, if a filter
// left out the ACK before it.
func TestVantageOfFIN(t *testing.T) {
	for ack, said := range map[uint64]bool{3: true, 16: false} {
		c := reporttest.HalfClose(t)
		c.Opening.AckPacket, c.FromServer.RTT.Min = ack, -1
		c.Opening.RTTServer, c.Opening.RTTClient = 1_000, 1_000_000_000
		c.Closing.FinPackets = []uint64{16, 18}
		if !said {
			c.FromServer.RTT.Min = 1_000
		}
		var y tally
		y.add(c, nil)
		if got := strings.HasPrefix(tapOf(t, c), "captured nearer the server"); got != said {
			t.Errorf("packet %d: %q", ack, tapOf(t, c))
		}
		if _, _, of := y.taps.place(); of == 1 != said {
			t.Errorf("packet %d: %d handshakes place the tap", ack, of)
		}
	}
}

// TestVantageOfTwoTaps: of packets that were captured at two places no one place is said.
func TestVantageOfTwoTaps(t *testing.T) {
	for copies, want := range map[uint64]string{5: "captured nearer the client", 6: "captured nearer the client", 7: ""} {
		c := reporttest.HalfClose(t) // of 19 packets
		c.FromServer.DuplicatePackets = copies
		out := render(t, Options{Views: []View{ViewStory, ViewSummary}, Format: FormatTable, Style: prose.Style{Width: 1000}}, nil, []*analyze.Connection{c}, Input{})
		if title, _, _ := strings.Cut(out, "\n  times"); !strings.Contains(title, want) || want == "" && strings.Contains(title, "captured") {
			t.Errorf("%d copies: %q, want %q", copies, title, want)
		}
		if strings.Contains(out, "the tap probably stands") != (want != "") {
			t.Errorf("%d copies: %s", copies, out)
		}
	}
}

// TestVantageAsSummary wants the story to see the tap where the summary sees it.
func TestVantageAsSummary(t *testing.T) {
	c := reporttest.HalfClose(t)
	o := &c.Opening
	o.SynCount, o.SynAckCount = 1, 1
	for _, server := range []int64{-1, 0, 1e3, 39e3, 45e3, 50e3, 51e3, 90e3, 449e3, 450e3, 451e3, 500e3, 910e3, 999e3, 5e6} {
		for _, client := range []int64{-1, 0, 1e3, 39e3, 45e3, 50e3, 51e3, 90e3, 449e3, 450e3, 451e3, 500e3, 910e3, 999e3, 5e6} {
			o.RTTServer, o.RTTClient = server, client
			var p tapPlaces
			p.add(o)
			place, _, _ := p.place()
			want := map[string]string{"client": "captured nearer the client", "server": "captured nearer the server", "between": "captured between the ends"}[place]
			if got, _, _ := strings.Cut(tapOf(t, c), " ("); got != want {
				t.Errorf("%d ns to the server, %d to the client: %q, want %q", server, client, got, want)
			}
		}
	}
}
