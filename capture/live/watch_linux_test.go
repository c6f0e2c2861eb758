//go:build !pcap

package live

import (
	"maps"
	"testing"
)

// TestWatchLost: changes that the socket had no room for are asked for, although no
// message waits; without an answer nothing is forgotten, and they are asked for again.
func TestWatchLost(t *testing.T) {
	w, err := newWatch()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := w.named("lo"); !ok {
		t.Skip("needs a loopback interface")
	}
	const gone = 1 << 30
	w.devices[gone] = device{index: gone, name: "gone"}
	for w.refresh() { // other tests make interfaces
	}
	w.lost = true
	if !w.refresh() || w.lost {
		t.Error("what was lost is not asked for")
	}
	if _, ok := w.devices[gone]; ok {
		t.Error("an interface that is gone is still known")
	}
	if _, ok := w.named("lo"); !ok {
		t.Errorf("lo is not known: %v", w.devices)
	}
	w.close()
	w.fd = -1
	w.lost = true
	known := maps.Clone(w.devices)
	if w.refresh(); !maps.Equal(w.devices, known) || !w.lost {
		t.Errorf("without an answer: %v, lost %v; known were %v", w.devices, w.lost, known)
	}
}
