package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestWidth renders every view for people at several widths and looks for
// lines that are too wide, for colour that nobody asked for and for spaces at
// the ends of lines.
func TestWidth(t *testing.T) {
	packets := []*analyze.Observation{resentPacket(t), synPacket(t), hugePacket()}
	for _, width := range []int{80, 100, 200} {
		for _, v := range append([]View{viewAuto}, Views...) {
			for n := 0; n <= 6; n++ {
				cs := append(reporttest.Connections(t), reporttest.Huge())[:n]
				for _, ascii := range []bool{false, true} {
					o := Options{Format: FormatTable, Style: prose.Style{Width: width, ASCII: ascii}, EncapName: reporttest.EncapName}
					if v != viewAuto {
						o.Views = []View{v}
					}
					out := render(t, o, packets[:min(n, 3)], cs, sampleInput())
					checkLines(t, fmt.Sprintf("%s at %d with %d rows, ASCII %v", v, width, n, ascii), out, width, ascii)
				}
			}
		}
	}
}

// TestLongNames wants names of files that are wider than the terminal to stay
// inside it, and nothing of them to be lost.
func TestLongNames(t *testing.T) {
	name := "/captures/" + strings.Repeat("mäßig-lang/", 20) + "eth0.pcap"
	in := sampleInput()
	in.Files = []summary.File{{Name: name, Format: "pcap"}}
	in.Damages = []string{name + ": packet 7 (byte 900): the file ends inside a record"}
	for _, n := range []int{1, 5} {
		out := render(t, Options{Format: FormatTable, Style: prose.Style{Width: 80}}, nil, reporttest.Connections(t)[:n], in)
		checkLines(t, fmt.Sprintf("%d connections", n), out, 80, false)
		joined := strings.Join(strings.Fields(out), "")
		if strings.Count(joined, name) != 2 {
			t.Errorf("the name of the file was cut:\n%s", out)
		}
	}
}

// TestInferredNote wants a question mark explained wherever one is shown.
func TestInferredNote(t *testing.T) {
	o := Options{Format: FormatTable, Style: prose.Style{Width: 200}}
	if out := render(t, o, nil, []*analyze.Connection{reporttest.HalfClose(t)}, sampleInput()); !strings.Contains(out, "LISTEN? = inferred: "+lexicon.ListenNote) {
		t.Errorf("LISTEN? is not explained:\n%s", out)
	}
	for _, format := range []Format{FormatTable, FormatMarkdown} {
		for why, want := range map[label.Reason]bool{label.BytesSeen: false, label.TimeOnly: true} {
			p := resentPacket(t)
			p.ClientState, p.ServerState = state.Established, state.Established
			p.Evidence.Items[0].Reason = why
			out := render(t, Options{Format: format, Views: []View{ViewPackets}, Style: prose.Style{Width: 200}}, []*analyze.Observation{p}, nil, sampleInput())
			if strings.Contains(out, "RETRANSMISSION?") != want || strings.Contains(out, lexicon.InferredNote) != want {
				t.Errorf("%s, inferred %v:\n%s", format, want, out)
			}
		}
	}
}

func checkLines(t *testing.T, what, out string, width int, ascii bool) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if w := prose.Width(line); w > width {
			t.Errorf("%s: %d columns: %s", what, w, line)
		}
		if strings.ContainsRune(line, '\x1b') {
			t.Errorf("%s: an escape code without colour: %q", what, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("%s: a space at the end: %q", what, line)
		}
		if strings.Contains(line, prose.NBSP) {
			t.Errorf("%s: a holding space was left: %q", what, line)
		}
		if ascii && strings.IndexFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			t.Errorf("%s: not ASCII: %s", what, line)
		}
	}
}

// TestStreamedRowsLineUp writes more rows than a table looks at before it fixes
// its widths: those after, written by hand, must look like those before.
func TestStreamedRowsLineUp(t *testing.T) {
	var packets []*analyze.Observation
	for range sampleRows + 3 {
		packets = append(packets, resentPacket(t))
	}
	for _, color := range []bool{false, true} {
		out := render(t, Options{Views: []View{ViewPackets}, Format: FormatTable, Style: prose.Style{Width: 120, Color: color}}, packets, nil, summary.Input{})
		lines := strings.Split(out, "\n")
		const first = 2 // after the zero of times and the header
		for i := first + 1; i < first+len(packets); i++ {
			if lines[i] != lines[first] {
				t.Fatalf("colour %v: row %d differs from row 0:\n%q\n%q", color, i-first, lines[i], lines[first])
			}
		}
	}
}

