package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// juniper reads the header of a capture on Juniper's Ethernet interfaces
// (LINKTYPE 178): a magic number, flags and extensions.
func (d *Decoder) juniper(c cursor, seg *wire.Segment) wire.Skip {
	const noLink, extensions = 0x02, 0x80
	if len(c.data) < 4 {
		return wire.LinkCut
	}
	if string(c.data[:3]) != "MGC" {
		return wire.LinkUnknown
	}
	size := 4
	if c.data[3]&extensions != 0 {
		if len(c.data) < 6 {
			return wire.LinkCut
		}
		size = 6 + int(binary.BigEndian.Uint16(c.data[4:]))
	}
	if c.data[3]&noLink != 0 { // an address family, then the packet
		return d.behind(c, size+4, seg, d.ip)
	}
	return d.behind(c, size, seg, d.ethernet)
}

// pfLog continues after the header of pflog(4).
func (d *Decoder) pfLog(c cursor, seg *wire.Segment) wire.Skip {
	size, ok := pfLogSize(c.data)
	if !ok {
		return wire.LinkCut
	}
	return d.behind(c, size, seg, d.ip)
}

// pfLogSize reads the first octet of struct pfloghdr (net/if_pflog.h), its own
// length, which leaves out the octets that pad it to a multiple of four: 45 in the
// first OpenBSD that wrote this link type, then 61 (as NetBSD and Darwin have it), 69
// in FreeBSD, and 100 in OpenBSD since then. None is shorter.
func pfLogSize(data []byte) (size int, ok bool) {
	if len(data) == 0 || data[0] < 45 {
		return 0, false
	}
	size = (int(data[0]) + 3) &^ 3
	return size, size <= len(data)
}

// nflog looks for the payload among the attributes of a netfilter log message
// (LINKTYPE 239). Their lengths are in the byte order of the machine that
// captured.
func (d *Decoder) nflog(c cursor, seg *wire.Segment) wire.Skip {
	const payload, nested = 9, 0x7fff
	if len(c.data) < 8 {
		return wire.LinkCut
	}
	c, _ = c.skip(4)
	order := binary.ByteOrder(binary.LittleEndian)
	// A heuristic: the first attribute is a short one, its length below 256.
	if c.data[0] == 0 {
		order = binary.BigEndian
	}
	for len(c.data) >= 4 {
		size := int(order.Uint16(c.data))
		kind := order.Uint16(c.data[2:]) & nested
		if size < 4 {
			return wire.TunnelMalformed
		}
		if kind == payload {
			next, _ := c.skip(4)
			if n := size - 4; n < len(next.data) {
				next.data = next.data[:n]
			}
			next.wire = size - 4
			return d.ip(next, seg)
		}
		next, ok := c.skip((size + 3) &^ 3)
		if !ok {
			return wire.LinkCut
		}
		c = next
	}
	return wire.NotIP
}

// infiniband looks for the EtherType of RFC 4391 §6 after two link addresses,
// after one, or at the beginning: captures differ.
func (d *Decoder) infiniband(c cursor, seg *wire.Segment) wire.Skip {
	for _, size := range []int{40, 20, 0} {
		if len(c.data) < size+4 {
			continue
		}
		switch etherType := binary.BigEndian.Uint16(c.data[size:]); etherType {
		case wire.EtherIPv4, wire.EtherIPv6:
			next, _ := c.skip(size + 4)
			return d.ip(next, seg)
		}
	}
	return wire.NotIP
}

// mPacket skips the preamble of IEEE 802.3br. Only frames and first fragments
// have an Ethernet header.
func (d *Decoder) mPacket(c cursor, seg *wire.Segment) wire.Skip {
	size := 0
	for size < len(c.data) && size < 8 && c.data[size] == 0x55 {
		size++
	}
	if size == len(c.data) {
		return wire.LinkCut
	}
	switch c.data[size] {
	case 0xd5, 0xe6, 0x4c, 0x7f, 0xb3: // SMD-E, SMD-S0 to SMD-S3
		return d.behind(c, size+1, seg, d.ethernet)
	}
	return wire.NotIP
}
