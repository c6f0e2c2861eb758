package lesson

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze/state"
	"tcpwatch/lab/labtest"
)

// A lesson that is interrupted, or whose program fails, leaves nothing either.
func TestInterrupted(t *testing.T) {
	needLab(t)
	if _, err := Run(context.Background(), Find("refused"), Options{}); err != nil {
		t.Fatal(err)
	}
	before := labtest.Count(t)
	for _, name := range []string{"filtered", "keep-alive", "echo", "zero-window", "udp-lost"} {
		ctx, cancel := context.WithCancel(context.Background())
		l := Find(name)
		_, err := Run(ctx, l, Options{Tell: func(i *Item) {
			if i.Row != nil {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	// Before the program has made its sockets: what waits they are given later does
	// not count, so that the first SYN is the last one.
	ctx, cancel := context.WithCancel(context.Background())
	out, err := Run(ctx, Find("filtered"), Options{Tell: func(i *Item) {
		if i.Setting != nil {
			cancel()
			time.Sleep(20 * ms) // until the sockets know
		}
	}})
	if !errors.Is(err, context.Canceled) || len(out.Rows) > 1 {
		t.Errorf("filtered: %v, %d segments after the end", err, len(out.Rows))
	}
	cancel()
	failing := &Lesson{Name: "failing", Link: calm(ms), play: func(p *Stage) {
		p.pair()
		p.check(false, "what fails")
	}}
	if _, err := Run(context.Background(), failing, Options{}); err == nil || !strings.Contains(err.Error(), "what fails") {
		t.Errorf("%v", err)
	}
	began := time.Now()
	half := &Lesson{Name: "half", Link: calm(ms), play: func(p *Stage) {
		l := p.listen(1)
		p.together(func() { l.accept() }, func() { p.state(0, state.TimeWait) }, func() { p.check(false, "what fails at once") })
	}}
	if _, err := Run(context.Background(), half, Options{}); err == nil || !strings.Contains(err.Error(), "what fails at once") || time.Since(began) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	before.Unchanged(t)
}
