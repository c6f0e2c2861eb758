package report

import (
	"bufio"
	"io"
	"slices"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/grid"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
	"tcpwatch/report/summary"
)

// Options set a Reporter up.
type Options struct {
	// Views are written in this order; none means the default: for people the
	// story of every connection of a small capture and the summary of any
	// other, for programs the connections (csv, ndjson) or the summary (json).
	Views  []View
	Format Format
	Style  prose.Style
	// Limit is the most rows of a table or Markdown table; 0: all of them.
	Limit int
	// Only selects connections by number; empty: all of them.
	Only map[uint64]bool
	// Wireshark shows the names of Observation.Wireshark beside the labels.
	Wireshark bool
	// EncapName names the tunnels behind an ID; nil: none have a name.
	EncapName func(uint32) string
	// MSL is what the analysis used, for the words about TIME-WAIT.
	MSL time.Duration
	// Files are the names of the inputs, for titles.
	Files []string
	// Late prevents any output before Close: until then another writer uses the
	// same place.
	Late bool
	// TempDir is where rows wait that are due later than others; "" means the
	// system's directory for temporary files.
	TempDir string
}

// env is what rendering a value may need besides its row.
type env struct {
	Options
	clock number.Clock
	base  int64 // time 0 of relative times
	based bool
	// connections is the number of connections of the capture, known once
	// it was read.
	connections uint64
	// verdicts are the verdicts on the connection whose row is being
	// written.
	verdicts []verdict.Verdict
	offers   offerTexts
	short    grid.Addresses
	// zone is the time zone of times of day in live lines; nil: times count from
	// the base.
	zone *time.Location
	// live is set if rows must appear as they come.
	live bool
}

// begin fixes time 0 at its first call.
func (e *env) begin(ns int64) {
	if !e.based {
		e.base, e.based = ns, true
	}
}

func (e *env) encap(id uint32) string {
	if id == 0 || e.EncapName == nil {
		return ""
	}
	return e.EncapName(id)
}

// Reporter writes the views of one run. It is not safe for concurrent use. An
// error of the output is kept: later calls do nothing, and Close returns it.
type Reporter struct {
	env  *env
	out  *bufio.Writer
	page *page

	judge       verdict.Judge
	packets     []rowWriter[analyze.Observation]
	episodes    []rowWriter[analyze.Episode]
	events      []rowWriter[event.Event]
	teller      *event.Teller // of events; nil: not wanted
	connections []rowWriter[analyze.Connection]
	summaries   []*summaryWriter
	err         error
}

// rowWriter writes the rows of one view in one format.
type rowWriter[T any] interface {
	row(*T) error
	// finish writes what stands after the last row.
	finish() error
}

// New returns a Reporter that writes to w. The options must have passed Check.
func New(w io.Writer, o Options) (*Reporter, error) { return newReporter(w, o, false) }

// newReporter is New; with eventsApart set, events are written by another
// writer.
func newReporter(w io.Writer, o Options, eventsApart bool) (*Reporter, error) {
	if err := Check(o.Views, o.Format); err != nil {
		return nil, err
	}
	o.Style.FixWidth()
	if !o.Format.people() {
		o.Style.Color = false
	}
	if o.MSL <= 0 {
		o.MSL = analyze.DefaultMSL
	}
	o.Views = defaultViews(o)
	r := &Reporter{env: &env{Options: o}, out: bufio.NewWriterSize(w, 64<<10)}
	r.page = newPage(r.out, r.env)
	for _, v := range o.Views {
		if v != ViewEvents || !eventsApart {
			r.add(v)
		}
	}
	return r, nil
}

func defaultViews(o Options) []View {
	switch {
	case len(o.Views) > 0:
		return slices.Clone(o.Views)
	case o.Format == FormatJSON:
		return []View{ViewSummary}
	case !o.Format.people():
		return []View{ViewConnections}
	case len(o.Only) > 0:
		return []View{ViewStory}
	}
	return []View{viewAuto}
}

// viewAuto is the story or the summary, whichever suits the capture.
const viewAuto View = ""

func (r *Reporter) add(v View) {
	w := r.page.section(v)
	switch v {
	case ViewPackets:
		r.packets = append(r.packets, newRowWriter(packetViewOf(r.env), w, r.env))
	case ViewRetransmissions:
		r.packets = append(r.packets, newRowWriter(retransmissionView, w, r.env))
	case ViewWindows:
		r.episodes = append(r.episodes, newRowWriter(windowView, w, r.env))
	case ViewEvents:
		r.events = append(r.events, newRowWriter(eventView, w, r.env))
		r.teller = event.NewTeller(r.event)
	case ViewListeners:
		r.connections = append(r.connections, newListenerWriter(w, r.env))
	case ViewConnections:
		r.connections = append(r.connections, newRowWriter(connectionView, w, r.env))
	case ViewHandshakes:
		r.connections = append(r.connections, newRowWriter(handshakeView, w, r.env))
	case ViewCloses:
		r.connections = append(r.connections, newRowWriter(closeView, w, r.env))
	case ViewTimeWait:
		r.connections = append(r.connections, &holdWriter{rows: newRowWriter(timeWaitView, w, r.env)})
	case ViewStory:
		r.connections = append(r.connections, newStoryWriter(w, r.env))
	case ViewSummary, viewAuto:
		s := newSummaryWriter(w, r.env, v == viewAuto)
		r.connections = append(r.connections, s)
		r.summaries = append(r.summaries, s)
	}
}

