package filter

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// address reads an address or number that q qualifies, or several in brackets.
func (p *parser) address(q qualifiers) node {
	t := p.take()
	switch {
	case t.is("not"):
		p.deeper(t)
		of := p.address(q)
		p.depth--
		return negation{of}
	case t.is("("):
		p.deeper(t)
		left := p.address(q)
		for p.err == nil && p.peek().isAny("and", "or") {
			word := p.take()
			left = join(word, left, p.address(q))
		}
		p.depth--
		p.expect(")")
		return left
	}
	if q.sort == nothing && t.kind != end && t.kind != keyword && t.kind != symbol {
		p.fail(t.at, t.describe()+" has nothing before it that says what it is: write host, net or port")
		return nil
	}
	switch t.kind {
	case number:
		return p.numbered(t, q)
	case name:
		return p.named(t, q)
	case dotted:
		return p.dotted(t, q)
	case address6:
		return p.address6(t, q)
	case ethernet:
		return p.ethernet(t, q)
	case keyword:
		if q.sort == sortProto && (ipProtocols[t.text] != 0 || etherProtocols[t.text] != 0) {
			p.fail(t.at, quote(t.text)+" is a keyword: write \\"+t.text)
			return nil
		}
	}
	p.fail(t.at, "expected "+q.sort.wants()+" before "+t.describe())
	return nil
}

// wants names what must follow a qualifier.
func (s sort) wants() string {
	switch s {
	case sortNet:
		return "a network"
	case sortPort:
		return "a port number"
	case sortPortRange:
		return "a range of ports"
	case sortProto:
		return "a protocol"
	}
	return "an address"
}

// numbered reads a number: a port, a protocol, or an address in one piece.
func (p *parser) numbered(t token, q qualifiers) node {
	switch q.sort {
	case sortPort, sortPortRange:
		return p.ports(t, q, t.num, t.num)
	case sortProto:
		return p.protocolNumber(t, q, t.num)
	}
	if next := p.peek(); next.isAny("/", "mask") {
		p.fail(next.at, "a network with a mask is written with dots, such as "+t.text+".0.0.0/8")
	}
	addr, mask := t.num, ^uint32(0)
	if q.sort == sortNet {
		// net 10 is 10.0.0.0/8.
		for addr != 0 && addr>>24 == 0 {
			addr, mask = addr<<8, mask<<8
		}
	}
	return p.host(t, q, addr, mask)
}

// named reads a word: a range of ports or the name of a protocol. No other
// names are known.
func (p *parser) named(t token, q qualifiers) node {
	switch q.sort {
	case sortPortRange:
		// Parts of a range are decimal, whatever they begin with.
		first, last, _ := strings.Cut(t.text, "-")
		low, err := strconv.ParseUint(first, 10, 16)
		high, err2 := strconv.ParseUint(last, 10, 16)
		if err == nil && err2 == nil {
			return p.ports(t, q, uint32(min(low, high)), uint32(max(low, high)))
		}
		fallthrough
	case sortPort:
		p.fail(t.at, quote(t.text)+" is not "+q.sort.wants()+", and names of services are not looked up: write the number")
	case sortProto:
		names, what := ipProtocols, "IP protocol"
		if q.proto == protoEther {
			names, what = etherProtocols, "Ethernet protocol"
		}
		if n, ok := names[t.text]; ok {
			return p.protocolNumber(t, q, n)
		}
		p.fail(t.at, quote(t.text)+" is not the name of an "+what+" known here: write its number")
	case sortNet:
		p.fail(t.at, quote(t.text)+" is not a network, and names of networks are not looked up: write its address")
	default:
		p.fail(t.at, quote(t.text)+" is not an address, and names of hosts are not looked up: write the address")
	}
	return nil
}

// wordWithMinus is a subtraction without spaces, which is one word.
var wordWithMinus = onDemand(`^[0-9a-z]+-[0-9a-z]+$`)

func (p *parser) ports(t token, q qualifiers, low, high uint32) node {
	if q.proto != nil && q.proto != protoTCP && q.proto != protoUDP && q.proto != protoSCTP {
		p.fail(t.at, quote(q.proto.name)+" has no ports: only tcp, udp and sctp can stand in front")
	}
	if high > 65535 {
		p.fail(t.at, "a port is at most 65535, not "+strconv.FormatUint(uint64(high), 10))
	}
	return &portNode{anchor(t.at), q, low, high}
}

