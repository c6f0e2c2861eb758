package report

import (
	"io"

	"tcpwatch/report/escape"
	"tcpwatch/report/grid"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// sampleRows is how many rows a table looks at before it fixes its widths. It
// bounds the memory of a table; later rows are written as they come.
const sampleRows = 512

// tableWriter writes a view as a table for a terminal.
type tableWriter[T any] struct {
	w        io.Writer
	env      *env
	view     *rowView[T]
	columns  []*Column[T]
	grid     grid.Grid
	value    Value
	text     []byte      // of the cells of a row, one after the other
	ends     []int       // of the cells in text
	cells    []grid.Cell // of a row that is written at once
	shown    int
	hidden   int             // rows beyond the limit
	inferred []lexicon.Marks // per column
}

func newTableWriter[T any](v *rowView[T], w io.Writer, e *env) *tableWriter[T] {
	t := &tableWriter[T]{w: w, env: e, view: v, columns: audience(v.columns, People), grid: grid.Grid{Style: &e.Style, Addresses: &e.short}}
	t.inferred, t.cells = make([]lexicon.Marks, len(t.columns)), make([]grid.Cell, len(t.columns))
	for _, c := range t.columns {
		t.grid.Columns = append(t.grid.Columns, grid.Column{
			Header: c.header(), Right: c.Kind.right(), Drop: c.Drop, Room: int(c.Room), HideEmpty: c.HideEmpty, Nothing: c.Nothing, Pair: c.Pair, Shorten: c.Shorten, Wrap: c.Wrap,
		})
	}
	return t
}

func (t *tableWriter[T]) row(r *T) error {
	if t.env.Limit > 0 && t.shown == t.env.Limit {
		t.hidden++
		return nil
	}
	t.shown++
	if t.grid.Fixed() {
		t.fill(t.cells, r)
		return t.grid.WriteRow(t.w, t.cells)
	}
	cells := make([]grid.Cell, len(t.columns))
	t.fill(cells, r)
	t.grid.Rows = append(t.grid.Rows, cells)
	if len(t.grid.Rows) < sampleRows && !t.env.live {
		return nil
	}
	return t.begin(true)
}

// fill makes the cells of a row as parts of one string.
func (t *tableWriter[T]) fill(cells []grid.Cell, r *T) {
	t.text, t.ends = t.text[:0], t.ends[:0]
	for _, c := range t.columns {
		t.value.reset()
		c.Value(t.env, r, &t.value)
		if t.value.set {
			from := len(t.text)
			t.text = t.value.appendPeople(t.text, c.Kind, t.env)
			if t.env.Style.ASCII {
				t.text = append(t.text[:from], escape.AppendASCII(nil, t.text[from:])...)
			}
		}
		t.ends = append(t.ends, len(t.text))
	}
	row, from := string(t.text), 0
	for i, c := range t.columns {
		cells[i] = grid.Cell{Text: row[from:t.ends[i]]}
		from = t.ends[i]
		if c.Tone != nil && cells[i].Text != "" {
			cells[i].Tone = c.Tone(r)
		}
		switch c.Kind {
		case KindWord:
			t.inferred[i].See(cells[i].Text)
		case KindWords:
			t.inferred[i].SeeAll(cells[i].Text)
		}
	}
}

// begin fixes the widths and writes everything up to now.
func (t *tableWriter[T]) begin(more bool) error {
	t.grid.Fit(more)
	if t.shown > 0 && t.showsTime() {
		if err := t.line("times in seconds since " + string(t.env.clock.AppendTime(nil, t.env.base))); err != nil {
			return err
		}
	}
	err := t.grid.Render(t.w)
	t.grid.Rows = nil
	return err
}

// showsTime reports whether a time is shown, so that time 0 must be named.
func (t *tableWriter[T]) showsTime() bool {
	for i, c := range t.columns {
		if c.Kind == KindTime && (t.grid.Shows(i)) {
			return true
		}
	}
	return false
}

func (t *tableWriter[T]) finish() error {
	if t.shown == 0 {
		return t.line("none: " + t.view.none(t.env))
	}
	if !t.grid.Fixed() {
		if err := t.begin(false); err != nil {
			return err
		}
	}
	return t.notes()
}

// notes writes what the table does not show.
func (t *tableWriter[T]) notes() error {
	if t.hidden > 0 {
		if err := t.line(prose.Plural(uint64(t.hidden), "more row") + " not shown (--limit 0 shows all)"); err != nil {
			return err
		}
	}
	if what, them := t.grid.NoRoom(); what != "" && !t.grid.Records() {
		if err := t.line(what + ": a wider terminal or --format csv has " + them); err != nil {
			return err
		}
	}
	var shown lexicon.Marks
	for i := range t.inferred {
		if t.grid.Shows(i) {
			shown.Add(t.inferred[i])
		}
	}
	if text := shown.Note(); text != "" {
		return t.line(text)
	}
	return nil
}

// line writes a line of prose, broken between words.
func (t *tableWriter[T]) line(s string) error {
	return t.env.Style.WriteWrapped(t.w, prose.Quiet, "", s)
}
