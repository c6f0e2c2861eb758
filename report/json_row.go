package report

import (
	"net/netip"

	"tcpwatch/report/number"
)

// objectRow appends an object of a view with many rows, where a member must be
// cheap. It does what plainObject does, but a key is given as it appears in the
// text, with comma and colon (`,"seq":`), so writing it is a copy of constant
// octets without deciding whether a comma is due.
type objectRow []byte

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}

// add appends text that is JSON already.
func (j *objectRow) add(text string) { *j = append(*j, text...) }

func (j *objectRow) uint(key string, n uint64) {
	*j = number.AppendUint(append(*j, key...), n)
}

// uintOrNull writes n if it is known, else null.
func (j *objectRow) uintOrNull(key string, n uint64, known bool) {
	if known {
		j.uint(key, n)
	} else {
		j.null(key)
	}
}

func (j *objectRow) int(key string, n int64) {
	*j = number.AppendInt(append(*j, key...), n)
}

func (j *objectRow) bool(key string, v bool) {
	*j = appendBool(append(*j, key...), v)
}

func (j *objectRow) null(key string) { *j = append(append(*j, key...), "null"...) }

// text writes a string of any origin.
func (j *objectRow) text(key, s string) { *j = appendJSONString(append(*j, key...), s) }

// word writes one of this program's own words, which need no escaping.
func (j *objectRow) word(key, s string) {
	*j = append(append(append(append(*j, key...), '"'), s...), '"')
}

// wordOrNull writes null for the empty word.
func (j *objectRow) wordOrNull(key, s string) {
	if s == "" {
		j.null(key)
	} else {
		j.word(key, s)
	}
}

func (j *objectRow) seconds(key string, ns int64) {
	*j = number.AppendSeconds(append(*j, key...), ns)
}

// secondsOrNull writes a duration; -1 stands for one that was not measured.
func (j *objectRow) secondsOrNull(key string, ns int64) {
	if ns == -1 {
		j.null(key)
	} else {
		j.seconds(key, ns)
	}
}

func (j *objectRow) time(key string, c *number.Clock, ns int64) {
	*j = append(c.AppendTime(append(append(*j, key...), '"'), ns), '"')
}

func (j *objectRow) endpoint(key string, a netip.AddrPort) {
	*j = append(number.AppendEndpoint(append(append(*j, key...), '"'), a), '"')
}

// numbers writes a list of packet numbers.
func (j *objectRow) numbers(key string, list []uint64) {
	*j = append(append(*j, key...), '[')
	for i, n := range list {
		if i > 0 {
			*j = append(*j, ',')
		}
		*j = number.AppendUint(*j, n)
	}
	*j = append(*j, ']')
}

// count appends a member to an object of counts; name is one of this program's
// own words.
func (j *objectRow) count(name string, n uint64) {
	j.separate()
	*j = number.AppendUint(append(append(append(*j, '"'), name...), '"', ':'), n)
}

// item appends one of this program's own words to a list.
func (j *objectRow) item(word string) {
	j.separate()
	*j = append(append(append(*j, '"'), word...), '"')
}

// separate appends a comma unless it is at the beginning of an object or list.
func (j *objectRow) separate() {
	if c := (*j)[len(*j)-1]; c != '{' && c != '[' {
		*j = append(*j, ',')
	}
}
