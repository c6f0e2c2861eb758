package filter

import "strconv"

// primitive reads a condition that begins with a keyword, and what an address
// after it inherits.
func (p *parser) primitive() (node, qualifiers) {
	t := p.peek()
	if t.kind != keyword {
		p.unexpected(t)
		return nil, qualifiers{}
	}
	proto := protocolOf(t.text)
	if proto != nil {
		p.take()
	}
	switch w := p.peek(); {
	case w.isAny("src", "dst", "host", "net", "port", "portrange", "proto"):
		q := p.qualifiers(proto)
		return p.address(q), q
	case w.isAny("broadcast", "multicast"):
		return p.group(t, proto), qualifiers{}
	}
	if proto == nil {
		return p.word(), qualifiers{}
	}
	if w := p.peek(); w.kind == keyword && refused()[w.text] != "" {
		p.unexpected(w)
	}
	if proto == protoEther {
		p.fail(t.at, quote(wordShape().FindString(p.text[t.at:]))+" is not a condition by itself: it needs host, src, dst, proto, broadcast, multicast or [...]")
	}
	if w := p.peek(); w.kind == number || w.kind == dotted || w.kind == address6 || w.kind == ethernet || w.kind == name {
		p.fail(w.at, "expected and, or, or a word such as port or proto before "+w.describe())
	}
	return &protocolNode{anchor(t.at), proto}, qualifiers{}
}

// word reads a primitive that takes no qualifiers.
func (p *parser) word() node {
	t := p.take()
	switch t.text {
	case "less", "greater":
		n := p.take()
		if n.kind != number {
			p.fail(n.at, "expected a number of octets before "+n.describe())
		}
		op := "<="
		if t.text == "greater" {
			op = ">="
		}
		return &relation{anchor(t.at), op, packetLn{}, literal(n.num)}
	case "inbound", "outbound":
		return &wayNode{anchor(t.at), t.text == "outbound"}
	case "vlan":
		return p.tag(t, 4095, "a VLAN identifier")
	case "mpls":
		return p.tag(t, 1<<20-1, "an MPLS label")
	case "pppoes":
		return p.tag(t, 65535, "a PPPoE session identifier")
	case "pppoed":
		return &numberNode{anchor(t.at), protoEther, etherPPPoEDiscovery}
	}
	p.unexpected(t)
	return nil
}

// tag reads the number, perhaps in brackets, that may follow vlan, mpls and
// pppoes.
func (p *parser) tag(t token, most uint32, what string) node {
	n := &tagNode{anchor: anchor(t.at), word: t.text}
	open := 0
	for p.ahead(open).is("(") {
		open++
	}
	id := p.ahead(open)
	if id.kind != number {
		return n
	}
	n.id, n.hasID = id.num, true
	p.pos += open + 1
	for range open {
		p.expect(")")
	}
	if n.id > most {
		p.fail(id.at, what+" is at most "+strconv.FormatUint(uint64(most), 10)+", not "+id.describe())
	}
	return n
}

func (p *parser) group(t token, proto *protocol) node {
	w := p.take()
	g := &groupNode{anchor(t.at), proto, w.text == "broadcast"}
	if proto != nil && proto != protoEther && proto != protoIP && (proto != protoIP6 || g.broadcast) {
		p.fail(t.at, quote(proto.name)+" has no "+w.text)
	}
	return g
}

// qualifiers reads direction and sort.
func (p *parser) qualifiers(proto *protocol) qualifiers {
	q := qualifiers{proto: proto, sort: unsorted}
	if t := p.peek(); t.isAny("src", "dst") {
		p.take()
		q.dir = source
		if t.text == "dst" {
			q.dir = destination
		}
		if other := p.ahead(1); p.peek().isAny("and", "or") && other.isAny("src", "dst") {
			q.dir = anyDirection
			if p.take().text == "and" {
				q.dir = sourceAndDestination
			}
			p.take()
			if other.text == t.text {
				p.fail(other.at, "expected the other of src and dst")
			}
		}
	} else if p.accept("proto") {
		q.sort = sortProto
		return q
	}
	for word, s := range sorts {
		if p.accept(word) {
			q.sort = s
			break
		}
	}
	return q
}

var sorts = map[string]sort{"host": sortHost, "net": sortNet, "port": sortPort, "portrange": sortPortRange}
