package flow

import "testing"

// TestOrderedForLong: what was said of many identifications holds for those that follow,
// though the counts are halved now and then: one step in six falls by little.
func TestOrderedForLong(t *testing.T) {
	var h Half
	m := Mark{HasID: true}
	for i := range 20_000 {
		if m.IPID += 10; i%6 == 5 {
			m.IPID -= 20
		}
		if h.ids.add(&m, false, false); i > 100 && !h.idsOrdered() {
			t.Fatalf("not ordered after %d steps: %+v", i, h.ids)
		}
	}
}

// TestTrendOfIDs: what the steps of an end's identifications say of them.
func TestTrendOfIDs(t *testing.T) {
	for _, c := range []struct {
		name                 string
		steps                []int
		ordered, consecutive bool
	}{
		{"one by one", []int{1, 1, 1, 1}, true, true},
		{"two in three by one, the others by few", []int{1, 2, 1, 1, 3, 1}, true, true},
		{"fewer than two in three by one", []int{1, 2, 1, 3, 1}, true, false},
		{"two in three by one, another by many", []int{1, 2, 1, 1, 4, 1}, true, false},
		{"by many", []int{5, 50, 500}, true, false},
		{"nine in ten up", []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 9000}, false, false},
		{"ten in eleven up", []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9000}, true, true},
		{"one in five up, the others a little down", []int{10, -1, -1, -1, -1}, true, false},
		{"one in six", []int{10, -1, -1, -1, -1, -1}, false, false},
	} {
		var h Half
		m := Mark{IPID: 1000, HasID: true}
		h.ids.add(&m, false, false)
		for _, n := range c.steps {
			m.IPID += uint16(n)
			h.ids.add(&m, false, false)
		}
		if o, n := h.idsOrdered(), h.IDsConsecutive(); o != c.ordered || n != c.consecutive {
			t.Errorf("%s: ordered %v, consecutive %v", c.name, o, n)
		}
	}
}

// TestOneCount: a count jumps by no more than a step allows, up, down and around the end.
func TestOneCount(t *testing.T) {
	for _, c := range []struct {
		a, b uint16
		want bool
	}{
		{7, 7, true}, {5000, 5000 - idStep, true}, {5000, 5000 - idStep - 1, false},
		{5000 - idStep, 5000, true}, {5000 - idStep - 1, 5000, false}, {3, 65533, true}, {65533, 3, true},
	} {
		if got := OneCount(c.a, c.b); got != c.want {
			t.Errorf("%d and %d: %v", c.a, c.b, got)
		}
	}
}
