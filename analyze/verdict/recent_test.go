package verdict

import (
	"math/rand/v2"
	"testing"
)

// plainRecent is what recent promises, with two maps and nothing else.
type plainRecent struct{ now, before map[int]int }

func (r *plainRecent) get(k int) int {
	if v, ok := r.now[k]; ok {
		return v
	}
	return r.before[k]
}

func (r *plainRecent) put(k, v int) {
	if _, ok := r.now[k]; !ok && len(r.now) >= generation || r.now == nil {
		r.before, r.now = r.now, map[int]int{}
	}
	r.now[k] = v
}

func TestRecentForgetsAsTwoMaps(t *testing.T) {
	var (
		fast  recent[int, int]
		plain plainRecent
		r     = rand.New(rand.NewPCG(1, 2))
	)
	for i := range 200_000 {
		k := int(r.ExpFloat64() * generation) // some come often, many once
		at := fast.find(k)
		if got, want := at.get(), plain.get(k); got != want {
			t.Fatalf("step %d: %d has %d, want %d", i, k, got, want)
		}
		if r.IntN(3) > 0 {
			*fast.keep(k, at) += i
			plain.put(k, plain.get(k)+i)
		}
	}
	if fast.size() > 2*generation {
		t.Errorf("%d entries", fast.size())
	}
}
