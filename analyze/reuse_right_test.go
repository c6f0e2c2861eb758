package analyze

import (
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// TestReuseRight: a SYN has a right to a tuple in TIME-WAIT by a number after the last that was used, and by
// a later timestamp; one that is the same, or of an end whose peer used none, is no right and no fault.
func TestReuseRight(t *testing.T) {
	const last, stamp = 999, 50 // of the old connection
	syn := wire.Segment{Flags: wire.SYN, Seq: last, Options: wire.Options{Set: wire.OptTimestamps, TSVal: stamp}}
	for _, c := range []struct {
		name   string
		seq    wire.Seq
		stamp  uint32
		change func(x, y *flow.Half, s *wire.Segment)
		want   ReuseRight
	}{
		{"the last number", last, stamp, nil, ReuseUnproved},
		{"the next number", last + 1, stamp, nil, ReuseISN},
		{"an earlier timestamp", last + 1, stamp - 1, nil, ReuseEarlier},
		{"a later timestamp", last, stamp + 1, nil, ReuseTimestamp},
		{"both", last + 1, stamp + 1, nil, ReuseISN},
		{"neither", last, stamp - 1, nil, ReuseUnproved},
		{"a timestamp that has come round", last, stamp + 1<<31 + 1, nil, ReuseUnproved},
		{"a SYN without timestamps", last + 1, 0, func(_, _ *flow.Half, s *wire.Segment) { s.Options.Set = 0 }, ReuseISN},
		{"a connection without those of the opener", last, stamp + 1, func(x, _ *flow.Half, _ *wire.Segment) { x.HasTS = false }, ReuseUnproved},
		{"a connection without those of the peer", last, stamp + 1, func(_, y *flow.Half, _ *wire.Segment) { y.HasTS = false }, ReuseUnproved},
		{"earlier, without those of the peer", last + 1, stamp - 1, func(_, y *flow.Half, _ *wire.Segment) { y.HasTS = false }, ReuseISN},
		{"no SYN", last + 1, stamp + 1, func(_, _ *flow.Half, s *wire.Segment) { s.Flags = wire.ACK }, ReuseUnproved},
		{"a SYN-ACK", last + 1, stamp, func(_, _ *flow.Half, s *wire.Segment) { s.Flags |= wire.ACK }, ReuseUnproved},
		{"a SYN-ACK with a later timestamp", last + 1, stamp + 1, func(_, _ *flow.Half, s *wire.Segment) { s.Flags |= wire.ACK }, ReuseTimestamp},
	} {
		x, y, s := flow.Half{Nxt: last + 1}, flow.Half{}, syn
		x.HasTS, x.TSVal, y.HasTS = true, stamp, true
		s.Seq, s.Options.TSVal = c.seq, c.stamp
		if c.change != nil {
			c.change(&x, &y, &s)
		}
		if got := reuseRight(&x, &y, &s); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
