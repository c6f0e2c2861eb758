package label

import (
	"testing"

	"tcpwatch/analyze/flow"
)

// TestSentAgainBy: three round trips or the least timeout of the end's stack, whichever is longer, and half as
// long again; but no longer than the timeout that RFC 6298 §2.4 allows at least.
func TestSentAgainBy(t *testing.T) {
	for _, c := range []struct {
		loop int64 // milliseconds
		ttl  uint8
		want int64
	}{
		{-1, 64, 300}, {0, 64, 300}, {10, 64, 315}, {100, 64, 450}, {101, 64, 454}, {200, 64, 900}, {285, 64, 1282}, {286, 64, 1286}, {400, 64, 1400},
		{10, 65, 1010}, {10, 128, 1010}, {400, 128, 1400},
	} {
		x := flow.Facts{Loop: c.loop * 1e6, Receiver: &flow.Half{}}
		x.Receiver.TTL = c.ttl
		if got := sentAgainBy(&x) / 1e6; got != c.want {
			t.Errorf("round trip %d ms, TTL %d: %d ms, want %d", c.loop, c.ttl, got, c.want)
		}
	}
}
