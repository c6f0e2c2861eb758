package report

import (
	"bufio"
	"bytes"
	"io"
	"os"

	"tcpwatch/report/prose"
)

// page puts the views of one run one below the other. The first view is written
// directly, unless Options.Late is set; the others wait in spools until it is
// their turn, so that memory does not grow with them.
type page struct {
	out      *bufio.Writer
	env      *env
	sections []*section
}

type section struct {
	view  View
	spool *spool // nil: written straight through
}

func newPage(out *bufio.Writer, e *env) *page { return &page{out: out, env: e} }

// section returns the writer of the next view. NDJSON rows need no order
// between views: `schema` tells them apart.
func (p *page) section(v View) io.Writer {
	s := &section{view: v}
	p.sections = append(p.sections, s)
	first := len(p.sections) == 1
	var w io.Writer = p.out
	if p.env.Late || !first && p.env.Format != FormatNDJSON {
		s.spool = &spool{dir: p.env.TempDir}
		w = s.spool
	}
	p.heading(w, v, first)
	return w
}

// heading separates the views if there are several.
func (p *page) heading(w io.Writer, v View, first bool) {
	if len(p.env.Views) < 2 {
		return
	}
	text := ""
	switch p.env.Format {
	case FormatTable:
		text = p.env.Style.Paint(prose.Quiet, upper(string(v))) + "\n\n"
		if !first {
			text = "\n" + text
		}
	case FormatMarkdown:
		text = "## " + string(v) + "\n\n"
		if !first {
			text = "\n" + text
		}
	case FormatJSON:
		text = `"` + string(v) + `":`
		if first {
			text = "{" + text
		} else {
			text = "," + text
		}
	}
	io.WriteString(w, text) // an error shows again when the rows are written
}

// finish copies the waiting views after the first one.
func (p *page) finish() error {
	for _, s := range p.sections {
		if s.spool == nil {
			continue
		}
		if err := s.spool.copyTo(p.out); err != nil {
			return err
		}
	}
	if p.env.Format == FormatJSON && len(p.env.Views) > 1 {
		_, err := p.out.WriteString("}\n")
		return err
	}
	return nil
}

// discard removes temporary files.
func (p *page) discard() {
	for _, s := range p.sections {
		if s.spool != nil {
			s.spool.discard()
		}
	}
}

// spoolMemory is how much of a waiting view stays in memory, in octets. It is
// enough for a few thousand rows, so that small captures write no file.
const spoolMemory = 1 << 20

// spool keeps what is written until it is needed: in memory up to spoolMemory,
// beyond that in an unnamed temporary file.
type spool struct {
	dir  string
	mem  bytes.Buffer
	file *os.File
	buf  *bufio.Writer
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && s.mem.Len()+len(p) <= spoolMemory {
		return s.mem.Write(p)
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "tcpwatch-*")
		if err != nil {
			return 0, err
		}
		os.Remove(f.Name()) // where the system allows it, nothing is left behind even by a kill
		s.file, s.buf = f, bufio.NewWriterSize(f, 64<<10)
		if _, err := s.mem.WriteTo(s.buf); err != nil {
			return 0, err
		}
	}
	return s.buf.Write(p)
}

func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := s.mem.WriteTo(w)
		return err
	}
	if err := s.buf.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

func (s *spool) discard() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
		s.file = nil
	}
}
