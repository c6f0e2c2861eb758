package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/capture/live"
	"tcpwatch/report"
	"tcpwatch/report/summary"
)

// liveRun is one run of live: where packets come from and what becomes of them.
type liveRun struct {
	*liveOptions
	showing showing
	src     *live.Source
	dec     *capture.Decoder
	out     *output // of results
	screen  *output // where rows are watched; it may be out
	rep     *report.Reporter
	watcher *report.Watcher
	kept    *keeping
	hooks   hooks
	stderr  io.Writer
	columns func() int // how wide results are
	told    bool       // that packets cannot be written
}

// open prepares everything that packets go to. Files are created while the
// process still may.
func (r *liveRun) open(c *cobra.Command, cancel context.CancelFunc) (err error) {
	o := r.liveOptions
	base := o.keep.results(c.OutOrStdout(), r.stderr)
	_, onTerminal := terminal(base)
	r.showing = o.show(c.Flags().Changed("format"), onTerminal)
	if r.out, err = openOutput(o.output, base, nil); err != nil {
		return &exitError{exitUsage, err}
	}
	r.screen = r.out
	if o.output != "" {
		r.screen = &output{w: base, name: standardOutput}
	}
	if o.keep.name != "" {
		r.kept, err = o.keep.open(c.Context(), cancel, c.OutOrStdout(), keep.Options{
			Stats: r.src.Stats, Clock: r.src.Horizon, Local: true, Filter: o.filterText(), Spare: inUse(c, len(r.showing.watched) > 0, o.output),
		})
		if err != nil {
			return &exitError{exitUsage, err}
		}
	}
	r.dec = capture.NewDecoder(o.decoding())
	if err := r.writers(c); err != nil {
		return err
	}
	h := &r.hooks
	h.waiting = o.waiting(r.showing.results)
	if r.kept != nil {
		r.kept.hook(h)
		h.unread, h.tick = true, r.lookAfter
	}
	if err := o.streams.open(h, o.only, r.dec); err != nil {
		return &exitError{exitUsage, err}
	}
	attend(h, r.src, r.watcher, r.rep)
	if o.connections > 0 || r.watcher != nil && r.screen == r.out && !h.unread {
		h.enough = r.enough
	}
	return nil
}

// writers makes the writers of rows and results.
func (r *liveRun) writers(c *cobra.Command) (err error) {
	all := r.reporting(r.dec, r.out, r.interfaces, c.InOrStdin(), r.stderr)
	out, stdin, stderr := r.out.w, c.InOrStdin(), r.stderr
	r.columns = func() int { return width(out, stderr, stdin) }
	all.Views, all.Format, all.Late = r.showing.results, r.showing.as, r.showing.late
	if !r.showing.only {
		if r.rep, err = report.New(r.out, all); err != nil {
			return err
		}
	}
	if r.watcher, err = r.showing.watchingTo(r.screen, r.screen.w, r.watchColor(all)); err != nil {
		return err
	}
	if _, ok := terminal(r.stderr); ok && r.watcher != nil {
		r.stderr = r.watcher.Aside(r.stderr)
	}
	return nil
}

// watchColor is o with the colour setting of the screen, which need not be
// where results go.
func (r *liveRun) watchColor(o report.Options) report.Options {
	o.Style.Color, o.Style.Width = colored(r.color, r.screen.w), width(r.screen.w, r.stderr)
	return o
}

// enough reports whether the run is over.
func (r *liveRun) enough(s analyze.Stats) bool {
	if n := uint64(r.connections); n > 0 && s.Ended >= n {
		return true
	}
	// The rows are no longer read, and there is nothing else to do.
	return r.watcher != nil && r.watcher.Err() != nil && r.screen == r.out && !r.hooks.unread
}

// lookAfter reports, once, that packets cannot be written.
func (r *liveRun) lookAfter(int64, analyze.Stats) {
	if r.told {
		return
	}
	if why := r.kept.trouble(); why != nil {
		r.told = true
		r.note(r.stderr, fmt.Sprintf("-w %s: packets are lost: %v; the analysis goes on", r.keep.name, why))
	}
}

// end writes what is due at the end, and returns the error that determines the exit
// status. signalled: a signal ended the capture, most likely from Ctrl-C.
func (r *liveRun) end(in summary.Input, signalled bool) error {
	if signalled {
		r.behindEcho()
	}
	in.Filter = r.filterText()
	unkept := r.kept.finish(r.src.Stats(), &in)
	in.Interrupted = in.Interrupted && !r.kept.unread()
	var watched, err error
	if r.watcher != nil {
		watched = r.watcher.Close(in)
	}
	if r.kept.unread() && r.output == "" {
		r.out.w = io.Discard // as in read: partial results are not printed
	} else if r.watcher != nil {
		r.showing.gap(r.screen)
	}
	if r.rep != nil {
		r.rep.Resize(r.columns()) // the terminal may have another size by now
		err = r.rep.Close(in)
	}
	switch {
	case watched == nil:
	case r.screen == r.out:
		err = watched
	case !r.screen.leftAlone(watched):
		unkept = errors.Join(watched, unkept)
	}
	if err == nil {
		err = r.out.Close()
	}
	r.sayDrops(in)
	if err := r.finish(r.stderr, r.out, in, err, unkept); err != nil {
		return err
	}
	if r.src.Lost() {
		return &exitError{status: exitPartial} // the notes have said it
	}
	return nil
}

// behindEcho ends the line on which a terminal shows ^C, unless a status line
// overwrites it.
func (r *liveRun) behindEcho() {
	_, ok := terminal(r.screen.w)
	if ok && (r.watcher == nil || r.showing.watchedAs == report.FormatNDJSON) {
		fmt.Fprintln(r.screen)
	}
}

// sayDrops reports what the kernel had no room for, which otherwise only the
// summary shows. The capture itself has reported what was left unread at the end.
func (r *liveRun) sayDrops(in summary.Input) {
	for _, i := range in.Interfaces {
		if lost := i.Dropped - i.Abandoned; lost > 0 {
			r.note(r.stderr, fmt.Sprintf("%s: there was no room for %s (--ring-size)", i.Name, amount(lost, "packet")))
		}
	}
}
