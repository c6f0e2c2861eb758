package report

import (
	"bufio"
	"io"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/prose"
)

// StreamForm is how octets of a stream are written.
type StreamForm string

// The forms.
const (
	StreamText   StreamForm = "text"   // for reading: nothing but what a terminal can show
	StreamHex    StreamForm = "hex"    // offsets, hexadecimal and ASCII
	StreamRaw    StreamForm = "raw"    // the octets and nothing else
	StreamNDJSON StreamForm = "ndjson" // an object for each piece, octets in base64
)

// StreamOptions set a StreamWriter up.
type StreamOptions struct {
	Form StreamForm
	// From is "client" or "server" for one direction, "" for both.
	From string
	// Style says what lines for people may use; lines are not broken if its Width
	// is 0.
	prose.Style
	// EncapName names the tunnels behind an ID; nil: none have a name.
	EncapName func(uint32) string
}

// StreamWriter writes the pieces of connections as one text. It is not safe for
// concurrent use. An error of the output is kept: later calls do nothing, and
// Close returns it.
type StreamWriter struct {
	opts StreamOptions
	env  env
	out  *bufio.Writer
	err  error
	form streamForm
}

// streamForm is one of the forms.
type streamForm interface {
	piece(w *StreamWriter, p *stream.Piece)
	end(w *StreamWriter, c *analyze.Connection, client, server *stream.Total)
}

// NewStreamWriter returns a StreamWriter. Nothing is written before the first
// piece.
func NewStreamWriter(w io.Writer, o StreamOptions) *StreamWriter {
	s := &StreamWriter{opts: o, out: bufio.NewWriterSize(w, 1<<16)}
	s.env.Options = Options{Style: o.Style, EncapName: o.EncapName}
	switch o.Form {
	case StreamRaw:
		s.form = rawForm{}
	case StreamHex:
		s.form = &hexForm{}
	case StreamNDJSON:
		s.form = &streamObjects{}
	default:
		s.form = &textForm{}
	}
	return s
}

// wants reports whether a direction is requested.
func (s *StreamWriter) wants(client bool) bool {
	return s.opts.From == "" || s.opts.From == fromText(client)
}

// Piece writes a piece of a requested direction.
func (s *StreamWriter) Piece(p *stream.Piece) {
	if s.err == nil && s.wants(p.FromClient) {
		s.form.piece(s, p)
	}
}

// End writes the summary of a connection.
func (s *StreamWriter) End(c *analyze.Connection, client, server stream.Total) {
	if s.err == nil {
		s.form.end(s, c, &client, &server)
	}
}

// Err returns the first error of the output.
func (s *StreamWriter) Err() error { return s.err }

// Close writes what is pending. It does not close the underlying writer.
func (s *StreamWriter) Close() error {
	if err := s.out.Flush(); s.err == nil {
		s.err = err
	}
	return s.err
}

func (s *StreamWriter) write(b []byte) {
	if s.err == nil {
		_, s.err = s.out.Write(b)
	}
}

// rawForm writes octets alone.
type rawForm struct{}

func (rawForm) piece(w *StreamWriter, p *stream.Piece) {
	if p.Kind == stream.Octets {
		w.write(p.Data)
	}
}

func (rawForm) end(*StreamWriter, *analyze.Connection, *stream.Total, *stream.Total) {}
