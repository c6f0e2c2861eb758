package lesson

import (
	"context"
	"errors"
	"os"
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
	settings, sysctls := adopt(l.Settings, exists)
	sc := &lab.Scenario{
		Name: l.Name, About: l.About, Link: l.Link, Settings: sysctls, IPv6: l.IPv6, Carry: l.Carry, Veth: opts.Veth,
		Settle: time.Millisecond, Limit: 40 * time.Second,
		Program: func(s *lab.Session) error {
			p := &Stage{Session: s, o: o}
			p.ctx, p.interrupt = context.WithCancel(s.Context())
			defer p.interrupt()
			o.kernels, o.now = s.Sockets, s.Since
			for i := range settings {
				settings[i].Default = s.SettingBefore(settings[i].Name)
				o.set(&settings[i])
			}
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
	out.Verdicts = o.verdicts()
	out.compare()
	return out, nil
}

// adopt divides settings into what is told of them and what a scenario is to set:
// those that this kernel does not have, and need not have, are only told.
func adopt(all []Setting, exists func(name string) bool) (told []Set, sysctls map[string]string) {
	sysctls = map[string]string{}
	for _, s := range all {
		absent := s.Since != "" && !exists(s.Name)
		told = append(told, Set{Setting: s, Absent: absent})
		if !absent {
			sysctls[s.Name] = s.Value
		}
	}
	return told, sysctls
}

// exists reports whether this kernel has a setting.
func exists(name string) bool {
	_, err := os.Stat("/proc/sys/net/" + name)
	return err == nil
}

func all() []*Lesson {
	return slices.Concat(openLessons(), queueLessons(), workLessons(), closeLessons(), endLessons(), programLessons(), datagramLessons())
}

var _ lab.Witness = (*observer)(nil)
