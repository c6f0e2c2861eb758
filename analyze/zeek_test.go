package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze"
)

// TestWithoutZeek: a record without the fields of Zeek is the record with them, but for
// these; made by the book or by an analysis.
func TestWithoutZeek(t *testing.T) {
	for seed := range uint64(200) {
		segs := drawn(rand.New(rand.NewPCG(seed, 0x7a65656b)))
		var want, got telling
		a := analyze.New(want.records(analyze.Config{}))
		b := analyze.New(got.records(analyze.Config{WithoutZeek: true}))
		for i := range segs {
			s := segs[i]
			a.Segment(&segs[i])
			b.Segment(&s)
		}
		a.Flush()
		b.Flush()
		want.stats, got.stats = a.Stats(), b.Stats()
		for i, x := range want.told {
			c, is := x.(analyze.Connection)
			if !is {
				continue
			}
			if c.ZeekState == "" || c.ZeekHistory == "" {
				t.Fatalf("seed %d: no fields of Zeek with them", seed)
			}
			c.ZeekState, c.ZeekHistory = "", ""
			want.told[i] = c
		}
		sameTelling(t, fmt.Sprintf("seed %d", seed), got, want)
	}
}
