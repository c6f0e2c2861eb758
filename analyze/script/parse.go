package script

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tcpwatch/capture/wire"
)

// maxSize bounds the text of a script, in octets.
const maxSize = 1 << 20

// Error is a fault in a script.
type Error struct {
	Line int // from 1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Parse reads a script. The error is an *Error that names the line. What it
// returns holds on to text.
func Parse(text string) (*Script, error) {
	if len(text) > maxSize {
		return nil, &Error{1, fmt.Sprintf("script of %d octets, more than %d", len(text), maxSize)}
	}
	p := &parser{s: &Script{Start: defaultStart}, ends: defaultEnds()}
	for i, raw := range strings.Split(text, "\n") {
		if err := p.line(i+1, raw); err != nil {
			return nil, &Error{i + 1, err.Error()}
		}
	}
	p.s.Title = strings.Join(p.titled, " ")
	return p.s, nil
}

// parser carries what earlier lines set.
type parser struct {
	s    *Script
	ends map[byte]end
	now  int64 // of the last event, nanoseconds since second 0
	vlan uint32
	// titled are the lines of the first comment, titleOver that it ended.
	titled    []string
	titleOver bool
}

func (p *parser) line(number int, raw string) error {
	text, comment := cutComment(raw)
	p.title(text, comment)
	p.s.lines = append(p.s.lines, line{text: text, comment: comment, event: -1, connection: -1})
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	switch first := words[0]; {
	case strings.IndexByte("+.0123456789", first[0]) >= 0:
		return p.event(number, text)
	case first == "connection":
		return p.connection(number, text)
	default:
		return p.directive(words)
	}
}

// title takes the lines of the first comment, which ends where a line has anything else.
func (p *parser) title(text, comment string) {
	words := strings.TrimSpace(strings.TrimLeft(comment, "#"))
	switch alone := strings.TrimSpace(text) == ""; {
	case p.titleOver:
	case words != "" && (alone || len(p.titled) == 0):
		p.titled, p.titleOver = append(p.titled, words), !alone
	default:
		p.titleOver = len(p.titled) > 0
	}
}

// cutComment splits a line before a "#" that begins a word.
func cutComment(raw string) (text, comment string) {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && (i == 0 || raw[i-1] == ' ' || raw[i-1] == '\t') {
			return raw[:i], raw[i:]
		}
	}
	return raw, ""
}

func (p *parser) directive(words []string) error {
	args := words[1:]
	switch words[0] {
	case "cite":
		if len(args) == 0 {
			return fmt.Errorf("cite without a source")
		}
		p.s.Cites = append(p.s.Cites, strings.Join(args, " "))
		return nil
	case "isn", "addr":
		if len(args) != 2 {
			return fmt.Errorf("%s wants an end and a value", words[0])
		}
		return p.setEnd(words[0], args[0], args[1])
	case "vlan":
		if len(args) != 1 {
			return fmt.Errorf("vlan wants one number")
		}
		n, err := number(args[0], 4094)
		p.vlan = uint32(n)
		return err
	case "start":
		if len(args) != 1 || len(p.s.Events) > 0 {
			return fmt.Errorf("start wants one instant, before the first event")
		}
		t, err := time.Parse(time.RFC3339Nano, args[0])
		// Capture files count seconds from 1970 in 32 bits.
		if err != nil || t.Year() < 1970 || t.Year() > 2100 {
			return fmt.Errorf("start %q is not an RFC 3339 instant from 1970 to 2100", args[0])
		}
		p.s.Start = t.UnixNano()
		return nil
	}
	return fmt.Errorf("%q is neither a time nor a directive", words[0])
}

func (p *parser) setEnd(what, name, value string) error {
	if len(name) != 1 || name[0] < 'A' || name[0] > 'Z' {
		return fmt.Errorf("end %q is not one capital letter", name)
	}
	e, known := p.ends[name[0]]
	if !known {
		e.isn = defaultISN
	}
	if what == "isn" {
		n, err := number(value, 1<<32-1)
		if err != nil {
			return err
		}
		e.isn = wire.Seq(n)
	} else {
		a, err := netip.ParseAddrPort(value)
		if err != nil || a.Addr().Zone() != "" {
			return fmt.Errorf("%q is not ADDRESS:PORT", value)
		}
		e.addr = a
	}
	p.ends[name[0]] = e
	return nil
}

// pair reads "X>Y" and returns the letters and the tuple from X to Y.
func (p *parser) pair(word string) (from, to byte, t wire.Tuple, err error) {
	if len(word) != 3 || word[1] != '>' {
		return 0, 0, t, fmt.Errorf("%q is not X>Y", word)
	}
	from, to = word[0], word[2]
	x, y := p.ends[from], p.ends[to]
	switch {
	case !x.addr.IsValid() || !y.addr.IsValid():
		return 0, 0, t, fmt.Errorf("%q: an end has no addr", word)
	case x.addr.Addr().Is4() != y.addr.Addr().Is4():
		return 0, 0, t, fmt.Errorf("%q: one end is IPv4, the other IPv6", word)
	}
	t = wire.Tuple{
		Src: x.addr.Addr().As16(), Dst: y.addr.Addr().As16(),
		SrcPort: x.addr.Port(), DstPort: y.addr.Port(),
		Encap: p.vlan, IPv6: !x.addr.Addr().Is4(),
	}
	return from, to, t, nil
}

// connection reads "connection N: KEY=VALUE ...".
func (p *parser) connection(at int, text string) error {
	head, rest, ok := strings.Cut(text, ":")
	words := strings.Fields(head)
	if !ok || len(words) != 2 {
		return fmt.Errorf("not of the form connection N: KEY=VALUE")
	}
	n, err := number(words[1], 1<<32)
	if err != nil {
		return err
	}
	c := Connection{Line: at, Number: n}
	for word := range strings.FieldsSeq(rest) {
		key, value, ok := strings.Cut(word, "=")
		if !ok || key == "" {
			return fmt.Errorf("%q is not KEY=VALUE", word)
		}
		c.Pairs = append(c.Pairs, Pair{key, value})
	}
	l := &p.s.lines[at-1]
	l.connection, l.written = len(p.s.Connections), c.String()
	p.s.Connections = append(p.s.Connections, c)
	return nil
}

func number(word string, most uint64) (uint64, error) {
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("%q is not a number from 0 to %d", word, most)
	}
	return n, nil
}

// maxTime bounds the length of a script in time, about 31 years.
const maxTime = int64(1e9) * int64(time.Second)

// seconds reads a decimal number of seconds into nanoseconds, exactly.
func seconds(word string) (int64, error) {
	whole, fraction, _ := strings.Cut(word, ".")
	if whole+fraction == "" || len(whole) > 10 || len(fraction) > 9 {
		return 0, fmt.Errorf("time %q is not seconds with up to nine decimals", word)
	}
	digits := whole + fraction + "000000000"[len(fraction):]
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || int64(n) > maxTime {
		return 0, fmt.Errorf("time %q is not a number of seconds from 0 to %d", word, maxTime/int64(time.Second))
	}
	return int64(n), nil
}
