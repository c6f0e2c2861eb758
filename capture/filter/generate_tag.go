package filter

import "golang.org/x/net/bpf"

func (n *tagNode) compile(g *generator) *condition {
	switch n.word {
	case "vlan":
		return n.vlan(g)
	case "mpls":
		return n.mpls(g)
	}
	return n.pppoe(g)
}

// vlan is IEEE 802.1Q. Whatever follows it in the text refers to the packet
// inside the tag.
func (n *tagNode) vlan(g *generator) *condition {
	switch {
	case g.labels > 0:
		g.fail(n.anchor, "there is no VLAN inside MPLS")
		return no
	case g.link.family != etherFamily:
		g.fail(n.anchor, g.link.name+" has no VLANs")
		return no
	}
	if g.opts.LinuxSocket && g.tags == 0 && g.payload.base == 0 {
		return n.strippedVLAN(g)
	}
	found := n.inPacket(g)
	g.shift(0, 4)
	return found
}

// inPacket looks for a tag in the packet: the protocol identifiers of 802.1Q,
// 802.1ad and what was used before it, and the identifier below three bits of
// priority and one of eligibility.
func (n *tagNode) inPacket(g *generator) *condition {
	found := or(or(g.linkProtocol(n.anchor, etherVLAN), g.linkProtocol(n.anchor, etherServiceVLAN)),
		g.linkProtocol(n.anchor, etherOldVLAN))
	if n.hasID {
		found = and(found, g.equal(g.reckon(n.anchor, '&', g.load(2, g.payload, 0), g.constant(0xfff)), n.id))
	}
	return found
}

// strippedVLAN is for packets whose outer tag the Linux kernel may have
// removed: it then tells the socket's filter that there was one, and its
// content. Headers lie 4 octets further on if the tag is still in the packet.
func (n *tagNode) strippedVLAN(g *generator) *condition {
	present := g.extension(bpf.ExtVLANTagPresent)
	known := g.equal(present, 1)
	if n.hasID {
		tag := g.extension(bpf.ExtVLANTag)
		known = and(known, g.equal(g.reckon(n.anchor, '&', tag, g.constant(0xfff)), n.id))
	}
	found := or(known, and(not(g.equal(present, 1)), n.inPacket(g)))
	absent := g.reckon(n.anchor, '^', present, g.constant(1))
	g.shift(g.reckon(n.anchor, 'l', absent, g.constant(2)), 0)
	return found
}

// shift moves the headers by one VLAN tag.
func (g *generator) shift(base valueID, n uint64) {
	g.tags++
	if base != 0 {
		g.typed.base, g.payload.base = base, base
	}
	g.typed, g.payload = g.typed.plus(n), g.payload.plus(n)
}

func (g *generator) extension(e bpf.Extension) valueID {
	return g.id(valueKey{making: extension, k: uint32(e)})
}

// mpls is RFC 3032: a label of 20 bits, 3 of traffic class, the bottom of the
// stack in the lowest bit of the third octet.
func (n *tagNode) mpls(g *generator) *condition {
	var found *condition
	switch {
	case g.labels > 0:
		// There is one more if the one before is not the last.
		found = g.equal(g.lastLabel(n.anchor), 0)
	case g.link.mpls == 0:
		g.fail(n.anchor, g.link.name+" has no MPLS that can be filtered")
		return no
	default:
		found = g.linkProtocol(n.anchor, g.link.mpls)
	}
	if n.hasID {
		label := g.reckon(n.anchor, '&', g.load(4, g.network(), 0), g.constant(0xfffff000))
		found = and(found, g.equal(label, n.id<<12))
	}
	g.labels++
	return found
}

// lastLabel is the bottom of stack bit of the label before the network
// header.
func (g *generator) lastLabel(at anchor) valueID {
	label := g.payload.plus(4 * uint64(g.labels-1))
	return g.reckon(at, '&', g.load(1, label, 2), g.constant(1))
}

// labelled is a protocol after MPLS, where only the IP version identifies it.
func (g *generator) labelled(at anchor, n uint32) *condition {
	version := g.reckon(at, '&', g.load(1, g.network(), 0), g.constant(0xf0))
	var is *condition
	switch n {
	case etherIP:
		is = g.equal(version, 0x40)
	case etherIP6:
		is = g.equal(version, 0x60)
	default:
		g.fail(at, "after MPLS only IPv4 and IPv6 can be told")
		return no
	}
	return and(g.equal(g.lastLabel(at), 1), is)
}

// pppoe is a session of RFC 2516: after its 6 octets comes PPP, and what
// follows it in the text refers to the packet in that.
func (n *tagNode) pppoe(g *generator) *condition {
	found := g.linkProtocol(n.anchor, etherPPPoESession)
	if n.hasID {
		found = and(found, g.equal(g.load(2, g.network(), 2), n.id))
	}
	g.link = layout{"PPP", 0, 2, pppFamily, pppMPLS}
	g.start = g.network().plus(6)
	g.typed = g.start
	g.payload = g.start.plus(2)
	return found
}

// compile tells inbound from outbound: the cooked headers say whether the host
// itself sent a packet, and a Linux socket knows it (PACKET_OUTGOING of
// packet(7)).
func (n *wayNode) compile(g *generator) *condition {
	const outgoing = 4
	var way valueID
	switch {
	case g.link.family == sllFamily:
		way = g.load(2, place{}, 0)
	case g.link.family == sll2Family:
		way = g.load(1, place{}, 10)
	case g.opts.LinuxSocket:
		way = g.extension(bpf.ExtType)
	default:
		g.fail(n.anchor, "a saved capture of "+g.link.name+" does not tell inbound from outbound")
		return no
	}
	found := g.equal(way, outgoing)
	if n.outbound {
		return found
	}
	return not(found)
}
