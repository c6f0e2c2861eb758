package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// GRE protocol types that are not EtherTypes of the payload.
const (
	greERSPAN2 = 0x88be
	greERSPAN3 = 0x22eb
	greWCCP    = 0x883e
)

// gre is what a GRE header says of what follows it.
type gre struct {
	version  uint16 // 0: RFC 2784; 1: PPTP
	protocol uint16
	keyed    bool
	numbered bool // has a sequence number
	key      uint32
}

// readGRE reads the header of RFC 2784 §2 with the key and the sequence number of
// RFC 2890 §2 and the route of RFC 1701; or that of RFC 2637 §4.1, which has a key
// always and neither checksum nor route. ok is false where it is cut, of another
// version, or has what its version has not.
func readGRE(data []byte) (h gre, size int, ok bool) {
	if len(data) < 4 {
		return h, 0, false
	}
	const checksum, route, key, sequence, acknowledgement, version = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080, 0x0007
	flags := binary.BigEndian.Uint16(data)
	h.version, h.protocol = flags&version, binary.BigEndian.Uint16(data[2:])
	h.keyed, h.numbered = flags&key != 0, flags&sequence != 0
	switch {
	case h.version > 1, h.version == 1 && flags&(checksum|route|key) != key:
		return h, 0, false
	case h.version == 0:
		flags &^= acknowledgement // reserved, ignored on receipt (RFC 2784 §2.3)
	}
	size = 4
	if flags&(checksum|route) != 0 { // either brings the fields of both
		size += 4
	}
	if h.keyed {
		if len(data) < size+4 {
			return h, 0, false
		}
		h.key = binary.BigEndian.Uint32(data[size:])
		size += 4
	}
	if h.numbered {
		size += 4
	}
	if flags&route != 0 {
		if size, ok = routeEnd(data, size); !ok {
			return h, 0, false
		}
	}
	if flags&acknowledgement != 0 {
		size += 4
	}
	return h, size, size <= len(data)
}

// routeEnd finds the end of a route that begins at that offset: entries of an
// address family, an offset, a length and as many octets, the last of which has
// neither family nor length (RFC 1701).
func routeEnd(data []byte, at int) (end int, ok bool) {
	for at+4 <= len(data) {
		family, length := binary.BigEndian.Uint16(data[at:]), int(data[at+3])
		at += 4 + length
		if family == 0 && length == 0 {
			return at, true
		}
	}
	return 0, false
}

// greHeader continues after a GRE header.
func (d *Decoder) greHeader(c cursor, seg *wire.Segment) wire.Skip {
	g, size, ok := readGRE(c.data)
	if !ok {
		return wire.TunnelMalformed
	}
	next, _ := c.skip(size)
	switch {
	case g.protocol == greERSPAN2 || g.protocol == greERSPAN3:
		return d.erspan(next, g, seg)
	case g.version == 1 && !g.numbered: // an acknowledgement, without payload (RFC 2637 §4.1)
		return wire.NotTCP
	case g.keyed && g.version == 0:
		next.encap = d.encaps.add(c.encap, encapGREKey, g.key)
	default: // PPTP's key holds the receiver's call: it differs by direction
		next.encap = d.encaps.add(c.encap, encapGRE, 0)
	}
	if g.protocol == greWCCP {
		// WCCP version 2 puts four octets before the packet, version 1 none.
		if len(next.data) > 0 && next.data[0]>>4 != 4 {
			if next, ok = next.skip(4); !ok {
				return wire.TunnelMalformed
			}
		}
		return d.ip(next, seg)
	}
	return d.etherType(next, g.protocol, seg)
}

// erspan reads the three types of draft-foschiano-erspan-03. Type I has no
// header of its own and shows that by the absent sequence number.
func (d *Decoder) erspan(c cursor, g gre, seg *wire.Segment) wire.Skip {
	switch {
	case g.protocol == greERSPAN2 && !g.numbered:
		c.encap = d.encaps.add(c.encap, encapERSPAN, 0)
		return d.ethernet(c, seg)
	case g.protocol == greERSPAN2:
		session, ok := erspanII(c.data)
		if !ok {
			return wire.TunnelMalformed
		}
		next, _ := c.skip(8)
		next.encap = d.encaps.add(c.encap, encapERSPAN, session)
		return d.ethernet(next, seg)
	}
	if len(c.data) < 12 {
		return wire.TunnelMalformed
	}
	size := 12
	if c.data[11]&1 != 0 { // platform specific subheader
		size = 20
	}
	next, ok := c.skip(size)
	if !ok {
		return wire.TunnelMalformed
	}
	next.encap = d.encaps.add(c.encap, encapERSPAN, uint32(binary.BigEndian.Uint16(c.data[2:])&0x03ff))
	if frame := c.data[10] >> 2 & 0x1f; frame == 2 { // an IP packet, no Ethernet frame
		return d.ip(next, seg)
	}
	return d.ethernet(next, seg)
}

// erspanII reads the session of a header of type II: eight octets of version 1.
// Version 2 is type III, of another length; what the others look like is not told.
func erspanII(data []byte) (session uint32, ok bool) {
	if len(data) < 8 || data[0]>>4 != 1 {
		return 0, false
	}
	return uint32(binary.BigEndian.Uint16(data[2:]) & 0x03ff), true
}

// mpls reads a label stack (RFC 3032 §2.1). Nothing says what follows it: an IP
// version, or a pseudowire with or without a control word (RFC 4385, RFC 4448).
// Which of them is a heuristic: the first that looks whole.
func (d *Decoder) mpls(c cursor, seg *wire.Segment) wire.Skip {
	for bottom := false; !bottom; {
		if !c.deeper() {
			return wire.TunnelTooDeep
		}
		next, ok := c.skip(4)
		if !ok {
			return wire.TunnelMalformed
		}
		bottom = c.data[2]&1 != 0
		c = next
	}
	c.encap = d.encaps.add(c.encap, encapMPLS, 0)
	if len(c.data) == 0 {
		return wire.TunnelMalformed
	}
	version := c.data[0] >> 4
	ip := version == 4 && plausibleIPv4(c.data) || version == 6 && len(c.data) >= 40
	switch {
	case ip && !(plausibleEthernet(c.data) && !headerSumRight(c.data)):
		return d.ip(c, seg)
	case version == 0 && len(c.data) >= 4 && plausibleEthernet(c.data[4:]):
		next, _ := c.skip(4)
		return d.ethernet(next, seg)
	case plausibleEthernet(c.data):
		return d.ethernet(c, seg)
	}
	return wire.NotIP
}

func plausibleIPv4(data []byte) bool {
	return len(data) >= 20 && data[0]&0x0f >= 5
}

// headerSumRight reports whether an IPv4 header has the right checksum; IPv6
// headers have none.
func headerSumRight(data []byte) bool {
	if len(data) < 20 || data[0]>>4 != 4 || len(data) < int(data[0]&0x0f)*4 {
		return false
	}
	sum := uint32(0)
	for b := data[:int(data[0]&0x0f)*4]; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	return sum>>16+sum&0xffff == 0xffff
}

// plausibleEthernet reports whether an Ethernet header with a known EtherType
// stands here.
func plausibleEthernet(data []byte) bool {
	etherType, rest, ok := wire.Ethernet(data)
	if !ok || len(rest) == 0 {
		return false
	}
	switch etherType {
	case wire.EtherIPv4:
		return rest[0]>>4 == 4
	case wire.EtherIPv6:
		return rest[0]>>4 == 6
	case wire.EtherVLAN, wire.EtherQinQ, wire.EtherOldQinQ, etherMPLS, etherPPPoE:
		return true
	}
	return false
}
