package statusline

import (
	"io"
	"slices"
	"strconv"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// Terminal codes (ECMA-48): CR, erase in line (EL), cursor up (CUU), erase in
// display (ED).
const (
	lineStart = "\r"
	eraseLine = "\x1b[K"
	eraseDown = "\x1b[J"
)

// echo is the width of the ^C that a terminal echoes at its cursor. It must not
// wrap: the line would be erased only in part.
const echo = len("^C")

// redraw is the least time between two drawings of the status line that are due
// only to time.
const redraw = 250 * time.Millisecond

// Status is the content of the status line. Counts are since the beginning.
type Status struct {
	Packets, Octets uint64
	// Dropped counts packets that the system threw away; it counts with
	// DropsKnown.
	Dropped    uint64
	DropsKnown bool
	// RingFull counts how often the capture's buffer became full.
	RingFull uint64
	// Analysis counts the connections by their condition.
	Analysis analyze.Stats
}

// Line writes to a terminal whose last line is a status line. Output goes
// above that line, which is redrawn after it. If there is no status line, it
// only passes output on.
type Line struct {
	// Style is read at each drawing, so that the width may change. It must be set before the
	// first one.
	Style *prose.Style
	// On is set if there is to be a status line.
	On bool

	w      io.Writer
	status string // as drawn, with its colours; "": nothing is drawn
	width  int    // its columns
	buffer []byte

	drawn   time.Time
	last    Status // at the beginning of the time over which the rate is measured
	lastAt  time.Time
	rate    float64
	hasRate bool
}

// New returns a Line that is not on, on the terminal that w writes to.
func New(w io.Writer) *Line { return &Line{w: w} }

// Write writes p above the status line.
func (l *Line) Write(p []byte) (int, error) {
	if l.status == "" {
		return l.w.Write(p)
	}
	l.buffer = append(l.erasing(l.buffer[:0]), p...)
	if l.On && len(p) > 0 && p[len(p)-1] == '\n' {
		l.buffer = append(l.buffer, l.status...)
	} else {
		l.status = ""
	}
	if _, err := l.w.Write(l.buffer); err != nil {
		return 0, err
	}
	return len(p), nil
}

// erasing appends the codes that erase the line. On a terminal that has become
// narrower it occupies several lines.
func (l *Line) erasing(to []byte) []byte {
	if up := (l.width - 1) / l.Style.Width; up > 0 {
		to = append(append(to, "\x1b["...), strconv.Itoa(up)+"A"...)
	}
	return append(append(append(to, lineStart...), eraseLine...), eraseDown...)
}

// Erase removes the line for good.
func (l *Line) Erase() error {
	if l.status == "" {
		return nil
	}
	l.status = ""
	_, err := l.w.Write(l.erasing(nil))
	return err
}

// Draw draws the line if it is due.
func (l *Line) Draw(now time.Time, s *Status) error {
	if !l.On || l.status != "" && now.Sub(l.drawn) < redraw && !now.Before(l.drawn) {
		return nil
	}
	l.measure(now, s)
	var out []byte
	if l.status != "" {
		out = l.erasing(out)
	}
	l.drawn = now
	l.status, l.width = l.text(s)
	_, err := l.w.Write(append(out, l.status...))
	return err
}

// measure computes the rate of packets over about a second.
func (l *Line) measure(now time.Time, s *Status) {
	took := now.Sub(l.lastAt)
	if l.lastAt.IsZero() || took < 0 || s.Packets < l.last.Packets {
		l.last, l.lastAt = *s, now
		return
	}
	if took >= time.Second {
		l.rate, l.hasRate = float64(s.Packets-l.last.Packets)/took.Seconds(), true
		l.last, l.lastAt = *s, now
	}
}

// statusPart is one of the numbers of the status line.
type statusPart struct {
	text string
	tone prose.Tone
	none bool // it counts connections, of which there are none: the first to be left out
}

// parts are those of the line, the most needed first.
func (l *Line) parts(s *Status) []statusPart {
	a := &s.Analysis
	type part = statusPart
	parts := []part{{text: prose.Unglue(prose.Plural(s.Packets, "packet"))}}
	if l.hasRate {
		parts = append(parts, part{text: prose.Thousands(uint64(l.rate+0.5)) + "/s"})
	}
	if s.DropsKnown && s.Dropped > 0 {
		parts = append(parts, part{text: prose.Thousands(s.Dropped) + " dropped", tone: prose.Bad})
	}
	for _, c := range []struct {
		n    int
		name string
	}{{a.Established, "open"}, {a.Opening, "opening"}, {a.Closing, "closing"}, {a.TimeWait, "TIME-WAIT"}} {
		parts = append(parts, part{text: prose.Thousands(uint64(c.n)) + " " + c.name, none: c.n == 0})
	}
	if s.RingFull > 0 {
		parts = append(parts, part{text: prose.Unglue("buffer full " + prose.Times(s.RingFull)), tone: prose.Bad})
	}
	if s.DropsKnown && s.Dropped == 0 {
		parts = append(parts, part{text: "none dropped", tone: prose.Quiet})
	}
	if a.Evicted > 0 {
		parts = append(parts, part{text: prose.Thousands(a.Evicted) + " evicted", tone: prose.Doubt})
	}
	return append(parts, part{text: string(number.AppendOctets(nil, s.Octets))})
}

// text returns the line, with as many of its parts as fit before the last
// column (a full line would make some terminals scroll), and its width. Where not
// all fit, those that count nothing give way first.
func (l *Line) text(s *Status) (string, int) {
	parts := l.parts(s)
	line, width, all := l.fitting(parts)
	if !all {
		parts = slices.DeleteFunc(parts, func(p statusPart) bool { return p.none })
		line, width, _ = l.fitting(parts)
	}
	return line, width
}

// fitting returns the line of the first parts that fit, its width, and whether it has all of them.
func (l *Line) fitting(parts []statusPart) (line string, width int, all bool) {
	separator := l.Style.Plain(" · ")
	for i, p := range parts {
		text, need := l.Style.Plain(p.text), 0
		if i > 0 {
			need = prose.Width(separator)
		}
		if need += prose.Width(text); width+need+echo >= l.Style.Width {
			return line, width, false
		}
		if i > 0 {
			line += separator
		}
		line += l.Style.Paint(p.tone, text)
		width += need
	}
	return line, width, true
}
