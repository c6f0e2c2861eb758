package flow

import "testing"

// TestStampAt: no end gives the timestamp before the time that is asked for, wherever
// in a tick of its clock it sent what was captured, and where the last of that came late.
func TestStampAt(t *testing.T) {
	const tick, slack = int64(500e6), int64(20e6)
	clock := func(at int64) uint32 { return uint32(1000 + at/tick) }
	for first := int64(0); first < tick; first += 30e6 {
		for last := first + 6*tick; last < first+10*tick; last += 30e6 {
			h := Half{tsFirst: clock(first), tsAt: first, TSVal: clock(last), LastTime: last + slack}
			at := last + 60e9
			ts, ok := h.StampAt(at, slack)
			if n := clock(last) - clock(first); ok != (n >= 8) {
				t.Fatalf("after %d ticks: %v", n, ok)
			}
			if ok && (ts <= clock(at) || ts > clock(at)+40) {
				t.Errorf("first at %d, last at %d: %d, and the end gives %d", first, last, ts, clock(at))
			}
		}
	}
	// What jumped is no clock.
	for _, last := range []int64{1, 3 << 30} {
		h := Half{tsFirst: 0, tsAt: 1, TSVal: 1 << 30, LastTime: last + slack}
		if ts, ok := h.StampAt(1e12, slack); ok {
			t.Errorf("%d by a clock that would have come round in %d", ts, last)
		}
	}
}
