package report

import (
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
)

// defaultLines is how many events a second a person can follow. A heuristic.
const defaultLines = 20

// sameLines is how many lines a second one connection gets for events of one kind:
// a window that closes and opens all the time would hide everything else. A heuristic.
const sameLines = 3

// limiter decides which events of a busy second are shown: the first ones, with
// half of the lines reserved for trouble, and no more than sameLines of one kind
// for one connection. Its cost does not depend on the number of events.
type limiter struct {
	most           int
	shown, routine int // in this second
	same           [2 * defaultLines]sameEvent
	sames          int // of same in this second; when it is full, further ones are not told apart
	until          time.Time
	left           [analyze.Moments]uint64
}

// sameEvent counts the lines of one kind and connection in this second.
type sameEvent struct {
	connection uint64
	kind       analyze.MomentKind
	lines      uint8
}

func newLimiter(most int) limiter {
	if most <= 0 {
		most = defaultLines
	}
	return limiter{most: most}
}

// allow reports whether the event is shown, and counts it otherwise.
func (l *limiter) allow(ev *event.Event) bool {
	trouble := ev.Weight() == event.Trouble
	if l.shown >= l.most || !trouble && l.routine >= l.most-l.most/2 || !l.allowSame(ev) {
		l.left[ev.Kind]++
		return false
	}
	l.shown++
	if !trouble {
		l.routine++
	}
	return true
}

// allowSame reports whether the connection has not had its lines of the event's kind.
// Events of no connection are not alike.
func (l *limiter) allowSame(ev *event.Event) bool {
	if ev.Connection == 0 {
		return true
	}
	for i := range l.same[:l.sames] {
		if e := &l.same[i]; e.connection == ev.Connection && e.kind == ev.Kind {
			if e.lines >= sameLines {
				return false
			}
			e.lines++
			return true
		}
	}
	if l.sames < len(l.same) {
		l.same[l.sames] = sameEvent{ev.Connection, ev.Kind, 1}
		l.sames++
	}
	return true
}

// over reports whether the second is over, and begins the next one.
func (l *limiter) over(now time.Time) bool {
	if now.Before(l.until) && l.until.Sub(now) <= time.Second {
		return false
	}
	l.until = now.Add(time.Second)
	l.shown, l.routine, l.sames = 0, 0, 0
	return true
}

// takeLeft returns how many of each kind were left out since the last call.
func (l *limiter) takeLeft() [analyze.Moments]uint64 {
	left := l.left
	l.left = [analyze.Moments]uint64{}
	return left
}
