package order_test

import (
	"fmt"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/order"
)

// TestOrderBound: with a bound nothing waits beyond it, nothing is lost, and what
// did not have to give way keeps its order.
func TestOrderBound(t *testing.T) {
	for _, c := range []struct {
		most  int
		given []uint64
		want  []uint64
	}{
		{0, []uint64{2, 3, 5, 4, 1, 6}, []uint64{1, 2, 3, 4, 5, 6}},
		{2, []uint64{2, 3, 1, 4}, []uint64{1, 2, 3, 4}},
		{2, []uint64{2, 3, 5, 1, 4, 6}, []uint64{2, 3, 1, 4, 5, 6}},
		{1, []uint64{4, 3, 2, 1}, []uint64{3, 4, 2, 1}},
		{1, []uint64{3, 7, 1, 2, 4, 5, 6}, []uint64{3, 1, 2, 4, 5, 6, 7}},
	} {
		var got []uint64
		o := order.New(func(c *analyze.Connection) { got = append(got, c.Number) })
		o.Bound(c.most)
		for _, n := range c.given {
			o.Connection(&analyze.Connection{Number: n})
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("bound %d, given %v: got %v, want %v", c.most, c.given, got, c.want)
		}
	}
}
