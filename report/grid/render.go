package grid

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twcache"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"tcpwatch/report/prose"
)

// Render writes the header and the rows gathered so far through tablewriter, or
// as records if they are too wide for any table.
func (g *Grid) Render(w io.Writer) error {
	if g.records {
		return g.streamAll(w, g.Rows)
	}
	if g.under > 0 || g.wraps {
		if err := g.WriteRow(w, g.headerRow()); err != nil {
			return err
		}
		return g.streamAll(w, g.Rows)
	}
	d := drawers.Get().(*drawer)
	table := d.table.Options(g.options()...)
	table.Header(g.headerCells())
	// The first row that does not fit, and all after it, are written by
	// hand.
	fit := 0
	for ; fit < len(g.Rows) && g.fits(g.Rows[fit]); fit++ {
		r := g.Rows[fit]
		line := make([]string, len(g.keep))
		for k, i := range g.keep {
			text, _ := g.cut(k, r[i], g.widths[k])
			line[k] = g.Style.Paint(r[i].Tone, text)
		}
		if err := table.Append(line); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	for line := range strings.Lines(d.text.String()) {
		line = tidy(line)
		if _, err := io.WriteString(w, g.Indent+line+"\n"); err != nil {
			return err
		}
	}
	d.giveBack()
	return g.streamAll(w, g.Rows[fit:])
}

// drawer is a table of tablewriter's, which Grids use in turn: each that is made brings
// 400 KB for types that are no texts, of which there are none here.
type drawer struct {
	text  bytes.Buffer
	table *tablewriter.Table
}

var drawers = sync.Pool{New: func() any {
	d := &drawer{}
	d.table = tablewriter.NewTable(&d.text, tablewriter.WithStringerCacheCustom(twcache.NewLRU[reflect.Type, reflect.Value](1)))
	return d
}}

// giveBack leaves the drawer to the next Grid, empty. The text of a long table is
// not kept.
func (d *drawer) giveBack() {
	if d.text.Cap() > 1<<16 {
		return
	}
	d.text.Reset()
	d.table.Reset()
	drawers.Put(d)
}

// tidy removes what tablewriter leaves in a row: the spaces at its end, and a
// colour reset after the padding of each coloured cell.
func tidy(line string) string {
	var b strings.Builder
	colored := false
	for {
		i := strings.IndexByte(line, prose.ColorEnd[0])
		if i < 0 {
			return strings.TrimRight(b.String()+line, " \n")
		}
		b.WriteString(line[:i])
		line = line[i:]
		n := strings.IndexByte(line, 'm') + 1
		if n == 0 {
			n = 1 // not one of ours
		}
		end := line[:n] == prose.ColorEnd
		if !end || colored {
			b.WriteString(line[:n])
		}
		colored, line = !end, line[n:]
	}
}

func (g *Grid) streamAll(w io.Writer, rows [][]Cell) error {
	for _, r := range rows {
		if err := g.WriteRow(w, r); err != nil {
			return err
		}
	}
	return nil
}

func (g *Grid) headerCells() []string {
	cells := make([]string, len(g.keep))
	for k, i := range g.keep {
		cells[k] = g.Style.Paint(prose.Strong, g.Columns[i].Header)
	}
	return cells
}

// options make tablewriter draw no lines, wrap nothing and keep the widths
// that Fit has fixed (which for it include the padding).
func (g *Grid) options() []tablewriter.Option {
	align := make(tw.Alignment, len(g.keep))
	widths := tw.NewMapper[int, int]()
	pads := make([]tw.Padding, len(g.keep))
	for k, i := range g.keep {
		align[k] = tw.AlignLeft
		if g.Columns[i].Right {
			align[k] = tw.AlignRight
		}
		pads[k] = tw.Padding{Right: prose.Gap, Overwrite: true}
		widths.Set(k, g.widths[k]+len(prose.Gap))
	}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft, PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: prose.Gap, Overwrite: true}, PerColumn: pads},
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

