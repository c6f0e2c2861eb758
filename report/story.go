package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// storyWriter tells each connection in words: how it opened, what was sent, how
// it closed and who is left in TIME-WAIT. Every sentence follows from a field
// of the record.
type storyWriter struct {
	w        io.Writer
	env      *env
	told     int
	hidden   int
	inferred lexicon.Marks
	dropped  map[string]bool
}

func newStoryWriter(w io.Writer, e *env) *storyWriter {
	return &storyWriter{w: w, env: e, dropped: map[string]bool{}}
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
	t := &story{env: s.env, conn: c, out: &b}
	t.tell()
	s.inferred.Add(t.inferred)
	for _, d := range t.dropped {
		s.dropped[d] = true
	}
	_, err := s.w.Write(b.Bytes())
	return err
}

func (s *storyWriter) finish() error {
	var b bytes.Buffer
	note := func(text string) {
		if b.Len() == 0 && s.told > 0 {
			b.WriteByte('\n')
		}
		s.env.WriteWrapped(&b, prose.Quiet, "", text) // a bytes.Buffer does not fail
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
	if text := s.inferred.Note(); text != "" {
		note(text)
	}
	if s.dropped["ACK"] || s.dropped["REL ACK"] {
		note("no room for the column ACK: its arithmetic stands under each row")
	}
	if s.env.Format == FormatMarkdown {
		b.WriteString("```\n")
	}
	_, err := s.w.Write(b.Bytes())
	return err
}

// story is one connection being told.
type story struct {
	env      *env
	conn     *connection
	out      *bytes.Buffer
	inferred lexicon.Marks
	dropped  []string
}

func (t *story) tell() {
	t.title()
	t.opening()
	t.data()
	t.closing()
	t.timeWait()
}

// sectionIndent is the width of a section's name.
const sectionIndent = "           "

// section writes "NAME       sentence", wrapped beside the name.
func (t *story) section(name, text string, tone prose.Tone) {
	head := name + strings.Repeat(" ", max(1, len(sectionIndent)-len(name)))
	lines := prose.Wrap(t.env.Plain(text), t.env.Width-len(sectionIndent), "")
	for i, l := range lines {
		if i == 0 {
			t.out.WriteString(t.env.Paint(prose.Strong, strings.TrimRight(head, " ")) + head[len(strings.TrimRight(head, " ")):])
		} else {
			t.out.WriteString(sectionIndent)
		}
		t.out.WriteString(t.env.Paint(tone, prose.Unglue(l)) + "\n")
	}
}

// title names the ends and says where the capture was taken.
func (t *story) title() {
	c := t.conn
	parts := []string{
		fmt.Sprintf("connection %d", c.Number),
		c.Client.String() + " → " + c.Server.String(),
	}
	if name := t.env.encap(c.EncapID); name != "" {
		parts = append(parts, "inside "+escape.Text(name))
	}
	n := c.FromClient.Packets + c.FromServer.Packets
	parts = append(parts, prose.Plural(n, "segment")+" in "+prose.Span(c.End-c.Start))
	if p := vantage(c); p != "" {
		parts = append(parts, p)
	}
	t.env.writeParts(t.out, parts)
	t.env.WriteWrapped(t.out, prose.Quiet, prose.Gap, prose.Gap+t.zero())
	t.out.WriteByte('\n')
}

// zero says when time 0 of the story is, which is the connection's own, and what
// it is in other views, whose times count from the capture's first segment.
func (t *story) zero() string {
	e, start := t.env, t.conn.Start
	text := "times since " + string(e.clock.AppendTime(nil, start))
	if start != e.base {
		text += " (" + string(number.AppendFixed(nil, start-e.base)) + " s in other views)"
	}
	return text
}

// writeParts writes parts with three spaces between them, breaking lines
// between parts only.
func (e *env) writeParts(out *bytes.Buffer, parts []string) {
	used := 0
	for _, p := range parts {
		p = e.Plain(p)
		n := prose.Width(p)
		switch {
		case used == 0:
		case used+3+n > e.Width:
			out.WriteString("\n  ")
			used = 2
		default:
			out.WriteString("   ")
			used += 3
		}
		if used+n > e.Width {
			lines := prose.Wrap(p, e.Width-2, "")
			p = strings.Join(lines, "\n  ")
			n = prose.Width(lines[len(lines)-1])
			used = 2 // what stands before the last line
		}
		out.WriteString(prose.Unglue(p))
		used += n
	}
	out.WriteByte('\n')
}

// vantage says what the handshake shows about the place of the capture; "" if there
// may be two.
func vantage(c *connection) string {
	if record.CapturedTwice(&c.FromClient, &c.FromServer) {
		return ""
	}
	server, client := c.Opening.RTTServer, c.Opening.RTTClient
	if o := &c.Opening; o.SynCount > 1 || o.SynAckCount > 1 || o.AckData > 0 || record.OpenedByFIN(c) {
		// The times may include a wait for something lost; also if the ACK came
		// with payload or a FIN, before which a bare one was lost or left out.
		server, client = leastTrip(server, c.FromClient.RTT.Min), leastTrip(client, c.FromServer.RTT.Min)
	}
	trips := "(round trip to the server " + prose.Duration(server) + ", to the client " + prose.Duration(client) + ")"
	switch at := record.TapAt(server, client); at {
	case "":
		return ""
	case "between":
		return "captured between the ends " + trips
	default:
		return "captured nearer the " + at + " " + trips
	}
}

// leastTrip is the shorter of two round trips, of which the second may be
// unknown.
func leastTrip(a, b int64) int64 {
	if b >= 0 {
		return min(a, b)
	}
	return a
}

// phrases are the parts of a sentence.
type phrases []string

// add appends a phrase, unless it is empty.
func (p *phrases) add(text string) {
	if text != "" {
		*p = append(*p, text)
	}
}

func (p *phrases) addf(format string, args ...any) { p.add(fmt.Sprintf(format, args...)) }

func (p phrases) join() string { return strings.Join(p, "; ") }