func (p *parser) protocolNumber(t token, q qualifiers, n uint32) node {
	if q.proto != nil && q.proto != protoEther && q.proto != protoIP && q.proto != protoIP6 {
		p.fail(t.at, "proto cannot follow "+quote(q.proto.name)+": only ether, ip and ip6 can stand in front")
	}
	return &numberNode{anchor(t.at), q.proto, n}
}

// dotted reads an IPv4 address or network, with its mask.
func (p *parser) dotted(t token, q qualifiers) node {
	if q.sort >= sortPort {
		p.fail(t.at, "expected "+q.sort.wants()+" instead of the address "+t.text)
		return nil
	}
	addr, bits := p.quad(t)
	mask := ^uint32(0) << (32 - bits)
	switch {
	case p.accept("/"):
		n := p.take()
		if n.kind != number || n.num > 32 {
			p.fail(n.at, "a prefix of IPv4 has 0 to 32 bits, not "+n.describe())
		}
		mask = ^uint32(0) << (32 - min(n.num, 32))
	case p.accept("mask"):
		m := p.take()
		if m.kind != dotted {
			p.fail(m.at, "expected a mask such as 255.255.255.0 before "+m.describe())
			return nil
		}
		mask, _ = p.quad(m)
	default:
		return p.host(t, q, addr, mask)
	}
	if q.sort != sortNet {
		p.fail(t.at, "only net can have a mask")
	}
	if addr&^mask != 0 {
		p.fail(t.at, t.text+" has bits set beyond its mask")
	}
	return p.host(t, q, addr, mask)
}

// quad reads one to four decimal numbers; those that are missing are zero. bits
// says how many are there.
func (p *parser) quad(t token) (addr uint32, bits int) {
	for part := range strings.SplitSeq(t.text, ".") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			p.fail(t.at, quote(t.text)+" is not an IPv4 address: each part is at most 255")
		}
		addr, bits = addr<<8|uint32(n), bits+8
	}
	return addr << (32 - bits), bits
}

func (p *parser) host(t token, q qualifiers, addr, mask uint32) node {
	switch q.proto {
	case nil, protoIP, protoARP, protoRARP:
	case protoEther:
		p.fail(t.at, t.describe()+" is not an Ethernet address")
	default:
		p.fail(t.at, quote(q.proto.name)+" has no IPv4 addresses: only ip, arp and rarp can stand in front")
	}
	return &addressNode{anchor(t.at), q, addr, mask}
}

func (p *parser) address6(t token, q qualifiers) node {
	if q.sort >= sortPort {
		p.fail(t.at, "expected "+q.sort.wants()+" instead of the address "+t.text)
		return nil
	}
	if q.proto != nil && q.proto != protoIP6 {
		p.fail(t.at, quote(q.proto.name)+" has no IPv6 addresses: only ip6 can stand in front")
	}
	bits := 128
	if p.accept("/") {
		n := p.take()
		if n.kind != number || n.num > 128 {
			p.fail(n.at, "a prefix of IPv6 has 0 to 128 bits, not "+n.describe())
		}
		bits = int(min(n.num, 128))
		if q.sort != sortNet && bits != 128 {
			p.fail(t.at, "only net can have a mask")
		}
	}
	addr, err := netip.ParseAddr(t.text)
	if err != nil {
		p.fail(t.at, quote(t.text)+" is not an IPv6 address")
		return nil
	}
	n := &address6Node{anchor: anchor(t.at), dir: q.dir}
	octets := addr.As16()
	for i := range n.addr {
		n.addr[i] = binary.BigEndian.Uint32(octets[4*i:])
		n.mask[i] = ^uint32(0) << (32 - min(32, max(0, bits-32*i)))
		if n.addr[i]&^n.mask[i] != 0 {
			p.fail(t.at, t.text+" has bits set beyond its mask")
		}
	}
	return n
}

func (p *parser) ethernet(t token, q qualifiers) node {
	if q.proto != protoEther || q.sort != unsorted && q.sort != sortHost {
		p.fail(t.at, t.describe()+" is an Ethernet address: write ether host, ether src or ether dst before it")
		return nil
	}
	n := &etherNode{anchor: anchor(t.at), dir: q.dir}
	parts := strings.FieldsFunc(t.text, func(r rune) bool { return strings.ContainsRune(":-.", r) })
	var digits string
	for _, part := range parts {
		if len(part)%2 == 1 {
			part = "0" + part
		}
		digits += part
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || copy(n.addr[:], raw) != len(n.addr) {
		p.fail(t.at, t.describe()+" is not an Ethernet address")
	}
	return n
}