// WriteRow writes one row at the fixed widths, without tablewriter, which costs some
// 20 µs a row. A row that does not fit the line is written as a record.
func (g *Grid) WriteRow(w io.Writer, row []Cell) error {
	if g.records || !g.lay(row) {
		return g.record(w, row)
	}
	b := append(g.line[:0], g.Indent...)
	for k, i := range g.keep {
		x := &g.laid[k]
		if g.Columns[i].Right {
			b = appendSpaces(b, x.space)
		}
		b = g.Style.AppendPainted(b, row[i].Tone, x.text)
		if k < len(g.keep)-1 {
			if !g.Columns[i].Right {
				b = appendSpaces(b, x.space)
			}
			b = append(b, prose.Gap...)
		}
	}
	b = append(b, '\n')
	b = g.appendMore(b, row)
	if g.under > 0 && row[g.under-1].Text != "" {
		below := row[g.under-1]
		indent := len(g.Indent) + g.widths[0] + len(prose.Gap)
		for _, line := range prose.Wrap(below.Text, g.Style.Width-indent, "") {
			b = appendSpaces(b, indent)
			b = g.Style.AppendPainted(b, below.Tone, prose.Unglue(line))
			b = append(b, '\n')
		}
	}
	g.line = b
	_, err := w.Write(b)
	return err
}

// headerRow returns the headings as a row, without that of the column that
// stands below.
func (g *Grid) headerRow() []Cell {
	row := make([]Cell, len(g.Columns))
	for i, c := range g.Columns {
		if i+1 != g.under {
			row[i] = Cell{c.Header, prose.Strong}
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

// fits reports whether a row has the fixed widths and no value in a hidden
// empty column.
func (g *Grid) fits(row []Cell) bool {
	for k, i := range g.keep {
		if text, _ := g.cut(k, row[i], g.widths[k]); prose.Width(text) > g.widths[k] {
			return false
		}
	}
	return g.nothingHidden(row)
}

// lay prepares the texts of a row in laid. A wide cell pushes those after it to the
// right, until one of them has room to spare: widths fixed by the first rows alone
// are too narrow for some. It reports whether the row fits the terminal.
func (g *Grid) lay(row []Cell) bool {
	g.laid = g.laid[:0]
	at, over := len(g.Indent), 0 // where the column begins; how far it is pushed
	for k, i := range g.keep {
		width := g.widths[k]
		if k == len(g.keep)-1 { // the rest of the line is free
			width = max(width, g.Style.Width-at) - over
		}
		text, more := g.cut(k, row[i], width)
		space := g.widths[k] - prose.Width(text) - over
		over = max(-space, 0)
		g.laid = append(g.laid, laid{text, more, space})
		at += g.widths[k] + len(prose.Gap)
	}
	return at-len(prose.Gap)+over <= g.Style.Width && g.nothingHidden(row)
}

// nothingHidden reports whether a row has no value in a hidden empty column.
func (g *Grid) nothingHidden(row []Cell) bool {
	for i, c := range g.Columns {
		if c.makesRecords() && row[i].Text != "" && !g.keeps(i) && !slices.Contains(g.dropped, c.Header) {
			return false
		}
	}
	return true
}

func (g *Grid) keeps(column int) bool { return slices.Contains(g.keep, column) }

// record writes a row as pairs of heading and value over several lines, without
// absent values. Nothing is cut, and lines are broken only between words.
func (g *Grid) record(w io.Writer, row []Cell) error {
	b := append(g.line[:0], g.Indent...)
	used := len(g.Indent)
	for i, c := range g.Columns {
		if row[i].Text == "" {
			continue
		}
		n := len(c.Header) + 1 + prose.Width(row[i].Text)
		switch {
		case used == len(g.Indent):
		case used+len(prose.Gap)+n > g.Style.Width:
			b = append(append(append(b, '\n'), g.Indent...), prose.Gap...)
			used = len(g.Indent) + len(prose.Gap)
		default:
			b = append(b, prose.Gap...)
			used += len(prose.Gap)
		}
		b = g.Style.AppendPainted(b, prose.Strong, c.Header)
		if used+n <= g.Style.Width {
			b = g.Style.AppendPainted(append(b, ' '), row[i].Tone, prose.Unglue(row[i].Text))
			used += n
			continue
		}
		for _, line := range prose.Wrap(row[i].Text, g.Style.Width-len(g.Indent+prose.Gap+prose.Gap), "") {
			b = append(append(append(append(b, '\n'), g.Indent...), prose.Gap...), prose.Gap...)
			b = g.Style.AppendPainted(b, row[i].Tone, prose.Unglue(line))
		}
		used = g.Style.Width
	}
	g.line = append(b, '\n')
	_, err := w.Write(g.line)
	return err
}
