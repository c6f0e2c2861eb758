package filter

import "tcpwatch/capture/wire"

// layout is where a link type has its fields.
type layout struct {
	name    string
	typed   uint64 // offset of the field that tells the protocol
	payload uint64 // offset of the network header
	family  family
	mpls    uint32 // what the field says of MPLS; 0 if MPLS is not supported
}

// family is how a link header identifies the protocol after it.
type family uint8

const (
	etherFamily family = iota // EtherType, or below 1501 a length and IEEE 802.2
	sllFamily                 // EtherType, or 4 for IEEE 802.2
	sll2Family                // EtherType alone
	hdlcFamily                // EtherType, OSI otherwise
	pppFamily                 // PPP's own numbers
	bsdFamily                 // address family of the host that captured, its byte order
	loopFamily                // address family in network byte order
	rawFamily                 // version of IP
	ip4Family                 // always IPv4
	ip6Family                 // always IPv6
)

// layouts are the link types that can be filtered.
var layouts = map[wire.LinkType]layout{
	wire.LinkEthernet:  {"Ethernet", 12, 14, etherFamily, etherMPLS},
	wire.LinkNull:      {"BSD loopback", 0, 4, bsdFamily, 0},
	wire.LinkLoop:      {"OpenBSD loopback", 0, 4, loopFamily, 0},
	wire.LinkPPP:       {"PPP", 2, 4, pppFamily, pppMPLS},
	wire.LinkPPPHDLC:   {"PPP in HDLC framing", 2, 4, pppFamily, 0},
	wire.LinkPPPEther:  {"PPPoE", 6, 8, pppFamily, 0},
	wire.LinkRaw:       {"raw IP", 0, 0, rawFamily, 0},
	wire.LinkRawDLT:    {"raw IP", 0, 0, rawFamily, 0},
	wire.LinkRawBSD:    {"raw IP", 0, 0, rawFamily, 0},
	wire.LinkIPv4:      {"raw IPv4", 0, 0, ip4Family, 0},
	wire.LinkIPv6:      {"raw IPv6", 0, 0, ip6Family, 0},
	wire.LinkCiscoHDLC: {"Cisco HDLC", 2, 4, hdlcFamily, etherMPLS},
	wire.LinkSLL:       {"Linux cooked capture", 14, 16, sllFamily, 0},
	wire.LinkSLL2:      {"Linux cooked capture v2", 0, 20, sll2Family, 0},
}

// PPP protocol numbers (IANA).
const (
	pppIP        = 0x0021
	pppOSI       = 0x0023
	pppDECnet    = 0x0027
	pppAppleTalk = 0x0029
	pppIPX       = 0x002b
	pppBridge    = 0x0031
	pppIP6       = 0x0057
	pppMPLS      = 0x0281
)

// pppNumber maps EtherTypes to PPP protocol numbers.
var pppNumber = map[uint32]uint32{
	etherIP: pppIP, etherIP6: pppIP6, 0x6003: pppDECnet, etherAppleTalk: pppAppleTalk, 0x0600: 0x0025,
	sapISO: pppOSI, sapSTP: pppBridge, sapIPX: pppIPX,
}

// Address families. IPv4 has one number everywhere; that of IPv6 depends on the
// system that captured: Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
const familyIP = 2

var familiesIP6 = []uint32{10, 24, 28, 30}

// longestLength is the largest value of the type field of Ethernet that is a
// length (IEEE 802.3 §3.2.6).
const longestLength = 1500

// linkProtocol is the condition that the link header announces an EtherType, or
// a service access point where it is below 1501.
func (g *generator) linkProtocol(at anchor, n uint32) *condition {
	if g.labels > 0 {
		return g.labelled(at, n)
	}
	field := func(size uint8, k uint32) *condition { return g.equal(g.linkType(size), k) }
	switch g.link.family {
	case etherFamily, sllFamily:
		return g.ethernetProtocol(n)
	case hdlcFamily:
		if n == sapISO {
			return field(2, sapISO<<8|sapISO)
		}
	case pppFamily:
		if p, ok := pppNumber[n]; ok {
			n = p
		}
	case bsdFamily, loopFamily:
		return g.familyProtocol(n)
	case rawFamily:
		version := g.reckon(at, '&', g.linkType(1), g.constant(0xf0))
		switch n {
		case etherIP:
			return g.equal(version, 0x40)
		case etherIP6:
			return g.equal(version, 0x60)
		}
		return no
	case ip4Family, ip6Family:
		if g.link.family == ip4Family && n == etherIP || g.link.family == ip6Family && n == etherIP6 {
			return yes
		}
		return no
	}
	return field(2, n)
}

// ethernetProtocol distinguishes EtherTypes from IEEE 802.2, and knows the
// protocols that are found in both.
func (g *generator) ethernetProtocol(n uint32) *condition {
	field := g.linkType(2)
	llc := g.compare(above, field, longestLength)
	llc = not(llc)
	if g.link.family == sllFamily {
		llc = g.equal(field, 4) // LINUX_SLL_P_802_2
	}
	sap := func(size uint8, k uint32) *condition { return g.equal(g.load(size, g.payload, 0), k) }
	snap := func(organization, ether uint32) *condition {
		// AA AA 03, three octets of organization, EtherType (IEEE 802)
		return and(g.equal(g.load(4, g.payload, 4), organization<<16&0xffff0000|ether),
			g.equal(g.load(4, g.payload, 0), 0xaaaa0300|organization>>16))
	}
	switch n {
	case sapISO, sapNetBEUI:
		return and(llc, sap(2, n<<8|n))
	case sapIPX:
		novell := sap(2, 0xffff) // IPX without IEEE 802.2
		if g.link.family == sllFamily {
			raw := g.equal(field, 1) // LINUX_SLL_P_802_3
			return or(g.equal(field, etherIPX), or(raw, and(llc, or(sap(1, n), snap(0, etherIPX)))))
		}
		return or(g.equal(field, etherIPX), and(llc, or(snap(0, etherIPX), or(sap(1, n), novell))))
	case etherAppleTalk:
		return or(g.equal(field, n), and(llc, snap(0x080007, n)))
	case etherAARP:
		return or(g.equal(field, n), and(llc, snap(0, n)))
	}
	if n <= longestLength {
		return and(llc, sap(1, n))
	}
	return g.equal(field, n)
}

// familyProtocol is IPv4 or IPv6 by address family.
func (g *generator) familyProtocol(n uint32) *condition {
	var families []uint32
	switch n {
	case etherIP:
		families = []uint32{familyIP}
	case etherIP6:
		families = familiesIP6
	}
	found := no
	for _, f := range families {
		if g.link.family == loopFamily {
			found = or(found, g.equal(g.linkType(4), f))
			continue
		}
		// The byte order is that of the host that captured.
		found = or(found, or(g.equal(g.linkType(4), f<<24), g.equal(g.linkType(4), f)))
	}
	return found
}
