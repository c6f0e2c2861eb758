package listener

import "math/bits"

// Histogram counts durations in buckets whose width grows with the duration, so
// that a quantile is at most 1.6 % too long, or 128 ns if that is more. It takes
// at most 7.4 KB.
type Histogram struct {
	n       uint64
	longest int64
	buckets []uint32
}

const (
	unitBits = 7  // durations are counted in units of 2^7 = 128 ns
	subBits  = 6  // each power of two is divided into 2^6 buckets
	mostBits = 34 // longer durations count as 2^34 units (2,199 s)
)

// Add counts a duration in nanoseconds; below 0 counts as 0.
func (h *Histogram) Add(ns int64) {
	v := min(uint64(max(0, ns))>>unitBits, 1<<mostBits-1)
	i := int(v)
	if shift := bits.Len64(v) - subBits - 1; shift > 0 {
		i = shift<<subBits + int(v>>shift)
	}
	if i >= len(h.buckets) {
		h.grow(i + 1)
	}
	h.buckets[i]++
	h.n++
	h.longest = max(h.longest, ns)
}

// grow makes room for n buckets; what lies beyond the length is always 0.
func (h *Histogram) grow(n int) {
	if n <= cap(h.buckets) {
		h.buckets = h.buckets[:n]
		return
	}
	h.buckets = append(make([]uint32, 0, n+n/4), h.buckets...)[:n]
}

// clear forgets every duration but keeps the memory.
func (h *Histogram) clear() {
	clear(h.buckets[:cap(h.buckets)])
	h.n, h.longest, h.buckets = 0, 0, h.buckets[:0]
}

// Quantile returns a duration that the share q of all, above 0 and at most 1,
// does not exceed, in nanoseconds: the longest that its bucket holds, or the longest
// of all if that is less; -1 without any.
func (h *Histogram) Quantile(q float64) int64 {
	if h.n == 0 {
		return -1
	}
	rank := uint64(q * float64(h.n))
	if float64(rank) < q*float64(h.n) {
		rank++
	}
	rank = max(1, min(rank, h.n))
	var seen uint64
	for i, n := range h.buckets {
		if seen += uint64(n); seen >= rank {
			end := uint64(i + 1)
			if shift := i>>subBits - 1; shift > 0 {
				end = uint64(i+1-shift<<subBits) << shift
			}
			if end == 1<<mostBits {
				break // its bucket also holds everything longer
			}
			return min(int64(end<<unitBits)-1, h.longest)
		}
	}
	return h.longest
}
