package wireshark

import (
	"testing"
	"unsafe"
)

// TestSize pins what New promises of the memory that a stream takes, its entry
// in the map included.
func TestSize(t *testing.T) {
	if got := unsafe.Sizeof(slot{}); got > 344 {
		t.Errorf("a stream takes %d octets", got)
	}
	if got := unsafe.Sizeof(span{}); got*maxSpans > 128<<20 {
		t.Errorf("an unacknowledged segment takes %d octets", got)
	}
}
