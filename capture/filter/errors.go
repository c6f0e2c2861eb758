package filter

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Error says what is wrong with an expression, and where.
type Error struct {
	Column int    // of the first character that is meant, counted from 1
	Reason string // one clause in lower case, without control characters
}

func (e *Error) Error() string {
	return fmt.Sprintf("column %d: %s", e.Column, e.Reason)
}

// column turns an offset in octets into a column in characters.
func column(text string, at int) int {
	return utf8.RuneCountInString(text[:min(at, len(text))]) + 1
}

// maxQuoted bounds what an error repeats of an expression.
const maxQuoted = 40

// quote makes a word of an expression safe for a terminal.
func quote(word string) string {
	if len(word) > maxQuoted {
		word = word[:maxQuoted] + "..."
	}
	return strconv.QuoteToASCII(word)
}
