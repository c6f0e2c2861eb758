package analyze

import (
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// TestDataEnd: after a FIN is no payload, unless octets with higher numbers were seen.
func TestDataEnd(t *testing.T) {
	for _, c := range []struct {
		has flow.Half
		why string
	}{
		{flow.Half{Nxt: 20}, "no FIN"},
		{flow.Half{Has: flow.SentFIN, Nxt: 21, FinEnd: 21}, "a FIN at the end"},
		{flow.Half{Has: flow.SentFIN, Nxt: 20, FinEnd: 11}, "octets after the FIN"},
	} {
		if got := dataEnd(&c.has); got != 20 {
			t.Errorf("%s: %d, want 20", c.why, got)
		}
	}
}

// TestScaleUnsettled: a SYN whose scale the capture cuts off takes back what an earlier
// one settled, for both ends.
func TestScaleUnsettled(t *testing.T) {
	x, y, n := flow.Half{Has: flow.Scaled}, flow.Half{Has: flow.Scaled}, note{}
	for i := range n.options {
		n.options[i].Known, n.options[i].Set = true, wire.OptCut
	}
	scale(&x, &y, &n, 0, 1, &wire.Segment{Flags: wire.SYN | wire.ACK})
	if x.Is(flow.Scaled) || y.Is(flow.Scaled) {
		t.Errorf("still settled: %t and %t", x.Is(flow.Scaled), y.Is(flow.Scaled))
	}
}
