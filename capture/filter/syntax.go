package filter

import "strings"

// node is a condition as it was written. Conditions are compiled in the order
// of the text, because vlan, mpls and pppoes move the headers for whatever
// follows them.
type node interface {
	compile(*generator) *condition
}

// both and either join two conditions, in the order in which they are tested.
type (
	both     struct{ left, right node }
	either   struct{ left, right node }
	negation struct{ of node }
)

// qualifiers say how to interpret an address or a number. They are inherited:
// "tcp port 80 or 443" means port twice.
type qualifiers struct {
	proto *protocol // nil: none
	dir   direction
	sort  sort
}

// direction says which of two addresses or ports is meant.
type direction uint8

const (
	anyDirection direction = iota // src or dst
	source
	destination
	sourceAndDestination
)

// sort says what a number or address stands for.
type sort uint8

const (
	nothing  sort = iota // there is nothing to inherit
	unsorted             // a direction alone: a host
	sortHost
	sortNet
	sortPort
	sortPortRange
	sortProto
)

// anchor is the position of a condition in the text, for errors that are known
// only with the link type.
type anchor int

// The primitives.
type (
	// protocolNode is a protocol's name alone.
	protocolNode struct {
		anchor
		proto *protocol
	}
	// addressNode is an IPv4 address or network. proto is nil, IP, ARP or RARP.
	addressNode struct {
		anchor
		qualifiers
		addr, mask uint32
	}
	// address6Node is an IPv6 address or network.
	address6Node struct {
		anchor
		dir        direction
		addr, mask [4]uint32
	}
	// etherNode is an Ethernet address.
	etherNode struct {
		anchor
		dir  direction
		addr [6]byte
	}
	// portNode is a port or a range of ports. proto is nil, TCP, UDP or SCTP.
	portNode struct {
		anchor
		qualifiers
		low, high uint32
	}
	// numberNode is a protocol by number: in IPv4, IPv6, both (proto is nil) or
	// as the link header has it.
	numberNode struct {
		anchor
		proto  *protocol
		number uint32
	}
	// groupNode is broadcast or multicast. proto is nil, ether, IP or IPv6.
	groupNode struct {
		anchor
		proto     *protocol
		broadcast bool
	}
	// wayNode is inbound or outbound.
	wayNode struct {
		anchor
		outbound bool
	}
	// tagNode is vlan, mpls or pppoes.
	tagNode struct {
		anchor
		word  string
		id    uint32
		hasID bool
	}
	// relation compares two values.
	relation struct {
		anchor
		op          string
		left, right expression
	}
)

// expression is an arithmetic value of 32 bits without sign.
type expression interface {
	value(*generator) operand
}

type (
	literal  uint32
	packetLn struct{}
	// octets are size octets (1, 2 or 4) of a header, in network byte order.
	octets struct {
		anchor
		proto *protocol
		index expression
		size  int
	}
	arithmetic struct {
		anchor
		op          string
		left, right expression
	}
)

// Expr is a parsed expression. Its methods do not change it.
type Expr struct {
	text string
	root node // nil: every packet matches
}

// String returns the text that was parsed.
func (e *Expr) String() string { return e.text }

// Bounds on what is parsed, far beyond any reasonable expression. A program may
// have 4096 instructions in any case.
const (
	maxText  = 1 << 16 // octets
	maxDepth = 200     // brackets and negations inside each other
)

// Parse reads an expression. An empty one matches every packet. The error is an
// *Error.
func Parse(text string) (*Expr, error) {
	if len(text) > maxText {
		return nil, &Error{1, "the filter is longer than 65536 octets"}
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, text: text}
	e := &Expr{text: strings.Clone(text)}
	if p.peek().kind == end {
		return e, nil
	}
	e.root, _ = p.expression(qualifiers{})
	if t := p.peek(); p.err == nil && t.kind != end {
		p.unexpected(t)
	}
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}
