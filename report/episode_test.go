package report

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// sampleEpisodes are one of each end: a window that closes, is probed and opens
// again, and one that is shut when the capture ends.
var sampleEpisodes = []analyze.Episode{
	{Connection: 1, FromClient: true, Kind: analyze.EpisodeFull, End: analyze.EpisodeClosed, First: 87, Last: 89, Start: reporttest.Start + 41e6, Stop: reporttest.Start + 89e6, Answers: 1},
	{Connection: 1, FromClient: true, Kind: analyze.EpisodeZero, End: analyze.EpisodeReopened, First: 89, Last: 1097, Start: reporttest.Start + 89e6, Stop: reporttest.Start + 3989e6,
		Probes: 4, Answers: 3, Window: 64512},
	{Connection: 3, Kind: analyze.EpisodeZero, First: 12, Start: reporttest.Start + 5e9, Stop: reporttest.Start + 65e9, Probes: 7, Answers: 7},
}

// TestFlood: a SYN flood is named in every form of the summary.
func TestFlood(t *testing.T) {
	var list []*analyze.Connection
	for i := range 120 {
		c := reporttest.Unanswered(t)
		c.Number, c.Client = uint64(i+1), netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i), 1}), 4000)
		c.Start = reporttest.Start + int64(i)*1e6
		c.Opening.Outcome, c.Opening.ICMPPacket, c.Opening.SynAckCount = analyze.OpeningHalfOpen, 0, 1
		c.Steps = []analyze.Step{{Packet: 1, Time: c.Start, FromClient: true, Phase: reporttest.Label(t, "SYN")}, {Packet: 2, Time: c.Start + 1, Phase: reporttest.Label(t, "SYN-ACK")}}
		list = append(list, c)
	}
	for _, n := range []int{120, 90} {
		out := render(t, Options{Views: []View{ViewSummary}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, list[:n], summary.Input{})
		if want := "SYN flood at 10.0.0.99:9: 120 in SYN-RECEIVED at one time, 0 of 120 attempts completed"; strings.Contains(out, want) != (n == 120) {
			t.Errorf("%d half-open connections:\n%s", n, out)
		}
		m := decoded(t, render(t, Options{Views: []View{ViewSummary}, Format: FormatJSON}, nil, list[:n], summary.Input{}))
		if got := len(m["syn_floods"].([]any)); got != n/120 {
			t.Errorf("%d half-open connections: %d floods", n, got)
		}
		out = render(t, Options{Views: []View{ViewListeners}, Format: FormatCSV}, nil, list[:n], summary.Input{})
		if strings.Contains(out, "SYN flood") != (n == 120) {
			t.Errorf("%d half-open connections:\n%s", n, out)
		}
	}
}

// TestListenersLeftOut: what the view does not show is said.
func TestListenersLeftOut(t *testing.T) {
	var list []*analyze.Connection
	for i := range 1025 {
		c := reporttest.Refused6(t)
		c.Number, c.Server = uint64(i+1), netip.AddrPortFrom(c.Server.Addr(), uint16(i))
		list = append(list, c)
	}
	out := render(t, Options{Views: []View{ViewListeners}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, list, summary.Input{})
	if !strings.Contains(out, "256 listeners with the fewest attempts not shown (256 attempts): at most 1,024 are remembered") {
		t.Error(out[max(0, len(out)-300):])
	}
}
