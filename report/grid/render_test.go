package grid

import (
	"runtime"
	"strings"
	"testing"

	"tcpwatch/report/prose"
)

// cells makes a row of texts.
func cells(texts ...string) (row []Cell) {
	for _, s := range texts {
		row = append(row, Cell{Text: s})
	}
	return row
}

// TestRender: a table as it is written, the first rows and one that comes later.
func TestRender(t *testing.T) {
	name, count, note := Column{Header: "NAME"}, Column{Header: "COUNT", Right: true, Drop: 3}, Column{Header: "NOTE", Drop: 5}
	for _, c := range []struct {
		name    string
		width   int
		columns []Column
		rows    [][]Cell
		later   []Cell
		want    string
		noRoom  string
	}{
		{"all fits", 40, []Column{name, count, note}, [][]Cell{cells("a", "1", "x"), cells("bb", "22", "")}, cells("c", "3", "y"),
			"NAME  COUNT  NOTE\na         1  x\nbb       22  –\nc         3  y\n", ""},
		{"the least important goes", 16, []Column{name, count, note}, [][]Cell{cells("a", "1", "x")}, nil,
			"NAME  COUNT\na         1\n", "no room for NOTE"},
		{"without values", 40, []Column{name, count, {Header: "NOTE", HideEmpty: true}}, [][]Cell{cells("a", "1", "")}, nil,
			"NAME  COUNT\na         1\n", ""},
		{"a value later where none was", 40, []Column{name, count, {Header: "NOTE", HideEmpty: true}}, [][]Cell{cells("a", "1", "")}, cells("b", "2", "x"),
			"NAME  COUNT\na         1\nNAME b  COUNT 2  NOTE x\n", ""},
		{"a value later, and little room", 14, []Column{name, count, {Header: "NOTE", HideEmpty: true}}, [][]Cell{cells("a", "1", "")}, cells("b", "2", "x"),
			"NAME  COUNT\na         1\nNAME b\n  COUNT 2\n  NOTE x\n", ""},
		{"words go on", 18, []Column{name, {Header: "NOTE", Wrap: 5}}, [][]Cell{cells("a", "one two three")}, nil,
			"NAME  NOTE\na     one two\n      three\n", ""},
		{"below", 18, []Column{name, count, {Header: "NOTE", Below: true}}, [][]Cell{cells("a", "1", "one two three"), cells("b", "2", "")}, nil,
			"NAME  COUNT\na         1\n      one two\n      three\nb         2\n", ""},
		{"wider than any table", 12, []Column{name, {Header: "OTHER"}}, [][]Cell{cells("aaaaaaaaaa", "b")}, nil,
			"NAME\n    aaaaaaaa\n    aa\n  OTHER b\n", ""},
		{"later, and pushed", 14, []Column{name, {Header: "OTHER"}}, [][]Cell{cells("a", "b")}, cells("cccccccccc", "d"),
			"NAME  OTHER\na     b\ncccccccccc  d\n", ""},
		{"later, and too wide", 14, []Column{name, {Header: "OTHER"}}, [][]Cell{cells("a", "b")}, cells("cccccccccccc", "d"),
			"NAME  OTHER\na     b\nNAME\n    cccccccccc\n    cc\n  OTHER d\n", ""},
	} {
		g := &Grid{Style: &prose.Style{Width: c.width}, Columns: c.columns, Rows: c.rows}
		var b strings.Builder
		g.Fit(false)
		if err := g.Render(&b); err != nil {
			t.Fatal(err)
		}
		if c.later != nil {
			if err := g.WriteRow(&b, c.later); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.String(); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
		if got, _ := g.NoRoom(); got != c.noRoom {
			t.Errorf("%s: %q, want %q", c.name, got, c.noRoom)
		}
	}
}

// TestTablesInTurn: nothing of a table shows in the next one, and a table does not bring
// a drawer of its own.
func TestTablesInTurn(t *testing.T) {
	style := &prose.Style{Width: 60}
	render := func(right bool, rows ...[]Cell) string {
		g := &Grid{Style: style, Columns: []Column{{Header: "NAME"}, {Header: "COUNT", Right: right}, {Header: "NOTE"}}, Rows: rows}
		g.Fit(false)
		var b strings.Builder
		if err := g.Render(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	wide, long := cells("a long name", "123456789", "x"), strings.Repeat("-", 1<<16)
	for range 3 {
		for _, c := range []struct {
			got, want string
		}{
			{render(true, wide, cells("b", "1", "y")), "NAME             COUNT  NOTE\na long name  123456789  x\nb                    1  y\n"},
			{render(false, cells("b", "1", "y")), "NAME  COUNT  NOTE\nb     1      y\n"},
			{render(false), "NAME  COUNT  NOTE\n"},
		} {
			if c.got != c.want {
				t.Errorf("got\n%swant\n%s", c.got, c.want)
			}
		}
		style.Width = 1 << 17
		render(false, cells("a", "b", long))
		style.Width = 60
	}
	if d := drawers.Get().(*drawer); d.text.Len() > 0 || d.text.Cap() > 1<<16 {
		t.Errorf("a table leaves %d octets, and room for %d", d.text.Len(), d.text.Cap())
	}
	// The least of some: a Pool may forget a drawer, and does so at random where races are looked for.
	least := ^uint64(0)
	for range 16 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		render(false, cells("b", "1", "y"))
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	if least > 100<<10 {
		t.Errorf("a table allocates %d octets", least)
	}
}
