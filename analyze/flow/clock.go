package flow

import "math"

// This file tells how fast the clock of an end goes that its timestamps show (RFC 7323 §5.4).

// StampAt returns a timestamp that the end does not give before a time, by how fast its
// timestamps have gone on at most so far, where packets may be late by slack; ok is false
// where that cannot be said. All are times in nanoseconds.
func (h *Half) StampAt(at, slack int64) (ts uint32, ok bool) {
	const mostClock = int64(1<<31) * 1e3 // the fastest clock in use counts microseconds, and comes round
	ticks, span := int64(int32(h.TSVal-h.tsFirst)), h.LastTime-h.tsAt-slack
	if ticks < 8 || span <= ticks || at < h.tsAt || at-h.tsAt > mostClock {
		return 0, false
	}
	// The clock went on by less than a tick more: the first timestamp may have been about to end.
	gone := (at+slack-h.tsAt)/(span/(ticks+1)) + 1
	return h.tsFirst + uint32(gone), gone <= math.MaxInt32 // RFC 7323 §5.2: more is not later
}

// Tick returns how long the end's timestamp clock (RFC 7323 §5.4) stands still,
// measured at this tap, in nanoseconds; 0 where it cannot be said yet.
func (h *Half) Tick() int64 {
	ticks := int64(int32(h.TSVal - h.tsFirst))
	if ticks < 8 {
		return 0
	}
	return (h.LastTime - h.tsAt) / ticks
}
