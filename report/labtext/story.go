package labtext

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// Story writes the story of a lesson as it happens. It does not buffer; the
// first error is kept.
type Story struct {
	w          io.Writer
	style      prose.Style
	reckonings map[int]*reckoning
	// words are those of the steps that need an explanation, in the order in which they
	// came: labels other than those that name the segment, RETRANSMISSION with its
	// cause, a state that is only guessed.
	words []string
	err   error
}

// NewStory returns a story for a terminal.
func NewStory(w io.Writer, style prose.Style) *Story {
	style.FixWidth()
	return &Story{w: w, style: style, reckonings: map[int]*reckoning{}}
}

// Err returns the first write error, if any.
func (l *Story) Err() error { return l.err }

func (l *Story) write(b *bytes.Buffer) {
	if l.err == nil {
		_, l.err = l.w.Write(b.Bytes())
	}
}

// Title writes the name of the lesson and what it shows.
func (l *Story) Title(name, about string) {
	var b bytes.Buffer
	b.WriteString(l.style.Paint(prose.Strong, name) + "\n")
	l.style.WriteWrapped(&b, prose.Plain, prose.Gap, prose.Gap+about)
	l.write(&b)
}

// Heading begins a part of the story; note says how to read it.
func (l *Story) Heading(text, note string) {
	var b bytes.Buffer
	b.WriteString("\n" + l.style.Paint(prose.Strong, l.style.Plain(text)) + "\n")
	if note != "" {
		l.style.WriteWrapped(&b, prose.Quiet, prose.Gap, prose.Gap+note)
	}
	l.reckonings = map[int]*reckoning{}
	l.write(&b)
}

// indent is the room of number and time before a row.
const indent = "               "

// Say writes what a program does, or what a kernel says.
func (l *Story) Say(at time.Duration, text string) {
	var b bytes.Buffer
	l.lines(&b, prose.Quiet, fmt.Sprintf("%14s ", prose.Unglue(prose.Duration(int64(at))))+" ", "· "+escape.Text(text))
	l.write(&b)
}

// Setting writes how both hosts were set up.
func (l *Story) Setting(at time.Duration, s *Setting) {
	text := fmt.Sprintf("both hosts: %s %s (default %s): %s", s.Name, s.Value, s.Default, s.Why)
	switch s.Default {
	case "":
		text = fmt.Sprintf("both hosts: %s is not in this kernel, which does the same without: %s", s.Name, s.Why)
	case s.Value:
		text = fmt.Sprintf("both hosts: %s %s (the default): %s", s.Name, s.Value, s.Why)
	}
	l.Say(at, text)
}

// lines writes text after a head, wrapped below where it begins.
func (l *Story) lines(b *bytes.Buffer, t prose.Tone, head, text string) {
	head = l.style.Plain(head)
	for i, line := range prose.Wrap(l.style.Plain(text), l.style.Width-prose.Width(head), "") {
		if i > 0 {
			head = strings.Repeat(" ", prose.Width(head))
		}
		b.WriteString(head + l.style.Paint(t, prose.Unglue(line)) + "\n")
	}
}

// Step writes a packet: what it is, its numbers and how they fit, its fate, and
// both ends.
func (l *Story) Step(s *Step) {
	var b bytes.Buffer
	head := fmt.Sprintf("%4d %9s  ", s.Number, prose.Unglue(prose.Duration(int64(s.At))))
	from, to := prose.Side(s.FromClient), prose.Side(!s.FromClient)
	if s.Datagram != "" {
		l.lines(&b, prose.Strong, head, s.Datagram+fateText(s, to))
		l.write(&b)
		return
	}
	r := l.reckonings[s.Connection]
	if r == nil {
		r = newReckoning()
		r.sums.Relative = true
		l.reckonings[s.Connection] = r
	}
	r.base(&s.Step)
	// The numbers of a handshake are those on the wire, later ones count from the
	// ISNs.
	r.sums.Relative = !s.Bare && !r.opens(&s.Step)
	name := r.sums.Name(&s.Step)
	switch {
	case s.Landing:
		l.lines(&b, prose.Plain, head, fmt.Sprintf("%s of the %s arrives at the %s", name, from, to))
	default:
		l.lines(&b, prose.Plain, head, l.firstLine(s, r, from, to, name))
		l.second(&b, s, r, to)
		r.saw(s, name)
	}
	l.ends(&b, s)
	l.write(&b)
}

