package report

import "io"

func newStoryWriter(w io.Writer, e *env) rowWriter[connection] {
	return newCSVWriter(connectionView, w, e)
}
