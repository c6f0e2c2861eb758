package report

import (
	"io"
)

// rowView is a view that consists of rows: its columns, and how a row becomes
// an object. Every format is derived from it.
type rowView[T any] struct {
	name    View
	schema  string
	about   string // one sentence for COLUMNS
	columns []Column[T]
	// only selects the rows that belong to the view; nil: all.
	only  func(*T) bool
	empty string // what it means that there is no row, for people
	// object writes a row as JSON; nil: an object with one member a column.
	object func(b []byte, e *env, row *T) []byte
}

// none returns the text for a view without rows.
func (v *rowView[T]) none(e *env) string {
	if text, all := Missing(e.Only, e.connections); all {
		return text
	}
	if len(e.Only) > 0 {
		return "nothing to show of the connections asked for (--connection)"
	}
	return v.empty
}

func newRowWriter[T any](v *rowView[T], w io.Writer, e *env) rowWriter[T] {
	var rw rowWriter[T]
	switch e.Format {
	case FormatCSV:
		rw = newCSVWriter(v, w, e)
	case FormatJSON:
		rw = newJSONWriter(v, w, e, false)
	case FormatNDJSON:
		rw = newJSONWriter(v, w, e, true)
	case FormatMarkdown:
		rw = newMarkdownWriter(v, w, e)
	default:
		rw = newTableWriter(v, w, e)
	}
	if v.only == nil {
		return rw
	}
	return &selected[T]{rw, v.only}
}

// selected passes on the rows that belong to a view.
type selected[T any] struct {
	rowWriter[T]
	only func(*T) bool
}

func (s *selected[T]) row(r *T) error {
	if !s.only(r) {
		return nil
	}
	return s.rowWriter.row(r)
}

func audience[T any](columns []Column[T], who Audience) []*Column[T] {
	var out []*Column[T]
	for i := range columns {
		if c := &columns[i]; c.For == Everyone || c.For == who {
			out = append(out, c)
		}
	}
	return out
}
