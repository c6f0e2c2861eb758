package report

import (
	"bytes"
	"io"

	"tcpwatch/report/prose"
	"tcpwatch/report/story"
)

// storyWriter tells each connection in words.
type storyWriter struct {
	w      io.Writer
	env    *env
	teller story.Teller
	told   int
	hidden int
}

func newStoryWriter(w io.Writer, e *env) *storyWriter {
	return &storyWriter{w: w, env: e, teller: story.Teller{Style: &e.Style, Encap: e.encap, MSL: e.MSL}}
}

func (s *storyWriter) row(c *connection) error {
	if s.env.Limit > 0 && s.told == s.env.Limit {
		s.hidden++
		return nil
	}
	var b bytes.Buffer
	switch {
	case s.told > 0:
		b.WriteByte('\n')
	case s.env.Format == FormatMarkdown:
		b.WriteString("```text\n")
	}
	s.told++
	s.teller.Tell(&b, c, s.env.base, s.env.verdicts)
	_, err := s.w.Write(b.Bytes())
	return err
}

func (s *storyWriter) finish() error {
	var b bytes.Buffer
	note := func(text string) {
		if b.Len() == 0 && s.told > 0 {
			b.WriteByte('\n')
		}
		s.env.Style.WriteWrapped(&b, prose.Quiet, "", text) // a bytes.Buffer does not fail
	}
	if s.told == 0 {
		if s.env.Format == FormatMarkdown {
			b.WriteString("```text\n")
		}
		note("none: " + connectionView.none(s.env))
	}
	if s.hidden > 0 {
		note(prose.Plural(uint64(s.hidden), "more connection") + " not shown (--limit 0 shows all)")
	}
	for _, text := range s.teller.Remarks() {
		note(text)
	}
	if s.env.Format == FormatMarkdown {
		b.WriteString("```\n")
	}
	_, err := s.w.Write(b.Bytes())
	return err
}
