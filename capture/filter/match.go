package filter

import (
	"golang.org/x/net/bpf"

	"tcpwatch/capture/wire"
)

// Matcher applies an expression to captured packets of any link type. It
// compiles at the first packet of each type. It is not safe for concurrent use.
type Matcher struct {
	expr     *Expr
	programs []compiled
}

type compiled struct {
	link    wire.LinkType
	program []bpf.RawInstruction
	err     error
}

// NewMatcher returns a Matcher for e.
func NewMatcher(e *Expr) *Matcher { return &Matcher{expr: e} }

// Match reports whether a packet matches. data are its captured octets from the
// link header on, length is how many octets it had on the wire: the primitives
// len, less and greater use the latter. The error, the same for every packet of
// a link type, says why the expression cannot be applied to that type.
func (m *Matcher) Match(data []byte, length int, link wire.LinkType) (bool, error) {
	for i := range m.programs {
		if c := &m.programs[i]; c.link == link {
			return c.err == nil && run(c.program, data, uint32(length)) != 0, c.err
		}
	}
	c := compiled{link: link}
	c.program, c.err = m.expr.Compile(link, 0, Options{})
	m.programs = append(m.programs, c)
	return m.Match(data, length, link)
}
