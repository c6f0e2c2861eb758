package analyze

import (
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// TestWaitsNeverShrink: a clock that runs backwards takes nothing from what was waited.
func TestWaitsNeverShrink(t *testing.T) {
	var w waitNote
	again := label.Set(0).With(label.Retransmission)
	for _, delta := range []int64{500, -300, 0, 200} {
		w.segment(flow.Side(1), &wire.Segment{Packet: 1}, delta, again)
	}
	if w.resends[1] != 700 || w.silence != 500 {
		t.Errorf("%d ns before what was sent again, %d ns of silence; want 700 and 500", w.resends[1], w.silence)
	}
}
