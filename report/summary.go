package report

import "io"

type summaryWriter struct {
	rowWriter[connection]
	input *Input
}

func newSummaryWriter(w io.Writer, e *env, auto bool) *summaryWriter {
	return &summaryWriter{rowWriter: newCSVWriter(connectionView, w, e)}
}
