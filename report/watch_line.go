package report

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tcpwatch/analyze/event"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
)

// eventLines writes events as lines for a terminal: time of day, connection,
// its ends, what happened.
type eventLines struct {
	env     *env
	limiter limiter
	day     string // the date that was written last
	number  int    // columns of the connection numbers so far
	ends    int    // columns of the ends so far
	text    []byte
}

const (
	// leastSentence is reserved for the sentence: no first part of one with
	// small numbers is longer.
	leastSentence = 26
	// leastNumber is the initial width of a connection number.
	leastNumber = 4
	// microsFrom is the least terminal width for times with microseconds.
	microsFrom = 120
)

func newEventLines(e *env, most int) *eventLines {
	return &eventLines{env: e, limiter: newLimiter(most), number: leastNumber}
}

// event writes the line of an event, or counts it if there were too many.
func (l *eventLines) event(w io.Writer, ev *event.Event) error {
	if !l.limiter.allow(ev) {
		return nil
	}
	at := time.Unix(0, ev.Time).In(l.env.zone)
	l.text = l.text[:0]
	if day := at.Format("2006-01-02"); day != l.day {
		l.day = day
		l.text = append(l.text, l.env.Style.Paint(prose.Quiet, day+at.Format(" MST"))...)
		l.text = append(l.text, '\n')
	}
	l.line(ev, at)
	_, err := w.Write(l.text)
	return err
}

func (l *eventLines) line(ev *event.Event, at time.Time) {
	form := "15:04:05.000"
	if l.env.Style.Width >= microsFrom {
		form = "15:04:05.000000"
	}
	clock, number := at.Format(form), ""
	if ev.Connection != 0 {
		number = strconv.FormatUint(ev.Connection, 10)
	}
	l.number = max(l.number, len(number))
	used := len(clock) + 1 + l.number + len(prose.Gap)
	ends := l.endsText(ev, l.env.Style.Width-used-len(prose.Gap)-leastSentence)
	if used+prose.Width(ends) > l.env.Style.Width {
		ends = "" // a narrow terminal: the number of the connection must do
	}
	// Short ends form a column; long ones push only their own line.
	l.ends = max(l.ends, min(prose.Width(ends), (l.env.Style.Width-used)/2))
	pad := max(l.ends-prose.Width(ends), 0)

	b := append(l.text, l.env.Style.Paint(prose.Quiet, clock)...)
	b = append(b, strings.Repeat(" ", 1+l.number-len(number))...)
	b = append(b, number...)
	b = append(b, prose.Gap...)
	if ends == "" {
		l.text = l.sentence(b, ev, used, l.env.Style.Width-used)
		return
	}
	b = append(b, ends...)
	room := l.env.Style.Width - used - prose.Width(ends) - len(prose.Gap)
	switch first := l.mainWidth(ev); {
	case first > room: // on a line of its own, under the ends
		b = append(append(b, '\n'), strings.Repeat(" ", used+len(prose.Gap))...)
		l.text = l.sentence(b, ev, used+len(prose.Gap), l.env.Style.Width-used-len(prose.Gap))
		return
	case first <= room-pad:
		room -= pad
		b = append(b, strings.Repeat(" ", pad)...)
	}
	l.text = l.sentence(append(b, prose.Gap...), ev, 0, room)
}

// mainWidth returns the columns of the first part of the event's sentence.
func (l *eventLines) mainWidth(ev *event.Event) int {
	return prose.Width(l.env.Style.Plain(string(l.env.appendSentence(nil, ev, 0))))
}

// sentence appends what happened, in as many lines as needed; further lines are
// indented.
func (l *eventLines) sentence(b []byte, ev *event.Event, indent, room int) []byte {
	what := l.env.Style.Plain(string(l.env.appendSentence(nil, ev, room)))
	for i, part := range prose.Wrap(what, room, "") {
		if i > 0 {
			b = append(append(b, '\n'), strings.Repeat(" ", indent)...)
		}
		b = append(b, l.env.Style.Paint(eventTone(ev), part)...)
	}
	// The tunnel, if it fits: its name may come from the capture.
	if in := l.env.encap(ev.EncapID); in != "" {
		in = l.env.Style.Plain(" · " + escape.Text(in))
		if prose.Width(what)+prose.Width(in) <= room {
			b = append(b, l.env.Style.Paint(prose.Quiet, in)...)
		}
	}
	return append(b, '\n')
}

// endsText writes client and server. IPv6 addresses lose their middle if there
// is no room; connection numbers are for looking them up.
func (l *eventLines) endsText(ev *event.Event, room int) string {
	if !ev.Client.IsValid() {
		return ""
	}
	arrow := l.env.Style.Plain(" → ")
	client, server := ev.Client.String(), ev.Server.String()
	over := len(client) + len(server) + prose.Width(arrow) - room
	if over > 0 {
		// The longer one is shortened first, and both if that is not enough.
		rest := room - prose.Width(arrow)
		client = l.env.short.Short(&l.env.Style, client, max(rest-len(server), rest/2))
		server = l.env.short.Short(&l.env.Style, server, rest-prose.Width(client))
	}
	return client + arrow + server
}

// tick writes, when a second is over, what was left out in it.
func (l *eventLines) tick(w io.Writer, now time.Time) error {
	if !l.limiter.over(now) {
		return nil
	}
	return l.rest(w)
}

// rest writes what was left out since.
func (l *eventLines) rest(w io.Writer) error {
	type left struct {
		n    uint64
		name string
	}
	var all []left
	for k, n := range l.limiter.takeLeft() {
		if n > 0 {
			all = append(all, left{n, event.All[k].Called(n)})
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b left) int { return cmp.Compare(b.n, a.n) })
	text := "… "
	for i, x := range all {
		if i > 0 {
			text += ", "
		}
		text += prose.Glue(prose.Thousands(x.n))
		if i == 0 {
			text += prose.NBSP + "more"
		}
		text += prose.NBSP + prose.Glue(x.name)
	}
	return l.env.Style.WriteWrapped(w, prose.Strong, prose.Gap, text)
}
