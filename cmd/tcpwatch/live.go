package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture"
	"tcpwatch/capture/filter"
	"tcpwatch/capture/live"
	"tcpwatch/capture/privilege"
	"tcpwatch/report"
	"tcpwatch/report/escape"
	"tcpwatch/report/streams"
)

// liveOptions are the flags of live: those of read, and those of capturing.
type liveOptions struct {
	readOptions
	interfaces     []string
	list           bool
	snaplen        int
	notPromiscuous bool
	packets        int
	lasting        time.Duration
	connections    int
	rings          int
	ringSize       int
	blockSize      int
	verbose        bool
}

const liveHelp = `live captures from network interfaces until Ctrl-C, and then prints what read
would print of the same packets. -c, --duration and --for end it too.

The interface "any" means all of them, including those that appear later.
Several interfaces make one timeline. An interface that goes down or disappears
is reported, and captured again when it is back; the capture ends when none is
left.

FILTER, or -f, is an expression of pcap-filter(7) that the kernel applies.

On a terminal events show as they happen, one line each, above a line that
counts packets, connections by state, and drops; in a busy second only the first
are shown, and the rest counted. With --view packets, retransmissions, windows
or events the rows of that view show instead. Other views, or what read shows by
default, follow at the end. -q shows the results only.

In a pipe, or with --format ndjson, each event is one JSON object and the last
line is the object of the summary. With --view the rows are those of read:
packets, retransmissions, windows and events at once, others when nothing more
is expected of the connection. With another format, and in the file of -o, there
are only the results; with -o the events still go to standard output.

-w keeps the packets, as with read; read then says of that file what live said.
A full or lost disk ends neither the capture nor the analysis: what is missing
is counted.

Capturing needs the capability CAP_NET_RAW. Once its sockets are open the
program gives up all capabilities and confines itself to the folders that it
writes to. Root keeps the capability CAP_DAC_OVERRIDE where files are still to
be created in a folder that only another user may write to.

Exit status: 0 the capture ended as it was told to; 1 no interface was left, or
an output could not be written; 2 the command line is wrong, or nothing could be
captured.`

const liveExamples = `  tcpwatch live -i eth0
  tcpwatch live -i eth0 tcp port 443 and net 10.0.0.0/8
  tcpwatch live -i eth0,lo --duration 30s --view connections
  tcpwatch live -i any -c 100000 --format json
  tcpwatch live -i eth0 --for 10 --view closes
  tcpwatch live -i eth0 -w eth0.pcapng.zst -C 100 -W 20
  tcpwatch live -i eth0 --streams payload --connection 1
  tcpwatch live -i eth0 | jq -c 'select(.event == "refused")'`

func liveCommand() *cobra.Command {
	o := &liveOptions{readOptions: readOptions{
		format: report.FormatTable, color: whenAuto,
		msl: analyze.DefaultMSL, maxConnections: analyze.DefaultMaxConnections,
		streams: streamFolder{gaps: streams.GapHole, maxBuffer: stream.DefaultMaxBuffer},
	}}
	c := &cobra.Command{
		Use:                   "live [flags] -i INTERFACE [FILTER]",
		Short:                 "Capture and analyse what passes an interface now",
		Long:                  liveHelp,
		Example:               liveExamples,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if o.list {
				return listInterfaces(c, o.format, o.color)
			}
			return o.run(c, args)
		},
	}
	o.declare(c)
	return c
}

// Bounds of flags.
const (
	minLasting = 100 * time.Millisecond
	maxLasting = 366 * 24 * time.Hour
	mostCount  = 1<<31 - 1
)

func (o *liveOptions) declare(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.VarP(names(&o.interfaces), "interface", "i", "capture from these interfaces; may be given again; any means all of them")
	f.VarP(number(&o.packets, 1, mostCount), "count", "c", "end after N packets")
	f.Var(duration(&o.lasting, minLasting, maxLasting), "duration", fmt.Sprintf(
		"end after this time, %s to %s", short(minLasting), short(maxLasting)))
	f.Var(number(&o.connections, 1, mostCount), "for",
		"end when N connections are over: closed, reset, left in TIME-WAIT or given up")
	f.VarP(snaplen(&o.snaplen), "snapshot-length", "s", fmt.Sprintf(
		"keep at most N octets of a packet, %d to %d; 0 is the most, or what fits into a block (default 0)", live.MinSnaplen, live.MaxSnaplen))
	f.BoolVarP(&o.notPromiscuous, "no-promiscuous-mode", "p", false,
		"do not put the interfaces into promiscuous mode")
	f.Var(octetCount(&o.ringSize, live.MinRingSize, live.MaxRingSize), "ring-size", fmt.Sprintf(
		"size of the buffer in which packets wait to be analysed, for each ring, %s to %s (default %s)",
		live.InUnits(live.MinRingSize), live.InUnits(live.MaxRingSize), live.InUnits(live.DefaultRingSize)))
	f.Var(octetCount(&o.blockSize, live.MinBlockSize, live.MaxBlockSize), "block-size", fmt.Sprintf(
		"how much of the buffer the kernel hands over at one time, a power of two from %s to %s, at most half of the buffer, or an eighth with several interfaces or rings (default a 64th, as far as a packet fits)",
		live.InUnits(live.MinBlockSize), live.InUnits(live.MaxBlockSize)))
	f.Var(number(&o.rings, 1, live.MaxRings), "rings", fmt.Sprintf(
		"divide the flows of an interface among N rings, 1 to %d, for interfaces that several processors serve (default 1)", live.MaxRings))
	f.BoolVarP(&o.list, "list-interfaces", "D", false, "list the interfaces, as tcpwatch interfaces does, and exit")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "say what could not be given up or confined, as when the kernel has no Landlock")
	o.readOptions.declare(c)
	completeList(c, "interface", interfaceNames)
}

