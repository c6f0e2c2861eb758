package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// If no callback is about single segments, those of a connection that takes its
// ordinary course are only stored (package journal). They are analysed when something
// else arrives, or when the connection is handed over and is not textbook. The results
// are the same either way.
//
// If callbacks are about segments and nothing else, each is analysed at once and also
// stored, and the connection rests as what is stored of it: reading it then is analysing
// its segments again, which tells and counts nothing.

// unread is the state for that.
type unread struct {
	keeps  bool
	beside bool // each segment is analysed at once, and also stored (flow.Table.Beside)
	reader journal.Reader
	seg    wire.Segment
	// told is called, if set by a test, with the class that a connection was assumed
	// to be in and the one that it is in.
	told func(said, is flow.Class)
}

// keep stores a segment that belongs to r, or begins a connection if r is 0, if
// that is possible without analysis.
func (a *Analyzer) keep(r flow.Ref, seg *wire.Segment, p *pair) bool {
	if seg.Time != a.clock {
		return false // after it has gone back, the clock matters
	}
	if r == 0 {
		if !journal.Opens(seg) {
			return false
		}
		a.room()
		r = a.table.NewUnread(&p.key, p.hash, p.from, a.stats.Connections+1, seg)
		a.begun(r)
		a.table.Touch(r, flow.Opening, a.clock, seg.Packet)
		return true
	}
	if !a.table.Unread(r) {
		return false
	}
	c, kept := a.table.Keep(r, p.from, seg)
	if !kept {
		return false
	}
	if finished(c) {
		a.stats.Ended++ // nothing is stored after that
	}
	a.table.Touch(r, c, a.clock, seg.Packet)
	return true
}

// flow returns the flow of a Ref, awake and read.
func (a *Analyzer) flow(r flow.Ref) *flow.Flow {
	if a.table.Unread(r) {
		return a.read(r)
	}
	return a.table.Get(r)
}

// read analyses the stored segments of a connection. One reader is enough: of two
// connections of one tuple only the older can be unread, and that one refers to no
// other.
func (a *Analyzer) read(r flow.Ref) *flow.Flow {
	u := &a.unread
	f := a.table.Read(r, &u.reader)
	tuples := [2]wire.Tuple{f.Key.Tuple(0), f.Key.Tuple(1)}
	clock := a.clock
	for {
		from, more := u.reader.Next(&u.seg)
		if !more {
			break
		}
		a.clock = u.seg.Time
		u.seg.Tuple = tuples[from]
		if f.FirstPacket == 0 {
			a.start(f, flow.Side(from), &u.seg)
		}
		a.take(f, flow.Side(from), &u.seg)
	}
	a.clock = clock
	a.notes.At(f.Extra).twRestart = false // the timer has been running since the segment was stored
	a.wasUnread(f)
	return f
}

// wasUnread leaves the time in which only the class of a flow was known.
func (a *Analyzer) wasUnread(f *flow.Flow) {
	if told := a.unread.told; told != nil {
		told(a.table.Class(f.Ref), classOf(f))
	}
	a.outlive(f)
}

// outlive moves ends out of TIME-WAIT if 2MSL ran out while the connection rested or
// was unread.
func (a *Analyzer) outlive(f *flow.Flow) {
	if a.table.Class(f.Ref) != flow.Lapsed {
		return
	}
	for s := range f.Half {
		if h := &f.Half[s]; h.State.Base() == state.TimeWait {
			h.State = h.State.After(state.TwoMSL)
		}
	}
}
