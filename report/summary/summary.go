package summary

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/escape"
	"tcpwatch/report/grid"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// Summary counts the connections of a capture, and says what the capture holds and what of that
// deserves a look. Its size does not depend on the number of connections, except for lists with
// bounds.
type Summary struct {
	// Style is read when the summary is written.
	Style *prose.Style
	// Addresses are those shown in the same output; nil: only the summary shows any.
	Addresses *grid.Addresses
	// Files are the names of the inputs, for where an Input has none.
	Files []string
	// Chosen is set if only connections that were asked for are added.
	Chosen bool

	tally tally
	clock number.Clock
	ended bool // holds are counted to the end
}

// New returns a Summary of nothing. encap names what is around a connection by its
// EncapID; "": nothing.
func New(style *prose.Style, encap func(id uint32) string) *Summary {
	s := &Summary{Style: style}
	s.tally.halves.name = encap
	s.tally.listeners.WithoutTimes = true // of listeners it says which are under a flood
	return s
}

// Add counts a connection with the verdicts on it, in the order of their numbers. Nothing of either is kept.
func (s *Summary) Add(c *analyze.Connection, verdicts []verdict.Verdict) { s.tally.add(c, verdicts) }

// Connections returns how many connections were added.
func (s *Summary) Connections() uint64 { return s.tally.connections }

// measured returns the tally when no more connections come.
func (s *Summary) measured() *tally {
	if !s.ended {
		s.tally.holds.measure(s.tally.end)
		s.ended = true
	}
	return &s.tally
}

// WriteText writes the summary for a terminal: numbers in one column. brief leaves out what
// concerns connections, as where their stories stand below it.
func (s *Summary) WriteText(b *bytes.Buffer, in *Input, brief bool) {
	s.Style.WriteParts(b, s.headline(in))
	b.WriteByte('\n')
	sections, width := sections(in, s.measured(), !brief), 0
	for _, sec := range sections {
		for _, it := range sec.items {
			width = max(width, len(it.number()))
		}
	}
	for _, sec := range sections {
		s.sectionText(b, &sec, width)
	}
	if brief {
		b.WriteByte('\n')
		return
	}
	s.notableText(b, in)
}

// sectionName is the width of a section's name.
const sectionName = len(prose.SectionIndent)

func (s *Summary) sectionText(b *bytes.Buffer, sec *section, width int) {
	for i, it := range sec.items {
		name := ""
		if i == 0 {
			name = sec.name
		}
		b.WriteString(s.Style.Paint(prose.Strong, name))
		b.WriteString(strings.Repeat(" ", max(0, sectionName-len(name)+width-len(it.number()))))
		b.WriteString(it.number())
		b.WriteString(prose.Gap)
		indent := strings.Repeat(" ", sectionName+width+len(prose.Gap))
		for k, line := range prose.Wrap(s.Style.Plain(it.text), s.Style.Width-len(indent), "") {
			if k > 0 {
				b.WriteString(indent)
			}
			b.WriteString(s.Style.Paint(it.tone, prose.Unglue(line)) + "\n")
		}
	}
}

// headline names the inputs and their size.
func (s *Summary) headline(in *Input) []string {
	t := &s.tally
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
		for _, n := range s.Files[:min(len(s.Files), namedFiles)] {
			parts = append(parts, escape.Text(n))
		}
	}
	parts = append(parts, prose.Plural(in.Packets, "packet"))
	if t.connections == 0 {
		return append(parts, "no connections")
	}
	n := prose.Plural(t.connections, "connection")
	if s.Chosen {
		n = prose.Thousands(t.connections) + " of " + prose.Plural(in.Analysis.Connections, "connection") + " (--connection)"
	}
	return append(parts, n+" in "+prose.Duration(t.end-t.start))
}

// namedFiles is how many input files are named in the headline.
const namedFiles = 3

