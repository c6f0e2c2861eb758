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
		if h.ids.add(&m, false, false); i > 100 && !h.IDsOrdered() {
			t.Fatalf("not ordered behind %d steps: %+v", i, h.ids)
		}
	}
}
