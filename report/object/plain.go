package object

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"tcpwatch/report/escape"
	"tcpwatch/report/number"
)

// Plain writes JSON by appending: no reflection, no allocation. The caller
// opens and closes; keys are constants of the program and need no escaping.
type Plain []byte

// Key begins a member; a comma is set unless it is the first of its object.
func (j *Plain) Key(name string) {
	j.Comma()
	*j = append(*j, '"')
	*j = append(*j, name...)
	*j = append(*j, '"', ':')
}

// Comma separates a member or item from the one before it.
func (j *Plain) Comma() {
	if n := len(*j); n > 0 && (*j)[n-1] != '{' && (*j)[n-1] != '[' {
		*j = append(*j, ',')
	}
}

// Open begins a member that is an object or a list: c is its bracket.
func (j *Plain) Open(name string, c byte) {
	j.Key(name)
	*j = append(*j, c)
}

// Close ends an object or a list with its bracket.
func (j *Plain) Close(c byte) { *j = append(*j, c) }

// Null writes null.
func (j *Plain) Null(name string) {
	j.Key(name)
	*j = append(*j, "null"...)
}

// Uint writes a number.
func (j *Plain) Uint(name string, n uint64) {
	j.Key(name)
	*j = strconv.AppendUint(*j, n, 10)
}

// UintOrNull writes n if it is known, else null.
func (j *Plain) UintOrNull(name string, n uint64, known bool) {
	if !known {
		j.Null(name)
		return
	}
	j.Uint(name, n)
}

// Int writes a number with sign.
func (j *Plain) Int(name string, n int64) {
	j.Key(name)
	*j = strconv.AppendInt(*j, n, 10)
}

// Bool writes true or false.
func (j *Plain) Bool(name string, v bool) {
	j.Key(name)
	*j = strconv.AppendBool(*j, v)
}

// Text writes a string of any origin.
func (j *Plain) Text(name, s string) {
	j.Key(name)
	*j = AppendString(*j, s)
}

// Word writes one of this program's own words, which need no escaping.
func (j *Plain) Word(name, s string) {
	j.Key(name)
	j.Quoted(s)
}

// WordOrNull writes null for the empty word.
func (j *Plain) WordOrNull(name, s string) {
	if s == "" {
		j.Null(name)
		return
	}
	j.Word(name, s)
}

// Quoted writes one of this program's own words as an item, without a comma.
func (j *Plain) Quoted(s string) {
	*j = append(*j, '"')
	*j = append(*j, s...)
	*j = append(*j, '"')
}

// Seconds writes a duration in nanoseconds as seconds.
func (j *Plain) Seconds(name string, ns int64) {
	j.Key(name)
	*j = number.AppendSeconds(*j, ns)
}

// Time writes a time, in nanoseconds since 1970, as RFC 3339 in UTC.
func (j *Plain) Time(name string, c *number.Clock, ns int64) {
	j.Key(name)
	*j = append(*j, '"')
	*j = c.AppendTime(*j, ns)
	*j = append(*j, '"')
}

// Endpoint writes an address with its port, "" for the zero value.
func (j *Plain) Endpoint(name string, a netip.AddrPort) {
	j.Key(name)
	*j = append(*j, '"')
	*j = number.AppendEndpoint(*j, a)
	*j = append(*j, '"')
}

// AppendString appends s quoted. Characters that package escape makes visible are
// written as \uXXXX, so that a program reads the original text and a terminal
// that shows the line is safe; octets that are not UTF-8 appear as the text
// \xNN.
func AppendString(b []byte, s string) []byte {
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
