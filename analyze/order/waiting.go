package order

import (
	"os"

	"tcpwatch/analyze"
)

// waiting keeps copies of records: the first mostPlain as they are, the rest
// encoded in chunks, and what exceeds mostChunks of these in a temporary file.
// So memory is bounded, to about 32 MB, however many wait, as long as the file finds room.
type waiting struct {
	plain []*analyze.Connection
	free  []uint32 // of plain

	packer packer
	chunks []packedChunk
	idle   []uint32 // chunks that hold nothing
	spare  [][]byte // buffers without a chunk
	inUse  int      // buffers that chunks have
	last   uint32   // the chunk that is being filled, plus 1; 0: none
	back   analyze.Connection

	dir   string
	file  *os.File // its octets at n·chunkSize are those of chunk n
	named bool     // the file still has a name, which close removes
	err   error    // of the file; after it everything stays in memory, or was lost
	read  []byte
}

// packedChunk is a run of packed records, freed when the last of them is taken.
type packedChunk struct {
	octets []byte // nil: in the file
	held   int    // records in it
}

const (
	mostPlain  = 8192 // about 16 MB
	chunkSize  = 1 << 18
	mostChunks = 64 // 16 MB

	// mostPacked bounds one packed record: MaxSteps steps of at most 60 octets and
	// as many packets in three lists make some 6 KB, everything else 2 KB.
	mostPacked = 1 << 14
)

// ticket says where a record is kept; 0: nowhere. Its lowest bit is set for
// encoded ones, whose chunk, offset and length follow.
type ticket uint64

func packedTicket(chunk uint32, offset, length int) ticket {
	return ticket(chunk)<<33 | ticket(offset)<<15 | ticket(length)<<1 | 1
}

func (t ticket) packed() (chunk uint32, offset, length int) {
	return uint32(t >> 33), int(t>>15) & (chunkSize - 1), int(t>>1) & (mostPacked - 1)
}

// keep copies a record.
func (w *waiting) keep(c *analyze.Connection) ticket {
	if n := len(w.free); n > 0 {
		i := w.free[n-1]
		w.free = w.free[:n-1]
		c.CopyTo(w.plain[i])
		return ticket(i+1) << 1
	}
	if len(w.plain) < mostPlain {
		w.plain = append(w.plain, c.Clone())
		return ticket(len(w.plain)) << 1
	}
	b := w.packer.pack(c)
	if len(b) >= mostPacked { // no Analyzer makes one that large
		w.plain = append(w.plain, c.Clone())
		return ticket(len(w.plain)) << 1
	}
	chunk := w.room(len(b))
	at := len(chunk.octets)
	chunk.octets = append(chunk.octets, b...)
	chunk.held++
	return packedTicket(w.last-1, at, len(b))
}

// take returns a record that was kept, valid until the next keep or take; nil
// if it cannot be read from the temporary file.
func (w *waiting) take(t ticket) *analyze.Connection {
	if t&1 == 0 {
		i := uint32(t>>1) - 1
		w.free = append(w.free, i)
		// Copying brings all of it into the cache at once; reading it field by field
		// would wait for one cache line after the other.
		w.plain[i].CopyTo(&w.back)
		return &w.back
	}
	i, offset, length := t.packed()
	chunk := &w.chunks[i]
	b := chunk.octets
	if b != nil {
		b = b[offset : offset+length]
	} else {
		b = w.load(i, offset, length)
	}
	if b != nil {
		w.packer.unpack(b, &w.back)
	}
	if chunk.held--; chunk.held == 0 && i+1 != w.last {
		w.release(i)
	}
	if b == nil {
		return nil
	}
	return &w.back
}

// room returns the chunk that has room for n octets more.
func (w *waiting) room(n int) *packedChunk {
	if w.last != 0 {
		c := &w.chunks[w.last-1]
		if c.held == 0 {
			c.octets = c.octets[:0]
		}
		if len(c.octets)+n <= chunkSize {
			return c
		}
		if w.inUse >= mostChunks {
			w.store(w.last-1, c)
		}
	}
	if k := len(w.idle); k > 0 {
		w.last = w.idle[k-1] + 1
		w.idle = w.idle[:k-1]
	} else {
		w.chunks = append(w.chunks, packedChunk{})
		w.last = uint32(len(w.chunks))
	}
	c := &w.chunks[w.last-1]
	if k := len(w.spare); k > 0 {
		c.octets, w.spare = w.spare[k-1][:0], w.spare[:k-1]
	} else {
		c.octets = make([]byte, 0, chunkSize)
	}
	w.inUse++
	return c
}

// release frees a chunk that holds nothing.
func (w *waiting) release(i uint32) {
	w.idle = append(w.idle, i)
	w.drop(&w.chunks[i])
}

// drop takes away the buffer of a chunk.
func (w *waiting) drop(c *packedChunk) {
	if c.octets == nil {
		return
	}
	if w.inUse--; w.inUse+len(w.spare) < mostChunks {
		w.spare = append(w.spare, c.octets)
	}
	c.octets = nil
}

// store moves a chunk to the file, if possible.
func (w *waiting) store(i uint32, c *packedChunk) {
	if w.err != nil {
		return
	}
	if w.file == nil {
		if w.file, w.err = os.CreateTemp(w.dir, "tcpwatch-*"); w.err != nil {
			w.file = nil
			return
		}
		// If the system allows it, the file is unlinked at once, so that even a
		// kill leaves nothing behind.
		w.named = os.Remove(w.file.Name()) != nil
	}
	if _, w.err = w.file.WriteAt(c.octets, int64(i)*chunkSize); w.err == nil {
		w.drop(c)
	}
}

// load reads a record from the file; nil if it cannot be read.
func (w *waiting) load(chunk uint32, offset, length int) []byte {
	if cap(w.read) < length {
		w.read = make([]byte, mostPacked)
	}
	b := w.read[:length]
	if _, err := w.file.ReadAt(b, int64(chunk)*chunkSize+int64(offset)); err != nil {
		w.err = err
		return nil
	}
	return b
}

// close removes the file.
func (w *waiting) close() {
	if w.file != nil {
		w.file.Close()
		if w.named {
			os.Remove(w.file.Name())
		}
		w.file = nil
	}
}
