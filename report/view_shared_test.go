package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestDoubtColumns: each view with states at the end says for each end why silence marks its state, to
// programs, and to people adds no column.
func TestDoubtColumns(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.ClientDoubt, c.ServerDoubt = analyze.NextTryOverdue, analyze.FINUnanswered
	for _, v := range []View{ViewConnections, ViewHandshakes, ViewCloses} {
		for format, want := range map[Format]string{
			FormatCSV:    ",next try overdue,FIN unanswered\r\n",
			FormatNDJSON: `"client_state_doubt":"next try overdue","server_state_doubt":"FIN unanswered"`,
		} {
			if out := render(t, Options{Views: []View{v}, Format: format}, nil, []*analyze.Connection{c}, summary.Input{}); !strings.Contains(out, want) {
				t.Errorf("%s, %s: %q is not in\n%s", v, format, want, out)
			}
		}
		if out := render(t, Options{Views: []View{v}, Format: FormatTable}, nil, []*analyze.Connection{c}, summary.Input{}); strings.Contains(strings.ToLower(out), "doubt") {
			t.Errorf("%s shows people\n%s", v, out)
		}
	}
}
