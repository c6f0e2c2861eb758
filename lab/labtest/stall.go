package labtest

import "time"

// MaxStall is how long the machine may keep the link or a program from running.
// Beyond it, which is less than a tick of many kernels' timers, a delayed
// acknowledgement, a probe or a timer may intervene and change the story; it is
// then played again. Wrong states are errors all the same.
const MaxStall = 3 * time.Millisecond

// Attempts is how often a lesson is played on a machine that stalls.
const Attempts = 8

// Lag measures, until stop is called, the greatest delay with which a goroutine
// wakes up.
func Lag() (stop func() time.Duration) {
	over, most := make(chan struct{}), make(chan time.Duration)
	go func() {
		var worst time.Duration
		for {
			began := time.Now()
			select {
			case <-over:
				most <- worst
				return
			case <-time.After(time.Millisecond):
				worst = max(worst, time.Since(began)-time.Millisecond)
			}
		}
	}()
	return func() time.Duration { close(over); return <-most }
}
