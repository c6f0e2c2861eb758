package report

import (
	"net/netip"

	"tcpwatch/analyze/state"
	"tcpwatch/report/number"
)

// jsonRow appends an object of a view with many rows, where a member must be
// cheap. It does what jsonText does, but a key is given as it appears in the
// text, with comma and colon (`,"seq":`), so writing it is a copy of constant
// octets without deciding whether a comma is due.
type jsonRow struct {
	b []byte
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}

// add appends text that is JSON already.
func (j *jsonRow) add(text string) { j.b = append(j.b, text...) }

func (j *jsonRow) uint(key string, n uint64) {
	j.b = number.AppendUint(append(j.b, key...), n)
}

// uintOrNull writes n if it is known, else null.
func (j *jsonRow) uintOrNull(key string, n uint64, known bool) {
	if known {
		j.uint(key, n)
	} else {
		j.null(key)
	}
}

func (j *jsonRow) int(key string, n int64) {
	j.b = number.AppendInt(append(j.b, key...), n)
}

func (j *jsonRow) bool(key string, v bool) {
	j.b = appendBool(append(j.b, key...), v)
}

func (j *jsonRow) null(key string) { j.b = append(append(j.b, key...), "null"...) }

// text writes a string of any origin.
func (j *jsonRow) text(key, s string) { j.b = appendJSONString(append(j.b, key...), s) }

// word writes one of this program's own words, which need no escaping.
func (j *jsonRow) word(key, s string) {
	j.b = append(append(append(append(j.b, key...), '"'), s...), '"')
}

// wordOrNull writes null for the empty word.
func (j *jsonRow) wordOrNull(key, s string) {
	if s == "" {
		j.null(key)
	} else {
		j.word(key, s)
	}
}

func (j *jsonRow) seconds(key string, ns int64) {
	j.b = number.AppendSeconds(append(j.b, key...), ns)
}

// secondsOrNull writes a duration; -1 stands for one that was not measured.
func (j *jsonRow) secondsOrNull(key string, ns int64) {
	if ns == -1 {
		j.null(key)
	} else {
		j.seconds(key, ns)
	}
}

func (j *jsonRow) time(key string, c *number.Clock, ns int64) {
	j.b = append(c.AppendTime(append(append(j.b, key...), '"'), ns), '"')
}

func (j *jsonRow) endpoint(key string, a netip.AddrPort) {
	j.b = append(appendEndpoint(append(append(j.b, key...), '"'), a), '"')
}

func (j *jsonRow) state(key string, s state.State) { j.word(key, s.String()) }

// numbers writes a list of packet numbers.
func (j *jsonRow) numbers(key string, list []uint64) {
	j.b = append(append(j.b, key...), '[')
	for i, n := range list {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		j.b = number.AppendUint(j.b, n)
	}
	j.b = append(j.b, ']')
}

// count appends a member to an object of counts; name is one of this program's
// own words.
func (j *jsonRow) count(name string, n uint64) {
	j.separate()
	j.b = number.AppendUint(append(append(append(j.b, '"'), name...), '"', ':'), n)
}

// item appends one of this program's own words to a list.
func (j *jsonRow) item(word string) {
	j.separate()
	j.b = append(append(append(j.b, '"'), word...), '"')
}

// separate appends a comma unless it is at the beginning of an object or list.
func (j *jsonRow) separate() {
	if c := j.b[len(j.b)-1]; c != '{' && c != '[' {
		j.b = append(j.b, ',')
	}
}
