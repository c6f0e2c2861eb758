package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"tcpwatch/lab"
	"tcpwatch/lab/lesson"
	"tcpwatch/report"
)

const labHelp = `lab makes a handshake happen and shows it: two hosts with a link of their own
between them, real programs on real sockets, and every segment with its labels,
its numbers and the states of both ends, by the tap at each end and by that
end's own kernel. Without a name it lists what can be seen.

It needs Linux, and root or a user namespace. The hosts are network namespaces
that end with the program; the machine's own network is not touched.`

const labExamples = `  tcpwatch lab
  tcpwatch lab three-way
  tcpwatch lab --step last-ack-lost
  tcpwatch lab state CLOSE-WAIT
  tcpwatch lab --keep captures zero-window`

// labFlags are the flags of lab.
type labFlags struct {
	color  when
	format labFormat
	step   bool
	keep   string
}

// labFormat is how a lesson is written.
type labFormat string

const (
	labTable  labFormat = "table"
	labNDJSON labFormat = "ndjson"
)

var labFormats = []labFormat{labTable, labNDJSON}

func labCommand() *cobra.Command {
	f := labFlags{color: whenAuto, format: labTable}
	c := &cobra.Command{
		Use:                   "lab [flags] [SCENARIO | state STATE | all]",
		Short:                 "Make a handshake happen, and see it",
		Long:                  labHelp,
		Example:               labExamples,
		DisableFlagsInUseLine: true,
		Args:                  labArgs,
		ValidArgsFunction:     completeLessons,
	}
	declareColor(c, &f.color)
	c.Flags().Var(choice(&f.format, labFormats), "format", "table or ndjson (default table)")
	complete(c, "format", labFormats)
	c.Flags().BoolVar(&f.step, "step", false, "wait for Enter behind each segment; the experiment itself goes on")
	c.Flags().StringVar(&f.keep, "keep", "", "leave both ends' captures and what happened to each packet in this folder")
	c.RunE = func(c *cobra.Command, args []string) error {
		out, err := openOutput("", c.OutOrStdout(), nil)
		if err != nil {
			return err
		}
		o := report.Options{Width: width(out.w, c.ErrOrStderr(), c.InOrStdin()), Color: colored(f.color, out.w), ASCII: asciiOnly()}
		if len(args) == 0 {
			err = listLessons(out, o)
		} else {
			err = teach(c, &f, args, out, o)
		}
		if err != nil && out.leftAlone(err) {
			return nil
		}
		return err
	}
	return c
}

// labArgs refuses what is no lesson, with what is spelled nearly so.
func labArgs(_ *cobra.Command, args []string) error {
	_, err := chosen(args)
	return err
}

// chosen returns the lessons that are asked for; none for the list.
func chosen(args []string) ([]*lesson.Lesson, error) {
	switch {
	case len(args) == 0:
		return nil, nil
	case args[0] == "state" && len(args) == 2:
		name := strings.ToUpper(strings.ReplaceAll(args[1], "_", "-"))
		l, known := lesson.ForState[name]
		if !known {
			return nil, fmt.Errorf("%q is no state of RFC 9293: %s", args[1], strings.Join(lesson.States(), ", "))
		}
		return []*lesson.Lesson{lesson.Find(l)}, nil
	case args[0] == "state":
		return nil, fmt.Errorf("which state? %s", strings.Join(lesson.States(), ", "))
	case len(args) > 1:
		return nil, errors.New("lab shows one scenario at a time")
	case args[0] == "all":
		return lesson.All(), nil
	}
	if l := lesson.Find(strings.ToLower(args[0])); l != nil {
		return []*lesson.Lesson{l}, nil
	}
	return nil, fmt.Errorf("there is no scenario %q%s", args[0], report.Nearest(args[0], lesson.Names()))
}

