package prose

import (
	"io"
	"strings"

	"tcpwatch/report/escape"
)

// Style says what lines for people may use.
type Style struct {
	// Width is the number of columns of the terminal; 0: not known. What takes a
	// Style says whether it puts that right (FixWidth).
	Width int
	Color bool
	ASCII bool // nothing but ASCII in what this program itself writes
}

// What FixWidth makes of a Width that is not known, and of one that is too small.
const (
	DefaultWidth = 80
	MinWidth     = 40 // a record line needs room for its longest pair
)

// FixWidth replaces a Width of 0 by its default, and one that is too small by
// the minimum.
func (s *Style) FixWidth() {
	if s.Width <= 0 {
		s.Width = DefaultWidth
	}
	s.Width = max(s.Width, MinWidth)
}

// Plain returns text as the terminal can show it.
func (s *Style) Plain(text string) string {
	if !s.ASCII {
		return text
	}
	return string(escape.AppendASCII(nil, []byte(text)))
}

// WriteWrapped writes prose in one tone, broken between words so that no line
// is wider than the terminal. Lines after the first begin with indent.
func (s *Style) WriteWrapped(w io.Writer, t Tone, indent, text string) error {
	var out strings.Builder
	for i, line := range Wrap(s.Plain(text), s.Width, indent) {
		if i > 0 {
			out.WriteString(indent)
		}
		out.WriteString(s.Paint(t, Unglue(line)))
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}
