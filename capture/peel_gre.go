package capture

import (
	"encoding/binary"

	"github.com/google/gopacket/layers"

	"tcpwatch/capture/wire"
)

// GRE protocol types that are not EtherTypes of the payload.
const (
	greERSPAN2 = 0x88be
	greERSPAN3 = 0x22eb
	greWCCP    = 0x883e
)

// greHeader reads RFC 2784, RFC 2890 and the version of RFC 2637 (PPTP).
func (d *Decoder) greHeader(c cursor, seg *wire.Segment) wire.Skip {
	g := &d.layers.gre
	*g = layers.GRE{}
	next, ok := c.peel(g)
	if !ok {
		return wire.TunnelMalformed
	}
	protocol := uint16(g.Protocol)
	switch {
	case protocol == greERSPAN2 || protocol == greERSPAN3:
		return d.erspan(next, protocol, g.SeqPresent, seg)
	case g.KeyPresent && g.Version == 0:
		next.encap = d.encaps.add(c.encap, encapGREKey, g.Key)
	default: // PPTP's key holds the receiver's call: it differs by direction
		next.encap = d.encaps.add(c.encap, encapGRE, 0)
	}
	if protocol == greWCCP {
		// WCCP version 2 puts four octets before the packet, version 1 none.
		if len(next.data) > 0 && next.data[0]>>4 != 4 {
			if next, ok = next.skip(4); !ok {
				return wire.TunnelMalformed
			}
		}
		return d.ip(next, seg)
	}
	return d.etherType(next, protocol, seg)
}

// erspan reads the three types of draft-foschiano-erspan-03. Type I has no
// header of its own and shows that by the absent sequence number.
func (d *Decoder) erspan(c cursor, protocol uint16, sequence bool, seg *wire.Segment) wire.Skip {
	switch {
	case protocol == greERSPAN2 && !sequence:
		c.encap = d.encaps.add(c.encap, encapERSPAN, 0)
		return d.ethernet(c, seg)
	case protocol == greERSPAN2:
		next, ok := c.peel(&d.layers.erspan)
		if !ok {
			return wire.TunnelMalformed
		}
		next.encap = d.encaps.add(c.encap, encapERSPAN, uint32(d.layers.erspan.SessionID))
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
