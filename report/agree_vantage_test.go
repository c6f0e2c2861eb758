package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

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
		if got := strings.HasPrefix(tapOf(t, c), "captured nearer the server"); got != said {
			t.Errorf("packet %d: %q", ack, tapOf(t, c))
		}
		var s struct {
			Quality struct {
				Handshakes map[string]int `json:"tap_handshakes"`
			}
		}
		if counted(t, c, &s); s.Quality.Handshakes["server"] == 1 != said {
			t.Errorf("packet %d: %+v place the tap", ack, s)
		}
	}
}

// TestVantageOfTwoTaps: of packets that were captured at two places no one place is said.
func TestVantageOfTwoTaps(t *testing.T) {
	for copies, want := range map[uint64]string{5: "captured nearer the client", 6: "captured nearer the client", 7: ""} {
		c := reporttest.HalfClose(t) // of 19 packets
		c.FromServer.DuplicatePackets = copies
		out := render(t, Options{Views: []View{ViewStory, ViewSummary}, Format: FormatTable, Style: prose.Style{Width: 1000}}, nil, []*analyze.Connection{c}, summary.Input{})
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
			var s struct{ Quality struct{ Tap string } }
			counted(t, c, &s)
			want := map[string]string{"client": "captured nearer the client", "server": "captured nearer the server", "between": "captured between the ends"}[s.Quality.Tap]
			if got, _, _ := strings.Cut(tapOf(t, c), " ("); got != want {
				t.Errorf("%d ns to the server, %d to the client: %q, want %q", server, client, got, want)
			}
		}
	}
}
