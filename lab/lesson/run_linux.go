package lesson

import (
	"context"
	"errors"
	"slices"
	"time"

	"tcpwatch/lab"
)

// Run plays a lesson. The error says what the machine lacks, what could not be
// written, or what did not work in the programs. Nothing is left behind but the
// files, also when ctx ends it early; with an error the Outcome has the Rows alone.
func Run(ctx context.Context, l *Lesson, opts Options) (*Outcome, error) {
	if opts.Tell == nil {
		opts.Tell = func(*Item) {}
	}
	o := newObserver(opts.Tell)
	sc := &lab.Scenario{
		Name: l.Name, About: l.About, Link: l.Link, Settings: l.Settings, IPv6: l.IPv6, Carry: l.Carry, Veth: opts.Veth,
		Settle: time.Millisecond, Limit: 40 * time.Second,
		Program: func(s *lab.Session) error {
			p := &Stage{Session: s, o: o}
			p.ctx, p.interrupt = context.WithCancel(s.Context())
			defer p.interrupt()
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
		return &Outcome{Rows: o.rows}, err
	}
	out := &Outcome{Rows: o.rows, Result: res, Unexpected: matches(l.Expect, o.rows)}
	for _, r := range o.rows {
		if r.Datagram == "" && (r.Ends[0].Verdict() == Different || r.Ends[1].Verdict() == Different) {
			out.Different = append(out.Different, r)
		}
	}
	return out, nil
}

func all() []*Lesson {
	return slices.Concat(openLessons(), queueLessons(), workLessons(), closeLessons(), endLessons(), programLessons(), datagramLessons())
}

var _ lab.Witness = (*observer)(nil)
