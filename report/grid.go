package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gap is the space between two columns. There are no other borders.
const gap = "  "

// gridColumn is a column of a table for people.
type gridColumn struct {
	header    string
	right     bool
	drop      uint8 // as in Column
	room      int
	hideEmpty bool
	// below columns move to a line of their own under each row when the table
	// is too wide, before any column is dropped.
	below bool
}

// cell is a finished cell: escaped text, "" where there is no value.
type cell struct {
	text string
	tone Tone
}

// grid is a table of which the widths are not yet, or already, fixed.
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
	records bool // even the columns that never give way are too wide
	under   int  // index of the column that stands under each row, plus 1
}

// displayWidth is how many columns a terminal needs for s.
func displayWidth(s string) int {
	if isClean(s) {
		return len(s)
	}
	return twwidth.Width(s)
}

// fit fixes widths so that no line is wider than the terminal: columns without
// any value go first if they may, then those that matter least. Rows that are
// too wide for any table become records; where these are most rows, all do.
// room tells whether more rows will come.
func (g *grid) fit(room bool) {
	g.fixed = true
	table := g.rows
	natural := g.natural(table, room)
	for g.mandatoryWidth(natural) > g.env.Width && len(table) > 0 {
		table = g.withoutWidest(table)
		natural = g.natural(table, room)
	}
	g.records = len(g.rows) > 0 && len(table) <= len(g.rows)/2 || g.mandatoryWidth(natural) > g.env.Width
	g.keep = g.keep[:0]
	for i := range g.columns {
		if natural[i] >= 0 {
			g.keep = append(g.keep, i)
		}
	}
	if g.lineWidth(natural) > g.env.Width {
		g.moveBelow()
	}
	for g.lineWidth(natural) > g.env.Width && g.dropOne() {
	}
	g.widths = nil
	for _, i := range g.keep {
		g.widths = append(g.widths, natural[i])
	}
}

// natural returns the width that each column needs, -1 for one to be hidden.
func (g *grid) natural(rows [][]cell, room bool) []int {
	natural := make([]int, len(g.columns))
	for i, c := range g.columns {
		natural[i] = displayWidth(c.header)
		if room {
			natural[i] = max(natural[i], c.room)
		}
		empty := true
		for _, r := range rows {
			natural[i] = max(natural[i], displayWidth(g.shown(r[i])))
			empty = empty && r[i].text == ""
		}
		if c.hideEmpty && empty {
			natural[i] = -1
		}
	}
	return natural
}

// mandatoryWidth is the width of a line of the columns that never give way.
func (g *grid) mandatoryWidth(natural []int) int {
	w := len(g.indent) - len(gap)
	for i, c := range g.columns {
		if c.drop == 0 && !c.below && natural[i] >= 0 {
			w += natural[i] + len(gap)
		}
	}
	return w
}

