package script

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"tcpwatch/capture/wire"
)

// Script is a parsed script. Its expectations may be changed, and Format then
// writes the text with them.
type Script struct {
	Title       string   // the first comment, all its lines, without their signs
	Cites       []string // the arguments of the cite directives
	Start       int64    // second 0, nanoseconds since 1970-01-01 UTC
	Events      []Event
	Connections []Connection

	lines []line
}

// Event is one packet.
type Event struct {
	Line     int // of the text, from 1
	From, To byte
	Segment  wire.Segment
	// Quote is not nil when the packet is an ICMP error; Segment is then empty.
	Quote  *wire.Quote
	Expect *Expect // nil: the line says nothing
}

// Swapped reports whether the receiver's letter comes before the sender's, so
// that the first state of an expectation is the receiver's.
func (e *Event) Swapped() bool { return e.To < e.From }

// Expect is what a line expects.
type Expect struct {
	Labels []string
	Absent []string
	Open   bool // other labels than Labels may be there
	// States are those of the two ends, the earlier letter first; "*" leaves
	// one open.
	States [2]string
}

// Any stands for "do not care" in an expectation.
const Any = "*"

// String writes the expectation as in a script, without the bar.
func (x *Expect) String() string {
	words := make([]string, 0, len(x.Labels)+len(x.Absent)+3)
	if x.Open {
		words = append(words, Any)
	}
	words = append(words, x.Labels...)
	for _, l := range x.Absent {
		words = append(words, "!"+l)
	}
	return strings.Join(append(words, x.States[0], x.States[1]), " ")
}

// Connection is what a connection line asserts on a record.
type Connection struct {
	Line   int
	Number uint64
	Pairs  []Pair
}

// Pair is one assertion.
type Pair struct{ Key, Value string }

func (c *Connection) String() string {
	var b strings.Builder
	b.WriteString("connection ")
	b.WriteString(strconv.FormatUint(c.Number, 10))
	b.WriteByte(':')
	for _, p := range c.Pairs {
		b.WriteString(" " + p.Key + "=" + p.Value)
	}
	return b.String()
}

// line is one line of the text. head is what stands before an
// expectation, text the whole line without its comment.
type line struct {
	text, head, comment string
	event, connection   int // index, -1: none
	written             string
}

// Segments returns the segments of the script, numbered like the packets of a
// capture: an ICMP error counts, though it is not among them. Payloads are
// shared and must not be written to.
func (s *Script) Segments() []wire.Segment {
	out := make([]wire.Segment, 0, len(s.Events))
	for i := range s.Events {
		if s.Events[i].Quote == nil {
			out = append(out, s.Events[i].Segment)
		}
	}
	return out
}

// Feed passes on the packets in their order, segments and quotes of ICMP
// errors. They still belong to the script.
func (s *Script) Feed(to interface {
	Segment(*wire.Segment)
	Quote(*wire.Quote)
}) {
	for i := range s.Events {
		if e := &s.Events[i]; e.Quote != nil {
			to.Quote(e.Quote)
		} else {
			to.Segment(&e.Segment)
		}
	}
}

// end is what the directives have said of one end.
type end struct {
	addr netip.AddrPort
	isn  wire.Seq
}

const defaultISN = 1000

func defaultEnds() map[byte]end {
	return map[byte]end{
		'A': {netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 40000), defaultISN},
		'B': {netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, 1}), 80), 8000},
	}
}

var defaultStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// maxPayload is the most that an IPv4 packet with the longest TCP header holds.
const maxPayload = 65535 - 20 - 60

// The payload is cut from a pattern that repeats every 32 octets, a divisor of
// 2^32: an octet depends only on its sequence number, even across the wrap.
const alphabet = "abcdefghijklmnopqrstuvwxyz012345"

var octets = sync.OnceValue(func() []byte { return bytes.Repeat([]byte(alphabet), maxPayload/len(alphabet)+2) })

func payload(first wire.Seq, n uint32) []byte {
	if n == 0 {
		return nil
	}
	from := uint32(first) % uint32(len(alphabet))
	return octets()[from : from+n : from+n]
}
