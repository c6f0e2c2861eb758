package object

import (
	"net/netip"

	"tcpwatch/report/number"
)

// Row appends an object of a view with many rows, where a member must be
// cheap. It does what Plain does, but a key is given as it appears in the
// text, with comma and colon (`,"seq":`), so writing it is a copy of constant
// octets without deciding whether a comma is due. Methods that take a key are small
// enough to be inlined: then its length is known where it is copied.
type Row []byte

// AppendBool appends true or false.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}

// Add appends text that is JSON already.
func (j *Row) Add(text string) { *j = append(*j, text...) }

// Uint writes a number.
func (j *Row) Uint(key string, n uint64) {
	*j = number.AppendUint(append(*j, key...), n)
}

// UintOrNull writes n if it is known, else null.
func (j *Row) UintOrNull(key string, n uint64, known bool) {
	*j = appendUintOrNull(append(*j, key...), n, known)
}

func appendUintOrNull(b []byte, n uint64, known bool) []byte {
	if !known {
		return append(b, "null"...)
	}
	return number.AppendUint(b, n)
}

// Bool writes true or false.
func (j *Row) Bool(key string, v bool) {
	*j = AppendBool(append(*j, key...), v)
}

// Null writes null.
func (j *Row) Null(key string) { *j = append(append(*j, key...), "null"...) }

// Text writes a string of any origin.
func (j *Row) Text(key, s string) { *j = AppendString(append(*j, key...), s) }

// Word writes one of this program's own words, which need no escaping.
func (j *Row) Word(key, s string) {
	*j = append(append(append(append(*j, key...), '"'), s...), '"')
}

// WordOrNull writes null for the empty word.
func (j *Row) WordOrNull(key, s string) {
	if s == "" {
		j.Null(key)
	} else {
		j.Word(key, s)
	}
}

// Seconds writes a duration in nanoseconds as seconds.
func (j *Row) Seconds(key string, ns int64) {
	*j = number.AppendSeconds(append(*j, key...), ns)
}

// SecondsOrNull writes a duration; -1 stands for one that was not measured.
func (j *Row) SecondsOrNull(key string, ns int64) {
	*j = appendSecondsOrNull(append(*j, key...), ns)
}

func appendSecondsOrNull(b []byte, ns int64) []byte {
	if ns == -1 {
		return append(b, "null"...)
	}
	return number.AppendSeconds(b, ns)
}

// Time writes a time, in nanoseconds since 1970, as RFC 3339 in UTC.
func (j *Row) Time(key string, c *number.Clock, ns int64) {
	*j = append(c.AppendTime(append(append(*j, key...), '"'), ns), '"')
}

// Endpoint writes an address with its port, "" for the zero value.
func (j *Row) Endpoint(key string, a netip.AddrPort) {
	*j = append(number.AppendEndpoint(append(append(*j, key...), '"'), a), '"')
}

// Numbers writes a list of packet numbers.
func (j *Row) Numbers(key string, list []uint64) {
	*j = appendNumbers(append(*j, key...), list)
}

func appendNumbers(b []byte, list []uint64) []byte {
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = number.AppendUint(b, n)
	}
	return append(b, ']')
}

// Count appends a member to an object of counts; name is one of this program's
// own words.
func (j *Row) Count(name string, n uint64) {
	j.Separate()
	*j = number.AppendUint(append(append(append(*j, '"'), name...), '"', ':'), n)
}

// Item appends one of this program's own words to a list.
func (j *Row) Item(word string) {
	j.Separate()
	*j = append(append(append(*j, '"'), word...), '"')
}

// Separate appends a comma unless it is at the beginning of an object or list.
func (j *Row) Separate() {
	if c := (*j)[len(*j)-1]; c != '{' && c != '[' {
		*j = append(*j, ',')
	}
}
