package grid

import (
	"testing"

	"tcpwatch/report/prose"
)

// TestGoneGivesNoRoom: text that is wrapped makes room for a column that matters less
// than it, whatever narrower columns are gone as well.
func TestGoneGivesNoRoom(t *testing.T) {
	g := &Grid{Style: &prose.Style{Width: 20}, Columns: []Column{{Header: "TEXT", Wrap: 5}, {Header: "ADDRESS", Shorten: 4, Drop: 4}, {Header: "NUMBER", Drop: 5}},
		Rows: [][]Cell{{{Text: "one two six ten, all"}, {Text: "[2001:db8:1234:5678:9abc:def0:1234:5678]:60123"}, {Text: "7"}}}}
	if g.Fit(false); len(g.keep) != 2 || g.keep[1] != 2 || g.widths[0] != 20-len(prose.Gap)-len("NUMBER") {
		t.Errorf("columns %v are shown in widths %v; want the text and the number in all 20", g.keep, g.widths)
	}
}
