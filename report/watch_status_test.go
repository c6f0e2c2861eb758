package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/statusline"
	"tcpwatch/report/summary"
)

func busyStatus() statusline.Status {
	return statusline.Status{Packets: 12_345_678, Octets: 9_876_543_210, Dropped: 42, DropsKnown: true,
		Analysis: analyze.Stats{Opening: 12, Established: 3456, Closing: 7, TimeWait: 28_000, Evicted: 5}}
}

// shown is what a terminal shows after it was sent out: the lines, without the
// codes, of which the last is the status line. It knows the codes that bottom
// writes.
func shown(t *testing.T, out string) []string {
	t.Helper()
	lines := []string{""}
	for out != "" {
		switch {
		case strings.HasPrefix(out, "\r\x1b[K\x1b[J"):
			lines[len(lines)-1] = ""
			out = out[len("\r\x1b[K\x1b[J"):]
		case out[0] == '\n':
			lines = append(lines, "")
			out = out[1:]
		case out[0] < ' ':
			t.Fatalf("control character in %q", out)
		default:
			lines[len(lines)-1] += out[:1]
			out = out[1:]
		}
	}
	return lines
}

// TestStatusFullBuffer: that the buffer was full is told after the connections, and not where it never was.
func TestStatusFullBuffer(t *testing.T) {
	for full, want := range map[uint64]string{0: "28,000 TIME-WAIT · 5 evicted", 1: "28,000 TIME-WAIT · buffer full once · 5 evicted", 1234: "28,000 TIME-WAIT · buffer full 1,234 times · 5 evicted"} {
		var b bytes.Buffer
		s := busyStatus()
		s.RingFull = full
		watcher(t, &b, WatchOptions{Terminal: true, Status: true, Options: Options{Style: prose.Style{Width: 200}}}).Tick(time.Unix(1700000000, 0), s)
		if !strings.Contains(b.String(), want) {
			t.Errorf("%d: %q", full, b.String())
		}
	}
}

// TestStatusLine: it is drawn a few times a second, stands below what is
// written, and is gone in the end.
func TestStatusLine(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Status: true, Options: Options{Style: prose.Style{Width: 100}}})
	now := time.Unix(1700000000, 0)
	s := busyStatus()
	w.Tick(now, s)
	want := "12,345,678 packets · 42 dropped · 3,456 open · 12 opening · 7 closing · 28,000 TIME-WAIT · 5 evicted"
	if got := b.String(); got != want[:strings.LastIndex(want, " · 5")] && got != want {
		t.Errorf("the line is %q", got)
	}
	before := b.Len()
	for i := range 2 {
		s.Packets += 10
		w.Tick(now.Add(time.Duration(i+1)*100*time.Millisecond), s)
	}
	if b.Len() != before {
		t.Errorf("drawn again at once: %q", b.String()[before:])
	}
	opened := momentOf(analyze.MomentOpened, reporttest.HalfClose(t), 3, 0)
	w.Moment(&opened)
	s.Packets += 980
	w.Tick(now.Add(time.Second), s)
	lines := shown(t, b.String())
	if len(lines) != 3 || !strings.Contains(lines[1], "opened") || !strings.HasPrefix(lines[2], "12,346,678 packets · 1,000/s · 42 dropped") {
		t.Errorf("on the terminal: %q", lines)
	}
	if err := w.Close(summary.Input{}); err != nil {
		t.Fatal(err)
	}
	if lines = shown(t, b.String()); len(lines) != 3 || lines[2] != "" {
		t.Errorf("in the end: %q", lines)
	}
}

// TestStatusWidth: the line never reaches the last column, and where the terminal
// has become narrower all of it is erased.
func TestStatusWidth(t *testing.T) {
	for width := prose.MinWidth; width < 250; width++ {
		var b bytes.Buffer
		size := width
		w := watcher(t, &b, WatchOptions{Terminal: true, Status: true, Size: func() int { return size }})
		now := time.Unix(1700000000, 0)
		w.Tick(now, busyStatus())
		drawn := prose.Width(b.String())
		if drawn+len("^C") >= width || drawn < min(width-27, 100) {
			t.Errorf("width %d: %d columns in %q", width, drawn, &b)
		}
		size = prose.MinWidth
		b.Reset()
		w.Tick(now.Add(time.Second), busyStatus())
		up := ""
		if n := (drawn - 1) / prose.MinWidth; n > 0 {
			up = fmt.Sprintf("\x1b[%dA", n)
		}
		if !strings.HasPrefix(b.String(), up+"\r\x1b[K") {
			t.Errorf("width %d, then %d: %q", width, size, &b)
		}
	}
}

// TestStatusNarrow: where not all fits, what there is none of gives way to what there is.
func TestStatusNarrow(t *testing.T) {
	s := statusline.Status{Packets: 2_345, Octets: 10, DropsKnown: true, Analysis: analyze.Stats{Opening: 3, TimeWait: 1}}
	for width, want := range map[int]string{
		200: "2,345 packets · 0 open · 3 opening · 0 closing · 1 TIME-WAIT · none dropped · 10 B",
		50:  "2,345 packets · 3 opening · 1 TIME-WAIT",
		66:  "2,345 packets · 3 opening · 1 TIME-WAIT · none dropped · 10 B",
	} {
		var b bytes.Buffer
		watcher(t, &b, WatchOptions{Terminal: true, Status: true, Options: Options{Style: prose.Style{Width: width}}}).Tick(time.Unix(1700000000, 0), s)
		if b.String() != want {
			t.Errorf("width %d: %q", width, b.String())
		}
	}
}

// TestAside: what is written to another stream of the same terminal stands on lines
// of its own, after the rows so far, and the status line comes back.
func TestAside(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Status: true, Options: Options{Style: prose.Style{Width: 100}, Views: []View{ViewPackets}, Format: FormatNDJSON}})
	now := time.Unix(1700000000, 0)
	w.Tick(now, busyStatus())
	for range prompt + 5 { // some of them wait
		w.Packet(resentPacket(t))
	}
	fmt.Fprintln(w.Aside(&b), "a note")
	w.Tick(now.Add(time.Millisecond), busyStatus())
	lines := shown(t, b.String())
	n := len(lines)
	if n != prompt+5+2 || lines[n-2] != "a note" || !strings.HasPrefix(lines[n-1], "12,345,678 packets") || !strings.HasPrefix(lines[n-3], "{") {
		t.Errorf("%d lines, the last are %q", n, lines[max(0, n-3):])
	}
}
