package filter

import (
	"fmt"

	"golang.org/x/net/bpf"

	"tcpwatch/capture/wire"
)

// Options changes what Compile makes. The zero value is for packets as a saved
// capture holds them.
type Options struct {
	// LinuxSocket is for a program that a Linux packet socket runs: there the
	// kernel may have removed the outer VLAN tag from the packet, and reports it
	// to the program separately; and it distinguishes inbound from outbound
	// packets.
	LinuxSocket bool
}

// DefaultSnaplen is what a program returns for a matching packet if no other
// length is requested: more than any link type carries.
const DefaultSnaplen = 262144

// maxInstructions is how long a program may be: BPF_MAXINSNS of Linux.
const maxInstructions = 4096

// Compile makes the program for one link type. It returns snaplen, in octets,
// for a packet that matches and 0 for any other; a snaplen below 1 stands for
// DefaultSnaplen. All jumps lead forward and the program has at most 4096
// instructions. The error is an *Error where a word of the expression cannot be
// used with this link type.
func (e *Expr) Compile(link wire.LinkType, snaplen int, opts Options) ([]bpf.RawInstruction, error) {
	if snaplen < 1 {
		snaplen = DefaultSnaplen
	}
	l, ok := layouts[link]
	if !ok {
		return nil, fmt.Errorf("packets of link type %v cannot be filtered", link)
	}
	g := newGenerator(e.text, l, opts)
	c := yes
	if e.root != nil {
		c = e.root.compile(g)
	}
	if g.err != nil {
		return nil, g.err
	}
	questions := newGraph(g.values)
	root := questions.add(c, accept, reject)
	if len(questions.nodes) > mostQuestions {
		return nil, errTooLong
	}
	questions, root = questions.simplify(root)
	program, err := emit(questions, root, g.values, uint32(min(snaplen, farthest)))
	if err != nil {
		return nil, err
	}
	return bpf.Assemble(program)
}

// Programs returns Compile with these options, in the form that a capture calls
// for each link type that it meets. Its errors say that they concern a filter.
func (e *Expr) Programs(o Options) func(link wire.LinkType, snaplen int) ([]bpf.RawInstruction, error) {
	return func(link wire.LinkType, snaplen int) ([]bpf.RawInstruction, error) {
		p, err := e.Compile(link, snaplen, o)
		if err != nil {
			return nil, fmt.Errorf("filter: %w", err)
		}
		return p, nil
	}
}

var errTooLong = fmt.Errorf("the filter needs more than the %d instructions that a program may have", maxInstructions)
