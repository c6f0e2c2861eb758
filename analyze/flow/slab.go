package flow

import (
	"iter"
	"unsafe"
)

const (
	slabBits = 10
	slabSize = 1 << slabBits
)

// Slab holds values of one type by number, from 1; 0 is never used, so that it
// can mean none. Values never move, and T should hold no pointer, so that a
// million of them are a few large objects to the garbage collector and growing
// copies nothing. Chunks that hold no value any more are left to the garbage
// collector, all but one.
type Slab[T any] struct {
	chunks []*chunk[T]
	vacant []int32 // indices of chunks without memory
	open   int32   // first chunk that has room, plus 1; 0: none
	empty  int32   // chunks without a value that still have memory
	live   int
}

type chunk[T any] struct {
	values [slabSize]T
	free   [slabSize]uint16 // the first nfree are places without a value
	nfree  int32
	prev   int32 // neighbours in the list of chunks that have room, plus 1
	next   int32
}

// New returns the index of a place and the place itself, whose content is
// undefined.
func (s *Slab[T]) New() (int32, *T) {
	if s.open == 0 {
		s.grow()
	}
	n := s.open - 1
	c := s.chunks[n]
	if c.nfree == slabSize {
		s.empty--
	}
	c.nfree--
	if c.nfree == 0 {
		s.unlink(n)
	}
	s.live++
	i := int32(c.free[c.nfree])
	return n<<slabBits | i, &c.values[i]
}

// At returns the value at an index that New returned and Free has not released.
func (s *Slab[T]) At(i int32) *T { return &s.chunks[i>>slabBits].values[i&(slabSize-1)] }

// Free releases an index.
func (s *Slab[T]) Free(i int32) {
	n := i >> slabBits
	c := s.chunks[n]
	c.free[c.nfree] = uint16(i & (slabSize - 1))
	c.nfree++
	s.live--
	if c.nfree == 1 {
		s.link(n)
	}
	if c.nfree == slabSize {
		if s.empty++; s.empty > 1 {
			s.empty--
			s.unlink(n)
			s.chunks[n] = nil
			s.vacant = append(s.vacant, n)
		}
	}
}

// all yields the index of every value, in the order of memory.
func (s *Slab[T]) all() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for n, c := range s.chunks {
			if c == nil {
				continue
			}
			var unused [slabSize]bool
			unused[0] = n == 0 // index 0 is never used
			for _, i := range c.free[:c.nfree] {
				unused[i] = true
			}
			for i := range int32(slabSize) {
				if !unused[i] && !yield(int32(n)<<slabBits|i) {
					return
				}
			}
		}
	}
}

// Len returns how many values there are.
func (s *Slab[T]) Len() int { return s.live }

// Octets returns the memory that the Slab has.
func (s *Slab[T]) Octets() int {
	return (len(s.chunks)-len(s.vacant))*int(unsafe.Sizeof(chunk[T]{})) + cap(s.chunks)*8 + cap(s.vacant)*4
}

func (s *Slab[T]) grow() {
	c := &chunk[T]{nfree: slabSize}
	for i := range c.free {
		c.free[i] = uint16(slabSize - 1 - i) // the lowest are handed out first
	}
	n := int32(len(s.chunks))
	switch v := len(s.vacant); {
	case v > 0:
		n, s.vacant = s.vacant[v-1], s.vacant[:v-1]
		s.chunks[n] = c
	case n == 0:
		c.nfree-- // index 0 is never used
		s.empty--
		fallthrough
	default:
		s.chunks = append(s.chunks, c)
	}
	s.empty++
	s.link(n)
}

func (s *Slab[T]) link(n int32) {
	c := s.chunks[n]
	c.prev, c.next = 0, s.open
	if s.open != 0 {
		s.chunks[s.open-1].prev = n + 1
	}
	s.open = n + 1
}

func (s *Slab[T]) unlink(n int32) {
	c := s.chunks[n]
	if c.prev != 0 {
		s.chunks[c.prev-1].next = c.next
	} else {
		s.open = c.next
	}
	if c.next != 0 {
		s.chunks[c.next-1].prev = c.prev
	}
}
