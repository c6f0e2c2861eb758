package filter

import "math"

// generator turns an expression into a condition on values of the packet. It
// tracks where the headers lie at the current place of the text.
type generator struct {
	*values
	opts Options
	text string
	link layout
	err  *Error

	start   place // the link header
	typed   place // the field of the link header that tells the protocol
	payload place // the network header, or the MPLS labels before it
	labels  int   // MPLS labels seen: the network header is 4 octets further each
	tags    int   // VLAN tags seen
}

// place is an offset in the packet: k octets after base, a value that is not
// known before the packet is, or 0.
type place struct {
	base valueID
	k    uint64
}

func (p place) plus(n uint64) place { return place{p.base, p.k + n} }

func newGenerator(text string, link layout, opts Options) *generator {
	return &generator{
		values: newValues(), opts: opts, text: text, link: link,
		typed: place{k: link.typed}, payload: place{k: link.payload},
	}
}

// fail keeps the first error. What is generated after it is discarded.
func (g *generator) fail(at anchor, reason string) {
	if g.err == nil {
		g.err = &Error{column(g.text, int(at)), reason}
	}
}

func (g *generator) compare(cmp comparison, v valueID, k uint32) *condition {
	t := test{cmp: cmp, value: v, k: k}
	if x, fixed := g.known(v); fixed {
		if t.holds(x) {
			return yes
		}
		return no
	}
	if k := g.keys[v]; k.op == '&' && k.b == g.constant(0) {
		// The answer is known, but only if the value is present.
		touch := &condition{test: test{cmp: atLeast, value: k.a}}
		if t.holds(0) {
			return touch
		}
		return not(touch)
	}
	return &condition{test: t}
}

func (g *generator) equal(v valueID, k uint32) *condition { return g.compare(equal, v, k) }

// load reads at a place that is within any packet's first octets.
func (g *generator) load(size uint8, p place, more uint64) valueID {
	id, _ := g.values.load(size, p.base, p.k+more)
	return id
}

// reckon computes a value from two, the second of which must not be 0 in a
// division.
func (g *generator) reckon(at anchor, op byte, a, b valueID) valueID {
	id, ok := g.values.reckon(op, a, b)
	if !ok {
		g.fail(at, "division by zero")
		return g.constant(0)
	}
	return id
}

func (g *generator) linkType(size uint8) valueID { return g.load(size, g.typed, 0) }

// network is the place of the network header.
func (g *generator) network() place { return g.payload.plus(4 * uint64(g.labels)) }

// field compares an octet of the network header.
func (g *generator) field(offset uint64, k uint32) *condition {
	return g.equal(g.load(1, g.network(), offset), k)
}

// headerLength is the length of the IPv4 header, RFC 791 §3.1.
func (g *generator) headerLength() valueID {
	at := g.network()
	if at.base == 0 {
		return g.id(valueKey{making: headerLen, k: uint32(at.k)})
	}
	words := g.reckon(0, '&', g.load(1, at, 0), g.constant(0xf))
	return g.reckon(0, 'l', words, g.constant(2))
}

// ip4Behind is the place after the IPv4 header.
func (g *generator) ip4Behind() place {
	at := g.network()
	base := g.headerLength()
	if at.base != 0 {
		base = g.reckon(0, '+', base, at.base)
	}
	return place{base, at.k}
}

// laterFragment is the condition that an IPv4 packet is not the first fragment,
// which has the transport header.
func (g *generator) laterFragment() *condition {
	return g.compare(anyBit, g.load(2, g.network(), 6), 0x1fff)
}

func (n both) compile(g *generator) *condition {
	left := n.left.compile(g)
	return and(left, n.right.compile(g))
}

func (n either) compile(g *generator) *condition {
	left := n.left.compile(g)
	return or(left, n.right.compile(g))
}

func (n negation) compile(g *generator) *condition { return not(n.of.compile(g)) }

// choose combines the conditions for source and destination.
func (d direction) choose(of func(dst bool) *condition) *condition {
	switch d {
	case source:
		return of(false)
	case destination:
		return of(true)
	case sourceAndDestination:
		return and(of(false), of(true))
	}
	return or(of(false), of(true))
}

// pick returns one of two offsets.
func pick(dst bool, src, other uint64) uint64 {
	if dst {
		return other
	}
	return src
}