// Begin sets the capture time of the first segment, before any of its results: times
// count from it in every view. Without it they count from the first row.
func (r *Reporter) Begin(ns int64) { r.env.begin(ns) }

// WantsPackets reports whether calls of Packet show anywhere. Without them an
// analysis can leave observations unmade.
func (r *Reporter) WantsPackets() bool { return len(r.packets) > 0 }

// Packet takes the next observation in packet order; nothing of it is kept.
func (r *Reporter) Packet(o *analyze.Observation) {
	if r.err != nil || !r.wanted(o.Connection) {
		return
	}
	r.env.begin(o.Segment.Time)
	for _, w := range r.packets {
		r.keep(w.row(o))
	}
}

// WantsEpisodes reports whether calls of Episode show anywhere.
func (r *Reporter) WantsEpisodes() bool { return len(r.episodes) > 0 }

// Episode takes the next episode in the order of their ends; nothing of it is
// kept.
func (r *Reporter) Episode(e *analyze.Episode) {
	if r.err != nil || !r.wanted(e.Connection) {
		return
	}
	r.env.begin(e.Start)
	for _, w := range r.episodes {
		r.keep(w.row(e))
	}
}

// WantsMoments reports whether calls of Moment show anywhere.
func (r *Reporter) WantsMoments() bool { return r.teller != nil }

// Moment takes the next moment as it comes; nothing of it is kept.
func (r *Reporter) Moment(m *analyze.Moment) {
	if r.err == nil && r.teller != nil {
		r.teller.Moment(m)
	}
}

func (r *Reporter) event(ev *event.Event) {
	if !r.wanted(ev.Connection) {
		return
	}
	r.env.begin(ev.Time)
	for _, w := range r.events {
		r.keep(w.row(ev))
	}
}

// WantsConnections reports whether calls of Connection show anywhere. Without them an
// analysis can leave records unmade.
func (r *Reporter) WantsConnections() bool { return len(r.connections) > 0 }

// WantsZeek reports whether ZeekState and ZeekHistory of a record show anywhere.
func (r *Reporter) WantsZeek() bool { return slices.Contains(r.env.Views, ViewConnections) }

// Connection takes the next record in the order of connection numbers; nothing
// of it is kept.
func (r *Reporter) Connection(c *analyze.Connection) {
	if r.err != nil || len(r.connections) == 0 {
		return
	}
	r.env.verdicts = r.judge.Connection(c) // of every one: later ones are compared with it
	if !r.wanted(c.Number) {
		return
	}
	r.env.begin(c.Start)
	for _, w := range r.connections {
		r.keep(w.row(c))
	}
}

func (r *Reporter) wanted(connection uint64) bool {
	return len(r.env.Only) == 0 || r.env.Only[connection]
}

func (r *Reporter) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Flush makes what was written so far visible, if rows are to appear as they
// come.
func (r *Reporter) Flush() {
	if r.err == nil && r.out.Buffered() > 0 {
		r.keep(r.out.Flush())
	}
}

// Err returns the first error of the output, so that a run can stop early.
func (r *Reporter) Err() error { return r.err }

// Resize sets how many columns lines may have from now on, like Options.Width; what
// is not laid out yet follows.
func (r *Reporter) Resize(columns int) {
	r.env.Style.Width = columns
	r.env.Style.FixWidth()
}

// Close finishes the views, and writes the summary. It does not close the
// writer that New was given. It removes every temporary file. A view for which there was
// no room in one is left out (in JSON it is null), and named by the error.
func (r *Reporter) Close(in summary.Input) error {
	defer r.page.discard()
	if r.err != nil {
		return r.err
	}
	r.env.connections = in.Analysis.Connections
	for _, s := range r.summaries {
		s.input = &in
	}
	for _, w := range r.packets {
		r.keep(w.finish())
	}
	for _, w := range r.episodes {
		r.keep(w.finish())
	}
	for _, w := range r.events {
		r.keep(w.finish())
	}
	for _, w := range r.connections {
		r.keep(w.finish())
	}
	var lost error
	if r.err == nil {
		var err error
		lost, err = r.page.finish()
		r.keep(err)
	}
	if r.err == nil {
		r.keep(r.out.Flush())
	}
	r.keep(lost)
	return r.err
}
