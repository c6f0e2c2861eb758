package stream_test

import (
	"testing"

	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// gapsOf follows segments, and counts gaps by their reason.
func gapsOf(segs []wire.Segment) map[stream.Reason]int {
	reasons := map[stream.Reason]int{}
	follow(segs, stream.Config{}, func(p *stream.Piece) {
		if p.Kind == stream.Gap {
			reasons[p.Reason]++
		}
	})
	return reasons
}

// TestClosedGaps: only gaps that are open count towards their bound, not those that
// were filled or handed on.
func TestClosedGaps(t *testing.T) {
	x := talk{}
	x.open()
	for i := range int64(400) {
		x.add(0, wire.ACK, 11+20*i, 1, make([]byte, 10))
		x.add(0, wire.ACK, 1+20*i, 1, make([]byte, 10))
	}
	if got := gapsOf(x.segs); len(got) > 0 {
		t.Errorf("filled: %v", got)
	}
	x = talk{}
	x.open()
	for i := range int64(400) {
		x.add(0, wire.ACK, 11+20*i, 1, make([]byte, 10))
		x.add(0, wire.ACK, 21+20*i, 1, nil)
		x.add(1, wire.ACK, 1, 21+20*i, nil)
	}
	for i := range x.segs {
		x.segs[i].Time = int64(1e18) + int64(i)*1e9
	}
	if got := gapsOf(x.segs); got[stream.NotCaptured] != 400 || len(got) != 1 {
		t.Errorf("handed on: %v", got)
	}
}

// TestOpenGaps: the most gaps that may be open are not closed early, the first of more is.
func TestOpenGaps(t *testing.T) {
	x := talk{}
	x.open()
	for i := range int64(257) {
		x.add(0, wire.ACK, 1+20*i, 1, make([]byte, 10))
	}
	if got := gapsOf(x.segs); got[stream.Unknown] != 256 || len(got) != 1 {
		t.Errorf("256: %v", got)
	}
	for i := range int64(2) { // the first makes room by octets that no gap stands before
		x.add(0, wire.ACK, 1+20*(257+i), 1, make([]byte, 10))
	}
	if got := gapsOf(x.segs); got[stream.TooManyGaps] != 1 || got[stream.Unknown] != 257 {
		t.Errorf("258: %v", got)
	}
}

// TestCut: what the snaplen cut is a gap of its own, and gives way to a copy that was
// not cut.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		name string
		snap map[uint64]int // octets captured of a packet's payload
		told
	}{
		{"the end of a segment", map[uint64]int{4: 4}, told{script: opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, want: `
client octets 0+4 of 4 ack 6
client gap 4+6 cut of 4 ack 6
client octets 10+10 of 5 ack 6`}},
		{"a copy that was not cut", map[uint64]int{4: 4}, told{script: opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11`, want: `
client octets 0+4 of 4 ack 6
client octets 4+6 of 5 ack 6`}},
		{"behind what was not captured", map[uint64]int{5: 0}, told{script: opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 31`, want: `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured of 5 ack 6
client gap 20+10 cut of 5 ack 6`}},
		{"acknowledged one after the other", map[uint64]int{4: 0, 5: 0}, told{script: opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 6
+.1 B>A . 1 ack 11`, want: `client gap 0+10 cut of 4 ack 6`}},
		{"from before the first octet on", map[uint64]int{4: 0}, told{script: opened + `
+.1 A>B P. 0:11(11) ack 1
+.1 B>A . 1 ack 11`, want: `client gap 0+10 cut of 4 ack 5`}},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, c.snap) })
	}
}
