package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// LabStep is one packet of a lesson of the lab.
type LabStep struct {
	Number     uint64
	Connection int // 0 for what is not TCP
	At         time.Duration
	FromClient bool
	// Datagram describes a packet that is not TCP; "" for a segment.
	Datagram string

	Step   analyze.Step
	Labels label.Set // at the tap of the sender
	Cause  label.Cause
	Landed label.Set // at the tap of the receiver
	// Acked is how many numbers of the other end it is the first to acknowledge.
	Acked uint32
	// Past says, for a SYN whose tuple was used before, where that
	// connection ended.
	Past    LabPast
	Window  uint32
	Options wire.Options
	// What the link did to the packet. Landing is the arrival of a packet that
	// was told before.
	Lost, Corrupt, Held, Copied, Copy, Arrived, Landing bool

	// Ends are client and server. Bare leaves their kernels out: the segment is
	// drawn, not sent.
	Ends [2]LabEnd
	Bare bool
}

// LabPast is what is left of an end's earlier use of a tuple.
type LabPast struct {
	Known   bool
	Next    wire.Seq // after the highest number that it sent
	Stamped bool     // it sent timestamps
	TSVal   uint32   // of its last segment
}

// LabEnd is what is known of one end.
type LabEnd struct {
	State  state.State // by the tap at that end
	Kernel string      // by the end's kernel, in the RFC's spelling
	// Relation is 0 where the kernel has no socket, 1 where the two are equal, -1
	// where they differ.
	Relation int
	// Guessed is set if the end is assumed to listen but nobody does.
	Guessed bool
}

// LabStory writes the story of a lesson as it happens. It does not buffer; the
// first error is kept.
type LabStory struct {
	w     io.Writer
	env   *env
	sums  map[int]*labSums
	words []string // see Words
	err   error
}

// NewLabStory returns a story for a terminal. Of the options Width, Color and
// ASCII count.
func NewLabStory(w io.Writer, o Options) *LabStory {
	o.FixWidth()
	return &LabStory{w: w, env: &env{Options: o}, sums: map[int]*labSums{}}
}

// Err returns the first write error, if any.
func (l *LabStory) Err() error { return l.err }

func (l *LabStory) write(b *bytes.Buffer) {
	if l.err == nil {
		_, l.err = l.w.Write(b.Bytes())
	}
}

// Title writes the name of the lesson and what it shows.
func (l *LabStory) Title(name, about string) {
	var b bytes.Buffer
	b.WriteString(l.env.Paint(prose.Strong, name) + "\n")
	l.env.WriteWrapped(&b, prose.Plain, prose.Gap, prose.Gap+about)
	l.write(&b)
}

// Heading begins a part of the story; note says how to read it.
func (l *LabStory) Heading(text, note string) {
	var b bytes.Buffer
	b.WriteString("\n" + l.env.Paint(prose.Strong, l.env.Plain(text)) + "\n")
	if note != "" {
		l.env.WriteWrapped(&b, prose.Quiet, prose.Gap, prose.Gap+note)
	}
	l.sums = map[int]*labSums{}
	l.write(&b)
}

// labIndent is the room of number and time before a row.
const labIndent = "               "

// Say writes what a program does, or what a kernel says.
func (l *LabStory) Say(at time.Duration, text string) {
	var b bytes.Buffer
	l.lines(&b, prose.Quiet, fmt.Sprintf("%14s ", prose.Unglue(prose.Duration(int64(at))))+" ", "· "+escape.Text(text))
	l.write(&b)
}

// Setting writes how both hosts were set up.
func (l *LabStory) Setting(at time.Duration, s *LabSetting) {
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
func (l *LabStory) lines(b *bytes.Buffer, t prose.Tone, head, text string) {
	head = l.env.Plain(head)
	for i, line := range prose.Wrap(l.env.Plain(text), l.env.Width-prose.Width(head), "") {
		if i > 0 {
			head = strings.Repeat(" ", prose.Width(head))
		}
		b.WriteString(head + l.env.Paint(t, prose.Unglue(line)) + "\n")
	}
}

// Step writes a packet: what it is, its numbers and how they fit, its fate, and
// both ends.
func (l *LabStory) Step(s *LabStep) {
	var b bytes.Buffer
	head := fmt.Sprintf("%4d %9s  ", s.Number, prose.Unglue(prose.Duration(int64(s.At))))
	from, to := prose.Side(s.FromClient), prose.Side(!s.FromClient)
	if s.Datagram != "" {
		l.lines(&b, prose.Strong, head, s.Datagram+fateText(s, to))
		l.write(&b)
		return
	}
	sums := l.sums[s.Connection]
	if sums == nil {
		sums = newLabSums()
		sums.Relative = true
		l.sums[s.Connection] = sums
	}
	sums.base(&s.Step)
	// The numbers of a handshake are those on the wire, later ones count from the
	// ISNs.
	sums.Relative = !s.Bare && !sums.opens(&s.Step)
	name := sums.Name(&s.Step)
	switch {
	case s.Landing:
		l.lines(&b, prose.Plain, head, fmt.Sprintf("%s of the %s arrives at the %s", name, from, to))
	default:
		l.lines(&b, prose.Plain, head, l.firstLine(s, sums, from, to, name))
		l.second(&b, s, sums, to)
		sums.saw(s, name)
	}
	l.ends(&b, s)
	l.write(&b)
}

// firstLine describes a segment and its numbers.
func (l *LabStory) firstLine(s *LabStep, sums *labSums, from, to, name string) string {
	parts := []string{"seq" + prose.NBSP + sums.Seq(&s.Step)}
	if s.Step.Flags.Any(wire.ACK) {
		parts = append(parts, "ack"+prose.NBSP+sums.Ack(&s.Step))
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
func (l *LabStory) second(b *bytes.Buffer, s *LabStep, sums *labSums, to string) {
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
	check, tone := sums.check(s)
	for _, part := range []string{check, sums.sacked(s), sums.waited(s)} {
		if part != "" {
			text += " · " + part
		}
	}
	l.lines(b, max(tone, labTone(s)), labIndent+" ", text+fateText(s, to))
}

func labTone(s *LabStep) prose.Tone {
	if s.Lost || s.Corrupt || s.Labels.Has(label.Retransmission) {
		return prose.Doubt
	}
	return prose.Plain
}

// fateText says what the link did.
func fateText(s *LabStep, to string) string {
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
func (l *LabStory) ends(b *bytes.Buffer, s *LabStep) {
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
		parts = append(parts, l.env.Plain(part))
	}
	const room = len("client SYN-RECEIVED = SYN-RECEIVED")
	indent := labIndent + " "
	if len(indent)+2*room+len(prose.Gap) > l.env.Width {
		indent = "     "
	}
	first := parts[0] + strings.Repeat(" ", max(0, room-prose.Width(parts[0]))) + prose.Gap
	if len(indent)+prose.Width(first)+prose.Width(parts[1]) > l.env.Width {
		l.lines(b, tone, indent, parts[0])
		l.lines(b, tone, indent, parts[1])
		return
	}
	b.WriteString(indent + l.env.Paint(tone, first+parts[1]) + "\n")
}

// Sentence writes a section of prose under its name.
func (l *LabStory) Sentence(name, text string) {
	var b bytes.Buffer
	l.env.WriteSection(&b, name, text, prose.Plain)
	l.write(&b)
}