// withoutWidest returns the rows without those that need most in the columns
// that never give way.
func (g *grid) withoutWidest(rows [][]cell) [][]cell {
	need := make([]int, len(rows))
	most := 0
	for k, r := range rows {
		for i, c := range g.columns {
			if c.drop == 0 && !c.below {
				need[k] += displayWidth(r[i].text)
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

// dropOne gives up the column that matters least; of equals the last. It
// reports whether there was one.
func (g *grid) dropOne() bool {
	worst := -1
	for k, i := range g.keep {
		if d := g.columns[i].drop; d > 0 && (worst < 0 || d >= g.columns[g.keep[worst]].drop) {
			worst = k
		}
	}
	if worst < 0 {
		return false
	}
	g.dropped = append(g.dropped, g.columns[g.keep[worst]].header)
	g.keep = append(g.keep[:worst], g.keep[worst+1:]...)
	return true
}

// shown is the text of a cell as the table has it: a dash for no value.
func (g *grid) shown(c cell) string {
	if c.text == "" {
		return g.env.plain("–")
	}
	return c.text
}

// render writes the header and the rows gathered so far through tablewriter,
// or as records where they are too wide for any table.
func (g *grid) render(w io.Writer) error {
	if g.records {
		return g.streamAll(w, g.rows)
	}
	if g.under > 0 {
		if err := g.stream(w, g.headerRow()); err != nil {
			return err
		}
		return g.streamAll(w, g.rows)
	}
	var text bytes.Buffer
	table := tablewriter.NewTable(&text, g.options()...)
	table.Header(g.headerCells())
	// From the first row that does not fit on, rows are written by hand.
	fit := 0
	for ; fit < len(g.rows) && g.fits(g.rows[fit]); fit++ {
		r := g.rows[fit]
		line := make([]string, len(g.keep))
		for k, i := range g.keep {
			line[k] = g.env.paint(r[i].tone, g.shown(r[i]))
		}
		if err := table.Append(line); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	for line := range strings.Lines(text.String()) {
		line = strings.TrimRight(line, " \n")
		if _, err := io.WriteString(w, g.indent+line+"\n"); err != nil {
			return err
		}
	}
	return g.streamAll(w, g.rows[fit:])
}

func (g *grid) streamAll(w io.Writer, rows [][]cell) error {
	for _, r := range rows {
		if err := g.stream(w, r); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) headerCells() []string {
	cells := make([]string, len(g.keep))
	for k, i := range g.keep {
		cells[k] = g.env.paint(Strong, g.columns[i].header)
	}
	return cells
}

// options make tablewriter draw no lines, wrap nothing and keep the widths
// that fit has fixed (which for it include the padding).
func (g *grid) options() []tablewriter.Option {
	align := make(tw.Alignment, len(g.keep))
	widths := tw.NewMapper[int, int]()
	pads := make([]tw.Padding, len(g.keep))
	for k, i := range g.keep {
		align[k] = tw.AlignLeft
		if g.columns[i].right {
			align[k] = tw.AlignRight
		}
		pads[k] = tw.Padding{Right: gap, Overwrite: true}
		widths.Set(k, g.widths[k]+len(gap))
	}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft, PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: gap, Overwrite: true}, PerColumn: pads},
	}
	return []tablewriter.Option{
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells, Widths: tw.CellWidth{PerColumn: widths},
			Behavior: tw.Behavior{TrimSpace: tw.Off}}),
	}
}

// stream writes one row at the widths that are fixed, by hand: tablewriter
// costs some 20 µs a row. A row that does not fit is written as a record.
func (g *grid) stream(w io.Writer, row []cell) error {
	if g.records || !g.fits(row) {
		return g.record(w, row)
	}
	b := append([]byte(nil), g.indent...)
	for k, i := range g.keep {
		text := g.shown(row[i])
		space := g.widths[k] - displayWidth(text)
		if g.columns[i].right {
			b = appendSpaces(b, space)
		}
		b = append(b, g.env.paint(row[i].tone, text)...)
		if k < len(g.keep)-1 {
			if !g.columns[i].right {
				b = appendSpaces(b, space)
			}
			b = append(b, gap...)
		}
	}
	b = append(b, '\n')
	if g.under > 0 && row[g.under-1].text != "" {
		below := row[g.under-1]
		indent := len(g.indent) + g.widths[0] + len(gap)
		for _, line := range wrapWords(below.text, g.env.Width-indent, "") {
			b = appendSpaces(b, indent)
			b = append(b, g.env.paint(below.tone, line)...)
			b = append(b, '\n')
		}
	}
	_, err := w.Write(b)
	return err
}

// headerRow returns the headings as a row; the one of the column that stands
// below is left out.
func (g *grid) headerRow() []cell {
	row := make([]cell, len(g.columns))
	for i, c := range g.columns {
		if i+1 != g.under {
			row[i] = cell{c.header, Strong}
		}
	}
	return row
}

func appendSpaces(b []byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, ' ')
	}
	return b
}

// fits reports whether a row has the fixed widths and no value in a column that
// was hidden because it had been empty.
func (g *grid) fits(row []cell) bool {
	for k, i := range g.keep {
		if displayWidth(g.shown(row[i])) > g.widths[k] {
			return false
		}
	}
	for i, c := range g.columns {
		if c.hideEmpty && row[i].text != "" && !g.keeps(i) && !g.hasDropped(c.header) {
			return false
		}
	}
	return true
}

func (g *grid) keeps(column int) bool {
	for _, i := range g.keep {
		if i == column {
			return true
		}
	}
	return false
}

func (g *grid) hasDropped(header string) bool {
	for _, d := range g.dropped {
		if d == header {
			return true
		}
	}
	return false
}

// record writes a row as pairs of heading and value over several lines; only
// values are left out that are absent. Nothing is cut, and lines are broken
// between words only.
func (g *grid) record(w io.Writer, row []cell) error {
	var b strings.Builder
	b.WriteString(g.indent)
	used := len(g.indent)
	for i, c := range g.columns {
		if row[i].text == "" {
			continue
		}
		pair := c.header + " "
		n := len(pair) + displayWidth(row[i].text)
		switch {
		case used == len(g.indent):
		case used+len(gap)+n > g.env.Width:
			b.WriteString("\n" + g.indent + gap)
			used = len(g.indent) + len(gap)
		default:
			b.WriteString(gap)
			used += len(gap)
		}
		text := row[i].text
		if used+n > g.env.Width {
			indent := g.indent + gap + gap
			lines := wrapWords(text, g.env.Width-len(indent), "")
			for k := range lines {
				lines[k] = g.env.paint(row[i].tone, lines[k])
			}
			b.WriteString(g.env.paint(Strong, c.header) + "\n" + indent + strings.Join(lines, "\n"+indent))
			used = g.env.Width
			continue
		}
		b.WriteString(g.env.paint(Strong, c.header) + " " + g.env.paint(row[i].tone, text))
		used += n
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}