func (o *liveOptions) run(c *cobra.Command, args []string) error {
	if err := report.Check(o.views, o.format); err != nil {
		return fmt.Errorf("--view, --format: %w", err)
	}
	if len(o.interfaces) == 0 {
		return errors.New("no interface is named: -i INTERFACE, or -i any (tcpwatch interfaces lists them)")
	}
	if err := o.expression(args); err != nil {
		return err
	}
	if err := o.checkPairs(c); err != nil {
		return err
	}
	o.noteLimit(c)
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	if o.lasting > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.lasting)
		defer cancel()
	}
	r := &liveRun{liveOptions: o, stderr: c.ErrOrStderr()}
	src, err := live.Open(live.Options{
		Interfaces: o.interfaces, Snaplen: o.snaplen, RingSize: o.ringSize, BlockSize: o.blockSize, Rings: o.rings,
		NotPromiscuous: o.notPromiscuous, Filter: o.program(), Context: ctx, Note: func(s string) { o.note(r.stderr, s) },
	})
	if err != nil {
		return &exitError{exitUsage, grant(err, executable())}
	}
	defer src.Close()
	r.src = src
	if err := r.open(c, cancel); err != nil {
		return err
	}
	o.confine(r.stderr, r.showing.late)
	o.note(r.stderr, "capturing from "+strings.Join(o.interfaces, ", ")+" until "+o.until())
	heapMayGrow(heapPercent)
	in := analyse(ctx, o.bounded(src), r.dec, r.rep, o.analysis(), r.hooks)
	return r.end(in, c.Context().Err() != nil)
}

// until says what ends the capture.
func (o *liveOptions) until() string {
	var ends []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			ends = append(ends, "1 "+one)
		case n > 1:
			ends = append(ends, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(o.connections, "connection is over", "connections are over")
	count(o.packets, "packet has come", "packets have come")
	if o.lasting > 0 {
		ends = append(ends, short(o.lasting)+" have passed")
	}
	if len(ends) == 0 {
		return "Ctrl-C"
	}
	return strings.Join(ends, ", ") + ", or Ctrl-C"
}

// expression joins the arguments to a filter, as tcpdump does, unless -f gave
// one.
func (o *liveOptions) expression(args []string) error {
	text := strings.TrimSpace(strings.Join(args, " "))
	if text == "" {
		return nil
	}
	if o.filter != nil {
		return fmt.Errorf("%q beside --filter: a capture has one filter", text)
	}
	e, err := filter.Parse(text)
	if err != nil {
		return fmt.Errorf("invalid argument %q for FILTER: %w", text, err)
	}
	o.filter = e
	return nil
}

// program compiles the filter for the kernel.
func (o *liveOptions) program() live.Filter {
	if o.filterText() == "" {
		return nil
	}
	return o.filter.Programs(filter.Options{LinuxSocket: runtime.GOOS == "linux"})
}

// note says something about the capture on standard error.
func (o *liveOptions) note(stderr io.Writer, text string) {
	if !o.quiet {
		fmt.Fprintf(stderr, "tcpwatch: note: %s\n", escape.Text(text))
	}
}

// confine gives up what the process no longer needs, except for the directories
// in which files are still created. If the kernel cannot do that, the capture
// continues.
func (o *liveOptions) confine(stderr io.Writer, late bool) {
	_, _ = time.Now().Zone() // reads the time zone's file, later it could not
	var folders []string
	if o.keep.rotates() { // a single file is open already, as is that of -o
		folders = append(folders, filepath.Dir(o.keep.name))
	}
	if o.streams.dir != "" {
		folders = append(folders, o.streams.dir)
	}
	if late || len(o.views) > 1 { // views wait for their turn in temporary files
		folders = append(folders, os.TempDir())
	}
	foreign := slices.ContainsFunc(folders, privilege.Foreign)
	for _, err := range []error{privilege.Confine(folders...), privilege.Drop(foreign)} {
		if err != nil && o.verbose {
			o.note(stderr, err.Error())
		}
	}
}

// summaryWaiting is how many connections may wait for a long one if their order
// only affects the choice of examples.
const summaryWaiting = 4096

// waiting is how many connections may wait for one that began before them.
func (o *liveOptions) waiting(results []report.View) int {
	if len(results) == 0 || len(results) == 1 && results[0] == report.ViewSummary {
		return min(summaryWaiting, o.maxConnections)
	}
	return o.maxConnections
}

// bounded returns a Source that ends after -c packets.
func (o *liveOptions) bounded(src capture.Live) capture.Live {
	if o.packets == 0 {
		return src
	}
	return &counted{src, o.packets}
}

// counted is a Source that ends after left more packets.
type counted struct {
	capture.Live
	left int
}

func (c *counted) Next(p *capture.Packet) error {
	if c.left == 0 {
		return io.EOF
	}
	err := c.Live.Next(p)
	if err == nil {
		c.left--
	}
	return err
}

// executable is the path of this program, quoted for a shell.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return "tcpwatch"
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // capabilities belong to the file
	}
	return path
}
