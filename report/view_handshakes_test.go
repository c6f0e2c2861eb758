package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestHandshakeRows: a connection has a row where a SYN or SYN-ACK of either end was
// captured, and none where only one direction was, without them.
func TestHandshakeRows(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome analyze.OpeningOutcome
		opening analyze.Opening
		row     bool
	}{
		{"a SYN", analyze.OpeningUnanswered, analyze.Opening{SynCount: 1}, true},
		{"a SYN-ACK alone", analyze.OpeningOneWay, analyze.Opening{SynAckCount: 1}, true},
		{"a SYN of the server alone", analyze.OpeningOneWay, analyze.Opening{ServerSynCount: 1}, true},
		{"one direction without either", analyze.OpeningOneWay, analyze.Opening{}, false},
		{"the middle", analyze.OpeningMidstream, analyze.Opening{}, false},
	} {
		x := reporttest.HalfClose(t)
		x.Opening = c.opening
		x.Opening.Outcome = c.outcome
		out := render(t, Options{Views: []View{ViewHandshakes}, Format: FormatNDJSON}, nil, []*analyze.Connection{x}, summary.Input{})
		if row := strings.Contains(out, schemaHandshake); row != c.row {
			t.Errorf("%s: a row: %v, want %v", c.name, row, c.row)
		}
	}
}
