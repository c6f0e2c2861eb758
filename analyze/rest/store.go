package rest

import "unsafe"

// Ref names a string in its Store; 0 is none.
type Ref uint32

// A Ref is the number of a block and that of a cell in it.
const (
	cellBits = 12
	// unit is the granularity of cell sizes, and blockSize is allocated at once.
	unit      = 16
	blockSize = unit << cellBits
	// Longest is the greatest length of a string, in octets.
	Longest = blockSize / 4
)

// Store keeps strings in cells. A block has cells of one size; a block whose
// cells are all free is used for another size, or left to the garbage collector.
// The zero value is an empty Store. It is not safe for concurrent use.
type Store struct {
	blocks []block
	empty  []uint32 // numbers of blocks without memory
	spare  [][]byte // memory of blocks that were given back
	open   [sizes]uint32
	octets int
}

// block is a piece of memory divided into cells of one size. Free cells that
// were used before are linked by their first two octets.
type block struct {
	cells            []byte
	size             int
	class            uint8
	free, used, live uint16 // first free cell, plus 1; cells ever used; those in use
	// prev and next are the neighbours in the list of blocks of a size that have
	// room; 0 is none.
	prev, next uint32
}

// Released blocks keep their memory for reuse, up to leastSpare of them or one for every
// spareShare in use: strings that grow with each segment, and shrink when they are read,
// need blocks of one size, then of another. Heuristics.
const (
	leastSpare = 16
	spareShare = 2
)

// Sizes rise by one unit for the first fine of them, then by an eighth, so that at
// most an eighth of a cell is wasted.
const (
	fine  = 40
	sizes = 72
)

// sizeUnits are the sizes, and classOfUnits the smallest class for a string.
var sizeUnits, classOfUnits = func() (units [sizes]uint16, class [Longest/unit + 1]uint8) {
	n, last := 0, 0
	for u := 1; last < Longest/unit; n++ {
		u = min(u, Longest/unit)
		units[n] = uint16(u)
		for last < u {
			last++
			class[last] = uint8(n)
		}
		if u++; u > fine {
			u += u/8 - 1
		}
	}
	return units, class
}()

// Put stores a copy of s, which must not be empty nor longer than Longest
// octets.
func (s *Store) Put(str []byte) Ref {
	r := s.Make(len(str))
	copy(s.Get(r), str)
	return r
}

// Make makes a cell for at least n octets, 1 to Longest, with undefined
// content.
func (s *Store) Make(n int) Ref {
	class := classOfUnits[(n+unit-1)/unit]
	i := s.open[class]
	if i == 0 {
		i = s.newBlock(class)
	}
	b := &s.blocks[i]
	cell := b.free
	if cell != 0 {
		cell--
		at := int(cell) * b.size
		b.free = uint16(b.cells[at]) | uint16(b.cells[at+1])<<8
	} else {
		cell = b.used
		b.used++
	}
	b.live++
	if b.free == 0 && (int(b.used)+1)*b.size > len(b.cells) {
		s.unlink(i) // full
	}
	s.octets += b.size
	return Ref(i<<cellBits | uint32(cell))
}

// Cell returns the whole cell of a string, aligned to 16 octets. It may be written
// to until the string is freed.
func (s *Store) Cell(r Ref) []byte {
	b := &s.blocks[r>>cellBits]
	at := int(r&(1<<cellBits-1)) * b.size
	return b.cells[at : at+b.size : at+b.size]
}

// Get returns the string, followed by octets that do not belong to it. They may
// be read until the string is freed.
func (s *Store) Get(r Ref) []byte {
	b := &s.blocks[r>>cellBits]
	return b.cells[int(r&(1<<cellBits-1))*b.size:]
}

// Free forgets a string.
func (s *Store) Free(r Ref) {
	i, cell := uint32(r>>cellBits), uint16(r&(1<<cellBits-1))
	b := &s.blocks[i]
	full := b.free == 0 && (int(b.used)+1)*b.size > len(b.cells)
	at := int(cell) * b.size
	b.cells[at], b.cells[at+1] = byte(b.free), byte(b.free>>8)
	b.free = cell + 1
	b.live--
	s.octets -= b.size
	if full {
		s.link(i)
	}
	if b.live == 0 {
		s.giveBack(i)
	}
}

// Octets returns the size of all cells that are in use.
func (s *Store) Octets() int { return s.octets }

// Held returns the memory that the Store has allocated, in octets.
func (s *Store) Held() int {
	return (len(s.blocks)-len(s.empty)+len(s.spare))*blockSize + cap(s.blocks)*int(unsafe.Sizeof(block{}))
}

func (s *Store) newBlock(class uint8) uint32 {
	if len(s.blocks) == 0 {
		s.blocks = make([]block, 1) // 0 is none
		s.empty = make([]uint32, 0, 1)
	}
	var i uint32
	if n := len(s.empty); n > 0 {
		i, s.empty = s.empty[n-1], s.empty[:n-1]
	} else {
		i = uint32(len(s.blocks))
		s.blocks = append(s.blocks, block{})
	}
	var cells []byte
	if n := len(s.spare); n > 0 {
		cells, s.spare = s.spare[n-1], s.spare[:n-1]
	} else {
		cells = make([]byte, blockSize)
	}
	s.blocks[i] = block{cells: cells, size: int(sizeUnits[class]) * unit, class: class}
	s.link(i)
	return i
}

// giveBack releases a block whose cells are all free.
func (s *Store) giveBack(i uint32) {
	b := &s.blocks[i]
	s.unlink(i)
	s.spare = append(s.spare, b.cells)
	*b = block{}
	s.empty = append(s.empty, i)
	for n := len(s.spare); n > max(leastSpare, (len(s.blocks)-len(s.empty))/spareShare); n-- {
		s.spare[n-1] = nil
		s.spare = s.spare[:n-1]
	}
}

func (s *Store) link(i uint32) {
	b := &s.blocks[i]
	head := &s.open[b.class]
	b.prev, b.next = 0, *head
	if *head != 0 {
		s.blocks[*head].prev = i
	}
	*head = i
}

func (s *Store) unlink(i uint32) {
	b := &s.blocks[i]
	if b.prev != 0 {
		s.blocks[b.prev].next = b.next
	} else {
		s.open[b.class] = b.next
	}
	if b.next != 0 {
		s.blocks[b.next].prev = b.prev
	}
	b.prev, b.next = 0, 0
}
