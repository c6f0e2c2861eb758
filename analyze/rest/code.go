package rest

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Coder is the state that coded words may refer to. A string must be read with a
// Coder that was begun alike, in the order in which it was appended.
type Coder struct {
	time, packet uint64     // those coded last
	seen         [64]uint64 // numbers coded before, by their hash
}

// Begin resets the Coder for another string. Numbers near time (nanoseconds) or
// a packet number become short.
func (c *Coder) Begin(time int64, packet uint64) {
	*c = Coder{time: uint64(time), packet: packet}
}

// The upper two bits of the first octet of a number. The lower six are the
// number of octets that follow, or an index into Coder.seen.
const (
	asItIs     = iota << 6
	nearTime   // the distance to the time coded last
	nearPacket // the distance to the packet number coded last
	metBefore
	kindOfCode = 3 << 6
)

// Append appends a number.
func (c *Coder) Append(dst []byte, v uint64) []byte {
	slot := hash(v)
	if v != 0 && c.seen[slot] == v {
		return append(dst, metBefore|slot)
	}
	size := octets(v)
	if size <= 1 {
		return put(dst, asItIs, v, size)
	}
	c.seen[slot] = v
	t, p := fold(v-c.time), fold(v-c.packet)
	if n := octets(p); n < size && n <= octets(t) {
		c.packet = v
		return put(dst, nearPacket, p, n)
	}
	if n := octets(t); n < size {
		c.time = v
		return put(dst, nearTime, t, n)
	}
	return put(dst, asItIs, v, size)
}

// Next reads a number that Append appended from the front of src.
func (c *Coder) Next(src []byte) (v uint64, rest []byte) {
	code := src[0]
	n := int(code &^ kindOfCode)
	if code&kindOfCode == metBefore {
		return c.seen[n], src[1:]
	}
	v, src = get(src[1:], n)
	switch code & kindOfCode {
	case asItIs:
		if n <= 1 {
			return v, src
		}
	case nearTime:
		v = unfold(v) + c.time
		c.time = v
	case nearPacket:
		v = unfold(v) + c.packet
		c.packet = v
	}
	c.seen[hash(v)] = v
	return v, src
}

// hash spreads numbers over Coder.seen (Fibonacci hashing).
func hash(v uint64) byte { return byte(v * 0x9e3779b97f4a7c15 >> 58) }

func octets(v uint64) int { return (bits.Len64(v) + 7) / 8 }

// foldTo returns the distance between two numbers in a form that is small if they
// are close, in either direction. 0, which usually means that there is no number,
// stays 0. unfoldTo reverses it.
func foldTo[T uint32 | uint64](v, to T) T {
	if v == 0 {
		return 0
	}
	z, none := fold(v-to), fold(-to)
	if z < none {
		z++ // makes room for 0 where 0 would have been
	}
	return z
}

// unfoldTo returns the v that foldTo was given.
func unfoldTo[T uint32 | uint64](z, to T) T {
	if z == 0 {
		return 0
	}
	if z <= fold(-to) {
		z--
	}
	return unfold(z) + to
}

// AppendNear appends a number in a form that is short if it is close to another
// one.
func AppendNear(dst []byte, v, to uint32) []byte {
	return binary.AppendUvarint(dst, uint64(foldTo(v, to)))
}

// NextNear reads a number that AppendNear appended, relative to the same one, from the
// front of src.
func NextNear(src []byte, to uint32) (v uint32, rest []byte) {
	z, n := binary.Uvarint(src)
	return unfoldTo(uint32(z), to), src[n:]
}

// fold maps small distances in both directions to small numbers (zigzag
// encoding).
func fold[T uint32 | uint64](d T) T { return d<<1 ^ -(d >> (8*unsafe.Sizeof(d) - 1)) }

func unfold[T uint32 | uint64](z T) T { return z>>1 ^ -(z & 1) }

