package streams

import (
	"encoding/hex"
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/prose"
)

// hexRow is how many octets a row has, so that a row fits 80 columns.
const hexRow = 16

// hexForm writes rows of the offset, the octets and their ASCII, prefixed with
// the mark of the side. A row holds consecutive octets.
type hexForm struct {
	notes
	side   int
	offset int64
	row    []byte
	text   []byte
}

func (f *hexForm) piece(w *Writer, p *stream.Piece) {
	f.head(w, p)
	i := sideOf(p.FromClient)
	if p.Kind != stream.Octets {
		f.flush(w)
		f.note(w, p)
		return
	}
	if f.doubts(p) {
		f.flush(w)
		f.doubt(w, p)
	}
	if i != f.side || p.Offset != f.offset+int64(len(f.row)) {
		f.flush(w)
	}
	data, at := p.Data, p.Offset
	for len(data) > 0 {
		if len(f.row) == 0 {
			f.side, f.offset = i, at
		}
		n := min(len(data), hexRow-len(f.row))
		f.row = append(f.row, data[:n]...)
		data, at = data[n:], at+int64(n)
		if len(f.row) == hexRow {
			f.flush(w)
		}
	}
}

// flush writes the row in progress.
func (f *hexForm) flush(w *Writer) {
	if len(f.row) == 0 {
		return
	}
	b := f.text[:0]
	if w.opts.Style.Color {
		b = append(b, sideEscapes[f.side]...)
	}
	b = append(b, sideMarks[f.side][0]...)
	b = fmt.Appendf(b, "%08x ", f.offset)
	for k := range hexRow {
		if k%8 == 0 {
			b = append(b, ' ')
		}
		if k < len(f.row) {
			b = append(hex.AppendEncode(b, f.row[k:k+1]), ' ')
		} else {
			b = append(b, "   "...)
		}
	}
	b = append(b, ' ', '|')
	for _, c := range f.row {
		if c < 0x20 || c >= 0x7f {
			c = '.'
		}
		b = append(b, c)
	}
	b = append(b, '|')
	if w.opts.Style.Color {
		b = append(b, prose.ColorEnd...)
	}
	b = append(b, '\n')
	w.write(b)
	f.text, f.row = b, f.row[:0]
}

func (f *hexForm) end(w *Writer, c *analyze.Connection, client, server *stream.Total) {
	f.flush(w)
	f.sum(w, c, client, server)
}
