package main

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/report"
	"tcpwatch/report/statusline"
	"tcpwatch/report/summary"
)

// kernelSays is a Source whose counts are these.
type kernelSays struct {
	capture.Source
	stats capture.Stats
}

func (k kernelSays) Stats() capture.Stats { return k.stats }

// TestStanding: what the kernel counts for several interfaces is added up, and asked
// for anew, not added to what was known.
func TestStanding(t *testing.T) {
	s := standing{src: kernelSays{stats: capture.Stats{Packets: 9, Octets: 900, Interfaces: []capture.InterfaceStats{
		{Dropped: 4, DropsKnown: true, RingFull: 2}, {Dropped: 1, DropsKnown: true, RingFull: 1}, {},
	}}}}
	want := statusline.Status{Packets: 9, Octets: 900, Dropped: 5, DropsKnown: true, RingFull: 3}
	for _, now := range []int64{1, 2, 1 + statusEvery} {
		if got := s.at(now, analyze.Stats{}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// watched replays a capture into a Watcher, with a Tick every ten packets and a
// tenth of a second between two by its own clock. each is called after every
// Tick.
func watched(t *testing.T, w *report.Watcher, path string, each func(n int)) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	cfg := analyze.Config{Connection: w.Connection, Moment: w.Moment, Episode: w.Episode}
	if w.WantsPackets() {
		cfg.Packet = w.Packet
	}
	an, dec := analyze.New(cfg), capture.NewDecoder(capture.DecoderOptions{})
	now := time.Unix(1700000000, 0)
	var p capture.Packet
	var seg wire.Segment
	var s statusline.Status
	for n := 0; ; {
		if err := src.Next(&p); err == io.EOF {
			break
		}
		if dec.Decode(&p, &seg) == wire.Segmented {
			an.Segment(&seg)
		}
		s.Packets, s.Octets, s.DropsKnown, s.Analysis = p.Number, s.Octets+uint64(p.Length), true, an.Stats()
		if p.Number%10 == 0 {
			now = now.Add(100 * time.Millisecond)
			w.Tick(now, s)
			n++
			each(n)
		}
	}
	an.Flush()
	if err := w.Close(summary.Input{}); err != nil {
		t.Error(err)
	}
}

const statusText = "packets · "

// TestStatusOnTerminal: the line at the bottom follows the width of the terminal,
// is never part of what scrolls up, and is gone in the end.
func TestStatusOnTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("COLUMNS", "")
	s := newScreen(t, 80)
	w, err := report.NewWatcher(s.tty, watching(report.Options{}, s.tty))
	if err != nil {
		t.Fatal(err)
	}
	watched(t, w, "../../testdata/pcaps/kernel/short.snd.pcap", func(n int) {
		columns := uint16(80)
		if n >= 40 {
			columns = 60
		}
		if n >= 80 {
			columns = 150
		}
		if err := unix.IoctlSetWinsize(int(s.ctrl.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
			t.Fatal(err)
		}
	})
	out := s.close()
	drawn := regexp.MustCompile(`[0-9,]+ `+statusText+`[^\r\n\x1b]*`).FindAllString(out, -1)
	narrow, wide := 0, 0
	for _, line := range drawn {
		n := len([]rune(line))
		if n >= 150 {
			t.Errorf("%d columns: %q", n, line)
		}
		if n < 60 {
			narrow++
		}
		if n > 80 {
			wide++
		}
	}
	if narrow == 0 || wide == 0 || len(drawn) < 20 {
		t.Errorf("%d status lines, %d narrow, %d wide", len(drawn), narrow, wide)
	}
	// A status line is followed by the codes that erase it, never by a line end.
	if regexp.MustCompile(statusText + `[^\r\n\x1b]*\r?\n`).MatchString(out) {
		t.Errorf("a status line was left on the screen")
	}
	last := strings.LastIndex(out, statusText)
	if rest := out[last:]; !strings.Contains(rest, "\x1b[J") {
		t.Errorf("the last status line is not erased: %q", rest)
	}
	if n := strings.Count(out, "\n"); n < 100 {
		t.Errorf("only %d lines", n)
	}
}

// TestNoStatusOnTerminal: a terminal that cannot erase gets lines only.
func TestNoStatusOnTerminal(t *testing.T) {
	for _, name := range []string{"dumb", ""} {
		t.Setenv("TERM", name)
		s := newScreen(t, 80)
		w, err := report.NewWatcher(s.tty, watching(report.Options{}, s.tty))
		if err != nil {
			t.Fatal(err)
		}
		watched(t, w, sample, func(int) {})
		out := s.close()
		if strings.Contains(out, "\x1b") || strings.Contains(out, statusText) || !strings.Contains(out, "opened in") {
			t.Errorf("TERM=%s: %q", name, out)
		}
	}
}

// TestWatchInPipe: what is no terminal gets one object a line, each as it comes.
func TestWatchInPipe(t *testing.T) {
	r, out := io.Pipe()
	read := make(chan string, 10_000)
	go func() {
		defer close(read)
		text, err := io.ReadAll(r)
		if err != nil {
			return
		}
		for line := range strings.Lines(string(text)) {
			read <- line
		}
	}()
	w, err := report.NewWatcher(out, watching(report.Options{}, out))
	if err != nil {
		t.Fatal(err)
	}
	watched(t, w, sample, func(int) {})
	out.Close()
	n := 0
	for line := range read {
		var e struct{ Schema, Event string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Schema != "tcpwatch.event/1" || e.Event == "" {
			t.Errorf("%v: %s", err, line)
		}
		n++
	}
	if n != 12 {
		t.Errorf("%d events, want 12", n)
	}
}
