package flow

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"tcpwatch/capture/wire"
)

// Side is an index into Flow.Half. Which side is the client is decided by the
// handshake; the sides only follow the order of addresses.
type Side uint8

// Other returns the opposite side.
func (s Side) Other() Side { return 1 - s }

// Key names a connection's two ends in an order of their own, so that both
// directions have the same key. It holds no pointer.
type Key struct {
	Addr  [2]wire.Addr
	Port  [2]uint16
	Encap uint32
	IPv6  bool
}

// KeyOf returns the key of a segment's tuple and the side that sent it.
func KeyOf(t *wire.Tuple) (Key, Side) {
	c := bytes.Compare(t.Src[:], t.Dst[:])
	if c < 0 || c == 0 && t.SrcPort <= t.DstPort {
		return Key{[2]wire.Addr{t.Src, t.Dst}, [2]uint16{t.SrcPort, t.DstPort}, t.Encap, t.IPv6}, 0
	}
	return Key{[2]wire.Addr{t.Dst, t.Src}, [2]uint16{t.DstPort, t.SrcPort}, t.Encap, t.IPv6}, 1
}

// Tuple returns the tuple of a segment sent by side s.
func (k *Key) Tuple(s Side) wire.Tuple {
	o := s.Other()
	return wire.Tuple{Src: k.Addr[s], Dst: k.Addr[o], SrcPort: k.Port[s], DstPort: k.Port[o], Encap: k.Encap, IPv6: k.IPv6}
}

// hash mixes the key with a seed that no sender of packets knows, so that
// nobody can choose tuples that collide. Two multiplications fold 40 octets.
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
