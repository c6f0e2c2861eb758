package lesson

import (
	"context"
	"fmt"
	"time"

	"tcpwatch/analyze/state"
)

// settle is how long nothing must happen for something to be over: longer than
// a delayed acknowledgement (40 ms) and the link's delay.
const settle = 120 * time.Millisecond

// quiet waits until nothing has happened on the link for d.
func (p *Stage) quiet(d time.Duration) {
	p.until(fmt.Sprintf("the link is quiet for %v", d), func() bool { return !p.o.underway() && p.o.now()-p.o.last >= d })
}

// landed waits until nothing is on the link any more.
func (p *Stage) landed() {
	p.until("all that was sent has arrived", func() bool { return !p.o.underway() })
}

// state waits until an end of the latest connection is in a state.
func (p *Stage) state(host int, want state.State) {
	p.until(fmt.Sprintf("the %s is in %s", sideNames[host], want), func() bool {
		return p.o.current != nil && p.o.current.at[host].Base() == want
	})
}

// rows waits until a host has sent n segments that the given name belongs to,
// and all of these have arrived or are lost.
func (p *Stage) rows(host int, name string, n int) {
	p.until(fmt.Sprintf("the %s has sent %d × %s", sideNames[host], n, name), func() bool {
		count := 0
		for _, r := range p.o.rows {
			if r.From == host && !r.Copy && !r.Landing && r.is(name) && r.awaited <= 0 {
				count++
			}
		}
		return count >= n
	})
}

// until waits for a condition, which is called with the observer locked.
func (p *Stage) until(what string, holds func() bool) {
	ctx, cancel := context.WithDeadline(p.ctx, p.Deadline())
	defer cancel()
	wake := func() { p.o.mu.Lock(); defer p.o.mu.Unlock(); p.o.changed.Broadcast() }
	defer context.AfterFunc(ctx, wake)()
	ticks := time.NewTicker(10 * time.Millisecond) // for conditions on time
	defer ticks.Stop()
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-ticks.C:
				wake()
			case <-done:
				return
			}
		}
	}()
	p.o.mu.Lock()
	defer p.o.mu.Unlock()
	for !holds() {
		if ctx.Err() != nil {
			panic(failure{fmt.Errorf("waiting in vain until %s: %w", what, ctx.Err())})
		}
		p.o.changed.Wait()
	}
}
