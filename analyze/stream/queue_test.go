package stream

import (
	"math/rand/v2"
	"testing"
)

// TestQueue adds and takes at both ends, and in turns: the order stays, nothing
// is left behind in the array, and a queue that is as long as before has an array
// as large as before.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var q queue
	low, high := int64(0), int64(0) // those in the queue are [low, high)
	for range 200_000 {
		switch n := high - low; {
		case n > 0 && (n >= 300 || r.IntN(2) == 0):
			if c := q.shift(); c.from != low {
				t.Fatalf("%d came, %d is first", c.from, low)
			}
			low++
		case r.IntN(4) == 0:
			low--
			q.unshift(&chunk{from: low})
		default:
			q.push(&chunk{from: high})
			high++
		}
		if n := len(q.chunks); n != int(high-low) || n > 0 && (q.chunks[0].from != low || q.chunks[n-1].from != high-1) {
			t.Fatalf("%d chunks, %d expected", n, high-low)
		}
	}
	kept := 0
	for _, c := range q.array[:cap(q.array)] {
		if c != nil {
			kept++
		}
	}
	if kept != len(q.chunks) || cap(q.array) > 2048 {
		t.Errorf("%d chunks in an array of %d for %d", kept, cap(q.array), len(q.chunks))
	}
}
