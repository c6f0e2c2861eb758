package capture

import (
	"tcpwatch/capture/wire"
)

// DecoderOptions are what a caller may choose. The zero value is the default.
type DecoderOptions struct {
	// VXLANPorts are the UDP destination ports taken to be VXLAN (RFC
	// 7348); nil stands for 4789 and 8472.
	VXLANPorts []uint16
	// IgnoreVLANs leaves VLANs, and nothing else, out of Tuple.Encap.
	IgnoreVLANs bool
	// SkipChecksums leaves TCP checksums unverified (ChecksumUnknown).
	SkipChecksums bool
	// MaxFragmentOctets bounds what is kept of incomplete IP packets; 0 stands
	// for 8 MiB.
	MaxFragmentOctets int
	// MaxFragmentedPackets bounds how many IP packets are reassembled at the
	// same time; 0 stands for 1,024.
	MaxFragmentedPackets int
}

// maxDepth bounds how many headers below the innermost IP packet are followed:
// VLAN tags, MPLS label stacks, tunnels.
const maxDepth = 16

// Decoder turns packets into TCP segments. The innermost TCP segment of a
// packet is the one that counts; the VLANs and tunnels around it become
// Tuple.Encap. A Decoder is not safe for concurrent use.
type Decoder struct {
	walker    wire.Walker
	encaps    encapTable
	fragments fragmentTable
	quote     wire.Quote
	vxlan     []uint16
	skipped   [wire.SkipCount]uint64
	// number and time of the packet that is being decoded.
	number uint64
	time   int64
}

// NewDecoder returns a Decoder with the given options.
func NewDecoder(opts DecoderOptions) *Decoder {
	d := &Decoder{vxlan: opts.VXLANPorts}
	if d.vxlan == nil {
		d.vxlan = []uint16{4789, 8472}
	}
	d.walker.Verify = !opts.SkipChecksums
	d.encaps.init()
	d.encaps.noVLANs = opts.IgnoreVLANs
	d.fragments.init(opts.MaxFragmentOctets, opts.MaxFragmentedPackets)
	return d
}

// Decode fills seg from p and returns wire.Segmented, or says why p is not a
// TCP segment; seg then holds nothing of use. seg.Payload is lent from p.Data,
// or from the Decoder where the segment came in fragments: it is valid until
// the next call or until p.Data changes.
func (d *Decoder) Decode(p *Packet, seg *wire.Segment) wire.Skip {
	seg.Packet, seg.Time, seg.Interface = p.Number, p.Time, int32(p.place())
	d.number, d.time = p.Number, p.Time
	skip := d.link(cursor{data: p.Data, wire: max(p.Length, len(p.Data))}, p.Link, seg)
	d.skipped[skip]++
	return skip
}

// Skipped returns how many packets were skipped so far for each reason; the
// packets that were segments are counted under wire.Segmented. The sum is the
// number of calls of Decode. A fragment that is counted under wire.FragmentHeld
// moves to wire.FragmentLost when its packet is given up.
func (d *Decoder) Skipped() [wire.SkipCount]uint64 { return d.skipped }

// Flush gives up all incomplete IP packets and returns how many captured packets
// that loses; Skipped then counts them under wire.FragmentLost.
func (d *Decoder) Flush() uint64 {
	lost := d.fragments.flush()
	d.lose(lost)
	return lost
}

// lose recounts fragments that were held in vain.
func (d *Decoder) lose(n uint64) {
	d.skipped[wire.FragmentHeld] -= n
	d.skipped[wire.FragmentLost] += n
}

// Quote returns the TCP header that the last packet quoted, if Decode returned
// wire.ICMPError for it. It is valid until the next call of Decode.
func (d *Decoder) Quote() *wire.Quote { return &d.quote }

// EncapName returns the name of a Tuple.Encap that this Decoder issued:
// outermost first, "vlan 10/vxlan 42"; "" for 0 and for what it did not issue. It
// may be called from any goroutine.
func (d *Decoder) EncapName(id uint32) string { return d.encaps.name(id) }

