package analyze

import (
	"testing"
	"unsafe"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/rest"
)

// TestLongestString: the string of any connection finds room in a rest.Store.
func TestLongestString(t *testing.T) {
	const (
		word  = 9 + 1.0/8 + 1.0/64 // octets at the most, with what tells of its group
		trace = 1 + 2*9 + 10 + 4*6 + 2*2
		step  = 1 + 7 + 2*9 + 3 + 5*5
		head  = 100
	)
	words := float64(unsafe.Sizeof(flow.Flow{})+unsafe.Sizeof(note{})+unsafe.Sizeof(watched{})) / 8
	most := int(words*word) + 2*flow.PackedTraces*trace + MaxSteps*step + head
	t.Logf("%d octets at the most", most)
	if most > rest.Longest {
		t.Errorf("a connection may need %d octets, more than %d", most, rest.Longest)
	}
}
