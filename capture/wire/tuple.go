package wire

import (
	"encoding/binary"
	"net/netip"
)

// Addr is an IP address in 16 octets: IPv6 as it is, IPv4 in its IPv4-mapped
// form (RFC 4291 §2.5.5.2). It holds no pointer, so that millions of them cost
// the garbage collector nothing; netip.Addr holds one.
type Addr [16]byte

// AddrFrom4 returns the IPv4-mapped form of four octets.
func AddrFrom4(b [4]byte) (a Addr) {
	a.set4(b[:])
	return a
}

// set4 makes a the IPv4-mapped form of the first four octets of b, in two words:
// a processor waits where what it has just stored is read in larger pieces.
func (a *Addr) set4(b []byte) {
	binary.LittleEndian.PutUint64(a[:8], 0)
	binary.LittleEndian.PutUint64(a[8:], uint64(binary.LittleEndian.Uint32(b))<<32|0xffff0000)
}

// Words returns the first and the last eight octets as numbers, so that
// addresses in their order are numbers in theirs.
func (a *Addr) Words() (first, last uint64) {
	return binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])
}

// SetWords makes a the address of which Words returns the two numbers.
func (a *Addr) SetWords(first, last uint64) {
	binary.BigEndian.PutUint64(a[:8], first)
	binary.BigEndian.PutUint64(a[8:], last)
}

// Tuple names the two ends of a segment as it was sent, and the tunnels it was
// sent in. It is comparable and holds no pointer.
type Tuple struct {
	Src, Dst         Addr
	SrcPort, DstPort uint16
	// Encap identifies the VLANs and tunnels around the innermost IP packet;
	// 0 means none. The decoder that issued it knows its name.
	Encap uint32
	// IPv6 tells an IPv6 packet from an IPv4 one: an IPv4-mapped address may
	// really stand in an IPv6 header.
	IPv6 bool
}

// Reverse returns the tuple of a segment that goes the other way.
func (t Tuple) Reverse() Tuple {
	t.Src, t.Dst = t.Dst, t.Src
	t.SrcPort, t.DstPort = t.DstPort, t.SrcPort
	return t
}

// Source returns the sending end in the standard library's form.
func (t *Tuple) Source() netip.AddrPort { return t.Src.WithPort(t.SrcPort, t.IPv6) }

// Destination returns the receiving end in the standard library's form.
func (t *Tuple) Destination() netip.AddrPort { return t.Dst.WithPort(t.DstPort, t.IPv6) }

// WithPort returns the address and a port in the standard library's form. It is one of
// IPv4 unless ipv6 is set, as Tuple.IPv6.
func (a *Addr) WithPort(port uint16, ipv6 bool) netip.AddrPort {
	ip := netip.AddrFrom16(*a)
	if !ipv6 {
		ip = ip.Unmap()
	}
	return netip.AddrPortFrom(ip, port)
}
