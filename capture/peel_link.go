package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// rareLink reads the link headers that wire does not walk.
func (d *Decoder) rareLink(c cursor, link wire.LinkType, seg *wire.Segment) wire.Skip {
	if !c.deeper() {
		return wire.TunnelTooDeep
	}
	switch link {
	case wire.LinkPPP, wire.LinkPPPHDLC:
		return d.pppOrHDLC(c, seg)
	case wire.LinkPPPDir:
		return d.behind(c, 1, seg, d.pppOrHDLC)
	case wire.LinkPPPEther:
		return d.pppoe(c, seg)
	case wire.LinkCiscoHDLC:
		return d.tagged(c, 2, seg)
	case wire.LinkFDDI:
		return d.fddi(c, seg)
	case wire.LinkTokenRing:
		return d.tokenRing(c, seg)
	case wire.LinkARCNET:
		return d.arcnet(c, 2, seg)
	case wire.LinkARCNETLinux:
		return d.arcnet(c, 4, seg)
	case wire.LinkATM:
		return d.etherType(c, wire.EtherLLC, seg)
	case wire.LinkSunATM: // flags, virtual path, virtual channel; 2 is LLC
		if len(c.data) > 0 && c.data[0]&0x0f != 2 {
			return wire.NotIP
		}
		return d.behind(c, 4, seg, d.llc)
	case wire.LinkFrameRelay:
		return d.frameRelay(c, seg)
	case wire.LinkIPOverFC:
		return d.behind(c, 16, seg, d.llc)
	case wire.LinkApple1394:
		return d.tagged(c, 16, seg)
	case wire.LinkJuniperEth:
		return d.juniper(c, seg)
	case wire.LinkPFLog:
		return d.pfLog(c, seg)
	case wire.LinkNFLog:
		return d.nflog(c, seg)
	case wire.LinkIPoIB:
		return d.infiniband(c, seg)
	case wire.LinkMPacket:
		return d.mPacket(c, seg)
	}
	return d.wifiLink(c, link, seg)
}

// behind continues n octets further.
func (d *Decoder) behind(c cursor, n int, seg *wire.Segment, then func(cursor, *wire.Segment) wire.Skip) wire.Skip {
	next, ok := c.skip(n)
	if !ok {
		return wire.LinkCut
	}
	return then(next, seg)
}

func (d *Decoder) llc(c cursor, seg *wire.Segment) wire.Skip {
	return d.etherType(c, wire.EtherLLC, seg)
}

// pppOrHDLC distinguishes PPP from Cisco HDLC on links that may carry either
// (LINKTYPE 50).
func (d *Decoder) pppOrHDLC(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) >= 2 && c.data[1] == 0 && (c.data[0] == 0x0f || c.data[0] == 0x8f) {
		return d.tagged(c, 2, seg)
	}
	return d.ppp(c, seg)
}

// PPP protocols (IANA).
const (
	pppIPv4      = 0x0021
	pppEncrypted = 0x0053 // RFC 1968
	pppIPv6      = 0x0057
	pppMPLS      = 0x0281
	pppMPLSMulti = 0x0283
)

// ppp reads RFC 1661 §2: address and control octets if they are not left out,
// and a protocol of two octets or, compressed, one.
func (d *Decoder) ppp(c cursor, seg *wire.Segment) wire.Skip {
	if !c.deeper() {
		return wire.TunnelTooDeep
	}
	if len(c.data) >= 2 && c.data[0] == 0xff && c.data[1] == 0x03 {
		c, _ = c.skip(2)
	}
	if len(c.data) < 2 {
		return wire.LinkCut
	}
	protocol, size := binary.BigEndian.Uint16(c.data), 2
	if c.data[0]&1 != 0 { // RFC 1661 §6.5
		protocol, size = uint16(c.data[0]), 1
	}
	next, _ := c.skip(size)
	switch protocol {
	case pppIPv4, pppIPv6:
		return d.ip(next, seg)
	case pppMPLS, pppMPLSMulti:
		return d.mpls(next, seg)
	case pppEncrypted:
		return wire.Encrypted
	}
	return wire.NotIP
}

// pppoe reads the session stage of RFC 2516 §4. Its length only shortens.
func (d *Decoder) pppoe(c cursor, seg *wire.Segment) wire.Skip {
	next, ok := c.skip(6)
	if !ok {
		return wire.LinkCut
	}
	if c.data[0] != 0x11 {
		return wire.TunnelMalformed
	}
	if c.data[1] != 0 {
		return wire.NotIP // discovery
	}
	next.encap = d.encaps.add(c.encap, encapPPPoE, uint32(binary.BigEndian.Uint16(c.data[2:])))
	if n := int(binary.BigEndian.Uint16(c.data[4:])); n < len(next.data) {
		next.data, next.wire = next.data[:n], n
	}
	return d.ppp(next, seg)
}

// fddi reads frame control and two addresses; 802.2 follows in LLC frames.
func (d *Decoder) fddi(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) > 0 && c.data[0]&0x70 != 0x50 {
		return wire.NotIP
	}
	return d.behind(c, 13, seg, d.llc)
}

// tokenRing reads an IEEE 802.5 header with its source route.
func (d *Decoder) tokenRing(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 14 {
		return wire.LinkCut
	}
	if c.data[1]&0xc0 != 0x40 {
		return wire.NotIP
	}
	size := 14
	if c.data[8]&0x80 != 0 {
		if len(c.data) < 15 {
			return wire.LinkCut
		}
		size += int(c.data[14] & 0x1f)
	}
	return d.behind(c, size, seg, d.llc)
}

// arcnet reads the type octet that stands at that offset: RFC 1051 has the
// packet right after it, RFC 1201 a split flag and a sequence number first. A
// split packet is not reassembled; only its first part is read.
func (d *Decoder) arcnet(c cursor, offset int, seg *wire.Segment) wire.Skip {
	if len(c.data) <= offset {
		return wire.LinkCut
	}
	const ip1051, ip1201, ip6 = 0xf0, 0xd4, 0xc4
	switch c.data[offset] {
	case ip1051:
		return d.behind(c, offset+1, seg, d.ip)
	case ip1201, ip6:
		if len(c.data) <= offset+1 {
			return wire.LinkCut
		}
		switch split := c.data[offset+1]; {
		case split == 0xff: // an exception frame repeats type, flag and number
			return d.behind(c, offset+8, seg, d.ip)
		case split != 0 && split&1 == 0:
			return wire.NotIP
		}
		return d.behind(c, offset+4, seg, d.ip)
	}
	return wire.NotIP
}

// frameRelay reads a Q.922 address and what RFC 2427 §3 and §4.1 put after it.
func (d *Decoder) frameRelay(c cursor, seg *wire.Segment) wire.Skip {
	size := 0
	for size < len(c.data) && c.data[size]&1 == 0 {
		size++
	}
	next, ok := c.skip(size + 1)
	if !ok || len(next.data) < 3 {
		return wire.LinkCut
	}
	if next.data[0] != 0x03 {
		return wire.NotIP
	}
	next, _ = next.skip(1)
	if next.data[0] == 0 { // padding to an even octet
		next, _ = next.skip(1)
	}
	const ip4, ip6, snap = 0xcc, 0x8e, 0x80
	switch next.data[0] {
	case ip4, ip6:
		return d.behind(next, 1, seg, d.ip)
	case snap:
		return d.tagged(next, 4, seg)
	}
	return wire.NotIP
}
