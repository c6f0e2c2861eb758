package filter

func (n *addressNode) compile(g *generator) *condition {
	// IPv4 (RFC 791 §3.1) and ARP (RFC 826, of Ethernet and IPv4).
	in := func(ether uint32, src, dst uint64) *condition {
		return n.dir.choose(func(isDst bool) *condition {
			v := g.load(4, g.network(), pick(isDst, src, dst))
			masked := g.reckon(n.anchor, '&', v, g.constant(n.mask))
			return and(g.linkProtocol(n.anchor, ether), g.equal(masked, n.addr))
		})
	}
	switch n.proto {
	case protoIP:
		return in(etherIP, 12, 16)
	case protoARP:
		return in(etherARP, 14, 24)
	case protoRARP:
		return in(etherRARP, 14, 24)
	}
	if g.labels > 0 {
		return in(etherIP, 12, 16) // an MPLS label does not tell of ARP
	}
	return or(or(in(etherIP, 12, 16), in(etherARP, 14, 24)), in(etherRARP, 14, 24))
}

func (n *address6Node) compile(g *generator) *condition {
	// RFC 8200 §3
	return and(g.linkProtocol(n.anchor, etherIP6), n.dir.choose(func(isDst bool) *condition {
		found := yes
		for i := range n.addr {
			v := g.load(4, g.network(), pick(isDst, 8, 24)+4*uint64(i))
			found = and(found, g.equal(g.reckon(n.anchor, '&', v, g.constant(n.mask[i])), n.addr[i]))
		}
		return found
	}))
}

func (n *etherNode) compile(g *generator) *condition {
	if g.link.family != etherFamily {
		g.fail(n.anchor, g.link.name+" has no Ethernet addresses")
		return no
	}
	return n.dir.choose(func(dst bool) *condition { return g.ethernetAddress(pick(dst, 6, 0), n.addr) })
}

func (g *generator) ethernetAddress(offset uint64, a [6]byte) *condition {
	high := uint32(a[0])<<8 | uint32(a[1])
	low := uint32(a[2])<<24 | uint32(a[3])<<16 | uint32(a[4])<<8 | uint32(a[5])
	return and(g.equal(g.load(4, g.start, offset+2), low), g.equal(g.load(2, g.start, offset), high))
}

func (n *portNode) compile(g *generator) *condition {
	protos := []uint32{ipSCTP, ipTCP, ipUDP}
	if n.proto != nil {
		protos = []uint32{uint32(n.proto.ip4)}
	}
	in6, in4 := no, no
	for _, p := range protos {
		at6 := g.network().plus(40) // without extension headers
		in6 = or(in6, and(g.field(6, p), n.at(g, at6)))
		first := and(g.field(9, p), not(g.laterFragment()))
		in4 = or(in4, and(first, n.at(g, g.ip4Behind())))
	}
	in6 = and(g.linkProtocol(n.anchor, etherIP6), in6)
	return or(in6, and(g.linkProtocol(n.anchor, etherIP), in4))
}

// at asks for the ports of a transport header.
func (n *portNode) at(g *generator, header place) *condition {
	return n.dir.choose(func(dst bool) *condition {
		v := g.load(2, header, pick(dst, 0, 2))
		if n.low == n.high {
			return g.equal(v, n.low)
		}
		return and(g.compare(atLeast, v, n.low), not(g.compare(above, v, n.high)))
	})
}

func (n *groupNode) compile(g *generator) *condition {
	switch {
	case n.proto == protoIP && n.broadcast:
		// The network mask is not known: only the addresses of all zeros and of
		// all ones are broadcast everywhere (RFC 1122 §3.3.6; zeros by old hosts).
		dst := g.load(4, g.network(), 16)
		return and(g.linkProtocol(n.anchor, etherIP), or(g.equal(dst, 0), g.equal(dst, ^uint32(0))))
	case n.proto == protoIP: // RFC 5771
		return and(g.linkProtocol(n.anchor, etherIP), g.compare(atLeast, g.load(1, g.network(), 16), 224))
	case n.proto == protoIP6: // RFC 4291 §2.7
		return and(g.linkProtocol(n.anchor, etherIP6), g.field(24, 255))
	case g.link.family != etherFamily:
		g.fail(n.anchor, g.link.name+" has no Ethernet addresses")
		return no
	case n.broadcast:
		return g.ethernetAddress(0, [6]byte{255, 255, 255, 255, 255, 255})
	}
	return g.compare(anyBit, g.load(1, g.start, 0), 1)
}
