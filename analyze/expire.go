package analyze

import (
	"math"
	"time"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/state"
)

// How long quiet connections are remembered, by capture time. An open one is
// remembered until there is no more room.
const (
	// openingTimeout is a heuristic: RFC 9293 §3.8.3 wants SYNs to be tried for
	// at least 3 minutes, and no common stack pauses as long as this between two.
	openingTimeout = int64(5 * time.Minute)
	// closedTimeout is 2MSL as RFC 9293 §3.4.2 has it: nothing that was
	// sent in the connection can arrive later.
	closedTimeout = int64(4 * time.Minute)
)

// timer is the timeout of quiet connections of a class.
type timer struct {
	class   flow.Class
	timeout int64
}

// timers returns the timers in the order in which they run out at one time: the
// first before a segment, since it decides what a SYN meets; the others after
// it, since the segment may keep its connection alive.
func (a *Analyzer) timers() [4]timer {
	return [...]timer{
		{flow.TimeWait, a.msl2},
		{flow.Opening, openingTimeout},
		{flow.Lapsed, closedTimeout},
		{flow.Closed, closedTimeout},
	}
}

// Advance moves the clock to a capture time and lets timers run out. Segment
// does it by itself; live capture also calls it when nothing arrives. A time
// that lies before the clock changes nothing.
func (a *Analyzer) Advance(now int64) {
	a.table.Settle()
	a.tick(now)
	a.expire()
}

// tick moves the clock and lets TIME-WAIT run out. It can be inlined, as expire can: both are called for every
// segment, and seldom is a timer due.
func (a *Analyzer) tick(now int64) {
	if now > a.clock {
		if a.clock = now; now >= a.due {
			a.leaveTimeWait()
		}
	}
}

func (a *Analyzer) leaveTimeWait() { a.runOut(a.timers()[0]) }

// expire hands over connections that have been quiet for too long.
func (a *Analyzer) expire() {
	if a.clock >= a.due {
		a.runOutAll()
	}
}

func (a *Analyzer) runOutAll() {
	for _, t := range a.timers() {
		a.runOut(t)
	}
	a.due = a.nextDue()
}

// nextDue returns a time before which no timer runs out. It stays valid: a
// connection that enters a class later stays there for the full timeout, and
// those that leave do so when a timer runs out.
func (a *Analyzer) nextDue() int64 {
	least := int64(math.MaxInt64)
	for _, t := range a.timers() {
		left := t.timeout
		if r := a.table.Head(t.class); r != 0 {
			since, _ := a.table.Touched(r)
			left -= elapsed(a.clock, since)
		}
		least = min(least, left)
	}
	if due := a.clock + least; due > a.clock || least <= 0 {
		return due
	}
	return math.MaxInt64 // the sum does not fit
}

// runOut lets a timer end what is due.
func (a *Analyzer) runOut(t timer) {
	for r := a.table.Head(t.class); r != 0; r = a.table.Head(t.class) {
		if since, _ := a.table.Touched(r); elapsed(a.clock, since) < t.timeout {
			return
		}
		a.lapse(r, t)
	}
}

// lapse ends a connection's stay in the timer's class.
func (a *Analyzer) lapse(r flow.Ref, t timer) {
	since, packet := a.table.Touched(r)
	a.clock = max(a.clock, since+t.timeout) // that of a shard may be behind
	if t.class != flow.TimeWait {
		a.finish(r, EndQuiet)
		return
	}
	if a.table.Awake(r) || a.cfg.Moment != nil { // otherwise it leaves TIME-WAIT when it wakes
		f := a.flow(r)
		for _, s := range ends(f) {
			a.leaves(f, s, 0, since+t.timeout, EndTimer)
		}
	}
	a.table.Touch(r, flow.Lapsed, since+t.timeout, packet)
	a.table.Settle()
}

// The order of classes in which connections are given up to make room: those that
// are over, then the least settled. When only a few are opening, others go first: a
// handshake in progress is worth more than a connection that was quiet for long,
// and its later segments would count as another connection.
var (
	calm    = [...]flow.Class{flow.Lapsed, flow.Closed, flow.TimeWait, flow.Closing, flow.Established, flow.Opening}
	flooded = [...]flow.Class{flow.Lapsed, flow.Closed, flow.TimeWait, flow.Opening, flow.Closing, flow.Established}
)

// floodShare is a heuristic for a SYN flood or a scan: more than one in
// floodShare of the connections that there is room for are opening. With room
// for only a handful, one attempt is many.
const floodShare = 8

// dispensable returns the order for a number of opening connections and the
// most connections allowed.
func dispensable(opening, most int) *[len(calm)]flow.Class {
	if opening > most/floodShare {
		return &flooded
	}
	return &calm
}

// makeRoom hands over the connection that is needed least: the one quiet for
// longest of the first class that has any.
func (a *Analyzer) makeRoom() {
	for _, c := range dispensable(a.table.Count(flow.Opening), a.cfg.MaxConnections) {
		if r := a.table.Head(c); r != 0 {
			a.giveUp(r, c)
			return
		}
	}
}

// giveUp hands over a connection of class c to make room.
func (a *Analyzer) giveUp(r flow.Ref, c flow.Class) {
	if finished(c) {
		a.finish(r, EndQuiet) // nothing more was expected of it
		return
	}
	a.finish(r, EndEvicted)
}

// classify puts the flow into the class that its states call for.
func (a *Analyzer) classify(r flow.Ref, f *flow.Flow, n *note) {
	c := classOf(f)
	now := a.table.Class(r)
	if c == flow.TimeWait {
		if n.tw.ahead = elapsed(a.clock, f.Last); now == flow.TimeWait && !n.twRestart {
			return // only entering and restarting set the 2MSL timer
		}
	}
	n.twRestart = false
	switch was := finished(now); {
	case finished(c) && !was:
		a.stats.Ended++
	case was && !finished(c):
		a.stats.Ended--
	}
	a.table.Touch(r, c, a.clock, f.LastPacket)
}

// elapsed returns the time from since to now, at most what fits.
func elapsed(now, since int64) int64 {
	d := now - since
	if d < 0 && now > since {
		return math.MaxInt64
	}
	return d
}

// finished reports whether connections of a class are over.
func finished(c flow.Class) bool { return c >= flow.TimeWait }

func classOf(f *flow.Flow) flow.Class {
	h, o := &f.Half[0], &f.Half[1]
	if f.Peer(0) == 0 { // cheaper than to index by it
		o = h
	}
	x, y := h.State.Base(), o.State.Base()
	switch {
	case x == state.TimeWait || y == state.TimeWait:
		return flow.TimeWait
	case over(h) && over(o):
		return flow.Closed
	case h.Is(flow.SentFIN) || o.Is(flow.SentFIN):
		return flow.Closing
	case x < state.Established || y < state.Established:
		return flow.Opening
	}
	return flow.Established
}

// over reports whether an end is done with the connection.
func over(h *flow.Half) bool {
	switch h.State.Base() {
	case state.Closed:
		return true
	case state.Listen, state.Unknown:
		return h.Any(flow.GotRST | flow.SentRST)
	}
	return false
}
