package filter

// comparison is how a program compares, as BPF jumps do.
type comparison uint8

const (
	equal comparison = iota
	above
	atLeast
	anyBit // value & with is not 0
)

// test is one question: value compared with a constant k, or with another value
// if with is not 0.
type test struct {
	cmp   comparison
	value valueID
	k     uint32
	with  valueID
}

// holds reports the result of a test of the constant x against a constant.
func (t test) holds(x uint32) bool {
	switch t.cmp {
	case equal:
		return x == t.k
	case above:
		return x > t.k
	case atLeast:
		return x >= t.k
	}
	return x&t.k != 0
}

// condition is a tree of tests. left is tested before right.
type condition struct {
	shape       shape
	test        test
	left, right *condition
}

type shape uint8

const (
	askShape shape = iota
	always
	never
	andShape
	orShape
	notShape
)

var (
	yes = &condition{shape: always}
	no  = &condition{shape: never}
)

// and tests b only if a holds. The fields of a are read even if b is a
// constant: a packet without them does not match.
func and(a, b *condition) *condition {
	switch {
	case a.shape == never || b.shape == always:
		return a
	case a.shape == always:
		return b
	}
	return &condition{shape: andShape, left: a, right: b}
}

func or(a, b *condition) *condition {
	switch {
	case a.shape == always || b.shape == never:
		return a
	case a.shape == never:
		return b
	}
	return &condition{shape: orShape, left: a, right: b}
}

func not(a *condition) *condition {
	switch a.shape {
	case always:
		return no
	case never:
		return yes
	case notShape:
		return a.left
	}
	return &condition{shape: notShape, left: a}
}
