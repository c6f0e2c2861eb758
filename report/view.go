package report

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/report/escape"
)

// View names what is shown.
type View string

// The views. Story is the default of people for a single connection; it has no
// rows, so it exists only as a table and as Markdown.
const (
	ViewSummary     View = "summary"
	ViewStory       View = "story"
	ViewConnections View = "connections"
	ViewHandshakes  View = "handshakes"
	ViewCloses      View = "closes"
	ViewPackets     View = "packets"
	ViewTimeWait    View = "time-wait"

	ViewRetransmissions View = "retransmissions"
	ViewListeners       View = "listeners"
	ViewWindows         View = "windows"
	ViewEvents          View = "events"
)

// Views lists every view in the order in which help texts name them.
var Views = []View{ViewSummary, ViewStory, ViewConnections, ViewHandshakes, ViewCloses, ViewPackets, ViewRetransmissions, ViewTimeWait, ViewListeners, ViewWindows, ViewEvents}

// Format names how a view is written.
type Format string

// The formats.
const (
	FormatTable    Format = "table"
	FormatMarkdown Format = "markdown"
	FormatCSV      Format = "csv"
	FormatJSON     Format = "json"
	FormatNDJSON   Format = "ndjson"
)

// Formats lists every format.
var Formats = []Format{FormatTable, FormatMarkdown, FormatCSV, FormatJSON, FormatNDJSON}

// people reports whether the format is read by people rather than programs.
func (f Format) people() bool { return f == FormatTable || f == FormatMarkdown }

// Check returns an error, in words for the command line, if the views cannot be
// written in the format. No views at all means the default.
func Check(views []View, format Format) error {
	if !slices.Contains(Formats, format) {
		return fmt.Errorf("unknown format \"%s\": one of %s", escape.Text(string(format)), join(Formats))
	}
	for i, v := range views {
		if !slices.Contains(Views, v) {
			return fmt.Errorf("unknown view \"%s\": one of %s", escape.Text(string(v)), join(Views))
		}
		if slices.Contains(views[:i], v) {
			return fmt.Errorf("view %s is named twice", v)
		}
		if v == ViewStory && !format.people() {
			return fmt.Errorf("view story is prose: it exists as table or markdown, not as %s", format)
		}
	}
	if format == FormatCSV && len(views) > 1 {
		return fmt.Errorf("csv holds one view, not %d: views have different columns (ndjson holds several)", len(views))
	}
	return nil
}

func join[T ~string](names []T) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}
