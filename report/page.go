package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"tcpwatch/report/prose"
)

// page puts the views of one run one below the other. The first view is written
// directly, unless Options.Late is set; the others wait in spools until it is
// their turn, so that memory does not grow with them. One that finds no room for that is
// left out; the others, the summary above all, are written.
type page struct {
	out      *bufio.Writer
	env      *env
	sections []*section
}

type section struct {
	view    View
	heading string
	spool   *spool // nil: written straight through
}

func newPage(out *bufio.Writer, e *env) *page { return &page{out: out, env: e} }

// section returns the writer of the next view. NDJSON rows need no order
// between views: `schema` tells them apart.
func (p *page) section(v View) io.Writer {
	first := len(p.sections) == 0
	s := &section{view: v, heading: p.heading(v, first)}
	p.sections = append(p.sections, s)
	if p.env.Late || !first && p.env.Format != FormatNDJSON {
		s.spool = &spool{dir: p.env.TempDir}
		return s.spool
	}
	p.out.WriteString(s.heading) // an error shows again when the rows are written
	return p.out
}

// heading separates the views if there are several.
func (p *page) heading(v View, first bool) (text string) {
	if len(p.env.Views) < 2 {
		return ""
	}
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
	return text
}

// finish copies the waiting views after the first one. lost says which of them found no room, and why.
func (p *page) finish() (lost, err error) {
	for _, s := range p.sections {
		if s.spool == nil {
			continue
		}
		why := s.spool.settle()
		if why != nil {
			lost = errors.Join(lost, fmt.Errorf("view %s is left out: %w", s.view, why))
		}
		p.out.WriteString(s.heading) // an error shows again below
		if why == nil {
			err = s.spool.copyTo(p.out)
		} else {
			_, err = p.out.WriteString(p.leftOut())
		}
		if err != nil {
			return lost, err
		}
	}
	if p.env.Format == FormatJSON && len(p.env.Views) > 1 {
		_, err = p.out.WriteString("}\n")
	}
	return lost, err
}

// leftOut stands for the rows of a view that found no room: none at all would say that there were none.
func (p *page) leftOut() string {
	switch p.env.Format {
	case FormatJSON:
		return "null\n"
	case FormatTable, FormatMarkdown:
		return "left out: no room for what waits\n"
	}
	return "" // programs read the exit status
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
// beyond that in an unnamed temporary file. Where that fails it keeps nothing more.
type spool struct {
	dir    string
	mem    bytes.Buffer
	file   *os.File
	buf    *bufio.Writer
	failed error
}

// Write never fails: settle tells.
func (s *spool) Write(p []byte) (int, error) {
	switch {
	case s.failed != nil:
	case s.file == nil && s.mem.Len()+len(p) <= spoolMemory:
		s.mem.Write(p)
	default:
		if err := s.toFile(p); err != nil {
			s.fail(err)
		}
	}
	return len(p), nil
}

func (s *spool) toFile(p []byte) error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "tcpwatch-*")
		if err != nil {
			return err
		}
		os.Remove(f.Name()) // where the system allows it, nothing is left behind even by a kill
		s.file, s.buf = f, bufio.NewWriterSize(f, 64<<10)
		if _, err := s.mem.WriteTo(s.buf); err != nil {
			return err
		}
	}
	_, err := s.buf.Write(p)
	return err
}

// fail gives up what was kept, and the room that it took.
func (s *spool) fail(err error) {
	s.failed = err
	s.mem = bytes.Buffer{}
	s.discard()
}

// settle ends the writing; the error is the first of it.
func (s *spool) settle() error {
	if s.file != nil {
		if err := s.buf.Flush(); err != nil {
			s.fail(err)
		}
	}
	return s.failed
}

func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := s.mem.WriteTo(w)
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
