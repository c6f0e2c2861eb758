package report

import "io"

func newMarkdownWriter[T any](v *rowView[T], w io.Writer, e *env) rowWriter[T] {
	return newCSVWriter(v, w, e)
}
