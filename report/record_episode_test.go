package report

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/notable"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// sampleEpisodes are one of each end: a window that closes, is probed and opens
// again, and one that is shut when the capture ends.
var sampleEpisodes = []analyze.Episode{
	{Connection: 1, FromClient: true, Kind: analyze.EpisodeFull, End: analyze.EpisodeClosed, First: 87, Last: 89, Start: reporttest.Start + 41e6, Stop: reporttest.Start + 89e6, Answers: 1},
	{Connection: 1, FromClient: true, Kind: analyze.EpisodeZero, End: analyze.EpisodeReopened, First: 89, Last: 1097, Start: reporttest.Start + 89e6, Stop: reporttest.Start + 3989e6,
		Probes: 4, Answers: 3, Window: 64512},
	{Connection: 3, Kind: analyze.EpisodeZero, First: 12, Start: reporttest.Start + 5e9, Stop: reporttest.Start + 65e9, Probes: 7, Answers: 7},
}

func TestTapPlaces(t *testing.T) {
	for _, c := range []struct {
		places        tapPlaces
		name, summary string
	}{
		{tapPlaces{}, "", ""},
		{tapPlaces{client: 8, server: 1, between: 1}, "client", "the tap probably stands at the clients, by the split of the round trip in 8 of 10 handshakes"},
		{tapPlaces{client: 7, server: 2, between: 1}, "", "where the tap stands differs: at the client in 7, at the server in 2, between in 1 of 10 handshakes"},
		{tapPlaces{client: 2, between: 1}, "", "where the tap stands differs: at the client in 2, between in 1 of 3 handshakes"},
		{tapPlaces{server: 1}, "server", "the tap probably stands at the server, by the split of the round trip in one handshake"},
		{tapPlaces{between: 1}, "between", "the tap probably stands between client and server, by the split of the round trip in one handshake"},
		{tapPlaces{between: 4}, "between", "the tap probably stands between clients and servers, by the split of the round trip in 4 of 4 handshakes"},
	} {
		if name, _, _ := c.places.place(); name != c.name || prose.Unglue(tapText(&c.places, c.places.client+c.places.server+c.places.between)) != c.summary {
			t.Errorf("%+v: %q, %q", c.places, name, prose.Unglue(tapText(&c.places, c.places.client+c.places.server+c.places.between)))
		}
	}
	var p tapPlaces
	for _, o := range []analyze.Opening{
		{SynCount: 1, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6},
		{SynCount: 1, SynAckCount: 1, RTTServer: 1e6, RTTClient: 10e6},
		{SynCount: 1, SynAckCount: 1, RTTServer: 2e6, RTTClient: 10e6},
		{SynCount: 2, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6},              // which SYN was answered is not certain
		{SynCount: 1, SynAckCount: 1, RTTServer: 1e6, RTTClient: 10e6, AckData: 10}, // the bare ACK may be lost, or left out
		{SynCount: 1, SynAckCount: 1, RTTServer: 400e3, RTTClient: 10e3},
		{SynCount: 1, SynAckCount: 1, RTTServer: -1, RTTClient: 1e6},
	} {
		o.Outcome = analyze.OpeningComplete
		p.add(&o)
	}
	if p != (tapPlaces{1, 1, 1}) {
		t.Errorf("places %+v", p)
	}
}

// TestMostlyCopies: a capture that holds most packets twice says so.
func TestMostlyCopies(t *testing.T) {
	for _, c := range []struct {
		copies, packets uint64
		want            bool
	}{{0, 0, false}, {50, 100, true}, {34, 100, true}, {33, 100, false}, {0, 9, false}} {
		var y tally
		y.client.DuplicatePackets, y.server.Packets = c.copies, c.packets
		if mostlyCopies(&y) != c.want {
			t.Errorf("%d copies of %d packets: %t", c.copies, c.packets, !c.want)
		}
	}
	for copies, want := range map[uint64]string{50: "most packets twice (", 51: "most packets twice or more often ("} {
		var y tally
		var s summarySection
		y.client.DuplicatePackets, y.client.Packets = copies, 100
		if qualityItems(&s, &Input{}, &y); !strings.Contains(s.items[0].text, want) {
			t.Errorf("%d copies of 100 packets: %s", copies, s.items[0].text)
		}
	}
}

// TestQualityNames wants every doubt about the capture to be a sentence.
func TestQualityNames(t *testing.T) {
	var y tally
	y.labels[label.AckUnseen], y.labels[label.LargeSegment], y.labels[label.BadChecksum], y.labels[label.ChecksumOffload] = 1, 2, 3, 4
	y.oneWay, y.opened[analyze.OpeningMidstream] = 5, 6
	in := Input{Interfaces: []Interface{{Packets: 1}, {Packets: 1}, {}}}
	var s summarySection
	qualityItems(&s, &in, &y)
	got := map[uint64]bool{}
	for _, i := range s.items {
		got[i.n] = true
	}
	for n := range uint64(7) {
		if !got[n] && n != 5 {
			t.Errorf("nothing counts %d: %+v", n, s.items)
		}
	}
	if len(s.items) != 7 {
		t.Errorf("%d sentences, want 7: %+v", len(s.items), s.items)
	}
}

// TestDecisive: a verdict that no outcome shows brings a connection into the
// list, and the list says it.
func TestDecisive(t *testing.T) {
	v := verdict.Verdict{ID: verdict.AcceptQueueFull, Confidence: verdict.Likely}
	v.Items[0], v.Len = verdict.Item{Why: verdict.ListenerAccepts}, 1
	c := reporttest.HalfClose(t)
	c.Closing.HalfClosedFor = 0
	var n notable.List
	n.Add(c, nil)
	n.Add(c, []verdict.Verdict{{ID: verdict.SlowSyn, Confidence: verdict.Certain}})
	if rows, _ := n.Shown(); len(rows) != 0 {
		t.Fatalf("%d rows without a reason", len(rows))
	}
	n.Add(c, []verdict.Verdict{v})
	rows, _ := n.Shown()
	if len(rows) != 1 || rows[0].Reason.String() != "found in the opening or a RST" ||
		rows[0].Why != "ACCEPT-QUEUE-FULL (likely): connections to this address and port that began before it go on meanwhile" {
		t.Errorf("rows %+v", rows)
	}
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
		out := render(t, Options{Views: []View{ViewSummary}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, list[:n], Input{})
		if want := "SYN flood at 10.0.0.99:9: 120 in SYN-RECEIVED at one time, 0 of 120 attempts completed"; strings.Contains(out, want) != (n == 120) {
			t.Errorf("%d half-open connections:\n%s", n, out)
		}
		m := decoded(t, render(t, Options{Views: []View{ViewSummary}, Format: FormatJSON}, nil, list[:n], Input{}))
		if got := len(m["syn_floods"].([]any)); got != n/120 {
			t.Errorf("%d half-open connections: %d floods", n, got)
		}
		out = render(t, Options{Views: []View{ViewListeners}, Format: FormatCSV}, nil, list[:n], Input{})
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
	out := render(t, Options{Views: []View{ViewListeners}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, list, Input{})
	if !strings.Contains(out, "256 listeners with the fewest attempts not shown (256 attempts): at most 1,024 are remembered") {
		t.Error(out[max(0, len(out)-300):])
	}
}
