package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// TestRenumberedTold: what counts from a second ISN is told with the relative numbers that it has in
// the first space, and with its own on the wire, as a segment that does not fit.
func TestRenumberedTold(t *testing.T) {
	s := readScript(t, "open/syn-proxy")
	type told struct {
		seq, ack, delta int64
		stray           bool
	}
	want := map[uint64]told{
		9:  {1, 1, -3, true},
		10: {1, 4, 0, true},
		11: {1, 4, 0, false},
		13: {4, 1001, 0, true},
		16: {1001, 5, 0, true},
	}
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
		w, ok := want[o.Segment.Packet]
		if o.Connection == 1 && o.Segment.Packet != 5 && o.Renumbered != o.Stray { // 5: nobody has acknowledged it yet
			t.Errorf("packet %d: stray %t, renumbered %t", o.Segment.Packet, o.Stray, o.Renumbered)
		}
		if got := (told{o.Seq, o.Ack, o.SeqDelta, o.Stray}); ok && got != w {
			t.Errorf("packet %d: %+v, want %+v", o.Segment.Packet, got, w)
		}
		if o.Segment.Packet == 10 && o.Segment.Seq-s.Segments()[9].Seq != 0 {
			t.Errorf("packet 10 is lent with other numbers than on the wire")
		}
	}})
	s.Feed(a)
}

// TestRenumberedCauses: the SYNs for the second handshake leave no cause after.
func TestRenumberedCauses(t *testing.T) {
	seen := false
	a := analyze.New(analyze.Config{Connection: func(c *analyze.Connection) {
		if c.Number != 11 {
			return
		}
		seen = true
		if d := &c.FromClient; d.Causes != [label.CauseCount]uint32{} || d.Inferred != 0 {
			t.Errorf("causes %v, of which %d inferred", d.Causes, d.Inferred)
		}
	}})
	readScript(t, "open/syn-proxy").Feed(a)
	a.Flush()
	if !seen {
		t.Error("no connection 11")
	}
}
