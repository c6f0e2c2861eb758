package flow

const (
	slabBits = 10
	slabSize = 1 << slabBits
)

// Slab holds values of one type by number, from 1; 0 is never used, so that it
// can mean none. Values never move, and T should hold no pointer, so that a
// million of them are a few large objects to the garbage collector and growing
// copies nothing.
type Slab[T any] struct {
	chunks []*[slabSize]T
	free   []int32
	used   int32
}

// New returns the number of a value, which is v.
func (s *Slab[T]) New(v T) int32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		*s.At(i) = v
		return i
	}
	s.used++
	if int(s.used>>slabBits) >= len(s.chunks) {
		s.chunks = append(s.chunks, new([slabSize]T))
	}
	*s.At(s.used) = v
	return s.used
}

// At returns the value of a number that New gave and Free did not take back.
func (s *Slab[T]) At(i int32) *T { return &s.chunks[i>>slabBits][i&(slabSize-1)] }

// Free takes a number back.
func (s *Slab[T]) Free(i int32) {
	var zero T
	*s.At(i) = zero
	s.free = append(s.free, i)
}