func completeLessons(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch {
	case len(args) == 0:
		return append(lesson.Names(), "state", "all"), cobra.ShellCompDirectiveNoFileComp
	case len(args) == 1 && args[0] == "state":
		return lesson.States(), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// listLessons names every lesson, one line each.
func listLessons(w io.Writer, o report.Options) error {
	var entries []report.ListEntry
	for _, g := range lesson.Groups {
		for _, l := range lesson.All() {
			if l.Group == g {
				entries = append(entries, report.ListEntry{Group: string(g), Name: l.Name, About: l.About})
			}
		}
	}
	return report.List(w, entries, "tcpwatch lab NAME shows one of them, tcpwatch lab state CLOSE-WAIT one that reaches a state.", o)
}

// teach runs lessons, here or in a user namespace.
func teach(c *cobra.Command, f *labFlags, args []string, out *output, o report.Options) error {
	if missing := lab.Available(); missing != nil {
		return labElsewhere(c, missing)
	}
	lessons, err := chosen(args)
	if err != nil {
		return err
	}
	if f.keep != "" {
		if err := os.MkdirAll(f.keep, 0o777); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	var enter <-chan bool
	if f.step && f.format == labTable {
		enter = lineEnds(c.InOrStdin())
	}
	var surprised bool
	for i, l := range lessons {
		if i > 0 && f.format == labTable {
			fmt.Fprintln(out)
		}
		t := &teacher{flags: f, out: out, options: o, enter: enter, lesson: l}
		ok, err := t.teach(c.Context())
		if err != nil {
			return err
		}
		surprised = surprised || !ok
	}
	if surprised {
		return &exitError{status: exitPartial}
	}
	return nil
}

// lineEnds gives a value for every Enter; at the end of the input it is closed.
func lineEnds(r io.Reader) <-chan bool {
	ends := make(chan bool)
	go func() {
		defer close(ends)
		for s := bufio.NewScanner(r); s.Scan(); {
			ends <- true
		}
	}()
	return ends
}

// teacher tells one lesson.
type teacher struct {
	flags   *labFlags
	out     io.Writer
	options report.Options
	enter   <-chan bool // nil: nobody is waited for
	lesson  *lesson.Lesson
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
		note := "states: by the tap at that end = by the end's own kernel; ? is inferred"
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
	if l.Shortened != "" {
		t.story.Sentence("SHORTENED", l.Shortened)
	}
	if l.Differs != "" {
		t.story.Sentence("DIFFERS", l.Differs)
	}
	var checks []string
	if all, equal := t.story.Compared(); all > 0 {
		checks = append(checks, fmt.Sprintf("%d of %d states are those of the kernels", equal, all))
	}
	r := out.Result
	checks = append(checks, fmt.Sprintf("segments sent again: %d by the link's own count, %d by the kernels' (TcpRetransSegs)",
		r.Retransmitted[0]-r.Crossed[0]+r.Retransmitted[1]-r.Crossed[1], r.Counted[0]+r.Counted[1]))
	if out.Unexpected != "" {
		checks = append(checks, "not as expected, as where the machine is busy: "+out.Unexpected)
	}
	t.story.Sentence("CHECKED", strings.Join(checks, "; "))
	if r.Base != "" {
		t.story.Sentence("KEPT", r.Base+".snd.pcap (client), "+r.Base+".rcv.pcap (server), a .truth.tsv beside each, "+r.Base+".json")
	}
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

// items are what a lesson has told and nobody has written yet. Putting one never
// waits.
type items struct {
	mu      sync.Mutex
	changed *sync.Cond
	list    []*lesson.Item
	over    bool
}

func newItems() *items {
	q := &items{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *items) put(i *lesson.Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	copied := *i
	if i.Row != nil {
		row := *i.Row
		copied.Row = &row
	}
	q.list = append(q.list, &copied)
	q.changed.Broadcast()
}

func (q *items) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.changed.Broadcast()
}

// next waits for an item; nil is the end.
func (q *items) next() *lesson.Item {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 && !q.over {
		q.changed.Wait()
	}
	if len(q.list) == 0 {
		return nil
	}
	i := q.list[0]
	q.list = slices.Delete(q.list, 0, 1)
	return i
}

// drain waits for the end.
func (q *items) drain() {
	for q.next() != nil {
	}
}
