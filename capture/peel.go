package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// upper continues after an IP header that does not carry TCP itself.
func (d *Decoder) upper(c cursor, seg *wire.Segment) wire.Skip {
	u := &d.walker.Upper
	v6 := seg.IPv6
	c.data, c.wire = u.Data, max(u.Len, len(u.Data))
	if !c.deeper() {
		return wire.TunnelTooDeep
	}
	switch u.Protocol {
	case protoUDP:
		return d.udp(c, seg)
	case protoICMP:
		return d.icmp4(c, seg)
	case protoICMPv6:
		return d.icmp6(c, seg)
	case protoIPv4, protoIPIP:
		return d.ip(d.into(c, v6, encap4in6, encapIPIP), seg)
	case protoIPv6:
		return d.ip(d.into(c, v6, encapIP6IP6, encap6in4), seg)
	case protoGRE:
		return d.greHeader(c, seg)
	case protoEtherIP:
		return d.etherIP(c, seg)
	case protoMPLS:
		return d.mpls(c, seg)
	}
	return wire.NotTCP
}

// IP protocol numbers that may lead to TCP, and protoESP, which does not.
const (
	protoICMP    = 1
	protoIPv4    = 4
	protoUDP     = 17
	protoIPv6    = 41
	protoGRE     = 47
	protoESP     = 50
	protoICMPv6  = 58
	protoIPIP    = 94
	protoEtherIP = 97
	protoMPLS    = 137
)

// into adds the identity of IP in IP, by the outer version.
func (d *Decoder) into(c cursor, outer6 bool, in6, in4 encapKind) cursor {
	kind := in4
	if outer6 {
		kind = in6
	}
	c.encap = d.encaps.add(c.encap, kind, 0)
	return c
}

// etherIP reads RFC 3378 §2: version 3 in four bits, and twelve that are
// reserved. NetBSD, and FreeBSD before 7.3, wrote the version into the other half
// of the octet.
func (d *Decoder) etherIP(c cursor, seg *wire.Segment) wire.Skip {
	if !etherIPVersion(c.data) {
		return wire.TunnelMalformed
	}
	next, _ := c.skip(2)
	next.encap = d.encaps.add(c.encap, encapEtherIP, 0)
	return d.ethernet(next, seg)
}

func etherIPVersion(data []byte) bool {
	return len(data) >= 2 && (data[0]>>4 == 3 || data[0] == 3)
}

// EtherTypes that may lead to TCP.
const (
	etherTRILL      = 0x22f3 // RFC 6325
	etherTEB        = 0x6558 // transparent Ethernet bridging
	etherPPP        = 0x880b
	etherMPLS       = 0x8847
	etherMPLSMulti  = 0x8848
	etherPPPoE      = 0x8864
	etherMACsec     = 0x88e5 // IEEE 802.1AE
	etherPBB        = 0x88e7 // IEEE 802.1ah
	etherFabricPath = 0x8903
	etherCiscoMeta  = 0x8909
	etherVNTag      = 0x8926
	etherHSR        = 0x892f // IEC 62439-3
	etherETag       = 0x893f // IEEE 802.1BR
	etherNSH        = 0x894f // RFC 8300
)

// rareEtherType continues after the EtherTypes that wire does not walk.
func (d *Decoder) rareEtherType(c cursor, etherType uint16, seg *wire.Segment) wire.Skip {
	switch etherType {
	case etherMPLS, etherMPLSMulti:
		return d.mpls(c, seg)
	case etherPPPoE:
		return d.pppoe(c, seg)
	case etherPPP:
		return d.ppp(c, seg)
	case etherTEB:
		return d.ethernet(c, seg)
	case etherMACsec:
		return d.macsec(c, seg)
	case etherNSH:
		return d.nsh(c, seg)
	case etherPBB:
		next, ok := c.skip(4)
		if !ok {
			return wire.LinkCut
		}
		next.encap = d.encaps.add(c.encap, encapPBB, binary.BigEndian.Uint32(c.data)&0xffffff)
		return d.ethernet(next, seg)
	case etherTRILL:
		return d.trill(c, seg)
	case etherFabricPath: // tag and time to live, then the frame it carries
		next, ok := c.skip(2)
		if !ok {
			return wire.LinkCut
		}
		return d.ethernet(next, seg)
	case etherCiscoMeta, etherETag:
		return d.tagged(c, 6, seg)
	case etherVNTag, etherHSR:
		return d.tagged(c, 4, seg)
	}
	return wire.NotIP
}

// tagged skips a tag of n octets that ends before an EtherType.
func (d *Decoder) tagged(c cursor, n int, seg *wire.Segment) wire.Skip {
	next, ok := c.skip(n + 2)
	if !ok {
		return wire.LinkCut
	}
	return d.etherType(next, binary.BigEndian.Uint16(c.data[n:]), seg)
}

// macsec reads an IEEE 802.1AE tag. Without encryption it contains the frame
// unchanged, followed by a check value.
func (d *Decoder) macsec(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 6 {
		return wire.LinkCut
	}
	const changed, encrypted, explicitSCI = 0x04, 0x08, 0x20
	if c.data[0]&(changed|encrypted) != 0 {
		return wire.Encrypted
	}
	if c.data[0]&explicitSCI != 0 {
		return d.tagged(c, 14, seg)
	}
	return d.tagged(c, 6, seg)
}

// trill reads the header of RFC 6325 §3.1.
func (d *Decoder) trill(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 6 {
		return wire.LinkCut
	}
	options := int(binary.BigEndian.Uint16(c.data)>>6&0x1f) * 4
	next, ok := c.skip(6 + options)
	if !ok {
		return wire.LinkCut
	}
	return d.ethernet(next, seg)
}
