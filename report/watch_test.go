package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/statusline"
	"tcpwatch/report/summary"
)

func watcher(t testing.TB, w *bytes.Buffer, o WatchOptions) *Watcher {
	t.Helper()
	if o.Format == "" && o.Terminal {
		o.Format = FormatTable
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	x, err := NewWatcher(w, o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestWatchLines pins the lines of every kind of event, and that none is wider
// than the terminal or cut without need.
func TestWatchLines(t *testing.T) {
	for _, width := range []int{40, 80, 120, 200} {
		for _, ascii := range []bool{false, true} {
			if ascii && width != 80 {
				continue
			}
			var b bytes.Buffer
			w := watcher(t, &b, WatchOptions{Terminal: true, Lines: 1000, Options: Options{Style: prose.Style{Width: width, ASCII: ascii}, EncapName: reporttest.EncapName}})
			moments := sampleMoments(t)
			for i := range moments {
				w.Moment(&moments[i])
			}
			if err := w.Close(summary.Input{}); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("watch.%d", width)
			if ascii {
				name += ".ascii"
			}
			checkLines(t, name, b.String(), width, false)
			reporttest.Golden(t, name, b.String())
		}
	}
}

// TestWatchColor: what happened has its tone, and without colour nothing is lost.
func TestWatchColor(t *testing.T) {
	var plain, colored bytes.Buffer
	for _, b := range []*bytes.Buffer{&plain, &colored} {
		w := watcher(t, b, WatchOptions{Terminal: true, Lines: 1000, Options: Options{Style: prose.Style{Width: 100, Color: b == &colored}, EncapName: reporttest.EncapName}})
		moments := sampleMoments(t)
		for i := range moments {
			w.Moment(&moments[i])
		}
	}
	reporttest.Golden(t, "watch.100.color", colored.String())
	if got := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(colored.String(), ""); got != plain.String() {
		t.Errorf("without its codes:\n%s\nwant\n%s", got, &plain)
	}
}

// TestWatchHostile: nothing from a capture reaches the terminal as it is.
func TestWatchHostile(t *testing.T) {
	for _, bad := range reporttest.Hostile {
		for _, views := range [][]View{{ViewEvents}, {ViewPackets}, {ViewConnections}} {
			var b bytes.Buffer
			w := watcher(t, &b, WatchOptions{Terminal: true, Options: Options{Style: prose.Style{Width: 300}, Views: views, EncapName: func(uint32) string { return bad }}})
			moments := sampleMoments(t)
			for i := range moments {
				w.Moment(&moments[i])
			}
			w.Packet(resentPacket(t))
			w.Connection(reporttest.Refused6(t))
			if err := w.Close(summary.Input{}); err != nil {
				t.Fatal(err)
			}
			checkHarmless(t, fmt.Sprintf("%s with %q", views, bad), FormatTable, b.String())
		}
	}
}

// TestFirstParts: the first part of every sentence fits beside two short ends in
// a terminal of 80 columns.
func TestFirstParts(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Lines: 1000, Options: Options{Style: prose.Style{Width: 80}}})
	moments := sampleMoments(t)
	for i := range moments {
		m := &moments[i]
		if m.Number == 0 {
			continue
		}
		m.Client, m.Server, m.Count, m.Number = reporttest.Endpoint("10.77.0.1:55554"), reporttest.Endpoint("10.77.0.2:7788"), min(m.Count, 999), 7
		w.Moment(m)
	}
	if n := strings.Count(b.String(), "\n"); n != len(moments)-1+1 { // and the date
		t.Errorf("%d lines:\n%s", n, &b)
	}
}

// TestNoStatus: where nobody watches, or the terminal cannot erase, no control
// character is written.
func TestNoStatus(t *testing.T) {
	for name, o := range map[string]WatchOptions{
		"pipe":        {Status: true, Options: Options{Format: FormatTable, Style: prose.Style{Width: 100}}},
		"dumb":        {Terminal: true, Options: Options{Format: FormatTable, Style: prose.Style{Width: 100}}},
		"ndjson":      {Terminal: true, Options: Options{Format: FormatNDJSON, Style: prose.Style{Color: true}}},
		"by default":  {},
		"json packet": {Options: Options{Format: FormatNDJSON, Views: []View{ViewPackets, ViewEvents}}},
	} {
		var b bytes.Buffer
		w := watcher(t, &b, o)
		now := time.Unix(1700000000, 0)
		moments := sampleMoments(t)
		for i := range moments {
			w.Moment(&moments[i])
			w.Packet(resentPacket(t))
			w.Tick(now.Add(time.Duration(i)*time.Second), busyStatus())
		}
		if err := w.Close(summary.Input{}); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r < ' ' && r != '\n' }); i >= 0 {
			t.Errorf("%s: control characters in %q", name, b.String()[i:])
		}
		if o.Format == FormatTable {
			continue
		}
		for line := range strings.Lines(b.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: not JSON: %s", name, line)
			}
		}
		if strings.Count(b.String(), "\n") < len(moments) {
			t.Errorf("%s: %s", name, &b)
		}
	}
}

// writes counts the calls of Write.
type writes struct {
	bytes.Buffer
	n int
}

func (w *writes) Write(p []byte) (int, error) { w.n++; return w.Buffer.Write(p) }

