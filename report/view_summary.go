package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"tcpwatch/report/escape"
	"tcpwatch/report/summary"
)

// storyMost is the most connections of a capture whose stories are told when no
// view is requested: about what fits on a screen or two.
const storyMost = 3

// summaryWriter counts connections and writes the summary when all is known.
type summaryWriter struct {
	w       io.Writer
	env     *env
	input   *summary.Input // set before finish
	summary *summary.Summary

	// auto is set if stories replace the summary of a small capture.
	auto    bool
	stories bytes.Buffer
	teller  *storyWriter
}

func newSummaryWriter(w io.Writer, e *env, auto bool) *summaryWriter {
	s := &summaryWriter{w: w, env: e, auto: auto, summary: summary.New(&e.Style, e.encap)}
	s.summary.Addresses, s.summary.Files, s.summary.Chosen = &e.short, e.Files, len(e.Only) > 0
	if auto {
		s.teller = newStoryWriter(&s.stories, e)
	}
	return s
}

func (s *summaryWriter) row(c *connection) error {
	s.summary.Add(c, s.env.verdicts)
	if !s.auto {
		return nil
	}
	if s.summary.Connections() > storyMost {
		s.auto, s.stories = false, bytes.Buffer{}
		return nil
	}
	return s.teller.row(c)
}

func (s *summaryWriter) finish() error {
	stories := s.auto && s.summary.Connections() > 0
	var b bytes.Buffer
	switch s.env.Format {
	case FormatJSON, FormatNDJSON:
		_, err := s.w.Write(append(s.summary.AppendObject(nil, s.input), '\n'))
		return err
	case FormatCSV:
		return s.csv()
	case FormatMarkdown:
		s.summary.WriteMarkdown(&b, s.input, stories)
	default:
		s.summary.WriteText(&b, s.input, stories)
	}
	if _, err := s.w.Write(b.Bytes()); err != nil || !stories {
		return err
	}
	if err := s.teller.finish(); err != nil {
		return err
	}
	_, err := s.stories.WriteTo(s.w)
	return err
}

// csv writes the JSON object flattened, one row a value: "opened.complete,141".
func (s *summaryWriter) csv() error {
	b := []byte("name,value\r\n")
	d := json.NewDecoder(bytes.NewReader(s.summary.AppendObject(nil, s.input)))
	d.UseNumber()
	b, err := flatten(b, d, "")
	if err != nil {
		return err
	}
	_, err = s.w.Write(b)
	return err
}

// flatten appends a row for every value under name. The depth is that of
// the summary, so the recursion is bounded.
func flatten(b []byte, d *json.Decoder, name string) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return b, err
	}
	open, nested := token.(json.Delim)
	if !nested {
		kind := KindText
		text := ""
		switch v := token.(type) {
		case json.Number:
			kind, text = KindCount, v.String()
		case string:
			text = v
		case bool:
			text = strconv.FormatBool(v)
		}
		b = append(appendCSV(b, []byte(name), KindWord), ',')
		if kind == KindText {
			text = escape.Text(text)
		}
		return append(appendCSV(b, []byte(text), kind), "\r\n"...), nil
	}
	for i := 0; d.More(); i++ {
		key := strconv.Itoa(i)
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return b, err
			}
			key, _ = t.(string)
		}
		if name != "" {
			key = name + "." + key
		}
		if b, err = flatten(b, d, key); err != nil {
			return b, err
		}
	}
	_, err = d.Token() // the closing brace
	return b, err
}
