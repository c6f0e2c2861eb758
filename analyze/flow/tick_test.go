package flow

import (
	"math"
	"testing"
	"time"
)

// TestTicks: a time since is as long as it was, up to the exactness of ticks and their range; none is
// the longest; and a clock may run backwards a little.
func TestTicks(t *testing.T) {
	const start, tick = int64(1_700_000_000e9), int64(1 << 16)
	for _, d := range []time.Duration{0, time.Millisecond, time.Hour, 77 * time.Hour, -100 * time.Microsecond, -time.Minute, -18 * time.Minute} {
		if got := tickOf(start).since(start + int64(d)); got <= int64(d)-tick || got >= int64(d)+tick {
			t.Errorf("since %v: %v", d, time.Duration(got))
		}
	}
	if got := tickOf(start).since(start - int64(time.Hour)); got <= 0 {
		t.Errorf("since an hour later: %v", time.Duration(got))
	}
	for _, at := range []int64{0, start, 1 << 48} {
		if got := (&Repair{}).SinceHeard(at); got != math.MaxInt64 {
			t.Errorf("since none, at %d: %v", at, time.Duration(got))
		}
		if got := tickOf(at).since(at); got != 0 {
			t.Errorf("since now, at %d: %v", at, time.Duration(got))
		}
	}
}
