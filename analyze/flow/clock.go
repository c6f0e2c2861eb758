package flow

import "math"

// This file estimates the rate of an end's timestamp clock (RFC 7323 §5.4).

// StampAt returns a timestamp that the end does not send before a time, judged by the
// fastest that its timestamps can have advanced so far, if packets may be late by slack;
// ok is false if that is not known. All are times in nanoseconds.
func (h *Half) StampAt(at, slack int64) (ts uint32, ok bool) {
	const mostClock = int64(1<<31) * 1e3 // the fastest clock in use counts microseconds, and wraps after this
	ticks, span := int64(int32(h.TSVal-h.tsFirst)), h.LastTime-h.tsAt-slack
	if ticks < 8 || span <= ticks || at < h.tsAt || at-h.tsAt > mostClock {
		return 0, false
	}
	// The clock may have advanced by almost a tick more: the first timestamp may have been about
	// to end.
	gone := (at+slack-h.tsAt)/(span/(ticks+1)) + 1
	return h.tsFirst + uint32(gone), gone <= math.MaxInt32 // beyond that it is not later (RFC 7323 §5.2)
}

// Tick returns the length of a tick of the end's timestamp clock (RFC 7323
// §5.4), measured at this tap, in nanoseconds; 0: not known yet.
func (h *Half) Tick() int64 {
	ticks := int64(int32(h.TSVal - h.tsFirst))
	if ticks < 8 {
		return 0
	}
	return (h.LastTime - h.tsAt) / ticks
}
