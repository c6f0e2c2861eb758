package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		only  []uint64
		known uint64
		want  string
		all   bool
	}{
		{nil, 0, "", false},
		{[]uint64{1, 3}, 3, "", false},
		{[]uint64{999}, 3, "there is no connection 999: the capture has 3", true},
		{[]uint64{999, 3}, 3, "there is no connection 999: the capture has 3", false},
		{[]uint64{9, 8, 2}, 1, "there are no connections 2, 8, 9: the capture has 1", true},
		{[]uint64{9, 8, 7, 6}, 5000, "", false},
		{[]uint64{9, 8, 7, 6}, 0, "there are no connections 6, 7, 8, ...: the capture has none", true},
	} {
		only := map[uint64]bool{}
		for _, n := range c.only {
			only[n] = true
		}
		if got, all := Missing(only, c.known); got != c.want || all != c.all {
			t.Errorf("%v of %d: %q %t, want %q %t", c.only, c.known, got, all, c.want, c.all)
		}
	}
}

// TestNoneAskedFor wants every view for people to say that the connection does
// not exist, and not that nothing was captured.
func TestNoneAskedFor(t *testing.T) {
	for _, view := range append([]View{""}, Views...) {
		if view == ViewSummary {
			continue // it counts
		}
		for _, format := range []Format{FormatTable, FormatMarkdown} {
			o := Options{Format: format, Only: map[uint64]bool{999: true}, Style: prose.Style{Width: 100}}
			if view != "" {
				o.Views = []View{view}
			}
			in := sampleInput()
			in.Analysis.Connections = 3
			out := render(t, o, nil, []*analyze.Connection{reporttest.HalfClose(t)}, in)
			if !strings.Contains(out, "there is no connection 999: the capture has 3") {
				t.Errorf("%s, %s:\n%s", view, format, out)
			}
		}
	}
}
