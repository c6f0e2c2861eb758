package report

import "io"

func newTableWriter[T any](v *rowView[T], w io.Writer, e *env) rowWriter[T] {
	return newCSVWriter(v, w, e)
}
