package report

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"tcpwatch/report/escape"
	"tcpwatch/report/number"
)

// plainObject writes JSON by appending: no reflection, no allocation. The caller
// opens and closes; keys are constants of this package and need no escaping.
type plainObject []byte

// key begins a member; a comma is set unless it is the first of its object.
func (j *plainObject) key(name string) {
	j.comma()
	*j = append(*j, '"')
	*j = append(*j, name...)
	*j = append(*j, '"', ':')
}

// comma separates a member or item from the one before it.
func (j *plainObject) comma() {
	if n := len(*j); n > 0 && (*j)[n-1] != '{' && (*j)[n-1] != '[' {
		*j = append(*j, ',')
	}
}

func (j *plainObject) open(name string, c byte) {
	j.key(name)
	*j = append(*j, c)
}

func (j *plainObject) close(c byte) { *j = append(*j, c) }

func (j *plainObject) null(name string) {
	j.key(name)
	*j = append(*j, "null"...)
}

func (j *plainObject) uint(name string, n uint64) {
	j.key(name)
	*j = strconv.AppendUint(*j, n, 10)
}

// uintOrNull writes n if it is known, else null.
func (j *plainObject) uintOrNull(name string, n uint64, known bool) {
	if !known {
		j.null(name)
		return
	}
	j.uint(name, n)
}

func (j *plainObject) int(name string, n int64) {
	j.key(name)
	*j = strconv.AppendInt(*j, n, 10)
}

func (j *plainObject) bool(name string, v bool) {
	j.key(name)
	*j = strconv.AppendBool(*j, v)
}

// text writes a string of any origin.
func (j *plainObject) text(name, s string) {
	j.key(name)
	*j = appendJSONString(*j, s)
}

// word writes one of this program's own words, which need no escaping.
func (j *plainObject) word(name, s string) {
	j.key(name)
	j.quoted(s)
}

// wordOrNull writes null for the empty word.
func (j *plainObject) wordOrNull(name, s string) {
	if s == "" {
		j.null(name)
		return
	}
	j.word(name, s)
}

func (j *plainObject) quoted(s string) {
	*j = append(*j, '"')
	*j = append(*j, s...)
	*j = append(*j, '"')
}

func (j *plainObject) seconds(name string, ns int64) {
	j.key(name)
	*j = number.AppendSeconds(*j, ns)
}

func (j *plainObject) time(name string, c *number.Clock, ns int64) {
	j.key(name)
	*j = append(*j, '"')
	*j = c.AppendTime(*j, ns)
	*j = append(*j, '"')
}

func (j *plainObject) endpoint(name string, a netip.AddrPort) {
	j.key(name)
	*j = append(*j, '"')
	*j = number.AppendEndpoint(*j, a)
	*j = append(*j, '"')
}

// appendJSONString appends s quoted. Characters that Escape would escape are
// written as \uXXXX, so that a program reads the original text and a terminal
// that shows the line is safe; octets that are not UTF-8 appear as the text
// \xNN.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	if escape.IsClean(s) && strings.IndexByte(s, '"') < 0 && strings.IndexByte(s, '\\') < 0 {
		return append(append(b, s...), '"')
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, '\\')
			b = escape.AppendByte(b, s[i])
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case !escape.Hidden(r):
			b = append(b, s[i:i+n]...)
		case r > 0xffff:
			b = escape.AppendRune(b, 0xd800+(r-0x10000)>>10)
			b = escape.AppendRune(b, 0xdc00+(r-0x10000)&0x3ff)
		default:
			b = escape.AppendRune(b, r)
		}
		i += n
	}
	return append(b, '"')
}
