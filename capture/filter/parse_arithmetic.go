package filter

// precedence of the operators, as in C without % and ^. Those two have none in
// libpcap's grammar: they take the operand to their left alone, and everything
// to their right. 1 % 2 + 3 means 1 % (2 + 3).
var precedence = map[string]int{
	"|": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": greedy, "^": greedy,
}

const greedy = 9

// isRelation reports whether t compares two values.
func isRelation(t token) bool { return t.isAny("=", "!=", "<", ">", "<=", ">=") }

// atValue reports whether an arithmetic value follows.
func (p *parser) atValue() bool {
	t := p.peek()
	return t.kind == number || t.is("len") || t.is("-") ||
		t.kind == keyword && protocolOf(t.text) != nil && p.ahead(1).is("[")
}

// arithmetic reads a value with operators that bind at least as tightly as
// level.
func (p *parser) arithmetic(level int) expression {
	return p.reckoned(p.atom(), level)
}

// reckoned continues with the operators after left.
func (p *parser) reckoned(left expression, level int) expression {
	for p.err == nil {
		t := p.peek()
		prec := precedence[t.text]
		if t.kind != symbol || prec == 0 || prec < level {
			break
		}
		p.take()
		p.deeper(t)
		next := prec + 1
		if prec == greedy {
			next = 0
		}
		left = &arithmetic{anchor(t.at), t.text, left, p.arithmetic(next)}
		p.depth--
	}
	return left
}

// atom reads one operand.
func (p *parser) atom() expression {
	t := p.take()
	switch {
	case t.kind == number:
		return literal(t.num)
	case t.is("len"):
		return packetLn{}
	case t.is("-"):
		p.deeper(t)
		of := p.reckoned(p.atom(), greedy)
		p.depth--
		return &arithmetic{anchor(t.at), "-", literal(0), of}
	case t.is("("):
		p.deeper(t)
		v := p.arithmetic(0)
		p.depth--
		p.expect(")")
		return v
	case t.kind == keyword && protocolOf(t.text) != nil && p.peek().is("["):
		return p.octets(t)
	case t.kind == name || t.kind == keyword && refused()[t.text] != "":
		p.unexpected(t)
	default:
		p.fail(t.at, "expected a value before "+t.describe())
	}
	return literal(0)
}

// octets reads what is in the square brackets after a protocol.
func (p *parser) octets(t token) expression {
	o := &octets{anchor: anchor(t.at), proto: protocolOf(t.text), size: 1}
	if o.proto.header == noHeader {
		p.fail(t.at, "octets of "+t.text+" cannot be read by "+t.text+"[...]")
	}
	p.expect("[")
	p.deeper(t)
	o.index = p.arithmetic(0)
	p.depth--
	if p.accept(":") {
		size := p.take()
		if size.kind != number || size.num != 1 && size.num != 2 && size.num != 4 {
			p.fail(size.at, "a field has 1, 2 or 4 octets, not "+size.describe())
		}
		o.size = int(size.num)
	}
	p.expect("]")
	return o
}
