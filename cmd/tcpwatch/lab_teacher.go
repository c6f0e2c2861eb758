package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/lesson"
	"tcpwatch/report"
	"tcpwatch/report/labtext"
)

// teacher tells one lesson.
type teacher struct {
	flags   *labFlags
	out     io.Writer
	options report.Options
	enter   <-chan bool // nil: no waiting
	lesson  *lesson.Lesson
	state   string // that was asked for by its name; "" if none
	story   *labtext.Story
	line    []byte
	latest  time.Duration // of what was told
}

// teach runs the lesson and tells it at the same time: the lesson never waits
// for its output. It reports whether all was as expected.
func (t *teacher) teach(ctx context.Context) (ok bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := newItems()
	var out *lesson.Outcome
	go func() {
		defer q.close()
		out, err = lesson.Run(ctx, t.lesson, lesson.Options{Dir: t.flags.keep, Tell: q.put})
	}()
	told := t.tell(ctx, q)
	if told != nil {
		cancel()
	}
	q.drain() // the lesson has ended, and nothing of it is left
	switch {
	case told != nil && !errors.Is(told, context.Canceled):
		return false, &exitError{exitPartial, told}
	case told != nil, err != nil && ctx.Err() != nil:
		text := errInterrupted.Error()
		if t.flags.keep != "" {
			text += fmt.Sprintf("; what is kept of %s in %s ends there, its truth is not complete", t.lesson.Name, t.flags.keep)
		}
		return false, &exitError{exitPartial, errors.New(text)}
	case err != nil && t.latest > 0: // there was a lab
		return false, &exitError{exitPartial, err}
	case err != nil:
		return false, &exitError{exitUsage, err}
	}
	if err := t.conclude(out); err != nil {
		return false, &exitError{exitPartial, err}
	}
	return out.Unexpected == "" && (t.lesson.Differs != "" || len(out.Different) == 0), nil
}

