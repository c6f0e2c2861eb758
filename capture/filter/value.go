package filter

// A program asks questions about values of the packet. Every value is a pure
// function of the packet, so two values made in the same way are equal: they
// are numbered, and compared by number.

// valueID is the number of a value; 0 is none.
type valueID int32

// making says how a value is computed.
type making uint8

const (
	fixed     making = iota + 1 // k
	loaded                      // size octets at base + k, in network byte order
	headerLen                   // 4 * (the octet at k & 0xf): the length of an IPv4 header
	length                      // of the packet on the wire
	extension                   // k: what a Linux socket knows of the packet
	reckoned                    // a op b
)

type valueKey struct {
	making making
	op     byte // of reckoned: the operator, "l" for <<, "r" for >>
	size   uint8
	k      uint32
	a, b   valueID // operands; a of loaded is the base, 0 if there is none
}

// values are the values of one program.
type values struct {
	keys  []valueKey
	index map[valueKey]valueID
	needs []need
	// places is how many words of memory computing each value takes.
	places []int
}

// need is what a packet must have for a value; a packet without it is rejected.
type need struct {
	octets uint64 // so many octets
	more   bool   // and what only the packet tells: octets elsewhere, or a divisor that is not 0
}

func (n need) any() bool { return n.octets > 0 || n.more }

func newValues() *values {
	return &values{keys: make([]valueKey, 1), needs: make([]need, 1), places: make([]int, 1), index: map[valueKey]valueID{}}
}

func (v *values) id(k valueKey) valueID {
	if id, ok := v.index[k]; ok {
		return id
	}
	id := valueID(len(v.keys))
	v.index[k] = id
	v.keys = append(v.keys, k)
	v.needs = append(v.needs, v.needOf(k))
	v.places = append(v.places, v.placesOf(k))
	return id
}

func (v *values) needOf(k valueKey) need {
	a, b := v.needs[k.a], v.needs[k.b]
	n := need{max(a.octets, b.octets), a.more || b.more}
	switch {
	case k.making == headerLen:
		n.octets = uint64(k.k) + 1
	case k.making == loaded && k.a == 0:
		n.octets = uint64(k.k) + uint64(k.size)
	case k.making == loaded, k.op == '/' && v.keys[k.b].making != fixed, k.op == '%' && v.keys[k.b].making != fixed:
		n.more = true
	}
	return n
}

// placesOf is the Sethi–Ullman number: of two operands that need equally many
// places, one must be kept meanwhile.
func (v *values) placesOf(k valueKey) int {
	a, b := v.places[k.a], v.places[k.b]
	switch {
	case k.making == reckoned && v.keys[k.b].making != fixed && a == b:
		return a + 1
	case k.making == reckoned:
		return max(a, b)
	}
	return max(a, 1)
}

// fails reports whether there may be packets without the value.
func (v *values) fails(id valueID) bool { return v.needs[id].any() }

// sure reports whether a packet that has the value given, and as many octets as
// that or other requires, certainly has the value id.
func (v *values) sure(id, given, other valueID) bool {
	n := v.needs[id]
	return id == given || id == other || !n.any() || !n.more && n.octets <= max(v.needs[given].octets, v.needs[other].octets)
}

func (v *values) constant(k uint32) valueID { return v.id(valueKey{making: fixed, k: k}) }

// known returns the value of a constant.
func (v *values) known(id valueID) (uint32, bool) {
	return v.keys[id].k, v.keys[id].making == fixed
}

// farthest is the farthest offset that is loaded. The kernel takes a larger
// offset to be negative, which means something else.
const farthest = 1<<31 - 1

// load returns size octets at base + k; ok is false if no packet is so long, or
// they would lie before it.
func (v *values) load(size uint8, base valueID, k uint64) (id valueID, ok bool) {
	if c, fixed := v.known(base); fixed && base != 0 {
		base, k = 0, k+uint64(c)
	}
	if k > farthest {
		return 0, false
	}
	return v.id(valueKey{making: loaded, size: size, k: uint32(k), a: base}), true
}

// operators that a key holds in one octet.
var opOctet = map[string]byte{
	"+": '+', "-": '-', "*": '*', "/": '/', "%": '%', "&": '&', "|": '|', "^": '^', "<<": 'l', ">>": 'r',
}

// reckon returns a op b. ok is false if that is a division by the constant
// zero.
func (v *values) reckon(op byte, a, b valueID) (id valueID, ok bool) {
	x, xFixed := v.known(a)
	y, yFixed := v.known(b)
	if yFixed {
		if y == 0 && (op == '/' || op == '%') {
			return 0, false
		}
		if y == 0 && (op == '*' || op == '&') || y > 31 && (op == 'l' || op == 'r') {
			if v.fails(a) {
				return v.id(valueKey{making: reckoned, op: '&', a: a, b: v.constant(0)}), true
			}
			return v.constant(0), true
		}
		if y == 0 && op != '*' && op != '&' || y == ^uint32(0) && op == '&' {
			return a, true
		}
	}
	if xFixed && yFixed {
		return v.constant(reckon(op, x, y)), true
	}
	return v.id(valueKey{making: reckoned, op: op, a: a, b: b}), true
}

// reckon computes what the BPF machine does. y must not be 0 in a division.
func reckon(op byte, x, y uint32) uint32 {
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '/':
		return x / y
	case '%':
		return x % y
	case '&':
		return x & y
	case '|':
		return x | y
	case '^':
		return x ^ y
	case 'l':
		return x << y
	}
	return x >> y
}
