package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/report"
	"tcpwatch/report/statusline"
)

// showing is what live writes, and when: rows as they come, and results at the
// end.
type showing struct {
	// watched are the views whose rows are written as they come, in the format
	// watchedAs.
	watched   []report.View
	watchedAs report.Format
	// results are written in the format as; only is set if nothing but the
	// watched rows was requested.
	results []report.View
	as      report.Format
	only    bool
	// late: results go where rows are watched, and wait until those end.
	late bool
}

// asTheyCome are the views whose rows are due when a packet comes; the rows of
// others are due at the end of a connection or of the capture.
var asTheyCome = []report.View{report.ViewPackets, report.ViewRetransmissions, report.ViewWindows, report.ViewEvents}

// show decides what is written where. formatGiven: --format was given;
// onTerminal: standard output, or its replacement, is a terminal.
func (o *liveOptions) show(formatGiven, onTerminal bool) showing {
	s := showing{results: o.views, as: o.format}
	toFile := o.output != ""
	if !formatGiven && !onTerminal && !toFile && !o.quiet && len(o.views) == 0 {
		s.as = report.FormatNDJSON
	}
	if s.as == report.FormatNDJSON && len(o.views) == 0 {
		s.results = []report.View{report.ViewSummary}
	}
	events := []report.View{report.ViewEvents}
	due := func(v report.View) bool { return slices.Contains(asTheyCome, v) }
	switch {
	case o.quiet:
	case toFile && onTerminal:
		s.watched, s.watchedAs = events, report.FormatTable
	case toFile:
		s.watched, s.watchedAs = events, report.FormatNDJSON
	case s.as == report.FormatNDJSON && len(o.views) == 0:
		s.watched, s.watchedAs, s.late = events, s.as, true
	case len(o.views) > 0 && !slices.ContainsFunc(o.views, func(v report.View) bool { return !due(v) }) && report.CheckWatch(o.views, s.as) == nil:
		s.watched, s.watchedAs, s.only = o.views, s.as, true
	case onTerminal && s.as != report.FormatNDJSON:
		s.watched, s.watchedAs, s.late = events, report.FormatTable, true
		if i := slices.IndexFunc(o.views, due); i >= 0 && s.as == report.FormatTable && !slices.ContainsFunc(o.views[i+1:], due) {
			s.watched = o.views[i : i+1]
			s.results = slices.Concat(o.views[:i], o.views[i+1:])
		}
	}
	return s
}

// watchingTo returns the Watcher for s, nil if nothing is watched. It writes to
// screen, which stands for the stream base; o are the options of the Reporter.
func (s *showing) watchingTo(screen *output, base io.Writer, o report.Options) (*report.Watcher, error) {
	if len(s.watched) == 0 {
		return nil, nil
	}
	o.Views, o.Format, o.Late = s.watched, s.watchedAs, false
	w := watching(o, base)
	if w.Format == report.FormatNDJSON {
		w.Terminal, w.Status = false, false // for a program, whoever looks on
	}
	if s.only {
		w.Lines = math.MaxInt32 // who asks for the events wants all of them
	}
	return report.NewWatcher(screen, w)
}

// attend gives the Watcher what it shows, and makes its and the Reporter's rows
// visible in time. Each may be nil.
func attend(h *hooks, src capture.Source, w *report.Watcher, rep *report.Reporter) {
	if w != nil {
		if w.WantsPackets() {
			h.packet = both(h.packet, w.Packet)
		}
		if w.WantsEpisodes() {
			h.episode = both(h.episode, w.Episode)
		}
		if w.WantsMoments() {
			h.moment = both(h.moment, w.Moment)
		}
	}
	state := standing{src: src}
	next := h.tick
	h.tick = func(now int64, s analyze.Stats) {
		if w != nil {
			w.Tick(time.Unix(0, now), state.at(now, s))
		}
		if rep != nil {
			rep.Flush()
		}
		if next != nil {
			next(now, s)
		}
	}
}

// statusEvery is how often the counts of the kernel are read, in nanoseconds:
// the status line is not drawn more often.
const statusEvery = int64(250 * time.Millisecond)

// standing provides the status line.
type standing struct {
	src   capture.Source
	known statusline.Status
	asked int64
}

func (t *standing) at(now int64, s analyze.Stats) statusline.Status {
	t.known.Analysis = s
	if t.asked != 0 && now >= t.asked && now-t.asked < statusEvery {
		return t.known
	}
	t.asked = now
	all := t.src.Stats()
	t.known.Packets, t.known.Octets, t.known.Dropped, t.known.RingFull = all.Packets, all.Octets, 0, 0
	for _, i := range all.Interfaces {
		t.known.Dropped += i.Dropped
		t.known.RingFull += i.RingFull
		t.known.DropsKnown = t.known.DropsKnown || i.DropsKnown
	}
	return t.known
}

// gap separates what was watched from results on the same terminal.
func (s *showing) gap(screen *output) {
	if _, ok := terminal(screen.w); ok && s.late && s.watchedAs != report.FormatNDJSON {
		fmt.Fprintln(screen)
	}
}
