package order

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
)

// The kinds of fields: each function encodes one, or decodes it.

func number[T ~uint8 | ~uint16 | ~uint32 | ~uint64](p *packer, v *T) {
	switch {
	case !p.reading && uint64(*v) < 0x80:
		p.b = append(p.b, byte(*v))
	case !p.reading:
		p.b = binary.AppendUvarint(p.b, uint64(*v))
	case p.b[0] < 0x80:
		*v, p.b = T(p.b[0]), p.b[1:]
	default:
		n, size := binary.Uvarint(p.b)
		*v, p.b = T(n), p.b[size:]
	}
}

func numbers[T ~uint8 | ~uint16 | ~uint32 | ~uint64](p *packer, list ...*T) {
	for _, v := range list {
		number(p, v)
	}
}

// span returns the next n octets, to be written or to be read.
func (p *packer) span(n int) []byte {
	if p.reading {
		b := p.b[:n]
		p.b = p.b[n:]
		return b
	}
	p.b = slices.Grow(p.b, n)[:len(p.b)+n]
	return p.b[len(p.b)-n:]
}

func fixed64[T ~uint64 | ~int64](reading bool, b []byte, v *T) {
	if reading {
		*v = T(binary.LittleEndian.Uint64(b))
	} else {
		binary.LittleEndian.PutUint64(b, uint64(*v))
	}
}

func fixed32[T ~uint32](reading bool, b []byte, v *T) {
	if reading {
		*v = T(binary.LittleEndian.Uint32(b))
	} else {
		binary.LittleEndian.PutUint32(b, uint32(*v))
	}
}

func fixed16[T ~uint16](reading bool, b []byte, v *T) {
	if reading {
		*v = T(binary.LittleEndian.Uint16(b))
	} else {
		binary.LittleEndian.PutUint16(b, uint16(*v))
	}
}

func fixed8[T ~uint8](reading bool, b []byte, v *T) {
	if reading {
		*v = T(b[0])
	} else {
		b[0] = byte(*v)
	}
}

// sparse is numbers for lists of at most 64 that are mostly 0: a bit for each
// says which are not.
func sparse[T ~uint32 | ~uint64](p *packer, list ...*T) {
	var there uint64
	for i, v := range list {
		if *v != 0 {
			there |= 1 << i
		}
	}
	number(p, &there)
	for i, v := range list {
		if there&(1<<i) != 0 {
			number(p, v)
		} else {
			*v = 0
		}
	}
}

func (p *packer) signed(list ...*int64) {
	for _, v := range list {
		if !p.reading {
			p.b = binary.AppendVarint(p.b, *v)
			continue
		}
		n, size := binary.Varint(p.b)
		*v, p.b = n, p.b[size:]
	}
}

// times are moments: 0 stays 0, which stands for none.
func (p *packer) times(list ...*int64) {
	for _, v := range list {
		difference(p, v, &p.time)
	}
}

func (p *packer) packets(list ...*uint64) {
	for _, v := range list {
		n := int64(*v)
		difference(p, &n, &p.packet)
		*v = uint64(n)
	}
}

func (p *packer) packetOf(v *uint64) { p.packets(v) }

// difference encodes the distance of v from the previous value; 0, which is
// frequent, is encoded as 0 and does not become the previous value. A distance of
// −2^63 has no code and is encoded one shorter, a nanosecond in 292 years.
func difference(p *packer, v, before *int64) {
	var d uint64
	if !p.reading {
		if *v != 0 {
			n := max(*v-*before, -math.MaxInt64)
			d = (uint64(n)<<1 ^ uint64(n>>63)) + 1
			*before += n
		}
		number(p, &d)
		return
	}
	if number(p, &d); d == 0 {
		*v = 0
		return
	}
	d--
	*before += int64(d>>1) ^ -int64(d&1)
	*v = *before
}

func (p *packer) flags(list ...*bool) {
	var bits uint8
	for i, v := range list {
		if *v {
			bits |= 1 << i
		}
	}
	number(p, &bits)
	for i, v := range list {
		*v = bits&(1<<i) != 0
	}
}

// list writes a list, or reads one into the memory that it has.
func list[T any](p *packer, l *[]T, each func(*packer, *T)) {
	n := uint32(len(*l))
	number(p, &n)
	if p.reading {
		if *l = (*l)[:0]; cap(*l) < int(n) {
			*l = make([]T, n)
		}
		*l = (*l)[:n]
	}
	for i := range *l {
		each(p, &(*l)[i])
	}
}

func (p *packer) text(s *string) {
	n := uint32(len(*s))
	number(p, &n)
	if !p.reading {
		p.b = append(p.b, *s...)
		return
	}
	octets := p.b[:n]
	p.b = p.b[n:]
	known, ok := p.words[string(octets)]
	if !ok {
		known = string(octets)
		if p.words == nil || len(p.words) >= mostWords {
			p.words = map[string]string{}
		}
		p.words[known] = known
	}
	*s = known
}

func (p *packer) endpoint(e *netip.AddrPort) {
	a, port := e.Addr(), e.Port()
	p.address(&a)
	number(p, &port)
	*e = netip.AddrPortFrom(a, port)
}

// address writes an address as its length and octets. Zones do not occur.
func (p *packer) address(a *netip.Addr) {
	n := uint8(a.BitLen() / 8)
	number(p, &n)
	switch {
	case !p.reading && n == 4:
		octets := a.As4()
		p.b = append(p.b, octets[:]...)
	case !p.reading && n == 16:
		octets := a.As16()
		p.b = append(p.b, octets[:]...)
	case n == 4:
		*a = netip.AddrFrom4([4]byte(p.b))
	case n == 16:
		*a = netip.AddrFrom16([16]byte(p.b))
	default:
		*a = netip.Addr{}
	}
	if p.reading {
		p.b = p.b[n:]
	}
}
