package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestAutoView tells stories while there are few connections, and summarises
// from then on.
func TestAutoView(t *testing.T) {
	for n := 0; n <= storyMost+1; n++ {
		var cs []*analyze.Connection
		for range n {
			cs = append(cs, reporttest.HalfClose(t))
		}
		out := render(t, Options{Format: FormatTable}, nil, cs, sampleInput())
		stories := strings.Count(out, "HANDSHAKE")
		want := n
		if n > storyMost {
			want = 0
		}
		if stories != want || strings.Contains(out, "OPENED") != (n > storyMost) {
			t.Errorf("%d connections: %d stories\n%s", n, stories, out)
		}
	}
}

// TestChosenHeadline: a summary of some connections says so.
func TestChosenHeadline(t *testing.T) {
	in := sampleInput()
	in.Analysis.Connections = 5
	o := Options{Format: FormatTable, Views: []View{ViewSummary}, Only: map[uint64]bool{1: true}, Style: prose.Style{Width: 200}}
	c := reporttest.HalfClose(t)
	if out := render(t, o, nil, []*analyze.Connection{c}, in); !strings.Contains(out, "1 of 5 connections (--connection)") {
		t.Errorf("%s", out)
	}
}

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
