package report

import (
	"bytes"
	"io"

	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// markdownWriter writes a view as a Markdown table (GitHub's extension),
// without padding.
type markdownWriter[T any] struct {
	w        io.Writer
	env      *env
	view     *rowView[T]
	columns  []*Column[T]
	line     []byte
	cell     []byte
	value    Value
	shown    int
	hidden   int
	inferred lexicon.Marks
}

func newMarkdownWriter[T any](v *rowView[T], w io.Writer, e *env) *markdownWriter[T] {
	return &markdownWriter[T]{w: w, env: e, view: v, columns: audience(v.columns, People)}
}

func (m *markdownWriter[T]) header() error {
	b := m.line[:0]
	for _, c := range m.columns {
		if c.Kind == KindTime && m.env.based {
			b = append(b, "Times in seconds since "...)
			b = m.env.clock.AppendTime(b, m.env.base)
			b = append(b, ".\n\n"...)
			break
		}
	}
	for _, c := range m.columns {
		b = append(b, "| "...)
		b = append(b, c.header()...)
		b = append(b, ' ')
	}
	b = append(b, "|\n"...)
	for _, c := range m.columns {
		if c.Kind.right() {
			b = append(b, "|---:"...)
		} else {
			b = append(b, "|:---"...)
		}
	}
	m.line = append(b, "|\n"...)
	_, err := m.w.Write(m.line)
	return err
}

func (m *markdownWriter[T]) row(r *T) error {
	if m.env.Limit > 0 && m.shown == m.env.Limit {
		m.hidden++
		return nil
	}
	if m.shown == 0 {
		if err := m.header(); err != nil {
			return err
		}
	}
	m.shown++
	b := m.line[:0]
	for _, c := range m.columns {
		m.value.reset()
		c.Value(m.env, r, &m.value)
		b = append(b, "| "...)
		if m.value.set {
			b = m.appendCell(b, c.Kind)
			b = append(b, ' ')
		}
	}
	m.line = append(b, "|\n"...)
	_, err := m.w.Write(m.line)
	return err
}

func (m *markdownWriter[T]) appendCell(b []byte, k Kind) []byte {
	m.cell = m.value.appendPeople(m.cell[:0], k, m.env)
	if n := len(m.cell); k == KindWord && n > 0 && m.cell[n-1] == '?' {
		m.inferred.See(string(m.cell))
	} else if k == KindWords && bytes.IndexByte(m.cell, '?') >= 0 {
		m.inferred.SeeAll(string(m.cell))
	}
	if m.env.Style.ASCII {
		m.cell = escape.AppendASCII(nil, m.cell)
	}
	if k == KindText {
		return escape.AppendMarkdown(b, m.cell)
	}
	return append(b, m.cell...)
}

func (m *markdownWriter[T]) finish() error {
	b := m.line[:0]
	if m.shown == 0 {
		b = append(b, "None: "+m.view.none(m.env)+".\n"...)
	}
	if m.hidden > 0 {
		b = append(b, "\n"+prose.Unglue(prose.Plural(uint64(m.hidden), "more row"))+" not shown (`--limit 0` shows all).\n"...)
	}
	if text := m.inferred.Note(); text != "" {
		b = append(b, "\n"+text+".\n"...)
	}
	_, err := m.w.Write(b)
	return err
}