// notableText lists the connections that deserve a look.
func (s *Summary) notableText(b *bytes.Buffer, in *Input) {
	rows, more := s.tally.notable.Shown()
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n" + s.Style.Paint(prose.Strong, "deserve a look") + "\n")
	g := grid.Grid{Style: s.Style, Addresses: s.Addresses, Indent: prose.Gap, Columns: []grid.Column{
		{Header: "CONN", Right: true}, {Header: "CLIENT", Shorten: 4}, {Header: "SERVER", Drop: 3, Shorten: 4}, {Header: "OPENED", Drop: 2}, {Header: "CLOSED", Drop: 1},
		{Header: "RESENT", Right: true, Drop: 4}, {Header: "WHY", Below: true},
	}}
	for _, r := range rows {
		cells := []grid.Cell{{Text: strconv.FormatUint(r.Number, 10)}, {Text: r.Client}, {Text: r.Server}, {Text: r.Opened, Tone: r.OpenedTone},
			{Text: r.Closed, Tone: r.ClosedTone}, {Text: prose.Thousands(r.Resent)}, {Text: s.Style.Plain(r.Why)}}
		g.Rows = append(g.Rows, cells)
	}
	g.Fit(false)
	if err := g.Render(b); err != nil {
		b.WriteString(err.Error() + "\n")
	}
	if rest := more.Text(); rest != "" {
		s.Style.WriteWrapped(b, prose.Quiet, prose.Gap, prose.Gap+notShown+rest+everyOne)
	}
	if what, _ := g.NoRoom(); what != "" {
		s.Style.WriteWrapped(b, prose.Quiet, prose.Gap, prose.Gap+what)
	}
	if next := s.next(in, rows[0].Number); next != "" {
		s.Style.WriteWrapped(b, prose.Quiet, prose.Gap, prose.Gap+next)
	}
}

// Around the number of connections that deserve a look and have no row.
const (
	notShown = "connections not shown: "
	everyOne = " (--view connections has every one)"
)

// What cannot be read again: the format of what is captured as it is analysed, and the name of
// what came through a pipe.
const (
	liveFormat = "live"
	pipeName   = "standard input"
)

// next says what tells more: of a connection that can be read again, and of a verdict that was
// given.
func (s *Summary) next(in *Input, connection uint64) string {
	var ways []string
	gone := func(f File) bool { return f.Format == liveFormat || f.Name == pipeName }
	if len(in.Files) > 0 && !slices.ContainsFunc(in.Files, gone) {
		ways = append(ways, "--view story --connection "+strconv.FormatUint(connection, 10)+" tells more of one")
	}
	for id, spec := range verdict.All {
		if s.tally.verdicts.of(verdict.ID(id)) > 0 {
			ways = append(ways, "tcpwatch explain "+spec.Name+" says what that rests on and where to look next")
			break
		}
	}
	return strings.Join(ways, "; ")
}

// WriteMarkdown writes the same as tables.
func (s *Summary) WriteMarkdown(b *bytes.Buffer, in *Input, brief bool) {
	sections := sections(in, s.measured(), !brief)
	for i, p := range s.headline(in) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.Style.Plain(p)))))
	}
	b.WriteString("\n\n| | COUNT | WHAT |\n|:---|---:|:---|\n")
	for _, sec := range sections {
		for i, it := range sec.items {
			name := ""
			if i == 0 {
				name = sec.name
			}
			b.WriteString("| " + name + " | " + it.number() + " | ")
			b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.Style.Plain(it.text)))))
			b.WriteString(" |\n")
		}
	}
	rows, more := s.tally.notable.Shown()
	if brief || len(rows) == 0 {
		b.WriteByte('\n')
		return
	}
	b.WriteString("\nDeserve a look:\n\n| CONN | CLIENT | SERVER | OPENED | CLOSED | RESENT | WHY |\n|---:|:---|:---|:---|:---|---:|:---|\n")
	for _, r := range rows {
		b.WriteString("| " + strconv.FormatUint(r.Number, 10) + " | " + r.Client + " | " + r.Server + " | " + r.Opened + " | " + r.Closed + " | " + prose.Thousands(r.Resent) + " | ")
		b.Write(escape.AppendMarkdown(nil, []byte(prose.Unglue(s.Style.Plain(r.Why)))))
		b.WriteString(" |\n")
	}
	if rest := more.Text(); rest != "" {
		b.WriteString("\nConnections not shown: " + rest + everyOne + ".\n")
	}
}