// tell writes the lesson up to the end of its story.
func (t *teacher) tell(ctx context.Context, q *items) error {
	l := t.lesson
	if t.flags.format == labTable {
		t.story = labtext.NewStory(t.out, t.options.Style)
		t.story.Title(l.Name, l.About)
	}
	if err := t.recite(); err != nil {
		return err
	}
	if t.flags.format == labTable {
		sockets := "ON REAL SOCKETS"
		if l.IPv6 {
			sockets += ", OVER IPv6"
		}
		t.story.Heading(sockets, t.howToRead())
	}
	for {
		i := q.next()
		if i == nil {
			return ctx.Err()
		}
		if err := t.item(i); err != nil {
			return err
		}
		if i.Row == nil || t.enter == nil {
			continue
		}
		select {
		case _, more := <-t.enter:
			if !more {
				t.enter = nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// recite draws the figure of a lesson that has one.
func (t *teacher) recite() (err error) {
	if t.lesson.Script == "" {
		return nil
	}
	if t.flags.format == labTable {
		t.story.Heading("DRAWN", "from a script: nobody is asked for states")
	}
	told := lesson.Recite(t.lesson, func(r *lesson.Row) {
		if err == nil {
			err = t.step(labStep(r, true))
		}
	})
	return errors.Join(told, err)
}

// howToRead explains the lines below each segment.
func (t *teacher) howToRead() string {
	var notes []string
	if !t.lesson.Carry {
		notes = append(notes,
			"states: the sender's when it has sent, the receiver's when the segment has arrived (an answer moves it on), by the tap at that end = by that end's own kernel, which is asked again, up to four times, while it says otherwise: it may not have taken the segment in yet",
			"? is inferred")
		if t.lesson.Several() {
			notes = append(notes, "(2) is the second connection")
		}
		notes = append(notes, "a handshake has the numbers on the wire, the rest counts from the ISNs")
	}
	if t.enter != nil {
		notes = append(notes, "Enter goes on, Ctrl-C ends")
	}
	return strings.Join(notes, "; ")
}

func (t *teacher) item(i *lesson.Item) error {
	t.latest = max(t.latest, i.At)
	switch {
	case i.Setting != nil:
		s := &labtext.Setting{Name: i.Setting.Sysctl(), Value: i.Setting.Value, Default: i.Setting.Default, Why: i.Setting.Why}
		if t.flags.format == labNDJSON {
			t.line = labtext.AppendSetting(t.line[:0], t.lesson.Name, i.At, s)
			break
		}
		t.story.Setting(i.At, s)
	case i.Row != nil:
		return t.step(labStep(i.Row, false))
	case t.flags.format == labNDJSON:
		t.line = labtext.AppendItem(t.line[:0], t.lesson.Name, i.At, i.Say, nil)
	default:
		t.story.Say(i.At, i.Say)
	}
	return t.written()
}

// step writes a packet.
func (t *teacher) step(s *labtext.Step) error {
	if t.flags.format == labNDJSON {
		t.line = labtext.AppendItem(t.line[:0], t.lesson.Name, s.At, "", s)
	} else {
		t.story.Step(s)
	}
	return t.written()
}

// written writes the line of an object, and returns what went wrong with either
// format.
func (t *teacher) written() error {
	if t.flags.format == labTable {
		return t.story.Err()
	}
	_, err := t.out.Write(t.line)
	return err
}

// conclude explains the lesson, and how reliable the story is.
func (t *teacher) conclude(out *lesson.Outcome) error {
	l, r := t.lesson, out.Result
	c := &labtext.Conclusion{
		At: t.latest, Why: l.Why, Words: l.Words, Notes: l.Notes, Shortened: l.Shortened, Differs: l.Differs, Unexpected: out.Unexpected, Kept: r.Base,
		Compared: out.Compared, Equal: out.Equal, NoSocket: out.NoSocket,
		Sent: r.Sent, Lost: r.Lost, Damaged: r.Corrupted, Held: r.Held, Copied: r.Copied,
		Again: r.Retransmitted, Crossed: r.Crossed, KernelAgain: r.Counted,
	}
	if t.state != "" {
		c.Reached = reached(out.Rows, t.state)
		if !slices.Contains(l.Words, t.state) {
			c.Words = append(slices.Clone(l.Words), t.state)
		}
	}
	if t.flags.format == labNDJSON {
		_, err := t.out.Write(labtext.AppendEnding(nil, l.Name, c))
		return err
	}
	t.story.Conclude(c)
	return t.story.Err()
}

// reached says where a state was reached first.
func reached(rows []*lesson.Row, name string) string {
	for _, r := range rows {
		for i, e := range r.Ends {
			if e.Inferred.Base().String() != name || e.Verdict() != lesson.Equal {
				continue
			}
			kernel := "its kernel says so, too"
			if e.Kernel == lab.KernelNone {
				kernel = "its kernel has no socket of the connection any more"
			}
			return fmt.Sprintf("%s by the %s, packet %d; %s", name, [2]string{"client", "server"}[i], r.Number, kernel)
		}
	}
	return name + " was not reached, as may be where the machine is busy"
}

// labStep converts a row for the report.
func labStep(r *lesson.Row, bare bool) *labtext.Step {
	s := &labtext.Step{
		Number: r.Number, Connection: r.Connection, At: r.At, FromClient: r.From == 0, Datagram: r.Datagram,
		Step: r.Step, Labels: r.Labels, Cause: r.Cause, Landed: r.Landed, Window: r.Window, Options: r.Options,
		Acked: r.Acked, Lost: r.Lost, Corrupt: r.Corrupt, Held: r.Held, Copied: r.Copied, Copy: r.Copy, Arrived: r.Arrived, Landing: r.Landing, Bare: bare,
	}
	if p := r.Before; p != nil {
		s.Past = labtext.Past{Known: true, Next: p.Next, Stamped: p.Stamped, TSVal: p.TSVal}
	}
	for i, e := range r.Ends {
		relation := map[lesson.Verdict]int{lesson.Equal: 1, lesson.Different: -1}[e.Verdict()]
		s.Ends[i] = labtext.End{State: e.Inferred, Kernel: e.Kernel.String(), Relation: relation, Guessed: e.Guessed()}
	}
	return s
}
