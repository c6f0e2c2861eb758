package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tcpwatch/lab"
	"tcpwatch/lab/lesson"
	"tcpwatch/report"
)

// teacher tells one lesson.
type teacher struct {
	flags   *labFlags
	out     io.Writer
	options report.Options
	enter   <-chan bool // nil: nobody is waited for
	lesson  *lesson.Lesson
	state   string // that was asked for by its name; "" if none
	story   *report.LabStory
	line    []byte
}

// teach runs the lesson and tells it at the same time: the world of the lesson
// never waits for a reader. It reports whether all was as expected.
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
	case err != nil && ctx.Err() != nil:
		return false, &exitError{exitPartial, errors.New("interrupted: the lab was taken down")}
	case err != nil:
		return false, &exitError{exitUsage, err}
	}
	if t.flags.format == labTable {
		t.conclude(out)
		err = t.story.Err()
	}
	if err != nil {
		return false, &exitError{exitPartial, err}
	}
	return out.Unexpected == "" && (t.lesson.Differs != "" || len(out.Different) == 0), nil
}

// tell writes the lesson up to the end of its story.
func (t *teacher) tell(ctx context.Context, q *items) error {
	l := t.lesson
	if t.flags.format == labTable {
		t.story = report.NewLabStory(t.out, t.options)
		t.story.Title(l.Name, l.About)
		note := "states: by the tap at that end = by the end's own kernel; ? is inferred; (2) is the second connection"
		if t.enter != nil {
			note += "; Enter goes on, Ctrl-C ends"
		}
		if l.Script != "" {
			t.story.Heading("DRAWN", "from a script: nobody is asked for states")
			if err := lesson.Recite(l, func(r *lesson.Row) { t.story.Step(labStep(r, true)) }); err != nil {
				return err
			}
		}
		t.story.Heading("ON REAL SOCKETS", note)
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

func (t *teacher) item(i *lesson.Item) error {
	var step *report.LabStep
	if i.Row != nil {
		step = labStep(i.Row, false)
	}
	if t.flags.format == labNDJSON {
		t.line = report.LabObject(t.line[:0], t.lesson.Name, i.At, i.Say, step)
		_, err := t.out.Write(t.line)
		return err
	}
	if step == nil {
		t.story.Say(i.At, i.Say)
	} else {
		t.story.Step(step)
	}
	return t.story.Err()
}

// conclude says why it was so, and how far the story can be trusted.
func (t *teacher) conclude(out *lesson.Outcome) {
	l := t.lesson
	fmt.Fprintln(t.out)
	t.story.Sentence("WHY", l.Why)
	for _, w := range l.Words {
		t.story.Meaning(w)
	}
	if t.state != "" {
		t.story.Sentence("REACHED", reached(out.Rows, t.state))
		if !slices.Contains(l.Words, t.state) {
			t.story.Meaning(t.state)
		}
	}
	if l.Shortened != "" {
		t.story.Sentence("SHORTENED", l.Shortened)
	}
	if l.Differs != "" {
		t.story.Sentence("DIFFERS", l.Differs)
	}
	var checks []string
	r := out.Result
	if all, equal, without := t.story.Compared(); all > 0 {
		text := fmt.Sprintf("%d of %d states are those of the kernels", equal, all)
		if without > 0 {
			text += fmt.Sprintf(", which have no socket for %d more", without)
		}
		checks = append(checks, text, fmt.Sprintf("segments sent again: %d by the link's own count, %d by the kernels' (TcpRetransSegs)",
			r.Retransmitted[0]-r.Crossed[0]+r.Retransmitted[1]-r.Crossed[1], r.Counted[0]+r.Counted[1]))
	} else {
		checks = append(checks, "no states, for there is no connection")
	}
	if out.Unexpected != "" {
		checks = append(checks, "not as expected, as where the machine is busy: "+out.Unexpected)
	}
	t.story.Sentence("CHECKED", strings.Join(checks, "; "))
	if r.Base != "" {
		t.story.Sentence("KEPT", r.Base+".snd.pcap (client), "+r.Base+".rcv.pcap (server), a .truth.tsv beside each, "+r.Base+".json")
	}
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

// labStep puts a row into the report's words.
func labStep(r *lesson.Row, bare bool) *report.LabStep {
	s := &report.LabStep{
		Number: r.Number, Connection: r.Connection, At: r.At, FromClient: r.From == 0, Datagram: r.Datagram,
		Step: r.Step, Labels: r.Labels, Cause: r.Cause, Landed: r.Landed, Window: r.Window, Options: r.Options,
		Lost: r.Lost, Corrupt: r.Corrupt, Held: r.Held, Copied: r.Copied, Copy: r.Copy, Arrived: r.Arrived, Landing: r.Landing, Bare: bare,
	}
	for i, e := range r.Ends {
		relation := map[lesson.Verdict]int{lesson.Equal: 1, lesson.Different: -1}[e.Verdict()]
		s.Ends[i] = report.LabEnd{State: e.Inferred, Kernel: e.Kernel.String(), Relation: relation}
	}
	return s
}
