package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// xzGuard stands between an xz stream and its decoder, which allocates the
// dictionary that a block header asks for before it has read anything of the
// block. The guard walks the container (The .xz File Format 1.2.1) and the
// chunk headers of LZMA2, without decoding, and refuses dictionaries that are
// too large, alone or together. Whatever else is wrong it leaves to the decoder.
type xzGuard struct {
	src     io.Reader
	step    func() error // reads the next header into ahead
	ahead   []byte       // read, not handed on yet
	pass    int64        // octets to hand on unread after ahead
	err     error
	header  [1024]byte // the longest block header
	check   int64      // octets of the check after each block
	block   int64      // octets of the block's data so far
	records uint64     // left in the index
	index   int64      // octets of the index so far
	octets  int64      // handed on
	asked   int64      // sum of all dictionaries
}

const (
	lzma2Filter = 0x21
	// A stream may ask for dictionaries of xzFreeDictionaries octets together,
	// and xzDictionaryRate times as much as its own length: each costs time to
	// clear, and a block can be 40 octets long.
	xzFreeDictionaries = 4 << 30
	xzDictionaryRate   = 16 << 10
)

func newXZGuard(src io.Reader) *xzGuard {
	g := &xzGuard{src: src}
	g.step = g.streamHeader
	return g
}

func (g *xzGuard) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for len(g.ahead) == 0 && g.pass == 0 {
		if g.err != nil {
			return 0, g.err
		}
		g.err = g.step()
	}
	if len(g.ahead) > 0 {
		n := copy(b, g.ahead)
		g.ahead = g.ahead[n:]
		return n, nil
	}
	n, err := g.src.Read(b[:min(int64(len(b)), g.pass)])
	g.pass -= int64(n)
	g.octets += int64(n)
	return n, err
}

// ReadByte spares the decoder reads of one octet.
func (g *xzGuard) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(g, b[:])
	return b[0], err
}

// take reads n more octets of the present header.
func (g *xzGuard) take(n int) ([]byte, error) {
	have := len(g.ahead)
	if have+n > len(g.header) {
		return nil, errXZShape
	}
	got, err := io.ReadFull(g.src, g.header[have:have+n])
	g.octets += int64(got)
	g.ahead = g.header[:have+got]
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return g.ahead[have:], err
}

var errXZShape = errors.New("xz: impossible header")

// free hands on everything that follows without a look: the decoder will
// refuse it.
func (g *xzGuard) free() error {
	g.pass = 1<<63 - 1
	return nil
}

func (g *xzGuard) streamHeader() error {
	b, err := g.take(4)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b) == 0 {
		return nil // padding between streams
	}
	if b, err = g.take(8); err != nil {
		return err
	}
	g.check = [16]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[b[3]&15]
	g.step = g.blockHeader
	return nil
}

func (g *xzGuard) blockHeader() error {
	b, err := g.take(1)
	if err != nil {
		return err
	}
	if b[0] == 0 {
		g.step, g.index = g.indexStart, 1
		return nil
	}
	if b, err = g.take(int(b[0])*4 + 3); err != nil {
		return err
	}
	size, ok := xzDictionary(b[:len(b)-4])
	if !ok {
		return g.free()
	}
	if size > maxXZDictionary {
		g.ahead = nil
		return fmt.Errorf("a dictionary of %d octets is asked for, at most %d are given", size, maxXZDictionary)
	}
	if g.asked += size; g.asked > xzFreeDictionaries+xzDictionaryRate*g.octets {
		g.ahead = nil
		return fmt.Errorf("dictionaries of %d octets are asked for by %d octets of data", g.asked, g.octets)
	}
	g.step, g.block = g.chunk, 0
	return nil
}

// xzDictionary finds the dictionary size in a block header without its size
// octet and checksum. It knows no filter but LZMA2, as the decoder.
func xzDictionary(b []byte) (size int64, ok bool) {
	flags := b[0]
	b = b[1:]
	for _, present := range [...]byte{0x40, 0x80} { // compressed, uncompressed size
		if flags&present != 0 {
			_, n := binary.Uvarint(b)
			if n <= 0 {
				return 0, false
			}
			b = b[n:]
		}
	}
	if flags&3 != 0 || len(b) < 3 || b[0] != lzma2Filter || b[1] != 1 || b[2] > 40 {
		return 0, false
	}
	return int64(2|b[2]&1) << (b[2]/2 + 11), true
}

// chunk reads the header of an LZMA2 chunk.
func (g *xzGuard) chunk() error {
	b, err := g.take(1)
	if err != nil {
		return err
	}
	control := b[0]
	switch {
	case control == 0:
		g.block++
		g.pass = -g.block&3 + g.check
		g.step = g.blockHeader
		return nil
	case control < 3:
		if b, err = g.take(2); err != nil {
			return err
		}
		g.pass = int64(binary.BigEndian.Uint16(b)) + 1
	case control >= 0x80:
		if b, err = g.take(4); err != nil {
			return err
		}
		g.pass = int64(binary.BigEndian.Uint16(b[2:])) + 1
		if control >= 0xc0 {
			g.pass++ // properties
		}
	default:
		return g.free()
	}
	g.block += int64(len(g.ahead)) + g.pass
	return nil
}

func (g *xzGuard) indexStart() (err error) {
	g.records, err = g.indexNumber()
	g.step = g.indexRecord
	return err
}

func (g *xzGuard) indexRecord() error {
	if g.records == 0 {
		g.pass = -g.index&3 + 4 + 12 // padding, checksum, stream footer
		g.step = g.streamHeader
		return nil
	}
	g.records--
	if _, err := g.indexNumber(); err != nil {
		return err
	}
	_, err := g.indexNumber()
	return err
}

// indexNumber reads a number of the index, of at most nine octets.
func (g *xzGuard) indexNumber() (v uint64, err error) {
	for i := range 9 {
		b, err := g.take(1)
		if err != nil {
			return 0, err
		}
		g.index++
		v |= uint64(b[0]&0x7f) << (7 * i)
		if b[0] < 0x80 {
			return v, nil
		}
	}
	return 0, errXZShape
}
