package main

import (
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progressDelay is how long work may take before its progress is shown.
const progressDelay = time.Second

// progress is a line on a terminal that says how much of the inputs has been
// read. It appears when the work takes longer than progressDelay and is erased
// by stop, which results may call from another goroutine.
type progress struct {
	mu       sync.Mutex
	terminal *os.File
	began    time.Time
	lines    *mpb.Progress
	bar      *mpb.Bar
	stopped  bool
}

func newProgress(terminal *os.File) *progress {
	return &progress{terminal: terminal, began: time.Now()}
}

// update notes the octets read and their total, 0 if unknown.
func (p *progress) update(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	if p.bar == nil {
		if time.Since(p.began) < progressDelay {
			return
		}
		p.show(total)
	}
	p.bar.SetCurrent(done)
}

func (p *progress) show(total int64) {
	p.lines = mpb.New(mpb.WithOutput(p.terminal), mpb.WithWidth(40))
	name := mpb.PrependDecorators(decor.Name("reading"))
	if total <= 0 {
		p.bar = p.lines.New(0, mpb.NopStyle(), name, mpb.AppendDecorators(decor.CurrentKiloByte("% .1f")))
		return
	}
	// Made with a total of 0 the bar does not end by itself when it is full:
	// only stop ends it, and erases it.
	p.bar = p.lines.New(0, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"), name,
		mpb.AppendDecorators(
			decor.Percentage(),
			decor.CountersKiloByte("  % .1f of % .1f"),
			decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 4}),
		))
	p.bar.SetTotal(total, false)
}

// stop erases the line for good; it does nothing for nil.
func (p *progress) stop() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.stopped = true
	if p.bar != nil {
		p.bar.Abort(true)
		p.lines.Wait()
	}
}