func put(dst []byte, kind byte, v uint64, n int) []byte {
	dst = append(dst, kind|byte(n))
	return binary.LittleEndian.AppendUint64(dst, v)[:len(dst)+n]
}

// get reads n octets from the front of src, the lowest first.
func get(src []byte, n int) (v uint64, rest []byte) {
	if len(src) >= 8 {
		return binary.LittleEndian.Uint64(src) & (1<<(8*n) - 1), src[n:]
	}
	for i := range n {
		v |= uint64(src[i]) << (8 * i)
	}
	return v, src[n:]
}

// AppendWords appends the differences of a structure from like, which has as many
// words: an octet says which of eight groups of eight words differ, one for each
// of these groups which of its words, and then come the words.
func (c *Coder) AppendWords(dst []byte, l Layout, words, like []uint64) []byte {
	top := 0
	for g := 0; g < len(words); g += 8 {
		if g%64 == 0 {
			top = len(dst)
			dst = append(dst, 0)
		}
		w := words[g:min(g+8, len(words))]
		same := like[g:][:len(w)]
		differ := differing(w, same)
		if differ == 0 {
			continue
		}
		dst[top] |= 1 << (g % 64 / 8)
		dst = append(dst, differ)
		for m := differ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros8(m)
			if l[g+i] {
				dst = c.Append(dst, w[i])
			} else {
				dst = appendMixed(dst, w[i]^same[i])
			}
		}
	}
	return dst
}

// differing returns a mask of which of up to eight words differ.
func differing(w, v []uint64) (mask byte) {
	if len(w) == 8 && len(v) == 8 {
		x, y := (*[8]uint64)(w), (*[8]uint64)(v)
		if (x[0]^y[0])|(x[1]^y[1])|(x[2]^y[2])|(x[3]^y[3])|(x[4]^y[4])|(x[5]^y[5])|(x[6]^y[6])|(x[7]^y[7]) == 0 {
			return 0
		}
	}
	for i, x := range w {
		if x != v[i] {
			mask |= 1 << i
		}
	}
	return mask
}

// NextWords reads a structure that AppendWords appended from the front of src.
func (c *Coder) NextWords(src []byte, l Layout, words, like []uint64) (rest []byte) {
	copy(words, like)
	top := byte(0)
	for g := 0; g < len(words); g += 8 {
		if g%64 == 0 {
			top, src = src[0], src[1:]
		}
		if top&(1<<(g%64/8)) == 0 {
			continue
		}
		m := src[0]
		src = src[1:]
		for ; m != 0; m &= m - 1 {
			i := g + bits.TrailingZeros8(m)
			if l[i] {
				words[i], src = c.Next(src)
			} else {
				var x uint64
				x, src = nextMixed(src)
				words[i] ^= x
			}
		}
	}
	return src
}

// appendMixed appends the octets of a word that are not 0, after an octet that
// says which they are.
func appendMixed(dst []byte, x uint64) []byte {
	const low = 0x7f7f7f7f7f7f7f7f
	top := (x&low + low | x) &^ low // the highest bit of every octet that is not 0
	mask := byte(top >> 7 * 0x0102040810204080 >> 56)
	dst = append(dst, mask)
	if mask&(mask+1) == 0 {
		return binary.LittleEndian.AppendUint64(dst, x)[:len(dst)+bits.Len8(mask)]
	}
	for m := mask; m != 0; m &= m - 1 {
		dst = append(dst, byte(x>>(8*bits.TrailingZeros8(m))))
	}
	return dst
}

func nextMixed(src []byte) (x uint64, rest []byte) {
	mask := src[0]
	if mask&(mask+1) == 0 {
		return get(src[1:], bits.Len8(mask))
	}
	n := 1
	for m := mask; m != 0; m &= m - 1 {
		x |= uint64(src[n]) << (8 * bits.TrailingZeros8(m))
		n++
	}
	return x, src[n:]
}
