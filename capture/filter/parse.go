package filter

// parser is a recursive descent parser. After the first error it is at the end
// of the text, so that everything unwinds.
type parser struct {
	tokens []token
	text   string
	pos    int
	depth  int
	err    *Error
}

func (p *parser) peek() token { return p.tokens[p.pos] }

// ahead is the token n places further on; the end if there is none.
func (p *parser) ahead(n int) token { return p.tokens[min(p.pos+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.peek()
	if t.kind != end {
		p.pos++
	}
	return t
}

// accept takes the next token if it is this keyword or symbol.
func (p *parser) accept(text string) bool {
	if !p.peek().is(text) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) fail(at int, reason string) {
	if p.err == nil {
		p.err = &Error{column(p.text, at), reason}
	}
	p.pos = len(p.tokens) - 1
}

func (p *parser) expect(text string) {
	if t := p.peek(); !p.accept(text) {
		p.fail(t.at, "expected "+quote(text)+" before "+t.describe())
	}
}

// deeper counts the nesting of brackets and negations. The caller undoes it by
// p.depth--.
func (p *parser) deeper(t token) {
	if p.depth++; p.depth > maxDepth {
		p.fail(t.at, "too many brackets and negations inside each other")
	}
}

// unexpected says why t is not allowed where it is.
func (p *parser) unexpected(t token) {
	reason, isRefused := refused()[t.text]
	switch {
	case t.kind == keyword && isRefused:
		p.fail(t.at, reason)
	case t.kind == end:
		p.fail(t.at, "the filter ends where a condition is expected")
	case t.kind == dotted || t.kind == address6 || t.kind == ethernet || t.kind == number:
		p.fail(t.at, t.describe()+" needs a word in front that says what it is, such as host, net, port or ether host")
	case t.kind == name && wordWithMinus().MatchString(t.text):
		p.fail(t.at, t.describe()+" is read as one word: put blanks around the minus")
	case t.kind == name:
		p.fail(t.at, t.describe()+" is not a word of the filter language, which is that of tcpdump")
	default:
		p.fail(t.at, t.describe()+" cannot stand here")
	}
}

// operandNode is one side of "and" and "or", or in brackets: a condition, or a
// value if cond is nil. inherit is what an address after it inherits.
type operandNode struct {
	cond    node
	inherit qualifiers
	value   expression
}

// expression reads conditions joined by "and" and "or", which have the same
// precedence and associate to the left. before are the qualifiers in front.
func (p *parser) expression(before qualifiers) (node, qualifiers) {
	left, inherit := p.term(before)
	return p.joined(left, inherit)
}

func (p *parser) joined(left node, inherit qualifiers) (node, qualifiers) {
	for p.err == nil && p.peek().isAny("and", "or") {
		word := p.take()
		var right node
		if p.atAddress() {
			right = p.address(inherit)
		} else {
			right, inherit = p.term(inherit)
		}
		left = join(word, left, right)
	}
	return left, inherit
}

func join(word token, left, right node) node {
	if word.text == "and" {
		return both{left, right}
	}
	return either{left, right}
}

// atAddress reports whether an address follows that inherits its qualifiers,
// and not a condition with words of its own. A number is one unless it is
// compared or part of an arithmetic expression.
func (p *parser) atAddress() bool {
	n := 0
	for p.ahead(n).isAny("not", "(") {
		n++
	}
	switch p.ahead(n).kind {
	case dotted, address6, ethernet, name:
		return true
	case number:
		for n++; p.ahead(n).is(")"); n++ {
		}
		_, reckoned := precedence[p.ahead(n).text]
		return p.ahead(n).kind != symbol || !reckoned && !isRelation(p.ahead(n))
	}
	return false
}

// term reads one condition.
func (p *parser) term(before qualifiers) (node, qualifiers) {
	at := p.peek()
	o := p.operand(before)
	if o.cond == nil && p.err == nil {
		p.unvalued(at)
	}
	return o.cond, o.inherit
}

// unvalued rejects a value where a condition is required.
func (p *parser) unvalued(at token) {
	if at.kind == number && p.ahead(0).kind == end {
		p.unexpected(at)
		return
	}
	p.fail(p.peek().at, "a value is not a condition: expected =, !=, <, >, <= or >= before "+p.peek().describe())
}

// operand reads a condition or a value; a value that is compared is a condition.
func (p *parser) operand(before qualifiers) operandNode {
	o := p.primary(before)
	if o.value == nil || p.err != nil {
		return o
	}
	left := p.reckoned(o.value, 0)
	t := p.peek()
	if !isRelation(t) || p.err != nil {
		return operandNode{value: left}
	}
	p.take()
	return operandNode{cond: &relation{anchor: anchor(t.at), op: t.text, left: left, right: p.arithmetic(0)}}
}

func (p *parser) primary(before qualifiers) operandNode {
	t := p.peek()
	switch {
	case t.is("not"):
		p.take()
		p.deeper(t)
		cond, inherit := p.term(before)
		p.depth--
		return operandNode{cond: negation{cond}, inherit: inherit}
	case t.is("("):
		p.take()
		p.deeper(t)
		o := p.operand(before)
		if o.cond != nil {
			// Nothing can be inherited from inside the brackets.
			o.cond, _ = p.joined(o.cond, o.inherit)
			o.inherit = before
		}
		p.depth--
		p.expect(")")
		return o
	case p.atValue():
		return operandNode{value: p.atom()}
	}
	cond, inherit := p.primitive()
	return operandNode{cond: cond, inherit: inherit}
}
