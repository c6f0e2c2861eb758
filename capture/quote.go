package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// ICMP types that quote the packet they are about.
const (
	icmpUnreachable  = 3 // RFC 792
	icmpSourceQuench = 4
	icmpRedirect     = 5
	icmpTimeExceeded = 11
	icmpBadParameter = 12

	icmp6Unreachable  = 1 // RFC 4443 §3
	icmp6TooBig       = 2
	icmp6BadParameter = 4
)

// icmp4 reads an ICMP error (RFC 792) that quotes a TCP header.
func (d *Decoder) icmp4(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.NotTCP
	}
	mtu := uint32(0)
	switch c.data[0] {
	case icmpUnreachable:
		if c.data[1] == 4 { // fragmentation needed: RFC 1191 §4
			mtu = uint32(binary.BigEndian.Uint16(c.data[6:]))
		}
	case icmpSourceQuench, icmpRedirect, icmpTimeExceeded, icmpBadParameter:
	default:
		return wire.NotTCP
	}
	return d.quoted(c, mtu, seg)
}

// icmp6 reads an ICMPv6 error (RFC 4443 §3) that quotes a TCP header.
func (d *Decoder) icmp6(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 || c.data[0] < icmp6Unreachable || c.data[0] > icmp6BadParameter {
		return wire.NotTCP
	}
	mtu := uint32(0)
	if c.data[0] == icmp6TooBig {
		mtu = binary.BigEndian.Uint32(c.data[4:])
	}
	return d.quoted(c, mtu, seg)
}

// quoted reads the packet after the eight octets of an ICMP error.
func (d *Decoder) quoted(c cursor, mtu uint32, seg *wire.Segment) wire.Skip {
	q := wire.Quote{
		Packet: d.number, Time: d.time,
		Type: c.data[0], Code: c.data[1], Reporter: seg.Src, NextMTU: uint16(min(mtu, 0xffff)),
	}
	if !wire.Quoted(c.data[8:], &q) {
		return wire.NotTCP
	}
	q.Encap = c.encap
	d.quote = q
	return wire.ICMPError
}
