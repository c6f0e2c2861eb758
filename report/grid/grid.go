package grid

import (
	"slices"

	"tcpwatch/report/prose"
)

// mustShow is the highest Drop of a hidden empty column that turns a later row
// with a value into a record.
const mustShow = 2

// Column is a column of a table for people.
type Column struct {
	Header string
	Right  bool // its texts are aligned to the right
	// Drop orders the columns that are dropped if lines are too wide: the highest
	// goes first, 0 never goes.
	Drop uint8
	// Room is the least width of a column that is wrapped, and the width that is
	// reserved for later rows if more rows will come.
	Room int
	// HideEmpty leaves the column out if no row has a value, Nothing being as good
	// as none.
	HideEmpty bool
	Nothing   string
	// Pair columns stay or go together with the one before them.
	Pair bool
	// Shorten is for endpoints: the middles of their IPv6 addresses are dropped
	// before columns of that Drop and lower ones; 0: never.
	Shorten uint8
	// Wrap is the same for words, which continue on the next line.
	Wrap uint8
	// Below columns move to a line of their own under each row if the table
	// is too wide, before any column is dropped.
	Below bool
}

// empty reports whether a cell does not keep its column from being hidden.
func (c *Column) empty(x Cell) bool { return x.Text == "" || x.Text == c.Nothing }

// makesRecords reports whether a later row with a value becomes a record if the
// column was hidden because it was empty.
func (c *Column) makesRecords() bool {
	return c.HideEmpty && c.Drop <= mustShow && c.Nothing == ""
}

// Cell is a finished cell: escaped text, in ASCII where the Style wants that; "" if
// there is no value.
type Cell struct {
	Text string
	Tone prose.Tone
}

// Grid is a table. Rows are gathered in Rows until Fit has fixed the widths; Render
// writes them, and WriteRow those that come later.
type Grid struct {
	Style *prose.Style // its Width is taken as it is; what is not laid out yet follows it
	// Addresses are those shown in the same output; nil: only this table shows any.
	Addresses *Addresses
	Indent    string // before every line
	Columns   []Column
	Rows      [][]Cell // a cell for each column; may be given up after Render

	// Fixed by Fit.
	fixed   bool
	keep    []int // indices of the columns that are shown
	widths  []int // of keep
	dropped []string
	records bool     // even the columns that never give way are too wide
	under   int      // index of the column that stands under each row, plus 1
	sample  [][]Cell // the rows that the widths are for
	// wraps is set if a column is too narrow for one of its texts.
	wraps bool
	// shortened is set if an endpoint was shown without the middle of its
	// address.
	shortened bool

	line []byte // of the row that is being written
	laid []laid // its cells
}

// Fit fixes widths so that no line is wider than the terminal: columns without any value go first
// if they may, then the least important ones, and in between texts are wrapped and addresses lose
// their middles. Rows that are too wide for any table become records; if these are most rows, all
// do. room says whether more rows will come.
func (g *Grid) Fit(room bool) {
	g.fixed, g.sample = true, g.Rows
	if g.Addresses == nil {
		g.Addresses = &Addresses{}
	}
	g.meetAddresses()
	natural := g.natural(g.sample, room)
	for g.mandatoryWidth(g.least(natural)) > g.Style.Width && len(g.sample) > 0 {
		g.sample = g.withoutWidest(g.sample)
		natural = g.natural(g.sample, room)
	}
	g.records = len(g.Rows) > 0 && len(g.sample) <= len(g.Rows)/2 || g.mandatoryWidth(g.least(natural)) > g.Style.Width
	g.keep = g.keep[:0]
	for i := range g.Columns {
		if natural[i] >= 0 {
			g.keep = append(g.keep, i)
		}
	}
	if g.lineWidth(natural) > g.Style.Width {
		g.moveBelow()
	}
	widths := g.giveWay(natural)
	g.sample, g.widths = nil, nil
	for _, i := range g.keep {
		g.widths = append(g.widths, widths[i])
		g.wraps = g.wraps || g.Columns[i].Wrap > 0 && widths[i] < natural[i]
	}
}

// natural returns the width that each column needs, -1 for hidden ones.
func (g *Grid) natural(rows [][]Cell, room bool) []int {
	natural := make([]int, len(g.Columns))
	for i, c := range g.Columns {
		natural[i] = prose.Width(c.Header)
		if room {
			natural[i] = max(natural[i], c.Room)
		}
		empty := true
		for _, r := range rows {
			natural[i] = max(natural[i], prose.Width(g.shown(r[i])))
			empty = empty && c.empty(r[i])
		}
		// If rows will follow, only those columns are hidden that turn a later
		// row into a record; the others may still get a value.
		if c.HideEmpty && empty && (!room || c.makesRecords()) {
			natural[i] = -1
		}
	}
	return natural
}

// mandatoryWidth is the width of a line of the columns that are never dropped.
func (g *Grid) mandatoryWidth(natural []int) int {
	w := len(g.Indent) - len(prose.Gap)
	for i, c := range g.Columns {
		if c.Drop == 0 && !c.Below && natural[i] >= 0 {
			w += natural[i] + len(prose.Gap)
		}
	}
	return w
}

// withoutWidest returns the rows without those that need the most width in the
// columns that are never dropped.
func (g *Grid) withoutWidest(rows [][]Cell) [][]Cell {
	need := make([]int, len(rows))
	most := 0
	for k, r := range rows {
		for i, c := range g.Columns {
			if c.Drop == 0 && !c.Below {
				need[k] += g.leastCell(i, r[i])
			}
		}
		most = max(most, need[k])
	}
	var rest [][]Cell
	for k, r := range rows {
		if need[k] < most {
			rest = append(rest, r)
		}
	}
	return rest
}

func (g *Grid) lineWidth(natural []int) int {
	w := len(g.Indent) + len(prose.Gap)*(len(g.keep)-1)
	for _, i := range g.keep {
		w += natural[i]
	}
	return w
}

func (g *Grid) moveBelow() {
	for k, i := range g.keep {
		if g.Columns[i].Below {
			g.under = i + 1
			g.keep = append(g.keep[:k], g.keep[k+1:]...)
			return
		}
	}
}

// worst returns the place in keep of the least important column, the last among
// equals; -1 if none may go.
func (g *Grid) worst() int {
	worst := -1
	for k, i := range g.keep {
		if d := g.Columns[i].Drop; d > 0 && (worst < 0 || d >= g.Columns[g.keep[worst]].Drop) {
			worst = k
		}
	}
	return worst
}

// takeBack shows columns of that Drop or lower again for which there is room after
// all, because a wide one was dropped later.
func (g *Grid) takeBack(gone, widths []int, most uint8) {
	for _, i := range slices.Backward(gone) {
		if g.Columns[i].Drop > most || g.keeps(i) {
			continue
		}
		before := slices.Clone(g.keep)
		g.keep = append(g.keep, i)
		if p := g.partner(i); slices.Contains(gone, p) {
			g.keep = append(g.keep, p)
		}
		slices.Sort(g.keep)
		if g.lineWidth(widths) > g.Style.Width {
			g.keep = before
		}
	}
}

// shown is the text of a cell as the table has it: a dash for no value.
func (g *Grid) shown(c Cell) string {
	if c.Text == "" {
		return g.Style.Plain("–")
	}
	return c.Text
}
