package report

import (
	"slices"

	"tcpwatch/report/prose"
)

// gap is the space between two columns. There are no other borders.
const gap = "  "

// mustShow is the highest Drop of a hidden empty column that turns a later row
// with a value into a record.
const mustShow = 2

// gridColumn is a column of a table for people.
type gridColumn struct {
	header    string
	right     bool
	drop      uint8 // as in Column
	room      int
	hideEmpty bool
	nothing   string // as in Column
	pair      bool   // as in Column
	shorten   uint8  // as in Column
	wrap      uint8  // as in Column
	// below columns move to a line of their own under each row if the table
	// is too wide, before any column is dropped.
	below bool
}

// empty reports whether a cell does not keep its column from being hidden.
func (c *gridColumn) empty(x cell) bool { return x.text == "" || x.text == c.nothing }

// makesRecords reports whether a later row with a value becomes a record if the
// column was hidden because it was empty.
func (c *gridColumn) makesRecords() bool {
	return c.hideEmpty && c.drop <= mustShow && c.nothing == ""
}

// cell is a finished cell: escaped text, "" if there is no value.
type cell struct {
	text string
	tone prose.Tone
}

// grid is a table whose widths may not be fixed yet.
type grid struct {
	env     *env
	indent  string
	columns []gridColumn
	rows    [][]cell

	// Fixed by fit.
	fixed   bool
	keep    []int // indices of the columns that are shown
	widths  []int // of keep
	dropped []string
	records bool     // even the columns that never give way are too wide
	under   int      // index of the column that stands under each row, plus 1
	sample  [][]cell // the rows that the widths are for
	// wraps is set if a column is too narrow for one of its texts.
	wraps bool
	// shortened is set if an endpoint was shown without the middle of its
	// address.
	shortened bool

	line []byte // of the row that is being written
	laid []laid // its cells
}

// fit fixes widths so that no line is wider than the terminal: columns without any value go first
// if they may, then the least important ones, and in between texts are wrapped and addresses lose
// their middles. Rows that are too wide for any table become records; if these are most rows, all
// do. room says whether more rows will come.
func (g *grid) fit(room bool) {
	g.fixed, g.sample = true, g.rows
	g.meetAddresses()
	natural := g.natural(g.sample, room)
	for g.mandatoryWidth(g.least(natural)) > g.env.Width && len(g.sample) > 0 {
		g.sample = g.withoutWidest(g.sample)
		natural = g.natural(g.sample, room)
	}
	g.records = len(g.rows) > 0 && len(g.sample) <= len(g.rows)/2 || g.mandatoryWidth(g.least(natural)) > g.env.Width
	g.keep = g.keep[:0]
	for i := range g.columns {
		if natural[i] >= 0 {
			g.keep = append(g.keep, i)
		}
	}
	if g.lineWidth(natural) > g.env.Width {
		g.moveBelow()
	}
	widths := g.giveWay(natural)
	g.sample, g.widths = nil, nil
	for _, i := range g.keep {
		g.widths = append(g.widths, widths[i])
		g.wraps = g.wraps || g.columns[i].wrap > 0 && widths[i] < natural[i]
	}
}

// natural returns the width that each column needs, -1 for hidden ones.
func (g *grid) natural(rows [][]cell, room bool) []int {
	natural := make([]int, len(g.columns))
	for i, c := range g.columns {
		natural[i] = prose.Width(c.header)
		if room {
			natural[i] = max(natural[i], c.room)
		}
		empty := true
		for _, r := range rows {
			natural[i] = max(natural[i], prose.Width(g.shown(r[i])))
			empty = empty && c.empty(r[i])
		}
		// If rows will follow, only those columns are hidden that turn a later
		// row into a record; the others may still get a value.
		if c.hideEmpty && empty && (!room || c.makesRecords()) {
			natural[i] = -1
		}
	}
	return natural
}

// mandatoryWidth is the width of a line of the columns that are never dropped.
func (g *grid) mandatoryWidth(natural []int) int {
	w := len(g.indent) - len(gap)
	for i, c := range g.columns {
		if c.drop == 0 && !c.below && natural[i] >= 0 {
			w += natural[i] + len(gap)
		}
	}
	return w
}

// withoutWidest returns the rows without those that need the most width in the
// columns that are never dropped.
func (g *grid) withoutWidest(rows [][]cell) [][]cell {
	need := make([]int, len(rows))
	most := 0
	for k, r := range rows {
		for i, c := range g.columns {
			if c.drop == 0 && !c.below {
				need[k] += g.leastCell(i, r[i])
			}
		}
		most = max(most, need[k])
	}
	var rest [][]cell
	for k, r := range rows {
		if need[k] < most {
			rest = append(rest, r)
		}
	}
	return rest
}

func (g *grid) lineWidth(natural []int) int {
	w := len(g.indent) + len(gap)*(len(g.keep)-1)
	for _, i := range g.keep {
		w += natural[i]
	}
	return w
}

func (g *grid) moveBelow() {
	for k, i := range g.keep {
		if g.columns[i].below {
			g.under = i + 1
			g.keep = append(g.keep[:k], g.keep[k+1:]...)
			return
		}
	}
}

// worst returns the place in keep of the least important column, the last among
// equals; -1 if none may go.
func (g *grid) worst() int {
	worst := -1
	for k, i := range g.keep {
		if d := g.columns[i].drop; d > 0 && (worst < 0 || d >= g.columns[g.keep[worst]].drop) {
			worst = k
		}
	}
	return worst
}

// takeBack shows columns of that Drop or lower again for which there is room after
// all, because a wide one was dropped later.
func (g *grid) takeBack(gone, widths []int, most uint8) {
	for _, i := range slices.Backward(gone) {
		if g.columns[i].drop > most || g.keeps(i) {
			continue
		}
		before := slices.Clone(g.keep)
		g.keep = append(g.keep, i)
		if p := g.partner(i); slices.Contains(gone, p) {
			g.keep = append(g.keep, p)
		}
		slices.Sort(g.keep)
		if g.lineWidth(widths) > g.env.Width {
			g.keep = before
		}
	}
}

// shown is the text of a cell as the table has it: a dash for no value.
func (g *grid) shown(c cell) string {
	if c.text == "" {
		return g.env.Plain("–")
	}
	return c.text
}