func (n *protocolNode) compile(g *generator) *condition { return g.protocol(n.anchor, n.proto) }

// protocol is the condition that a packet has a protocol.
func (g *generator) protocol(at anchor, p *protocol) *condition {
	if p.ether != 0 {
		return g.linkProtocol(at, p.ether)
	}
	found := no
	if p.ip4 != 0 {
		found = g.ip4Protocol(at, uint32(p.ip4))
	}
	if p.ip6 != 0 {
		found = or(found, g.ip6Protocol(at, uint32(p.ip6)))
	}
	return found
}

func (g *generator) ip4Protocol(at anchor, n uint32) *condition {
	return and(g.linkProtocol(at, etherIP), g.field(9, n))
}

// ip6Protocol tests the next header, and the one after a leading fragment
// header.
func (g *generator) ip6Protocol(at anchor, n uint32) *condition {
	behind := and(g.field(6, ipFragment), g.field(40, n))
	return and(g.linkProtocol(at, etherIP6), or(g.field(6, n), behind))
}

func (n *numberNode) compile(g *generator) *condition {
	switch n.proto {
	case protoEther:
		return g.linkProtocol(n.anchor, n.number)
	case protoIP:
		return g.ip4Protocol(n.anchor, n.number)
	case protoIP6:
		return g.ip6Protocol(n.anchor, n.number)
	}
	return or(g.ip4Protocol(n.anchor, n.number), g.ip6Protocol(n.anchor, n.number))
}

func (n *relation) compile(g *generator) *condition {
	left, right := n.left.value(g), n.right.value(g)
	// The machine has only >, >= and =.
	cmp, inverse := equal, n.op == "!=" || n.op == "<" || n.op == "<="
	switch n.op {
	case ">", "<=":
		cmp = above
	case ">=", "<":
		cmp = atLeast
	}
	holds := g.related(cmp, left.id, right.id)
	if inverse {
		holds = not(holds)
	}
	return and(and(left.present, right.present), holds)
}

func (g *generator) related(cmp comparison, a, b valueID) *condition {
	if k, fixed := g.known(b); fixed {
		return g.compare(cmp, a, k)
	}
	return &condition{test: test{cmp: cmp, value: a, with: b}}
}

// operand is a value, and the condition that the headers it is read from are
// present.
type operand struct {
	id      valueID
	present *condition
}

func (n literal) value(g *generator) operand { return operand{g.constant(uint32(n)), yes} }

func (packetLn) value(g *generator) operand {
	return operand{g.id(valueKey{making: length}), yes}
}

func (n *arithmetic) value(g *generator) operand {
	left, right := n.left.value(g), n.right.value(g)
	if k, fixed := g.known(right.id); fixed && k > 31 && (n.op == "<<" || n.op == ">>") {
		g.fail(n.anchor, "a shift by more than 31 bits")
	}
	return operand{g.reckon(n.anchor, opOctet[n.op], left.id, right.id), and(left.present, right.present)}
}

func (n *octets) value(g *generator) operand {
	index := n.index.value(g)
	var at place
	present := yes
	switch n.proto.header {
	case linkHeader:
		at = g.start
	case netHeader:
		present = g.protocol(n.anchor, n.proto)
		at = g.network()
	case ip6Payload:
		present = and(g.linkProtocol(n.anchor, etherIP6), g.field(6, uint32(n.proto.ip6)))
		at = g.network().plus(40)
	case ip4Payload:
		present = and(g.protocol(n.anchor, n.proto), not(g.laterFragment()))
		present = and(g.linkProtocol(n.anchor, etherIP), present)
		at = g.ip4Behind()
	}
	if k, fixed := g.known(index.id); fixed {
		if k > math.MaxInt32 {
			g.fail(n.anchor, "an octet before the header, or after any packet, cannot be read")
		}
		at = at.plus(uint64(k))
	} else if at.base == 0 {
		at.base = index.id
	} else {
		at.base = g.reckon(n.anchor, '+', at.base, index.id)
	}
	id, ok := g.values.load(uint8(n.size), at.base, at.k)
	if !ok {
		g.fail(n.anchor, "an octet before the header, or after any packet, cannot be read")
		id = g.constant(0)
	}
	return operand{id, and(index.present, present)}
}
