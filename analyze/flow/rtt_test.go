package flow

import (
	"testing"

	"tcpwatch/capture/wire"
)

// TestRTT holds the measurement to Karn's rule (RFC 6298 §3): no sample of
// what was sent twice, and one measurement at a time.
func TestRTT(t *testing.T) {
	var h Half
	rtt := func() [3]int64 { r := h.RTT(); return [3]int64{r.Min, r.Avg, r.Max} }
	if rtt() != [3]int64{-1, -1, -1} || h.RTO() != -1 {
		t.Error("a round trip without a sample")
	}
	h.Time(100, 1000)
	h.Time(200, 1005) // one runs already
	h.Acked(99, 1008)
	if rtt()[0] != -1 {
		t.Error("an ACK below the segment ends the measurement")
	}
	h.Acked(150, 1010)
	h.Acked(200, 1020)
	h.Time(300, 2000)
	h.Untime(300) // after it: nothing to do with it
	h.Acked(300, 2030)
	h.Time(400, 3000)
	h.Untime(399)
	h.Acked(400, 3001)
	h.Time(1<<31+350, 4000)
	h.Untime(1 << 31)
	h.Acked(1<<31+400, 4001)
	h.Time(500, 5000)
	h.Acked(500, 4000) // the clock ran backwards
	if got := rtt(); got != [3]int64{10, 20, 30} {
		t.Errorf("round trips %v, want 10, 20, 30", got)
	}
	// RFC 6298 §2.2 and §2.3: 10 gives SRTT 10, RTTVAR 5; 30 then RTTVAR 8 and
	// SRTT 12, with the divisions cut.
	if got := h.RTO(); got < 40 || got > 50 {
		t.Errorf("RTO %d", got)
	}
}

// TestBound: an acknowledgement after a gap bounds the loop, until a round trip is
// measured, and is none itself.
func TestBound(t *testing.T) {
	var s, r Half
	bound := func(end wire.Seq, sent int64, ack wire.Seq, at int64) int64 {
		r.Time(end, sent)
		r.Bound(ack, at)
		r.Untime(0)
		return loop(&s, &r)
	}
	steps := []struct {
		name     string
		end      wire.Seq
		sent     int64
		ack      wire.Seq
		at, want int64
	}{
		{"does not acknowledge it", 100, 0, 99, 5e6, -1},
		{"later than the first timeout", 100, 0, 100, 1e9, -1},
		{"acknowledges it", 100, 0, 100, 5e6, 5e6},
		{"took longer", 200, 10e6, 200, 18e6, 5e6},
		{"was sooner", 300, 20e6, 300, 23e6, 3e6},
		{"nearer than half a loop tells", 400, 30e6, 400, 30.5e6, -1},
	}
	for _, st := range steps {
		if got := bound(st.end, st.sent, st.ack, st.at); got != st.want {
			t.Errorf("%s: loop %d, want %d", st.name, got, st.want)
		}
	}
	if r.RTT().Min != -1 {
		t.Error("a bound is taken for a round trip")
	}
	r.Time(500, 40e6)
	r.Acked(500, 49e6)
	if got := bound(600, 50e6, 600, 52e6); got != 9e6 || r.RTT().Min != 9e6 {
		t.Errorf("loop %d, round trip %d after a measurement of 9 ms", got, r.RTT().Min)
	}
	r.Bound(600, 53e6) // nothing is timed
}
