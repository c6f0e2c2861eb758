package report

import (
	"strconv"

	"tcpwatch/report/escape"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// Kind says what a column holds; each format writes each kind in its own way.
type Kind uint8

// The kinds. Word holds this program's own words, Text what came from outside.
// An ID is a number that people paste elsewhere (packets, connections), so it
// has no thousands separators; a Count has.
const (
	KindWord     Kind = iota
	KindText          // escaped, and defused where a format could run it
	KindID            // number without separators
	KindCount         // number; for people with separators
	KindSigned        // number with sign
	KindOctets        // number of octets; for people with a unit
	KindDuration      // nanoseconds; seconds for programs
	KindTime          // nanoseconds since 1970; for people seconds since the start
	KindBool          // true or false; yes or nothing for people
	KindWords         // several words, separated by spaces; a list in JSON
	KindIDs           // several numbers, the same
)

// Audience says who sees a column.
type Audience uint8

// The audiences.
const (
	Everyone Audience = iota
	Programs          // csv, json, ndjson
	People            // table, markdown
)

// Column declares one column of a view over rows of type T.
type Column[T any] struct {
	Name    string // for programs
	Header  string // for people, in capitals; Name in capitals when empty
	Unit    string // of a number; COLUMNS shows it where Kind does not say it
	Meaning string // one sentence
	Kind    Kind
	For     Audience
	// Drop orders the columns that are dropped in a narrow terminal: the
	// highest goes first, 0 never goes.
	Drop uint8
	// Pair columns stay or go together with the one before them: half of a pair
	// would look like the whole.
	Pair bool
	// Shorten is for endpoints: the middles of their IPv6 addresses are dropped
	// before columns of that Drop and lower ones; 0: never.
	Shorten uint8
	// Wrap is the same for words, which continue on the next line; Room is then
	// the least width.
	Wrap uint8
	// Room is the width reserved for later rows when widths must be fixed
	// before all rows are known.
	Room uint8
	// HideEmpty leaves the column out of tables where no row has a value.
	HideEmpty bool
	// Nothing is a value that HideEmpty treats as empty in tables: if all rows
	// have it, the column says nothing.
	Nothing string
	Value   func(e *env, row *T, v *Value)
	Tone    func(row *T) prose.Tone
}

// header returns the heading for people.
func (c *Column[T]) header() string {
	if c.Header != "" {
		return c.Header
	}
	return upper(c.Name)
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c == '_':
			b[i] = ' '
		case 'a' <= c && c <= 'z':
			b[i] = c - 32
		}
	}
	return string(b)
}

// right reports whether the kind is aligned to the right.
func (k Kind) right() bool {
	switch k {
	case KindID, KindCount, KindSigned, KindOctets, KindDuration, KindTime:
		return true
	}
	return false
}

// Value is one cell. The zero value has no content (null). A Value is reused
// from cell to cell, so that rows cost no allocation.
type Value struct {
	set  bool
	n    uint64 // numbers; durations and times as int64
	text []byte
}

func (v *Value) reset() { v.set, v.n, v.text = false, 0, v.text[:0] }

func (v *Value) uint(n uint64) { v.set, v.n = true, n }
func (v *Value) int(n int64)   { v.set, v.n = true, uint64(n) }

// measured sets a duration, where -1 stands for none.
func (v *Value) measured(ns int64) {
	if ns != -1 {
		v.int(ns)
	}
}

func (v *Value) bool(b bool) {
	v.set, v.n = true, 0
	if b {
		v.n = 1
	}
}

func (v *Value) string(s string) { v.set, v.text = s != "", append(v.text, s...) }

// item adds to a list.
func (v *Value) item(s string) {
	if v.set {
		v.text = append(v.text, ' ')
	}
	v.set, v.text = true, append(v.text, s...)
}

func (v *Value) idItem(n uint64) {
	if v.set {
		v.text = append(v.text, ' ')
	}
	v.set, v.text = true, strconv.AppendUint(v.text, n, 10)
}

// appendProgram appends the value as programs read it: numbers without
// separators, durations in seconds, times in RFC 3339; nothing for null.
func (v *Value) appendProgram(b []byte, k Kind, e *env) []byte {
	if !v.set {
		return b
	}
	switch k {
	case KindID, KindCount, KindOctets:
		return number.AppendUint(b, v.n)
	case KindSigned:
		return strconv.AppendInt(b, int64(v.n), 10)
	case KindDuration:
		return number.AppendSeconds(b, int64(v.n))
	case KindTime:
		return e.clock.AppendTime(b, int64(v.n))
	case KindBool:
		return strconv.AppendBool(b, v.n != 0)
	case KindText:
		return escape.Append(b, v.text)
	}
	return append(b, v.text...)
}

// appendPeople appends the value as people read it; a dash for null.
func (v *Value) appendPeople(b []byte, k Kind, e *env) []byte {
	if !v.set {
		return append(b, "–"...)
	}
	switch k {
	case KindID:
		return number.AppendUint(b, v.n)
	case KindCount:
		return number.AppendThousands(b, v.n)
	case KindSigned:
		if n := int64(v.n); n < 0 {
			return number.AppendThousands(append(b, '-'), -v.n)
		}
		return number.AppendThousands(b, v.n)
	case KindOctets:
		return number.AppendOctets(b, v.n)
	case KindDuration:
		return number.AppendDuration(b, int64(v.n), 3)
	case KindTime:
		return number.AppendFixed(b, int64(v.n)-e.base)
	case KindBool:
		if v.n != 0 {
			return append(b, "yes"...)
		}
		return append(b, "–"...)
	case KindText:
		return escape.Append(b, v.text)
	}
	return append(b, v.text...)
}
