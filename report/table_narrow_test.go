package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestNarrowAddresses: of a connection with long IPv6 addresses a terminal of 80
// columns shows both ends in one row, the middles of the addresses apart.
func TestNarrowAddresses(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Client, c.Server = reporttest.Endpoint("[2001:db8:1234:5678:9abc:def0:1234:5678]:60123"), reporttest.Endpoint("[2001:db8:4321:8765:cba9:fed:4321:8765]:44321")
	for _, v := range []View{ViewConnections, ViewHandshakes, ViewCloses, ViewTimeWait} {
		out := render(t, Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: 80}}, nil, []*analyze.Connection{c}, summary.Input{})
		checkLines(t, string(v), out, 80, false)
		if !regexp.MustCompile(`(?m)^ +1  \[2\S*…:5678]:60123 +\[2\S*…:8765]:44321 `).MatchString(out) || !strings.Contains(out, "whole addresses: a wider terminal") {
			t.Errorf("%s:\n%s", v, out)
		}
		if out = render(t, Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: 300}}, nil, []*analyze.Connection{c}, summary.Input{}); strings.Contains(out, "…") {
			t.Errorf("%s: shortened without need:\n%s", v, out)
		}
	}
}

// TestImportantBeforeWholeAddresses: columns that matter more than whole addresses are
// shown before them, others give way to them.
func TestImportantBeforeWholeAddresses(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Client = reporttest.Endpoint("[2001:db8:1234:5678:9abc:def0:1234:5678]:60123")
	for width := 80; width < 180; width++ {
		out := render(t, Options{Views: []View{ViewConnections}, Format: FormatTable, Style: prose.Style{Width: width}}, nil, []*analyze.Connection{c}, summary.Input{})
		if !strings.Contains(out, " RESENT") {
			t.Errorf("%d columns have no RESENT:\n%s", width, out)
		}
		if strings.Contains(out, "…") && strings.Contains(out, "OCTETS  ") {
			t.Errorf("of %d columns addresses lack their middle and octets are shown:\n%s", width, out)
		}
	}
}

// TestWrapped: labels that are too long for the line go on below, in a row of the
// first rows as in a later one, and none is lost.
func TestWrapped(t *testing.T) {
	long := *resentPacket(t)
	for _, id := range []label.ID{label.ZeroWindow, label.DupAck, label.LargeSegment, label.BadChecksum} {
		long.Labels = long.Labels.With(id)
	}
	var rows []*analyze.Observation
	for range sampleRows {
		rows = append(rows, resentPacket(t))
	}
	for _, packets := range [][]*analyze.Observation{{&long}, append(rows, &long)} {
		out := render(t, Options{Views: []View{ViewPackets}, Format: FormatTable, Style: prose.Style{Width: 80}}, packets, nil, summary.Input{})
		checkLines(t, "labels", out, 80, false)
		for _, heading := range []string{" LABELS ", " CLIENT IN ", " SERVER IN\n"} {
			if !strings.Contains(out, heading) {
				t.Errorf("%d rows: no %s", len(packets), heading)
			}
		}
		last := out[strings.LastIndex(out, "\n     7 "):]
		long.Labels.Each(func(id label.ID) {
			if !strings.Contains(last, lexicon.Label(id)) {
				t.Errorf("%d rows: %s is lost:\n%s", len(packets), lexicon.Label(id), last)
			}
		})
		if strings.Contains(last, "SOURCE 10") {
			t.Errorf("%d rows: a record:\n%s", len(packets), last)
		}
	}
}

// TestPairs: a column that is half of a pair is shown with the other half or not at
// all.
func TestPairs(t *testing.T) {
	pairs := [][2]string{{"CLIENT IN", "SERVER IN"}, {"OCTETS C", "OCTETS S"}, {"MSS C", "MSS S"}, {"CLIENT ISN", "SERVER ISN"}}
	shown := map[string]bool{}
	for width := 60; width < 260; width++ {
		for _, v := range []View{ViewConnections, ViewHandshakes, ViewCloses, ViewPackets} {
			out := render(t, Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: width}}, []*analyze.Observation{synPacket(t)}, []*analyze.Connection{reporttest.HalfClose(t)}, summary.Input{})
			table, _, _ := strings.Cut(out, "no room for ")
			for _, p := range pairs {
				first := strings.Contains(table, p[0])
				shown[p[0]] = shown[p[0]] || first
				if first != strings.Contains(table, p[1]) {
					t.Errorf("%s at %d: %s without its partner:\n%s", v, width, p, out)
				}
			}
		}
	}
	if len(shown) != len(pairs) {
		t.Errorf("shown: %v", shown)
	}
}

// TestAlikeAddresses: addresses that differ only in their middle are told apart where
// that gives way, and each is shown the same in every row.
func TestAlikeAddresses(t *testing.T) {
	base := "[2001:db8:1234:5678:9abc:def0:1234:5678]:443"
	for _, c := range []struct {
		name    string
		servers []string
		shown   []string // regular expressions
	}{
		{"one group differs", []string{base, "[2001:db8:1234:5678:9abd:def0:1234:5678]:443", base},
			[]string{`\[2\S*…:9abc…:5678]:443`, `\[2\S*…:9abd…:5678]:443`, `\[2\S*…:9abc…:5678]:443`}},
		{"the ports differ too", []string{base, "[2001:db8:1234:5678:9abd:def0:1234:5678]:80"},
			[]string{`\[2\S*…:9abc…:5678]:443`, `\[2\S*…:9abd…:5678]:80`}},
		{"the first group differs", []string{base, "[2a00:db8:1234:5678:9abc:def0:1234:5678]:443"},
			[]string{`\[2001\S*…:5678]:443`, `\[2a00\S*…:5678]:443`}},
		{"no group tells all three apart", []string{base, "[2001:db8:1234:5678:9abd:def0:1234:5678]:443", "[2001:db8:1234:5678:9abc:def1:1234:5678]:443"},
			[]string{`\[2001:db8:1234:5678:9abc:def0:1234:5678]:443`, `\[2\S*:9abd\S*:5678]:443`, `\[2\S*:def1\S*:5678]:443`}},
		{"the last group differs", []string{base, "[2001:db8:1234:5678:9abc:def0:1234:5679]:443"},
			[]string{`\[2[^…]*…:5678]:443`, `\[2[^…]*…:5679]:443`}},
		{"the first digit differs", []string{base, "[3001:db8:1234:5678:9abc:def0:1234:5678]:443"},
			[]string{`\[2[^…]*…:5678]:443`, `\[3[^…]*…:5678]:443`}},
	} {
		var list []*analyze.Connection
		for i, s := range c.servers {
			r := reporttest.HalfClose(t)
			r.Number, r.Client, r.Server = uint64(i+1), reporttest.Endpoint("[2001:db8:1234:5678:9abc:def0:1234:1]:60123"), reporttest.Endpoint(s)
			list = append(list, r)
		}
		for _, v := range []View{ViewConnections, ViewHandshakes, ViewCloses} {
			out := render(t, Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: 80}}, nil, list, summary.Input{})
			for i, want := range c.shown {
				if !regexp.MustCompile(fmt.Sprintf(`(?m)^ +%d  \[2[^…]*…:1]:60123 +%s |^CONN %[1]d .*\n +SERVER %[2]s `, i+1, want)).MatchString(out) {
					t.Errorf("%s, %s: no %s in row %d:\n%s", c.name, v, want, i+1, out)
				}
			}
		}
	}
}
