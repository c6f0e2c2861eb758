package report

import (
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
)

// defaultLines is how many events a second a person can follow. A heuristic.
const defaultLines = 20

// limiter decides which events of a busy second are shown: the first ones, with
// half of the lines reserved for trouble. Its cost does not depend on the number
// of events.
type limiter struct {
	most           int
	shown, routine int // in this second
	until          time.Time
	left           [analyze.Moments]uint64
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
	if l.shown >= l.most || !trouble && l.routine >= l.most-l.most/2 {
		l.left[ev.Kind]++
		return false
	}
	l.shown++
	if !trouble {
		l.routine++
	}
	return true
}

// over reports whether the second is over, and begins the next one.
func (l *limiter) over(now time.Time) bool {
	if now.Before(l.until) && l.until.Sub(now) <= time.Second {
		return false
	}
	l.until = now.Add(time.Second)
	l.shown, l.routine = 0, 0
	return true
}

// takeLeft returns how many of each kind were left out since the last call.
func (l *limiter) takeLeft() [analyze.Moments]uint64 {
	left := l.left
	l.left = [analyze.Moments]uint64{}
	return left
}