// firstLine describes a segment and its numbers.
func (l *Story) firstLine(s *Step, r *reckoning, from, to, name string) string {
	parts := []string{"seq" + prose.NBSP + r.sums.Seq(&s.Step)}
	if s.Step.Flags.Any(wire.ACK) {
		parts = append(parts, "ack"+prose.NBSP+r.sums.Ack(&s.Step))
	}
	if !s.Step.Flags.Any(wire.RST) {
		parts = append(parts, "window"+prose.NBSP+prose.Thousands(uint64(s.Window)))
	}
	if s.Step.Flags.Any(wire.SYN) {
		parts = append(parts, synOptions(&s.Options)...)
	}
	which := ""
	if s.Connection > 1 {
		which = fmt.Sprintf(" (%d)", s.Connection)
	}
	return fmt.Sprintf("%s → %s%s  %s  %s", from, to, which, name, strings.Join(parts, ", "))
}

// synOptions names what a SYN offers.
func synOptions(o *wire.Options) (parts []string) {
	if o.Set.Has(wire.OptMSS) {
		parts = append(parts, fmt.Sprintf("MSS%s%d", prose.NBSP, o.MSS))
	}
	switch {
	case !o.Set.Has(wire.OptFastOpen):
	case o.FastOpenLen > 0:
		parts = append(parts, "Fast Open with a cookie")
	default:
		parts = append(parts, "Fast Open: asks for a cookie")
	}
	return parts
}

// second writes the labels, the check of the numbers, and what the link did.
func (l *Story) second(b *bytes.Buffer, s *Step, r *reckoning, to string) {
	var names []string
	s.Labels.Each(func(id label.ID) {
		name := lexicon.Label(id)
		if id == label.Retransmission && s.Cause > label.CauseUnknown {
			name += " (" + s.Cause.String() + ")"
		}
		names = append(names, name)
		l.saw(id, name)
	})
	text := strings.Join(names, " ")
	var landed []string
	s.Landed.Each(func(id label.ID) {
		if !s.Labels.Has(id) && id > label.Ack {
			landed = append(landed, lexicon.Label(id))
			l.saw(id, lexicon.Label(id))
		}
	})
	if len(landed) > 0 {
		text += ", to the " + to + " " + strings.Join(landed, " ")
	}
	check, tone := r.check(s)
	for _, part := range []string{check, r.sacked(s), r.waited(s)} {
		if part != "" {
			text += " · " + part
		}
	}
	l.lines(b, max(tone, toneOf(s)), indent+" ", text+fateText(s, to))
}

func toneOf(s *Step) prose.Tone {
	if s.Lost || s.Corrupt || s.Labels.Has(label.Retransmission) {
		return prose.Doubt
	}
	return prose.Plain
}

// fateText says what the link did.
func fateText(s *Step, to string) string {
	switch {
	case s.Lost:
		return " · lost on the way"
	case s.Copy:
		return " · a copy made by the link reaches the " + to
	case s.Corrupt:
		return " · damaged on the way"
	case s.Held:
		return " · held back on the way"
	case s.Copied:
		return " · copied on the way"
	}
	return ""
}

// ends writes both ends' states, by the taps and by the kernels.
func (l *Story) ends(b *bytes.Buffer, s *Step) {
	var parts []string
	tone := prose.Good
	for i, e := range s.Ends {
		part := prose.Side(i == 0) + " " + e.State.String()
		switch {
		case s.Bare: // no kernel is asked
			tone = prose.Plain
		case e.Guessed:
			part = prose.Side(i == 0) + " CLOSED (the tap: " + e.State.String() + ")"
			l.word(e.State.String())
		case e.Relation == 0:
			part += " (no socket)"
		case e.Relation < 0:
			part, tone = part+" ≠ "+e.Kernel, prose.Bad
		default:
			if e.State.Base() == state.Closed {
				e.Kernel = "no socket"
			}
			part += " = " + e.Kernel
		}
		parts = append(parts, l.style.Plain(part))
	}
	const room = len("client SYN-RECEIVED = SYN-RECEIVED")
	indent := indent + " "
	if len(indent)+2*room+len(prose.Gap) > l.style.Width {
		indent = "     "
	}
	first := parts[0] + strings.Repeat(" ", max(0, room-prose.Width(parts[0]))) + prose.Gap
	if len(indent)+prose.Width(first)+prose.Width(parts[1]) > l.style.Width {
		l.lines(b, tone, indent, parts[0])
		l.lines(b, tone, indent, parts[1])
		return
	}
	b.WriteString(indent + l.style.Paint(tone, first+parts[1]) + "\n")
}

// sentence writes a section of prose under its name.
func (l *Story) sentence(name, text string) {
	var b bytes.Buffer
	l.style.WriteSection(&b, name, text, prose.Plain)
	l.write(&b)
}
