package verdict_test

import (
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
)

// TestMemory: what is remembered of others is bounded, and the latest are kept.
func TestMemory(t *testing.T) {
	var j verdict.Judge
	if n := verdict.Remembered(&j, 50000); n > 3*2*4096 {
		t.Errorf("%d entries after 50,000 servers", n)
	}
}

// TestPackets lists each packet of the evidence once.
func TestPackets(t *testing.T) {
	v := verdict.Verdict{}
	v.Items[0], v.Items[1], v.Len = verdict.Item{Packet: 5, Than: 2}, verdict.Item{Packet: 2, Than: 7}, 2
	if got := v.Packets([]uint64{2}); !slices.Equal(got, []uint64{2, 5, 2, 7}) {
		t.Errorf("packets %v after a list of the caller's", got)
	}
	v.Items[0], v.Len = verdict.Item{Packet: 5}, 1
	if got := v.Packets(nil); !slices.Equal(got, []uint64{5}) {
		t.Errorf("packets %v of evidence with one", got)
	}
}

// TestNoAllocation: judging a connection whose like was seen costs nothing.
func TestNoAllocation(t *testing.T) {
	var kept *analyze.Connection
	keep(t, served, func(c *analyze.Connection) { kept = c.Clone() })
	var j verdict.Judge
	j.Connection(kept)
	if n := testing.AllocsPerRun(100, func() { j.Connection(kept) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
