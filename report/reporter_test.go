package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// brokenWriter takes some octets and then fails.
type brokenWriter struct{ room int }

var errBroken = errors.New("no space left")

func (b *brokenWriter) Write(p []byte) (int, error) {
	if len(p) > b.room {
		n := b.room
		b.room = 0
		return n, errBroken
	}
	b.room -= len(p)
	return len(p), nil
}

// TestOutputError wants the error of the output from Err, as soon as it is
// known, and from Close, in every view and format.
func TestOutputError(t *testing.T) {
	moment := sampleMoments(t)[3]
	for _, v := range Views {
		for _, f := range Formats {
			if Check([]View{v}, f) != nil {
				continue
			}
			r, err := New(&brokenWriter{}, Options{Views: []View{v}, Format: f})
			if err != nil {
				t.Fatal(err)
			}
			for range 2000 {
				r.Packet(resentPacket(t))
				r.Connection(reporttest.HalfClose(t))
				r.Episode(&sampleEpisodes[0])
				r.Moment(&moment)
			}
			if v != ViewSummary && v != ViewListeners && r.Err() == nil {
				t.Errorf("%s as %s: no error after 2,000 rows", v, f)
			}
			if err := r.Close(summary.Input{}); !errors.Is(err, errBroken) {
				t.Errorf("%s as %s: Close gives %v", v, f, err)
			}
		}
	}
}

// TestLate: with Late nothing is written before Close, and then the same as
// without, whatever the format.
func TestLate(t *testing.T) {
	for _, views := range [][]View{{ViewPackets}, {ViewConnections, ViewPackets}, {ViewPackets, ViewSummary}} {
		for _, format := range []Format{FormatTable, FormatMarkdown, FormatJSON, FormatNDJSON} {
			var out [2]string
			for i, late := range []bool{false, true} {
				var buf bytes.Buffer
				r, err := New(&buf, Options{Views: views, Format: format, Late: late, TempDir: t.TempDir()})
				if err != nil {
					t.Fatal(err)
				}
				p := resentPacket(t)
				for range 500 { // more than is buffered
					r.Packet(p)
				}
				r.Flush()
				if late && buf.Len() > 0 {
					t.Errorf("%v as %s: %d octets come early", views, format, buf.Len())
				}
				r.Connection(reporttest.HalfClose(t))
				if err := r.Close(summary.Input{}); err != nil {
					t.Fatal(err)
				}
				out[i] = buf.String()
			}
			if format == FormatNDJSON { // its views are mixed as they come, or stand one after the other
				for i := range out {
					lines := strings.SplitAfter(out[i], "\n")
					slices.Sort(lines)
					out[i] = strings.Join(lines, "")
				}
			}
			if out[0] != out[1] || out[0] == "" {
				t.Errorf("%v as %s: late it is other", views, format)
			}
		}
	}
}

