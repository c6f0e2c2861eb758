package streams

import (
	"bufio"
	"io"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/prose"
)

// Form is how octets of a stream are written.
type Form string

// The forms.
const (
	Text   Form = "text"   // for reading: nothing but what a terminal can show
	Hex    Form = "hex"    // offsets, hexadecimal and ASCII
	Raw    Form = "raw"    // the octets and nothing else
	NDJSON Form = "ndjson" // an object for each piece, octets in base64
)

// Options set a Writer up.
type Options struct {
	Form Form
	// From is "client" or "server" for one direction, "" for both.
	From string
	// Style says what lines for people may use; lines are not broken if its Width
	// is 0.
	Style prose.Style
	// EncapName names the tunnels behind an ID; nil: none have a name.
	EncapName func(uint32) string
}

// Writer writes the pieces of connections as one text. It is not safe for
// concurrent use. An error of the output is kept: later calls do nothing, and
// Close returns it.
type Writer struct {
	opts Options
	out  *bufio.Writer
	err  error
	form form
}

// form is one of the forms.
type form interface {
	piece(w *Writer, p *stream.Piece)
	end(w *Writer, c *analyze.Connection, client, server *stream.Total)
}

// NewWriter returns a Writer. Nothing is written before the first
// piece.
func NewWriter(w io.Writer, o Options) *Writer {
	s := &Writer{opts: o, out: bufio.NewWriterSize(w, 1<<16)}
	switch o.Form {
	case Raw:
		s.form = rawForm{}
	case Hex:
		s.form = &hexForm{}
	case NDJSON:
		s.form = &objects{}
	default:
		s.form = &textForm{}
	}
	return s
}

// wants reports whether a direction is requested.
func (s *Writer) wants(client bool) bool {
	return s.opts.From == "" || s.opts.From == prose.Side(client)
}

// encap names the tunnels behind an ID.
func (s *Writer) encap(id uint32) string { return encapsulation(s.opts.EncapName, id) }

// encapsulation is name(id); "" if there is no tunnel, or none has a name.
func encapsulation(name func(uint32) string, id uint32) string {
	if id == 0 || name == nil {
		return ""
	}
	return name(id)
}

// Piece writes a piece of a requested direction.
func (s *Writer) Piece(p *stream.Piece) {
	if s.err == nil && s.wants(p.FromClient) {
		s.form.piece(s, p)
	}
}

// End writes the summary of a connection.
func (s *Writer) End(c *analyze.Connection, client, server stream.Total) {
	if s.err == nil {
		s.form.end(s, c, &client, &server)
	}
}

// Err returns the first error of the output.
func (s *Writer) Err() error { return s.err }

// Close writes what is pending. It does not close the underlying writer.
func (s *Writer) Close() error {
	if err := s.out.Flush(); s.err == nil {
		s.err = err
	}
	return s.err
}

func (s *Writer) write(b []byte) {
	if s.err == nil {
		_, s.err = s.out.Write(b)
	}
}

// sideOf returns the index of an end.
func sideOf(client bool) int {
	if client {
		return 0
	}
	return 1
}

// rawForm writes octets alone.
type rawForm struct{}

func (rawForm) piece(w *Writer, p *stream.Piece) {
	if p.Kind == stream.Octets {
		w.write(p.Data)
	}
}

func (rawForm) end(*Writer, *analyze.Connection, *stream.Total, *stream.Total) {}
