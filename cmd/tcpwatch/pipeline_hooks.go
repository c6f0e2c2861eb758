package main

import (
	"tcpwatch/analyze"
	"tcpwatch/capture"
)

// hooks are what a command adds to the processing of a packet. Each may be nil.
// Their arguments are lent for the duration of the call.
type hooks struct {
	// tap receives every packet, before it is decoded.
	tap func(*capture.Packet)
	// first receives the capture time of the first segment, before anything else
	// about it.
	first func(int64)
	// packet, episode, moment and connection receive what the Analyzer gives,
	// besides the Reporter; connection at once, in the order in which
	// connections end.
	packet     func(*analyze.Observation)
	episode    func(*analyze.Episode)
	moment     func(*analyze.Moment)
	connection func(*analyze.Connection)
	// tick is called about ten times a second of capture time, also while no
	// packet comes.
	tick func(now int64, s analyze.Stats)
	// enough ends the run; it is asked after every packet, and while none comes.
	enough func(analyze.Stats) bool
	// waiting bounds how many connections wait for one that began before them; 0
	// is no bound.
	waiting int
	// shards is how many Analyzers run concurrently if nothing forbids it; 0
	// stands for one.
	shards int
	// unread lets the run continue when nothing reads the Reporter's output any
	// more: the hooks have work of their own.
	unread bool
}

// alone reports whether a hook must be called in the goroutine that reads the
// packets, as they come.
func (h *hooks) alone() bool {
	return h.packet != nil || h.episode != nil || h.moment != nil || h.connection != nil || h.tick != nil || h.enough != nil
}

// join lets the Analyzer call the hooks after the Reporter.
func (h *hooks) join(cfg *analyze.Config) {
	cfg.Packet = both(cfg.Packet, h.packet)
	cfg.Episode = both(cfg.Episode, h.episode)
	cfg.Moment = both(cfg.Moment, h.moment)
	cfg.Connection = both(cfg.Connection, h.connection)
}

// over reports whether a hook ends the run. It can be inlined, as at can: both are called after every packet, and
// seldom is there a hook.
func (h *hooks) over(an analysis) bool { return h.enough != nil && h.ends(an) }

func (h *hooks) ends(an analysis) bool { return h.enough(an.Stats()) }

// both calls f and g, either of which may be nil.
func both[T any](f, g func(*T)) func(*T) {
	switch {
	case f == nil:
		return g
	case g == nil:
		return f
	}
	return func(x *T) { f(x); g(x) }
}

// tickEvery is the time between two ticks, in nanoseconds.
const tickEvery = int64(100e6)

// ticker calls the hook tick by capture time.
type ticker struct {
	hook func(now int64, s analyze.Stats)
	last int64
}

// at processes the current time. A clock that was set back begins anew.
func (t *ticker) at(now int64, an analysis) {
	if t.hook != nil {
		t.tick(now, an)
	}
}

func (t *ticker) tick(now int64, an analysis) {
	if now >= t.last && now-t.last < tickEvery {
		return
	}
	t.last = now
	t.hook(now, an.Stats())
}