// cursor is the position in the decoding of a packet.
type cursor struct {
	data []byte // the captured octets from here on
	wire int    // octets on the wire from here on; never below len(data)
	// encap is the identity of what has been peeled off, depth the number of
	// headers.
	encap uint32
	depth int
}

// skip moves past a header of n octets; ok is false if it is cut.
func (c cursor) skip(n int) (next cursor, ok bool) {
	if n < 0 || n > len(c.data) {
		return c, false
	}
	return c.at(c.data[n:], n), true
}

// at moves on to rest, which begins header octets into c.data and may be
// shortened by a length field.
func (c cursor) at(rest []byte, header int) cursor {
	c.wire = max(c.wire-header, len(rest))
	c.data = rest
	return c
}

// deeper counts a header; it returns false for one too many.
func (c *cursor) deeper() bool {
	c.depth++
	return c.depth <= maxDepth
}

// link reads the link header.
func (d *Decoder) link(c cursor, link wire.LinkType, seg *wire.Segment) wire.Skip {
	var etherType uint16
	var rest []byte
	var ok bool
	switch link {
	case wire.LinkEthernet:
		etherType, rest, ok = wire.Ethernet(c.data)
	case wire.LinkSLL:
		etherType, rest, ok = wire.SLL(c.data)
	case wire.LinkSLL2:
		etherType, rest, ok = wire.SLL2(c.data)
	case wire.LinkNull, wire.LinkLoop:
		etherType, rest, ok = wire.Loopback(c.data)
	case wire.LinkRaw, wire.LinkRawDLT, wire.LinkRawBSD, wire.LinkIPv4, wire.LinkIPv6:
		return d.ip(c, seg)
	default:
		return d.rareLink(c, link, seg)
	}
	if !ok {
		return wire.LinkCut
	}
	c.wire = max(c.wire-(len(c.data)-len(rest)), len(rest))
	c.data = rest
	if etherType == wire.EtherIPv4 || etherType == wire.EtherIPv6 {
		return d.ip(c, seg)
	}
	return d.etherType(c, etherType, seg)
}

// etherType continues after an EtherType.
func (d *Decoder) etherType(c cursor, etherType uint16, seg *wire.Segment) wire.Skip {
	for {
		if !c.deeper() {
			return wire.TunnelTooDeep
		}
		switch etherType {
		case wire.EtherIPv4, wire.EtherIPv6:
			return d.ip(c, seg)
		case wire.EtherVLAN, wire.EtherQinQ, wire.EtherOldQinQ:
			id, inner, rest, ok := wire.VLAN(c.data)
			if !ok {
				return wire.LinkCut
			}
			c.encap = d.encaps.vlan(c.encap, id)
			etherType, c = inner, c.at(rest, 4)
		case wire.EtherLLC:
			inner, rest, ok := wire.LLC(c.data)
			if !ok {
				return wire.LinkCut
			}
			if inner == wire.EtherLLC {
				return wire.NotIP
			}
			etherType, c = inner, c.at(rest, len(c.data)-len(rest))
		default:
			return d.rareEtherType(c, etherType, seg)
		}
	}
}

// ethernet continues at a whole Ethernet frame inside something else.
func (d *Decoder) ethernet(c cursor, seg *wire.Segment) wire.Skip {
	etherType, rest, ok := wire.Ethernet(c.data)
	if !ok {
		return wire.LinkCut
	}
	return d.etherType(c.at(rest, 14), etherType, seg)
}

// ip walks an IP packet and what it carries.
func (d *Decoder) ip(c cursor, seg *wire.Segment) wire.Skip {
	seg.Encap = c.encap
	skip := d.walker.IP(c.data, c.wire, seg)
	switch skip {
	case wire.FragmentHeld:
		return d.fragment(c, seg)
	case wire.NotTCP:
		return d.upper(c, seg)
	}
	return skip
}
