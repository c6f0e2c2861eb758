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
