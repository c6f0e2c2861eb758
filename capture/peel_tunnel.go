package capture

import (
	"encoding/binary"
	"slices"

	"tcpwatch/capture/wire"
)

// UDP ports of tunnels (IANA).
const (
	portL2TP     = 1701
	portGTPU     = 2152
	portTeredo   = 3544
	portESP      = 4500 // RFC 3948
	portVXLANGPE = 4790
	portGeneve   = 6081
)

// udp continues after the UDP header if a port names a tunnel. Payload that
// does not look like that tunnel is some other protocol.
func (d *Decoder) udp(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.NotTCP
	}
	src, dst := binary.BigEndian.Uint16(c.data), binary.BigEndian.Uint16(c.data[2:])
	next := c.at(c.data[8:], 8)
	if n := int(binary.BigEndian.Uint16(c.data[4:])) - 8; n >= 0 && n < len(next.data) {
		next = next.at(next.data[:n], 0)
		next.wire = n
	}
	switch {
	case slices.Contains(d.vxlan, dst) || dst == portVXLANGPE:
		return d.vxlanHeader(next, seg)
	case dst == portGeneve:
		return d.geneve(next, seg)
	case dst == portGTPU || src == portGTPU:
		return d.gtpu(next, seg)
	case dst == portL2TP || src == portL2TP:
		return d.l2tp(next, seg)
	case dst == portTeredo || src == portTeredo:
		return d.teredo(next, seg)
	case dst == portESP || src == portESP:
		if len(next.data) >= 4 && binary.BigEndian.Uint32(next.data) != 0 { // 0: key exchange
			return wire.Encrypted
		}
	}
	return wire.NotTCP
}

// vxlanHeader reads RFC 7348 §5, with the bits of the group policy and generic
// protocol extensions.
func (d *Decoder) vxlanHeader(c cursor, seg *wire.Segment) wire.Skip {
	const validVNI, nextProtocol = 0x08, 0x04
	if len(c.data) < 8 || c.data[0]&validVNI == 0 {
		return wire.NotTCP
	}
	next, _ := c.skip(8)
	next.encap = d.encaps.add(c.encap, encapVXLAN, binary.BigEndian.Uint32(c.data[4:])>>8)
	protocol := uint8(nextEthernet)
	if c.data[0]&nextProtocol != 0 {
		protocol = c.data[3]
	}
	return d.nextProtocol(next, protocol, seg)
}

// Next protocols of VXLAN-GPE and NSH (RFC 8300 §2.2).
const (
	nextIPv4     = 1
	nextIPv6     = 2
	nextEthernet = 3
	nextNSH      = 4
	nextMPLS     = 5
)

func (d *Decoder) nextProtocol(c cursor, protocol uint8, seg *wire.Segment) wire.Skip {
	if !c.deeper() {
		return wire.TunnelTooDeep
	}
	switch protocol {
	case nextIPv4, nextIPv6:
		return d.ip(c, seg)
	case nextEthernet:
		return d.ethernet(c, seg)
	case nextNSH:
		return d.nsh(c, seg)
	case nextMPLS:
		return d.mpls(c, seg)
	}
	return wire.NotTCP
}

// nsh skips a network service header (RFC 8300 §2.2).
func (d *Decoder) nsh(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.TunnelMalformed
	}
	size := int(c.data[1]&0x3f) * 4
	next, ok := c.skip(size)
	if size < 8 || !ok {
		return wire.TunnelMalformed
	}
	return d.nextProtocol(next, c.data[3], seg)
}

// geneve reads RFC 8926 §3.4. gopacket counts its options in eight bits.
func (d *Decoder) geneve(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 || c.data[0]>>6 != 0 {
		return wire.NotTCP
	}
	next, ok := c.skip(8 + int(c.data[0]&0x3f)*4)
	if !ok {
		return wire.TunnelMalformed
	}
	next.encap = d.encaps.add(c.encap, encapGeneve, binary.BigEndian.Uint32(c.data[4:])>>8)
	return d.etherType(next, binary.BigEndian.Uint16(c.data[2:]), seg)
}

// gtpu reads 3GPP TS 29.281 §5.1: an 8-octet header, four more octets if any of
// three flags is set, and extension headers that name each other.
func (d *Decoder) gtpu(c cursor, seg *wire.Segment) wire.Skip {
	const version1, gtp, anyOptional, extension, gPDU = 0x20, 0x10, 0x07, 0x04, 255
	if len(c.data) < 8 || c.data[0]&0xf0 != version1|gtp || c.data[1] != gPDU {
		return wire.NotTCP
	}
	size := 8
	if c.data[0]&anyOptional != 0 {
		size = 12
		if len(c.data) < size {
			return wire.TunnelMalformed
		}
		for kind := c.data[11]; c.data[0]&extension != 0 && kind != 0; {
			if size >= len(c.data) || c.data[size] == 0 {
				return wire.TunnelMalformed
			}
			size += int(c.data[size]) * 4
			if size > len(c.data) {
				return wire.TunnelMalformed
			}
			kind = c.data[size-1]
		}
	}
	next, _ := c.skip(size)
	next.encap = d.encaps.add(c.encap, encapGTPU, 0)
	if len(next.data) == 0 {
		return wire.TunnelMalformed
	}
	switch next.data[0] >> 4 {
	case 4, 6:
		return d.ip(next, seg)
	}
	return wire.NotTCP // PPP, Ethernet and unstructured bearers do not say so
}

// l2tp reads the data messages of RFC 2661 §3.1.
func (d *Decoder) l2tp(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 6 {
		return wire.NotTCP
	}
	const control, length, sequence, offset, version = 0x8000, 0x4000, 0x0800, 0x0200, 0x000f
	flags := binary.BigEndian.Uint16(c.data)
	if flags&control != 0 || flags&version != 2 {
		return wire.NotTCP
	}
	size := 6
	if flags&length != 0 {
		size += 2
	}
	if flags&sequence != 0 {
		size += 4
	}
	if flags&offset != 0 {
		if len(c.data) < size+2 {
			return wire.TunnelMalformed
		}
		size += 2 + int(binary.BigEndian.Uint16(c.data[size:]))
	}
	next, ok := c.skip(size)
	if !ok {
		return wire.TunnelMalformed
	}
	next.encap = d.encaps.add(c.encap, encapL2TP, 0)
	return d.ppp(next, seg)
}

// teredo reads IPv6 in UDP after the indicators of RFC 4380 §5.1.1.
func (d *Decoder) teredo(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) >= 4 && c.data[0] == 0 && c.data[1] == 1 { // authentication
		next, ok := c.skip(13 + int(c.data[2]) + int(c.data[3]))
		if !ok {
			return wire.NotTCP
		}
		c = next
	}
	if len(c.data) >= 2 && c.data[0] == 0 && c.data[1] == 0 { // origin
		next, ok := c.skip(8)
		if !ok {
			return wire.NotTCP
		}
		c = next
	}
	if len(c.data) < 40 || c.data[0]>>4 != 6 {
		return wire.NotTCP
	}
	c.encap = d.encaps.add(c.encap, encapTeredo, 0)
	return d.ip(c, seg)
}
