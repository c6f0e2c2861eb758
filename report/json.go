package report

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/number"
)

// jsonText writes JSON by appending: no reflection, no allocation. The caller
// opens and closes; keys are constants of this package and need no escaping.
type jsonText struct {
	b []byte
}

// key begins a member; a comma is set unless it is the first of its object.
func (j *jsonText) key(name string) {
	j.comma()
	j.b = append(j.b, '"')
	j.b = append(j.b, name...)
	j.b = append(j.b, '"', ':')
}

// comma separates a member or item from the one before it.
func (j *jsonText) comma() {
	if n := len(j.b); n > 0 && j.b[n-1] != '{' && j.b[n-1] != '[' {
		j.b = append(j.b, ',')
	}
}

func (j *jsonText) open(name string, c byte) {
	j.key(name)
	j.b = append(j.b, c)
}

func (j *jsonText) close(c byte) { j.b = append(j.b, c) }

func (j *jsonText) null(name string) {
	j.key(name)
	j.b = append(j.b, "null"...)
}

func (j *jsonText) uint(name string, n uint64) {
	j.key(name)
	j.b = strconv.AppendUint(j.b, n, 10)
}

// uintOrNull writes n if it is known, else null.
func (j *jsonText) uintOrNull(name string, n uint64, known bool) {
	if !known {
		j.null(name)
		return
	}
	j.uint(name, n)
}

func (j *jsonText) int(name string, n int64) {
	j.key(name)
	j.b = strconv.AppendInt(j.b, n, 10)
}

func (j *jsonText) bool(name string, v bool) {
	j.key(name)
	j.b = strconv.AppendBool(j.b, v)
}

// text writes a string of any origin.
func (j *jsonText) text(name, s string) {
	j.key(name)
	j.b = appendJSONString(j.b, s)
}

// word writes one of this program's own words, which need no escaping.
func (j *jsonText) word(name, s string) {
	j.key(name)
	j.quoted(s)
}

// wordOrNull writes null for the empty word.
func (j *jsonText) wordOrNull(name, s string) {
	if s == "" {
		j.null(name)
		return
	}
	j.word(name, s)
}

func (j *jsonText) quoted(s string) {
	j.b = append(j.b, '"')
	j.b = append(j.b, s...)
	j.b = append(j.b, '"')
}

func (j *jsonText) seconds(name string, ns int64) {
	j.key(name)
	j.b = number.AppendSeconds(j.b, ns)
}

func (j *jsonText) time(name string, c *number.Clock, ns int64) {
	j.key(name)
	j.b = append(j.b, '"')
	j.b = c.AppendTime(j.b, ns)
	j.b = append(j.b, '"')
}

func (j *jsonText) endpoint(name string, a netip.AddrPort) {
	j.key(name)
	j.b = append(j.b, '"')
	j.b = appendEndpoint(j.b, a)
	j.b = append(j.b, '"')
}

func (j *jsonText) state(name string, s state.State) { j.word(name, s.String()) }

// appendEndpoint appends "192.0.2.1:443" or "[2001:db8::1]:443"; nothing for
// the zero value. Zones do not occur: addresses come from headers.
func appendEndpoint(b []byte, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return b
	}
	if !a.Addr().Is4() {
		return a.AppendTo(b)
	}
	return appendFour(b, a.Addr().As4(), a.Port())
}

// appendEnds appends the ends of a segment, with a text between them.
func appendEnds(b []byte, t *wire.Tuple, between string) []byte {
	if t.IPv6 {
		return appendEndpoint(append(appendEndpoint(b, t.Source()), between...), t.Destination())
	}
	b = append(appendFour(b, [4]byte(t.Src[12:]), t.SrcPort), between...)
	return appendFour(b, [4]byte(t.Dst[12:]), t.DstPort)
}

// appendFour appends an IPv4 address and a port.
func appendFour(b []byte, a [4]byte, port uint16) []byte {
	b = appendDotted(appendDotted(b, a[0], a[1]), a[2], a[3])
	b[len(b)-1] = ':'
	return number.AppendUint(b, uint64(port))
}

// appendDotted appends two octets of an IPv4 address, with a dot after each.
func appendDotted(b []byte, x, y byte) []byte {
	t, u := dotted[x], dotted[y]
	n := t >> 56
	b = binary.LittleEndian.AppendUint64(b, t&(1<<32-1)|u<<(8*n&63))
	return b[:len(b)-8+int(n+u>>56)]
}

// dotted is the decimal form of every octet with a dot after it, the first character in
// the lowest octet, and its length in the highest: two of them are written at a time,
// since every row has addresses.
var dotted = func() (t [256]uint64) {
	for i := range t {
		text := strconv.Itoa(i) + "."
		for k := range text {
			t[i] |= uint64(text[k]) << (8 * k)
		}
		t[i] |= uint64(len(text)) << 56
	}
	return t
}()

// appendJSONString appends s quoted. Characters that Escape would escape are
// written as \uXXXX, so that a program reads the original text and a terminal
// that shows the line is safe; octets that are not UTF-8 appear as the text
// \xNN.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	if isClean(s) && strings.IndexByte(s, '"') < 0 && strings.IndexByte(s, '\\') < 0 {
		return append(append(b, s...), '"')
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, '\\')
			b = appendHexByte(b, s[i])
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case !hidden(r):
			b = append(b, s[i:i+n]...)
		case r > 0xffff:
			b = appendRuneEscape(b, 0xd800+(r-0x10000)>>10)
			b = appendRuneEscape(b, 0xdc00+(r-0x10000)&0x3ff)
		default:
			b = appendRuneEscape(b, r)
		}
		i += n
	}
	return append(b, '"')
}
