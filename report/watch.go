package report

import (
	"fmt"
	"io"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/report/statusline"
	"tcpwatch/report/summary"
)

// WatchOptions set a Watcher up.
type WatchOptions struct {
	// Options say what is shown and how. Without Views it is the events, without
	// Format a table on a terminal and ndjson elsewhere. Width is used if Size is
	// nil.
	Options
	// Terminal is set if a person watches: events are then lines with the time
	// of day, and in a busy second only some are shown (Lines).
	Terminal bool
	// Status draws a status line at the bottom: for a terminal that can erase (not
	// TERM=dumb). It is used only with Terminal.
	Status bool
	// Size returns how many columns the terminal has now, 0 if unknown; it is
	// called at every Tick. nil: Width applies.
	Size func() int
	// Lines is the most events shown in a second on a terminal; 0 means 20. Those
	// left out are counted in a line after them.
	Lines int
	// Zone is the time zone of times of day; nil means the system's.
	Zone *time.Location
}

// prompt is how many rows after a Tick are written at once; further ones wait for
// the next Tick, so that a flood of rows does not cost one system call each.
const prompt = 64

// Watcher writes views while a capture is running: each row as it comes. It has
// the methods of a Reporter, and Tick. It is not safe for concurrent use. An
// error of the output is kept: later calls do nothing, and Err and Close return
// it.
type Watcher struct {
	rep    *Reporter
	bottom *statusline.Line
	lines  *eventLines // nil: events are rows like others
	teller *event.Teller
	size   func() int
	rows   int // since the last Tick
}

// CheckWatch returns an error, in words for the command line, if the views
// cannot be written while a capture runs.
func CheckWatch(views []View, format Format) error {
	if err := Check(views, format); err != nil {
		return err
	}
	for _, v := range views {
		switch v {
		case ViewSummary, ViewStory, ViewListeners:
			return fmt.Errorf("view %s needs the end of the capture", v)
		}
	}
	if len(views) > 1 && format != FormatNDJSON {
		return fmt.Errorf("%d views at one time can be watched as ndjson only", len(views))
	}
	return nil
}

// NewWatcher returns a Watcher that writes to w. The options must have passed
// CheckWatch.
func NewWatcher(w io.Writer, o WatchOptions) (*Watcher, error) {
	if len(o.Views) == 0 {
		o.Views = []View{ViewEvents}
	}
	if o.Format == "" {
		o.Format = FormatNDJSON
		if o.Terminal {
			o.Format = FormatTable
		}
	}
	if err := CheckWatch(o.Views, o.Format); err != nil {
		return nil, err
	}
	x := &Watcher{bottom: statusline.New(w), size: o.Size}
	if x.size != nil {
		o.Style.Width = x.size()
	}
	lines := o.Terminal && o.Format == FormatTable && o.Views[0] == ViewEvents
	rep, err := newReporter(x.bottom, o.Options, lines)
	if err != nil {
		return nil, err
	}
	x.rep = rep
	rep.env.live = true
	x.bottom.Style = &rep.env.Style
	x.bottom.On = o.Terminal && o.Status
	if lines {
		if o.Zone == nil {
			o.Zone = time.Local
		}
		rep.env.zone = o.Zone
		x.lines = newEventLines(rep.env, o.Lines)
		x.teller = event.NewTeller(x.event)
	}
	return x, nil
}

// WantsPackets reports whether calls of Packet show anywhere.
func (w *Watcher) WantsPackets() bool { return w.rep.WantsPackets() }

// WantsEpisodes is like WantsPackets.
func (w *Watcher) WantsEpisodes() bool { return w.rep.WantsEpisodes() }

// WantsMoments is like WantsPackets.
func (w *Watcher) WantsMoments() bool { return w.teller != nil || w.rep.WantsMoments() }

// Packet takes the next observation; nothing of it is kept.
func (w *Watcher) Packet(o *analyze.Observation) {
	w.rep.Packet(o)
	w.flush()
}

// Episode takes the next episode; nothing of it is kept.
func (w *Watcher) Episode(e *analyze.Episode) {
	w.rep.Episode(e)
	w.flush()
}

// Connection takes the next record, in any order; its verdicts are based on the
// records before it. Nothing of it is kept.
func (w *Watcher) Connection(c *analyze.Connection) {
	w.rep.Connection(c)
	w.flush()
}

// Moment takes the next moment; nothing of it is kept.
func (w *Watcher) Moment(m *analyze.Moment) {
	if w.teller == nil {
		w.rep.Moment(m)
	} else if w.rep.err == nil {
		w.teller.Moment(m)
	}
	w.flush()
}

func (w *Watcher) event(ev *event.Event) {
	if !w.rep.wanted(ev.Connection) {
		return
	}
	w.rep.keep(w.lines.event(w.rep.out, ev))
}

// flush makes what was written visible, unless there was much of it since the
// last Tick.
func (w *Watcher) flush() {
	if w.rep.err != nil || w.rep.out.Buffered() == 0 {
		return
	}
	if w.rows++; w.rows <= prompt {
		w.rep.keep(w.rep.out.Flush())
	}
}

// Tick tells the Watcher the current time, which need not be that of the
// packets; it is to be called about ten times a second. Pending output is
// written, the status line is redrawn, and the size of the terminal is updated.
func (w *Watcher) Tick(now time.Time, s statusline.Status) {
	w.rows = 0
	if w.rep.err != nil {
		return
	}
	if w.size != nil {
		w.rep.Resize(w.size())
	}
	if w.lines != nil {
		w.rep.keep(w.lines.tick(w.rep.out, now))
	}
	if w.rep.out.Buffered() > 0 {
		w.rep.keep(w.rep.out.Flush())
	}
	w.rep.keep(w.bottom.Draw(now, &s))
}

// Aside returns a writer to another stream that shows on the same terminal. The
// status line is erased before anything is written there, and redrawn at the
// next Tick. Only the Watcher's goroutine may use it.
func (w *Watcher) Aside(to io.Writer) io.Writer { return aside{w, to} }

type aside struct {
	w  *Watcher
	to io.Writer
}

func (a aside) Write(p []byte) (int, error) {
	a.w.rep.Flush()
	a.w.rep.keep(a.w.bottom.Erase())
	return a.to.Write(p)
}

// Err returns the first error of the output, so that a capture can stop early.
func (w *Watcher) Err() error { return w.rep.err }

// Close erases the status line and writes what is due at the end. It does not
// close the writer that NewWatcher was given.
func (w *Watcher) Close(in summary.Input) error {
	w.bottom.On = false
	if w.rep.err == nil && w.lines != nil {
		w.rep.keep(w.lines.rest(w.rep.out))
	}
	err := w.rep.Close(in)
	if err == nil {
		err = w.bottom.Erase()
	}
	return err
}
