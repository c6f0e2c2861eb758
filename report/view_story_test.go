package report

import (
	"fmt"
	"testing"

	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestStoryWidths wants no line of a story to be too wide, wherever it breaks.
func TestStoryWidths(t *testing.T) {
	for width := 60; width < 140; width++ {
		out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: width}, EncapName: reporttest.EncapName}, nil, reporttest.Connections(t), summary.Input{})
		checkLines(t, fmt.Sprint(width), out, width, false)
	}
}
