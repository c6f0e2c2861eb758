package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"tcpwatch/report/escape"
	"tcpwatch/report/grid"
	"tcpwatch/report/prose"
)

// storyMost is the most connections of a capture whose stories are told when no
// view is requested: about what fits on a screen or two.
const storyMost = 3

// summaryWriter counts connections and writes the summary when all is known.
type summaryWriter struct {
	w     io.Writer
	env   *env
	input *Input // set before finish
	tally tally

	// auto is set if stories replace the summary of a small capture.
	auto    bool
	stories bytes.Buffer
	teller  *storyWriter
}

func newSummaryWriter(w io.Writer, e *env, auto bool) *summaryWriter {
	s := &summaryWriter{w: w, env: e, auto: auto}
	s.tally.halves.name = e.encap
	s.tally.listeners.WithoutTimes = true // of listeners it says which are under a flood
	if auto {
		s.teller = newStoryWriter(&s.stories, e)
	}
	return s
}

func (s *summaryWriter) row(c *connection) error {
	s.tally.add(c, s.env.verdicts)
	if !s.auto {
		return nil
	}
	if s.tally.connections > storyMost {
		s.auto, s.stories = false, bytes.Buffer{}
		return nil
	}
	return s.teller.row(c)
}

func (s *summaryWriter) finish() error {
	s.tally.holds.measure(s.tally.end)
	switch s.env.Format {
	case FormatJSON, FormatNDJSON:
		_, err := s.w.Write(append(summaryObject(nil, s.env, s.input, &s.tally), '\n'))
		return err
	case FormatCSV:
		return s.csv()
	}
	stories := s.auto && s.tally.connections > 0
	sections := summarySections(s.input, &s.tally, !stories)
	var b bytes.Buffer
	if s.env.Format == FormatMarkdown {
		s.markdown(&b, sections, stories)
	} else {
		s.text(&b, sections, stories)
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
	d := json.NewDecoder(bytes.NewReader(summaryObject(nil, s.env, s.input, &s.tally)))
	d.UseNumber()
	b, err := flatten(b, d, "")
	if err != nil {
		return err
	}
	_, err = s.w.Write(b)
	return err
}

// flatten appends a row for every value under name. The depth is that of
// summaryObject, so the recursion is bounded.
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

// text writes the summary for a terminal: numbers in one column.
func (s *summaryWriter) text(b *bytes.Buffer, sections []summarySection, stories bool) {
	s.env.WriteParts(b, s.headline())
	b.WriteByte('\n')
	width := 0
	for _, sec := range sections {
		for _, it := range sec.items {
			width = max(width, len(it.number()))
		}
	}
	for _, sec := range sections {
		s.sectionText(b, &sec, width)
	}
	if stories {
		b.WriteByte('\n')
		return
	}
	s.notableText(b)
}

// sectionName is the width of a section's name.
const sectionName = 11

func (s *summaryWriter) sectionText(b *bytes.Buffer, sec *summarySection, width int) {
	for i, it := range sec.items {
		name := ""
		if i == 0 {
			name = sec.name
		}
		b.WriteString(s.env.Paint(prose.Strong, name))
		b.WriteString(strings.Repeat(" ", max(0, sectionName-len(name)+width-len(it.number()))))
		b.WriteString(it.number())
		b.WriteString(prose.Gap)
		indent := strings.Repeat(" ", sectionName+width+len(prose.Gap))
		for k, line := range prose.Wrap(s.env.Plain(it.text), s.env.Width-len(indent), "") {
			if k > 0 {
				b.WriteString(indent)
			}
			b.WriteString(s.env.Paint(it.tone, prose.Unglue(line)) + "\n")
		}
	}
}

// headline names the inputs and their size.
func (s *summaryWriter) headline() []string {
	t, in := &s.tally, s.input
	var parts []string
	for i, f := range in.Files {
		if i == namedFiles && len(in.Files) > namedFiles+1 {
			parts = append(parts, "and "+prose.Plural(uint64(len(in.Files)-i), "more file"))
			break
		}
		name := escape.Text(f.Name)
		if f.Format != "" {
			name += " (" + escape.Text(f.Format) + ")"
		}
		parts = append(parts, name)
	}
	if len(in.Files) == 0 {
		for _, n := range s.env.Files[:min(len(s.env.Files), namedFiles)] {
			parts = append(parts, escape.Text(n))
		}
	}
	parts = append(parts, prose.Plural(in.Packets, "packet"))
	if t.connections == 0 {
		return append(parts, "no connections")
	}
	n := prose.Plural(t.connections, "connection")
	if len(s.env.Only) > 0 {
		n = prose.Thousands(t.connections) + " of " + prose.Plural(s.input.Analysis.Connections, "connection") + " (--connection)"
	}
	return append(parts, n+" in "+prose.Duration(t.end-t.start))
}

// namedFiles is how many input files are named in the headline.
const namedFiles = 3

// notableText lists the connections that deserve a look.
func (s *summaryWriter) notableText(b *bytes.Buffer) {
	rows, more := s.tally.notable.Shown()
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n" + s.env.Paint(prose.Strong, "deserve a look") + "\n")
	g := grid.Grid{Style: &s.env.Style, Addresses: &s.env.short, Indent: prose.Gap, Columns: []grid.Column{
		{Header: "CONN", Right: true}, {Header: "CLIENT", Shorten: 4}, {Header: "SERVER", Drop: 3, Shorten: 4}, {Header: "OPENED", Drop: 2}, {Header: "CLOSED", Drop: 1},
		{Header: "RESENT", Right: true, Drop: 4}, {Header: "WHY", Below: true},
	}}
	for _, r := range rows {
		cells := []grid.Cell{{Text: (&Value{set: true, n: r.Number}).people(KindID, s.env)}, {Text: r.Client}, {Text: r.Server}, {Text: r.Opened, Tone: r.OpenedTone},
			{Text: r.Closed, Tone: r.ClosedTone}, {Text: prose.Thousands(r.Resent)}, {Text: s.env.Plain(r.Why)}}
		g.Rows = append(g.Rows, cells)
	}
	g.Fit(false)
	if err := g.Render(b); err != nil {
		b.WriteString(err.Error() + "\n")
	}
	if rest := more.Text(); rest != "" {
		s.env.WriteWrapped(b, prose.Quiet, prose.Gap, prose.Gap+"connections not shown: "+rest+" (--view connections has every one)")
	}
	if what, _ := g.NoRoom(); what != "" {
		s.env.WriteWrapped(b, prose.Quiet, prose.Gap, prose.Gap+what)
	}
}

// people returns the value as people read it.
func (v *Value) people(k Kind, e *env) string { return string(v.appendPeople(nil, k, e)) }

// markdown writes the same as tables.
func (s *summaryWriter) markdown(b *bytes.Buffer, sections []summarySection, stories bool) {
	for i, p := range s.headline() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.env.Plain(p)))))
	}
	b.WriteString("\n\n| | COUNT | WHAT |\n|:---|---:|:---|\n")
	for _, sec := range sections {
		for i, it := range sec.items {
			name := ""
			if i == 0 {
				name = sec.name
			}
			b.WriteString("| " + name + " | " + it.number() + " | ")
			b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.env.Plain(it.text)))))
			b.WriteString(" |\n")
		}
	}
	rows, _ := s.tally.notable.Shown()
	if stories || len(rows) == 0 {
		b.WriteByte('\n')
		return
	}
	b.WriteString("\nDeserve a look:\n\n| CONN | CLIENT | SERVER | OPENED | CLOSED | RESENT | WHY |\n|---:|:---|:---|:---|:---|---:|:---|\n")
	for _, r := range rows {
		b.WriteString("| " + (&Value{set: true, n: r.Number}).people(KindID, s.env) + " | " + r.Client + " | " + r.Server + " | " + r.Opened + " | " + r.Closed + " | " + prose.Thousands(r.Resent) + " | ")
		b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.env.Plain(r.Why)))))
		b.WriteString(" |\n")
	}
}
