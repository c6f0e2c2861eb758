package listener

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// TestPartition: those in front are those that sorting puts there.
func TestPartition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		list := make([]*Listener, r.IntN(40))
		for i := range list {
			list[i] = &Listener{Attempts: r.Uint64N(4), Address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(r.IntN(30)))}
		}
		sorted := slices.Clone(list)
		slices.SortFunc(sorted, compare)
		n := r.IntN(len(list) + 1)
		partition(list, n)
		slices.SortFunc(list[:n], compare)
		slices.SortFunc(list[n:], compare)
		for i := range list {
			if compare(list[i], sorted[i]) != 0 {
				t.Fatalf("%d of %d: place %d has %v, want %v", n, len(list), i, list[i].Address, sorted[i].Address)
			}
		}
	}
}

// TestListenersUsedAgain: a listener whose memory was another's has nothing of it.
func TestListenersUsedAgain(t *testing.T) {
	var tab Table
	for i := range 3 * MaxListeners {
		c := attempt("10.0.0.1:1", int64(i+1)*second, int64(i+1)*second+int64(i%7)*1e6+1, 0)
		c.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 80)
		tab.Add(c, nil)
	}
	if len(tab.of)+len(tab.spare) > MaxListeners {
		t.Errorf("%d listeners and %d spare", len(tab.of), len(tab.spare))
	}
	for _, l := range tab.List(0) {
		h := &l.Handshakes
		var n uint64
		for _, k := range h.buckets {
			n += uint64(k)
		}
		if l.Attempts != 1 || l.Completed != 1 || h.n != 1 || n != 1 || l.Unanswered+l.Refused != 0 {
			t.Fatalf("%+v after one attempt", l)
		}
	}
}
