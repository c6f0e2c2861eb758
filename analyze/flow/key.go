package flow

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"tcpwatch/capture/wire"
)

// Side is an index into Flow.Half. Which side is the client is decided by the
// handshake; the sides only follow the order of addresses.
type Side uint8

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

// Key is a connection's two ends in a canonical order, so that both directions
// have the same key. It holds no pointer.
type Key struct {
	Addr  [2]wire.Addr
	Port  [2]uint16
	Encap uint32
	IPv6  bool
}

// Fill makes k the key of a segment's tuple and returns the side that sent it. It
// returns no copy of the key: every segment needs it.
func (k *Key) Fill(t *wire.Tuple) (from Side) {
	a, b := &k.Addr[0], &k.Addr[1]
	k.Encap, k.IPv6 = t.Encap, t.IPv6
	s1, s2 := t.Src.Words()
	d1, d2 := t.Dst.Words()
	if s1 < d1 || s1 == d1 && (s2 < d2 || s2 == d2 && t.SrcPort <= t.DstPort) {
		a.SetWords(s1, s2)
		b.SetWords(d1, d2)
		k.Port[0], k.Port[1] = t.SrcPort, t.DstPort
		return 0
	}
	a.SetWords(d1, d2)
	b.SetWords(s1, s2)
	k.Port[0], k.Port[1] = t.DstPort, t.SrcPort
	return 1
}

// self reports whether both ends are the same one: a socket that is connected with
// itself, as RFC 9293 §3.5 lets it by a simultaneous open.
func (k *Key) self() bool { return k.Port[0] == k.Port[1] && k.Addr[0] == k.Addr[1] }

// equal is == in words.
func (k *Key) equal(o *Key) bool {
	a1, a2 := k.Addr[0].Words()
	b1, b2 := k.Addr[1].Words()
	c1, c2 := o.Addr[0].Words()
	d1, d2 := o.Addr[1].Words()
	return (a1^c1)|(a2^c2)|(b1^d1)|(b2^d2) == 0 && k.Port == o.Port && k.Encap == o.Encap && k.IPv6 == o.IPv6
}

// Tuple returns the tuple of a segment sent by side s.
func (k *Key) Tuple(s Side) wire.Tuple {
	o := s.Other()
	return wire.Tuple{Src: k.Addr[s], Dst: k.Addr[o], SrcPort: k.Port[s], DstPort: k.Port[o], Encap: k.Encap, IPv6: k.IPv6}
}

// End returns the end of side s in the standard library's form.
func (k *Key) End(s Side) netip.AddrPort { return k.Addr[s].WithPort(k.Port[s], k.IPv6) }

// hash mixes the key with a random seed, so that a sender cannot choose tuples
// that collide. Two multiplications fold 40 octets.
func (k *Key) hash(seed uint64) uint32 {
	a := binary.LittleEndian.Uint64(k.Addr[0][8:]) ^ seed
	b := binary.LittleEndian.Uint64(k.Addr[1][8:]) ^ bits.RotateLeft64(seed, 32)
	p := uint64(k.Port[0])<<48 | uint64(k.Port[1])<<32 | uint64(k.Encap)
	if k.IPv6 {
		a ^= binary.LittleEndian.Uint64(k.Addr[0][:8]) * 0x9e3779b97f4a7c15
		b ^= binary.LittleEndian.Uint64(k.Addr[1][:8]) * 0xc2b2ae3d27d4eb4f
		p = ^p
	}
	h, l := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	h, l = bits.Mul64(h^l^p, seed|1)
	x := h ^ l
	return uint32(x ^ x>>32)
}

// The first octet of a packed Key.
const (
	keyIPv6 = 1 << iota
	keyEncap
	keyLong // addresses of 16 octets
)

// mapped is the prefix of IPv4-mapped addresses.
var mapped = [12]byte{10: 0xff, 11: 0xff}

// mappedWord is its last word, as it lies in memory.
const mappedWord = 0xffff0000

// appendTo appends the key, in the octets that it needs.
func (k *Key) appendTo(dst []byte) []byte {
	kind := byte(0)
	if k.IPv6 {
		kind |= keyIPv6
	}
	if k.Encap != 0 {
		kind |= keyEncap
	}
	if [12]byte(k.Addr[0][:]) != mapped || [12]byte(k.Addr[1][:]) != mapped {
		kind |= keyLong
	}
	dst = append(dst, kind)
	for i := range k.Addr {
		if kind&keyLong != 0 {
			dst = append(dst, k.Addr[i][:]...)
		} else {
			dst = append(dst, k.Addr[i][12:]...)
		}
		dst = binary.LittleEndian.AppendUint16(dst, k.Port[i])
	}
	if k.Encap != 0 {
		dst = binary.LittleEndian.AppendUint32(dst, k.Encap)
	}
	return dst
}

// read makes k the packed key at the front of src. It returns no copy of the key, like
// Fill, and stores addresses in the words that they are read in.
func (k *Key) read(src []byte) (rest []byte) {
	kind := src[0]
	src = src[1:]
	k.Encap, k.IPv6 = 0, kind&keyIPv6 != 0
	for i := range k.Addr {
		if kind&keyLong != 0 {
			src = src[copy(k.Addr[i][:], src):]
		} else {
			k.Addr[i].SetWords(0, 0xffff<<32|uint64(binary.BigEndian.Uint32(src)))
			src = src[4:]
		}
		k.Port[i] = binary.LittleEndian.Uint16(src)
		src = src[2:]
	}
	if kind&keyEncap != 0 {
		k.Encap = binary.LittleEndian.Uint32(src)
		src = src[4:]
	}
	return src
}

// begins reports whether a string begins with the key. Over IPv4 and outside tunnels,
// where that is the kind 0 and the ends, they are compared in words.
func (k *Key) begins(str []byte) bool {
	const ends = 2 * (4 + 2)
	if c, d, short := k.ipv4(); short && len(str) > ends {
		return str[0] == 0 &&
			binary.LittleEndian.Uint64(str[1:]) == c|uint64(k.Port[0])<<32|d<<48 &&
			binary.LittleEndian.Uint32(str[9:]) == uint32(d>>16)|uint32(k.Port[1])<<16
	}
	var room [64]byte
	own := k.appendTo(room[:0])
	return len(str) >= len(own) && string(str[:len(own)]) == string(own)
}

// ipv4 returns both addresses, as they lie in memory, if they and the ports are the
// whole key.
func (k *Key) ipv4() (a, b uint64, all bool) {
	a, b = binary.LittleEndian.Uint64(k.Addr[0][8:]), binary.LittleEndian.Uint64(k.Addr[1][8:])
	first := binary.LittleEndian.Uint64(k.Addr[0][:]) | binary.LittleEndian.Uint64(k.Addr[1][:])
	return a >> 32, b >> 32, first == 0 && uint32(a) == mappedWord && uint32(b) == mappedWord && !k.IPv6 && k.Encap == 0
}