// TestStreamedWideRow gives a row that is wider than the widths that were fixed.
func TestStreamedWideRow(t *testing.T) {
	var cs []*analyze.Connection
	for range sampleRows + 1 {
		cs = append(cs, reporttest.HalfClose(t))
	}
	out := render(t, Options{Views: []View{ViewConnections}, Format: FormatTable, Style: prose.Style{Width: 80}}, nil, append(cs, reporttest.Huge()), summary.Input{})
	if !strings.Contains(out, "SERVER [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535") {
		t.Error("the wide row is not there as a record")
	}
	checkLines(t, "wide row", out, 80, false)
}

func TestColorIsNotTheMeaning(t *testing.T) {
	packets := []*analyze.Observation{resentPacket(t), synPacket(t)}
	for _, v := range Views {
		o := Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: 120}, EncapName: reporttest.EncapName}
		plain := render(t, o, packets, reporttest.Connections(t), sampleInput())
		o.Style.Color = true
		colored := render(t, o, packets, reporttest.Connections(t), sampleInput())
		if !strings.Contains(colored, "\x1b[") {
			t.Errorf("%s: no colour where it was asked for", v)
		}
		all, ends := len(codes.FindAllString(colored, -1)), strings.Count(colored, prose.ColorEnd)
		if starts := all - ends; starts != ends {
			t.Errorf("%s: %d ends of colour for %d beginnings", v, ends, starts)
		}
		if got := stripCodes(colored); got != plain {
			t.Errorf("%s: the text differs with colour:\n%s\n%s", v, got, plain)
		}
	}
}

// codes are the terminal codes of tones, and their end.
var codes = regexp.MustCompile(`\x1b\[[0-9]+m`)

func stripCodes(s string) string { return codes.ReplaceAllString(s, "") }

func TestLimit(t *testing.T) {
	for _, f := range []Format{FormatTable, FormatMarkdown} {
		for _, v := range []View{ViewConnections, ViewStory} {
			out := render(t, Options{Views: []View{v}, Format: f, Limit: 2}, nil, reporttest.Connections(t), summary.Input{})
			if !strings.Contains(out, "3 more") {
				t.Errorf("%s as %s does not say that 3 more are left out:\n%s", v, f, out)
			}
		}
	}
	out := render(t, Options{Views: []View{ViewConnections}, Format: FormatNDJSON, Limit: 2}, nil, reporttest.Connections(t), summary.Input{})
	if n := strings.Count(out, "\n"); n != 5 {
		t.Errorf("ndjson has %d rows with a limit, want all 5", n)
	}
}

func TestOnly(t *testing.T) {
	o := Options{Views: []View{ViewConnections, ViewPackets}, Format: FormatNDJSON, Only: map[uint64]bool{2: true}}
	out := render(t, o, []*analyze.Observation{resentPacket(t), synPacket(t)}, reporttest.Connections(t), summary.Input{})
	if strings.Count(out, "\n") != 2 || strings.Contains(out, `"connection":1`) {
		t.Errorf("more than connection 2:\n%s", out)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		views  []View
		format Format
		want   string // a part of the error; "" for none
	}{
		{nil, FormatTable, ""}, {[]View{ViewPackets, ViewCloses}, FormatNDJSON, ""},
		{[]View{ViewPackets, ViewCloses}, FormatCSV, "csv holds one view"},
		{[]View{ViewPackets, ViewPackets}, FormatTable, "twice"},
		{[]View{"pac\x1bkets"}, FormatTable, `unknown view "pac\x1bkets"`},
		{nil, "xml", "unknown format"}, {[]View{ViewStory}, FormatJSON, "prose"},
	} {
		err := Check(c.views, c.format)
		if c.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("Check(%q, %s) = %v, want %q", c.views, c.format, err, c.want)
		}
	}
}

// TestNoRoomForNothing wants no word of a column for which there is no room
// and no value either.
func TestNoRoomForNothing(t *testing.T) {
	out := render(t, Options{Views: []View{ViewConnections}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, []*analyze.Connection{reporttest.Refused6(t)}, summary.Input{})
	if strings.Contains(out, "TIME-WAIT") || strings.Contains(out, "no room") {
		t.Error(out)
	}
}
