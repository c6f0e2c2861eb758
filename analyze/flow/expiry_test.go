package flow

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestInOrder: flows come in the order of their first packets, however far these are
// apart.
func TestInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 3, 100, 5000} {
		for _, bits := range []int{1, 10, 11, 12, 22, 23, 33, 63, 64} {
			all := make([]Begun, n)
			for i := range all {
				all[i] = Begun{r.Uint64() >> (64 - bits), Ref(i)}
			}
			want := slices.Clone(all)
			slices.SortStableFunc(want, func(a, b Begun) int { return cmp.Compare(a.Packet, b.Packet) })
			if got := inOrder(all); !slices.Equal(got, want) {
				t.Errorf("%d flows, packets of %d bits: not in order", n, bits)
			}
		}
	}
}

func BenchmarkInOrder(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]Begun, 160_000)
	for i := range all {
		all[i] = Begun{uint64(7*i + r.IntN(50)), Ref(i)}
	}
	for i := range all[:32_000] { // lists of classes lie one after the other
		j := r.IntN(len(all))
		all[i], all[j] = all[j], all[i]
	}
	list := slices.Clone(all)
	for b.Loop() {
		copy(list, all)
		inOrder(list)
	}
}
