package report

import (
	"io"
	"slices"
	"strings"
)

// csvWriter writes RFC 4180, with CRLF after every row (§2, rule 1). A text
// cell that begins with = + - @ TAB or CR, which spreadsheets would take for a
// formula, is prefixed with an apostrophe; numbers are not.
type csvWriter[T any] struct {
	w       io.Writer
	env     *env
	columns []*Column[T]
	line    []byte
	cell    []byte
	value   Value
	begun   bool
}

func newCSVWriter[T any](v *rowView[T], w io.Writer, e *env) *csvWriter[T] {
	return &csvWriter[T]{w: w, env: e, columns: audience(v.columns, Programs)}
}

func (c *csvWriter[T]) header() error {
	if c.begun {
		return nil
	}
	c.begun = true
	var b []byte
	for i, col := range c.columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, col.Name...)
	}
	_, err := c.w.Write(append(b, "\r\n"...))
	return err
}

func (c *csvWriter[T]) row(r *T) error {
	if err := c.header(); err != nil {
		return err
	}
	b := c.line[:0]
	for i, col := range c.columns {
		if i > 0 {
			b = append(b, ',')
		}
		c.value.reset()
		col.Value(c.env, r, &c.value)
		if col.Kind.right() { // digits and signs, in which nothing needs quotes
			b = c.value.appendProgram(b, col.Kind, c.env)
			continue
		}
		c.cell = c.value.appendProgram(c.cell[:0], col.Kind, c.env)
		b = appendCSV(b, c.cell, col.Kind)
	}
	c.line = append(b, "\r\n"...)
	_, err := c.w.Write(c.line)
	return err
}

func (c *csvWriter[T]) finish() error { return c.header() }

// appendCSV appends one field, quoted if necessary.
func appendCSV(b, cell []byte, k Kind) []byte {
	formula := len(cell) > 0 && !k.right() && strings.IndexByte("=+-@\t\r", cell[0]) >= 0
	if !formula && !slices.ContainsFunc(cell, special) {
		return append(b, cell...)
	}
	b = append(b, '"')
	if formula {
		b = append(b, '\'')
	}
	for _, ch := range cell {
		if ch == '"' {
			b = append(b, '"')
		}
		b = append(b, ch)
	}
	return append(b, '"')
}

// special reports whether an octet must be quoted (RFC 4180 §2, rule 6).
func special(c byte) bool { return c == ',' || c == '"' || c == '\n' || c == '\r' }
