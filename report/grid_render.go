package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"tcpwatch/report/prose"
)

// render writes the header and the rows gathered so far through tablewriter, or
// as records if they are too wide for any table.
func (g *grid) render(w io.Writer) error {
	if g.records {
		return g.streamAll(w, g.rows)
	}
	if g.under > 0 || g.wraps {
		if err := g.stream(w, g.headerRow()); err != nil {
			return err
		}
		return g.streamAll(w, g.rows)
	}
	var text bytes.Buffer
	table := tablewriter.NewTable(&text, g.options()...)
	table.Header(g.headerCells())
	// The first row that does not fit, and all after it, are written by
	// hand.
	fit := 0
	for ; fit < len(g.rows) && g.fits(g.rows[fit]); fit++ {
		r := g.rows[fit]
		line := make([]string, len(g.keep))
		for k, i := range g.keep {
			text, _ := g.cut(k, r[i], g.widths[k])
			line[k] = g.env.Paint(r[i].tone, text)
		}
		if err := table.Append(line); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	if err := table.Render(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	for line := range strings.Lines(text.String()) {
		line = tidy(line)
		if _, err := io.WriteString(w, g.indent+line+"\n"); err != nil {
			return err
		}
	}
	return g.streamAll(w, g.rows[fit:])
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
		cells[k] = g.env.Paint(prose.Strong, g.columns[i].header)
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

// stream writes one row at the fixed widths, without tablewriter, which costs some
// 20 µs a row. A row that does not fit the line is written as a record.
func (g *grid) stream(w io.Writer, row []cell) error {
	if g.records || !g.lay(row) {
		return g.record(w, row)
	}
	b := append(g.line[:0], g.indent...)
	for k, i := range g.keep {
		x := &g.laid[k]
		if g.columns[i].right {
			b = appendSpaces(b, x.space)
		}
		b = g.env.AppendPainted(b, row[i].tone, x.text)
		if k < len(g.keep)-1 {
			if !g.columns[i].right {
				b = appendSpaces(b, x.space)
			}
			b = append(b, gap...)
		}
	}
	b = append(b, '\n')
	b = g.appendMore(b, row)
	if g.under > 0 && row[g.under-1].text != "" {
		below := row[g.under-1]
		indent := len(g.indent) + g.widths[0] + len(gap)
		for _, line := range prose.Wrap(below.text, g.env.Width-indent, "") {
			b = appendSpaces(b, indent)
			b = g.env.AppendPainted(b, below.tone, prose.Unglue(line))
			b = append(b, '\n')
		}
	}
	g.line = b
	_, err := w.Write(b)
	return err
}

// headerRow returns the headings as a row, without that of the column that
// stands below.
func (g *grid) headerRow() []cell {
	row := make([]cell, len(g.columns))
	for i, c := range g.columns {
		if i+1 != g.under {
			row[i] = cell{c.header, prose.Strong}
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
func (g *grid) fits(row []cell) bool {
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
func (g *grid) lay(row []cell) bool {
	g.laid = g.laid[:0]
	at, over := len(g.indent), 0 // where the column begins; how far it is pushed
	for k, i := range g.keep {
		width := g.widths[k]
		if k == len(g.keep)-1 { // the rest of the line is free
			width = max(width, g.env.Width-at) - over
		}
		text, more := g.cut(k, row[i], width)
		space := g.widths[k] - prose.Width(text) - over
		over = max(-space, 0)
		g.laid = append(g.laid, laid{text, more, space})
		at += g.widths[k] + len(gap)
	}
	return at-len(gap)+over <= g.env.Width && g.nothingHidden(row)
}

// nothingHidden reports whether a row has no value in a hidden empty column.
func (g *grid) nothingHidden(row []cell) bool {
	for i, c := range g.columns {
		if c.makesRecords() && row[i].text != "" && !g.keeps(i) && !slices.Contains(g.dropped, c.header) {
			return false
		}
	}
	return true
}

func (g *grid) keeps(column int) bool { return slices.Contains(g.keep, column) }

// record writes a row as pairs of heading and value over several lines, without
// absent values. Nothing is cut, and lines are broken only between words.
func (g *grid) record(w io.Writer, row []cell) error {
	b := append(g.line[:0], g.indent...)
	used := len(g.indent)
	for i, c := range g.columns {
		if row[i].text == "" {
			continue
		}
		n := len(c.header) + 1 + prose.Width(row[i].text)
		switch {
		case used == len(g.indent):
		case used+len(gap)+n > g.env.Width:
			b = append(append(append(b, '\n'), g.indent...), gap...)
			used = len(g.indent) + len(gap)
		default:
			b = append(b, gap...)
			used += len(gap)
		}
		b = g.env.AppendPainted(b, prose.Strong, c.header)
		if used+n <= g.env.Width {
			b = g.env.AppendPainted(append(b, ' '), row[i].tone, prose.Unglue(row[i].text))
			used += n
			continue
		}
		for _, line := range prose.Wrap(row[i].text, g.env.Width-len(g.indent+gap+gap), "") {
			b = append(append(append(append(b, '\n'), g.indent...), gap...), gap...)
			b = g.env.AppendPainted(b, row[i].tone, prose.Unglue(line))
		}
		used = g.env.Width
	}
	g.line = append(b, '\n')
	_, err := w.Write(g.line)
	return err
}