// TestSpool makes the second view wait in a file and looks for what is left.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	var buf bytes.Buffer
	r, err := New(&buf, Options{Views: []View{ViewConnections, ViewPackets}, Format: FormatJSON, TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	const rows = 2*spoolMemory/400 + 1 // a packet is some 500 octets of JSON
	p := resentPacket(t)
	for range rows {
		r.Packet(p)
	}
	r.Connection(reporttest.HalfClose(t))
	spooled := r.page.sections[1].spool
	if spooled.file == nil {
		t.Fatal("everything stayed in memory")
	}
	if left, err := os.ReadDir(dir); runtime.GOOS != "windows" && (err != nil || len(left) > 0) {
		t.Errorf("the temporary file has a name (%v): a kill would leave it", err)
	}
	if err := r.Close(summary.Input{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(buf.String(), `"schema":"tcpwatch.packet/1"`); n != rows {
		t.Errorf("%d packets, want %d", n, rows)
	}
	decoded(t, buf.String())
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left (%v)", len(left), err)
	}
}

// TestSpoolKeepsNothing: what found no room takes none any more, however much comes.
func TestSpoolKeepsNothing(t *testing.T) {
	s := &spool{dir: "/nonexistent/folder"}
	for range 5 {
		if _, err := s.Write(make([]byte, spoolMemory/2)); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.mem.Cap(); n != 0 {
		t.Errorf("%d octets are kept", n)
	}
	if err := s.settle(); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestSpoolWithoutRoom: a view that finds no room to wait is left out and named, and the others are whole.
func TestSpoolWithoutRoom(t *testing.T) {
	for _, format := range []Format{FormatJSON, FormatTable} {
		var out bytes.Buffer
		r, err := New(&out, Options{Views: []View{ViewConnections, ViewPackets, ViewCloses, ViewSummary}, Format: format, TempDir: "/nonexistent/folder"})
		if err != nil {
			t.Fatal(err)
		}
		p, c := resentPacket(t), reporttest.HalfClose(t)
		for range 2*spoolMemory/40 + 1 {
			r.Packet(p)
		}
		r.Connection(c)
		if r.Err() != nil {
			t.Errorf("%s: the run would end: %v", format, r.Err())
		}
		if err := r.Close(summary.Input{}); err == nil || !strings.Contains(err.Error(), "view packets is left out") || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", format, err)
		}
		if format == FormatTable {
			if text := out.String(); !strings.Contains(text, "PACKETS\n\nleft out: no room for what waits\n\nCLOSES\n\n") || !strings.Contains(text, "SUMMARY\n\n") || strings.Contains(text, "RETRANSMISSION") {
				t.Errorf("what is left:\n%.2000s", text)
			}
			continue
		}
		var views map[string]any
		if err := json.Unmarshal(out.Bytes(), &views); err != nil {
			t.Fatalf("%v\n%.2000s", err, out.String())
		}
		if closes, _ := views["closes"].([]any); views["packets"] != nil || len(closes) != 1 || views["summary"] == nil {
			t.Errorf("%.2000s", out.String())
		}
	}
}

// TestEveryOutcome tells a story for every value of every enumeration, with and
// without the other fields, and wants a sentence that fits the terminal.
func TestEveryOutcome(t *testing.T) {
	var cs []*analyze.Connection
	for _, base := range []func() *analyze.Connection{func() *analyze.Connection { return reporttest.HalfClose(t) }, func() *analyze.Connection { return reporttest.Refused6(t) }, reporttest.Huge} {
		for o := analyze.OpeningMidstream; o <= analyze.OpeningOneWay; o++ {
			for f := analyze.FormNone; f <= analyze.FormSplit; f++ {
				c := base()
				c.Opening.Outcome, c.Opening.Form = o, f
				cs = append(cs, c)
			}
		}
		for o := analyze.ClosingOpen; o <= analyze.ClosingReset; o++ {
			for by := analyze.NoSide; by <= analyze.BothSides; by++ {
				for a := analyze.RstNone; a <= analyze.RstTimeWait; a++ {
					c := base()
					c.Closing.Outcome, c.Closing.RstBy, c.Closing.ActiveCloser, c.Closing.RstAfter, c.TimeWait.Holders = o, by, by, a, by
					cs = append(cs, c)
				}
			}
		}
		for u := analyze.ReuseNone; u <= analyze.ReuseUnproved; u++ {
			c := base()
			c.TimeWait = analyze.TimeWait{Holders: analyze.ServerSide, Since: c.End, Until: c.End + 60e9, ReusedBy: 7, Reuse: u}
			cs = append(cs, c)
		}
	}
	for _, c := range cs {
		c.Number = 77
		out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable}, nil, []*analyze.Connection{c}, summary.Input{})
		what := c.Opening.Outcome.String() + ", " + c.Closing.Outcome.String()
		checkLines(t, what, out, 80, false)
		if !strings.Contains(out, "\nHANDSHAKE  ") || !strings.Contains(out, "\nDATA       ") {
			t.Errorf("%s: a section is missing:\n%s", what, out)
		}
		for _, bad := range []string{"  ;", "; ;", "%!", "()", ": ;", ";\n\n"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: %q in\n%s", what, bad, out)
			}
		}
		summary := render(t, Options{Views: []View{ViewSummary}, Format: FormatTable}, nil, []*analyze.Connection{c}, summary.Input{})
		checkLines(t, what, summary, 80, false)
	}
}

// TestWrongAck wants a cross, with the difference, where the sum is wrong.
func TestWrongAck(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Steps[1].Ack += 4
	out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, []*analyze.Connection{c}, summary.Input{})
	if !strings.Contains(out, "ack ≠ 1646906849 + 1 ✗ (off by 4)") {
		t.Errorf("no cross:\n%s", out)
	}
	out = render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 200, ASCII: true}}, nil, []*analyze.Connection{c}, summary.Input{})
	if !strings.Contains(out, "ack != 1646906849 + 1 WRONG (off by 4)") || !strings.Contains(out, "ack = 250151436 + 1 ok") {
		t.Errorf("no words in ASCII:\n%s", out)
	}
}

// TestAckOfOther wants an acknowledgement of a SYN-ACK that another one followed held against that.
func TestAckOfOther(t *testing.T) {
	for _, by := range []wire.Seq{70000, 1<<32 - 70000} {
		c := reporttest.HalfClose(t)
		other := c.Steps[1]
		other.Packet, other.Seq = other.Packet*10, other.Seq+by
		c.Steps = slices.Insert(c.Steps, 2, other)
		out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 200}}, nil, []*analyze.Connection{c}, summary.Input{})
		if want := fmt.Sprintf("ack = %d + 1 ✓", c.Steps[1].Seq); !strings.Contains(out, want) || strings.Contains(out, "✗") {
			t.Errorf("not %q:\n%s", want, out)
		}
	}
}

// TestResize: what is laid out at the end is as wide as lines may be then.
func TestResize(t *testing.T) {
	widest := func(resize int) (most int) {
		var b bytes.Buffer
		r, err := New(&b, Options{Views: []View{ViewSummary}, Format: FormatTable, Style: prose.Style{Width: 200}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range reporttest.Connections(t) {
			r.Connection(c)
		}
		if resize >= 0 {
			r.Resize(resize)
		}
		if err := r.Close(summary.Input{}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			most = max(most, prose.Width(line))
		}
		return most
	}
	if all, unknown, less, least := widest(-1), widest(0), widest(60), widest(1); all <= prose.DefaultWidth || unknown > prose.DefaultWidth || unknown <= 60 || less > 60 || less <= prose.MinWidth || least > prose.MinWidth {
		t.Errorf("%d columns of 200, %d where it is not known, %d of 60, %d of 1", all, unknown, less, least)
	}
}
