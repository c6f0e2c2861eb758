package lesson

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/lab"
)

// Options are what a caller may choose. The zero value is the default.
type Options struct {
	// Dir is where the captures and their truth are kept; "" keeps nothing.
	Dir string
	// Tell is called for every item of the story, in order of time. It must not
	// block: the world stands still meanwhile.
	Tell func(*Item)
	// Script is called for every segment of the lesson's Script, before Tell.
	Script func(*Row)
	// Veth has the hosts use veth devices where they could use TUN devices.
	Veth bool
}

// Outcome is what a lesson gave.
type Outcome struct {
	Rows []*Row
	// Unexpected says where the story is not the one that is expected, for which
	// a machine that was busy elsewhere is a reason; "" where it is.
	Unexpected string
	// Different are rows in which a state at the tap is not the kernel's.
	Different []*Row
	// Result is what the link and the kernels counted. Only the captures that are
	// kept have a Base.
	Result *lab.Result
}

// Run plays a lesson. The error says what the machine lacks, what could not be
// written, or what did not work in the programs. Nothing is left behind but the
// files, also when ctx ends it early.
func Run(ctx context.Context, l *Lesson, opts Options) (*Outcome, error) {
	if opts.Tell == nil {
		opts.Tell = func(*Item) {}
	}
	if opts.Script != nil && l.Script != "" {
		if err := recite(l.Script, opts.Script); err != nil {
			return nil, fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	o := newObserver(opts.Tell)
	sc := &lab.Scenario{
		Name: l.Name, About: l.About, Link: l.Link, Settings: l.Settings, IPv6: l.IPv6, Carry: l.Carry, Veth: opts.Veth,
		Settle: time.Millisecond, Limit: 40 * time.Second,
		Program: func(s *lab.Session) error {
			p := &Stage{s, o}
			o.kernels, o.now = s.Sockets, s.Since
			err := run(func() { l.play(p) })
			if err != nil {
				return err
			}
			return errors.Join(run(func() { p.quiet(settle) }), o.err)
		},
	}
	res, err := lab.Play(ctx, sc, opts.Dir, 1, o)
	o.finish()
	if err != nil {
		return nil, err
	}
	out := &Outcome{Rows: o.rows, Result: res, Unexpected: matches(l.Expect, o.rows)}
	for _, r := range o.rows {
		if r.Datagram == "" && (r.Ends[0].Verdict() == Different || r.Ends[1].Verdict() == Different) {
			out.Different = append(out.Different, r)
		}
	}
	return out, nil
}

// recite analyses a script and calls tell for each of its segments. Its ends are
// A, the client, and B.
func recite(text string, tell func(*Row)) error {
	s, err := script.Parse(text)
	if err != nil {
		return err
	}
	o := newObserver(func(*Item) {})
	var row *Row
	start := int64(0)
	o.taps[0] = analyze.New(analyze.Config{Packet: func(x *analyze.Observation) {
		o.seen = *x
		row.Ends[0].Inferred, row.Ends[1].Inferred = x.ClientState, x.ServerState
	}})
	for i := range s.Events {
		seg := s.Events[i].Segment
		if i == 0 {
			start = seg.Time
		}
		from := 0
		if seg.Source() != s.Events[0].Segment.Source() {
			from = 1
		}
		row = &Row{Number: uint64(i + 1), At: time.Duration(seg.Time - start), From: from, Arrived: true}
		t := o.talk(from, &seg)
		o.taps[0].Segment(&seg)
		o.describe(row, t, &seg)
		row.Labels = o.seen.Labels
		tell(row)
	}
	return nil
}

var _ lab.Witness = (*observer)(nil)