// TestPrompt: every row is written as it comes, and of a flood the rest with the
// next Tick, as few calls as can be.
func TestPrompt(t *testing.T) {
	for _, f := range []Format{FormatNDJSON, FormatCSV, FormatTable} {
		out := &writes{}
		w, err := NewWatcher(out, WatchOptions{Options: Options{Format: f, Views: []View{ViewPackets}, Style: prose.Style{Width: 100}}})
		if err != nil {
			t.Fatal(err)
		}
		p := resentPacket(t)
		w.Packet(p)
		if rows := strings.Count(out.String(), "\n"); rows == 0 {
			t.Errorf("%s: the first row is not written", f)
		}
		for i := range 5 {
			n := out.Len()
			w.Packet(p)
			if out.Len() == n {
				t.Errorf("%s: row %d is not written", f, i+2)
			}
		}
		for range 10_000 {
			w.Packet(p)
		}
		w.Tick(time.Unix(1700000000, 0), statusline.Status{})
		if rows := strings.Count(out.String(), "\n"); rows < 10_006 || out.n > prompt+100 {
			t.Errorf("%s: %d rows in %d writes", f, rows, out.n)
		}
	}
}

func TestCheckWatch(t *testing.T) {
	for _, c := range []struct {
		views  []View
		format Format
		want   string
	}{
		{[]View{ViewEvents}, FormatTable, ""},
		{[]View{ViewPackets, ViewEvents}, FormatNDJSON, ""},
		{[]View{ViewPackets, ViewEvents}, FormatTable, "2 views at one time can be watched as ndjson only"},
		{[]View{ViewSummary}, FormatTable, "view summary needs the end of the capture"},
		{[]View{ViewListeners}, FormatNDJSON, "view listeners needs the end of the capture"},
		{[]View{"no"}, FormatNDJSON, "unknown view"},
	} {
		err := CheckWatch(c.views, c.format)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%v as %s: %v, want %q", c.views, c.format, err, c.want)
		}
	}
}

type noRoom struct{}

var errNoRoom = errors.New("no room")

func (noRoom) Write([]byte) (int, error) { return 0, errNoRoom }

func TestWatchError(t *testing.T) {
	for _, status := range []bool{false, true} {
		w, err := NewWatcher(noRoom{}, WatchOptions{Terminal: true, Status: status, Options: Options{Format: FormatTable}})
		if err != nil {
			t.Fatal(err)
		}
		opened := momentOf(analyze.MomentOpened, reporttest.HalfClose(t), 3, 0)
		for range 3 {
			w.Moment(&opened)
			w.Tick(time.Unix(1700000000, 0), statusline.Status{})
		}
		if !errors.Is(w.Err(), errNoRoom) || !errors.Is(w.Close(summary.Input{}), errNoRoom) {
			t.Errorf("status %t: %v", status, w.Err())
		}
	}
}

// TestWatchOnly: --connection selects.
func TestWatchOnly(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Options: Options{Style: prose.Style{Width: 100}, Only: map[uint64]bool{2: true}}})
	moments := sampleMoments(t)
	for i := range moments {
		w.Moment(&moments[i])
	}
	number := regexp.MustCompile(`(?m)^\d\d:\d\d:\S+ +(\d+) `)
	for _, m := range number.FindAllStringSubmatch(b.String(), -1) {
		if m[1] != "2" {
			t.Errorf("connection %s is shown", m[1])
		}
	}
	if !strings.Contains(b.String(), "refused") {
		t.Error("connection 2 is not shown")
	}
}

// TestMomentKindsSampled keeps the samples complete.
func TestMomentKindsSampled(t *testing.T) {
	moments := sampleMoments(t)
	for k := range analyze.Moments {
		if !slices.ContainsFunc(moments, func(m analyze.Moment) bool { return m.Kind == k }) {
			t.Errorf("no sample of kind %d", k)
		}
	}
}

// BenchmarkWatch writes events as they come on a busy interface: nearly all are
// counted only.
func BenchmarkWatch(b *testing.B) {
	for name, o := range map[string]WatchOptions{"terminal": {Terminal: true, Status: true}, "ndjson": {}} {
		b.Run(name, func(b *testing.B) {
			w, err := NewWatcher(io.Discard, o)
			if err != nil {
				b.Fatal(err)
			}
			moments := sampleMoments(b)
			now, i := time.Unix(1700000000, 0), 0
			b.ReportAllocs()
			for b.Loop() {
				w.Moment(&moments[i%len(moments)])
				if i++; i%10_000 == 0 {
					now = now.Add(100 * time.Millisecond)
					w.Tick(now, statusline.Status{Packets: uint64(i)})
				}
			}
		})
	}
}

// TestPushed: while a capture runs a cell that is wider than the first row let
// expect pushes the others, as long as the line has room.
func TestPushed(t *testing.T) {
	var b bytes.Buffer
	o := WatchOptions{Options: Options{Style: prose.Style{Width: 200}, Views: []View{ViewPackets}, Format: FormatTable}, Terminal: true}
	w := watcher(t, &b, o)
	p := resentPacket(t)
	w.Packet(p)
	wide := *p
	segment := *p.Segment
	segment.Packet = 123_456_789_012
	wide.Segment = &segment
	w.Packet(&wide)
	w.Packet(p)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	n := len(lines)
	if n != 5 || strings.Contains(lines[3], "PACKET") || len(lines[3]) > 200 || !strings.HasPrefix(lines[3], "123456789012  ") || lines[2] != lines[4] {
		t.Fatalf("%d lines: %q", n, lines)
	}
	// After a column that had room to spare the line is as it was.
	if at := strings.Index(lines[2], "RETRANSMISSION"); at < 0 || lines[3][at:] != lines[2][at:] {
		t.Errorf("%q\n%q", lines[2], lines[3])
	}
}
