package counts

import (
	"reflect"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/object"
	"tcpwatch/report/reporttest"
)

// TestCleanDirection: what counts as clean has the texts made for that, whichever
// field is set.
func TestCleanDirection(t *testing.T) {
	cleanOnes := 0
	for i := range reflect.TypeFor[analyze.Direction]().NumField() {
		d := reporttest.DirectionWith(i)
		if !clean(&d) {
			continue
		}
		cleanOnes++
		var counts, repeats object.Row
		count(&counts, &d)
		repeat(&repeats, &d)
		if string(counts) != cleanCounts[0] || string(repeats) != cleanCounts[1] {
			t.Errorf("%s counts as clean and is written", reflect.TypeFor[analyze.Direction]().Field(i).Name)
		}
	}
	if cleanOnes != 9 { // packets, octets twice, in flight, four of round trips and the slowest answer
		t.Errorf("%d fields may be set in a clean direction", cleanOnes)
	}
}
