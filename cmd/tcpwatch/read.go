package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture"
	"tcpwatch/capture/filter"
	"tcpwatch/capture/keep"
	"tcpwatch/report"
	"tcpwatch/report/prose"
	"tcpwatch/report/streams"
	"tcpwatch/report/summary"
)

// readOptions are the flags of read.
type readOptions struct {
	views          []report.View
	format         report.Format
	output         string
	filter         *filter.Expr
	only           map[uint64]bool
	limit          int
	msl            time.Duration
	maxConnections int
	shards         int // 0: as many as are worth while
	compat         compat
	streams        streamFolder
	vxlan          []uint16
	ignoreVLANs    bool
	color          when
	quiet          bool
	keep           keepFlags
}

const readHelp = `read analyses saved captures: pcap and pcapng, plain or compressed with gzip,
zstd, xz or lz4, recognised by content. "-" is standard input. Several files
become one timeline, merged by time.

Without --view it tells the stories of up to three connections, or a summary of
more; --connection N then tells the story of one. Programs get the connections
(csv, ndjson) or the summary (json).

--filter takes the expressions of pcap-filter(7), as tcpdump does, but no names
of hosts, networks or services. It judges each packet by itself, before
fragments are reassembled and tunnels opened: a filter on ports also leaves out
the later fragments of an IP packet and the ICMP errors about a connection, and
only what follows the word vlan, mpls or pppoes looks inside those.

Lines are as wide as COLUMNS says, from 40, else as the terminal, also when
piped to less; without a terminal they have at most 120 columns. Without a UTF-8
locale the output is ASCII.

Exit status: 0 all was read; 1 results are printed, but part of the input could
not be read or an output could not be written; 2 the command line is wrong,
nothing could be opened, or no connection that --connection asks for exists.
Ctrl-C prints what is known so far.`

const readExamples = `  tcpwatch read eth0.pcap
  tcpwatch read --view connections,time-wait eth0.pcap
  tcpwatch read --connection 3,7-9 --view packets eth0.pcap | less
  tcpwatch read -f 'host 192.0.2.1 and port 443' eth0.pcap
  tcpwatch read --format ndjson -o connections.ndjson eth0.pcap.zst
  tcpwatch read --streams payload --connection 3 eth0.pcap
  tcpwatch read -w both.pcapng.zst eth0.pcap eth1.pcap
  ssh host tcpdump -U -w - tcp | tcpwatch read -`

func readCommand() *cobra.Command {
	o := &readOptions{
		format: report.FormatTable, color: whenAuto,
		msl: analyze.DefaultMSL, maxConnections: analyze.DefaultMaxConnections,
		streams: streamFolder{gaps: streams.GapHole, maxBuffer: stream.DefaultMaxBuffer},
	}
	c := &cobra.Command{
		Use:                   "read [flags] FILE...",
		Short:                 "Analyse saved captures",
		Long:                  readHelp,
		Example:               readExamples,
		DisableFlagsInUseLine: true,
		Args:                  inputs,
		RunE:                  func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.declare(c)
	c.Flags().Var(number(&o.shards, 1, analyze.MaxShards), "shards", fmt.Sprintf(
		"divide the analysis among N threads, 1 to %d; results are the same for any number (default one for each processor, at most %d; for files of up to 2 MiB together, compressed 128 KiB, one)",
		analyze.MaxShards, usefulShards))
	return c
}

// Bounds of flags.
const (
	maxLimit = 1<<31 - 1
	minMSL   = time.Millisecond
	maxMSL   = time.Hour
	// mostConnections keeps the Analyzer's indexes, of 32 bits, in range.
	mostConnections = 100_000_000
)

// compat names a program whose terms are shown beside ours.
type compat string

const compatWireshark compat = "wireshark"

var compats = []compat{compatWireshark}

// declare declares the flags that live has too; the help, the completion and the checks
// follow from it.
func (o *readOptions) declare(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.Var(choices(&o.views, report.Views), "view",
		"what to show: "+list(report.Views, ", ")+" (tcpwatch explain NAME says what a view shows)")
	f.Var(choice(&o.format, report.Formats), "format",
		"how to show it: "+list(report.Formats, ", ")+" (default table)")
	f.VarP(outputName(&o.output), "output", "o",
		"write the results to FILE instead of standard output, which - stands for")
	f.VarP(expression(&o.filter), "filter", "f",
		"analyse only the packets that match, such as 'tcp port 443 and net 10.0.0.0/8'")
	f.Var(connectionNumbers(&o.only), "connection",
		"only these connections, such as 3,7-9; may be given again (default all)")
	f.Var(number(&o.limit, 0, maxLimit), "limit",
		"show at most N rows of a table; 0 shows all (default 0)")
	f.Var(duration(&o.msl, minMSL, maxMSL), "msl", fmt.Sprintf(
		"maximum segment lifetime, %s to %s; TIME-WAIT lasts twice as long (default %s, as Linux keeps it; RFC 9293 says 2m)",
		short(minMSL), short(maxMSL), short(analyze.DefaultMSL)))
	f.Var(number(&o.maxConnections, 1, mostConnections), "max-connections", fmt.Sprintf(
		"remember at most N connections at one time, 1 to %d; to make room for more, one that is over is forgotten, else one that was quiet for long, which is reported as evicted (default %d)",
		mostConnections, analyze.DefaultMaxConnections))
	f.Var(ports(&o.vxlan), "vxlan-port",
		"UDP ports whose payload is read as VXLAN, 1 to 65535 (default 4789,8472)")
	f.BoolVar(&o.ignoreVLANs, "ignore-vlans", false, ignoreVLANsHelp)
	f.Var(choice(&o.compat, compats), "compat",
		"add to --view packets what another program calls each segment: "+list(compats, ", ")+" (the tcp.analysis names of tshark 4.0)")
	o.streams.declare(c)
	o.keep.declare(c)
	declareColor(c, &o.color)
	f.BoolVarP(&o.quiet, "quiet", "q", false,
		"no progress and no notes on standard error, only errors")
	completeList(c, "view", func() []string { return texts(report.Views) })
	complete(c, "format", report.Formats)
	complete(c, "compat", compats)
}

// ignoreVLANsHelp is the help of --ignore-vlans.
const ignoreVLANsHelp = "leave VLANs out of the identity of connections, for captures in which each direction has its own; the same addresses and ports in two VLANs are then one connection"

// decoding returns how packets are decoded.
func (o *readOptions) decoding() capture.DecoderOptions {
	return capture.DecoderOptions{VXLANPorts: o.vxlan, IgnoreVLANs: o.ignoreVLANs}
}

func (o *readOptions) run(c *cobra.Command, paths []string) error {
	heapMayGrow(firstPercent)
	if err := o.check(c, paths); err != nil {
		return err
	}
	o.noteLimit(c)
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	src, bar, err := openInputs(ctx, c, paths, o.quiet)
	if err != nil {
		return err
	}
	defer bar.stop()
	defer src.Close()
	stderr := c.ErrOrStderr()
	out, err := openOutput(o.output, o.keep.results(c.OutOrStdout(), stderr), paths)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	var chosen *filtered
	if o.filter != nil {
		chosen = newFiltered(src, o.filter)
		src = chosen
	}
	kept, err := o.keeping(c, cancel, src, paths)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	out.before = bar.stop

	dec := capture.NewDecoder(o.decoding())
	rep, err := report.New(out, o.reporting(dec, out, paths, c.InOrStdin(), stderr))
	if err != nil {
		return err
	}
	way := hooks{shards: o.shardsFor(paths, src.Stats().Files)}
	kept.hook(&way)
	if err := o.streams.open(&way, o.only, dec); err != nil {
		return &exitError{exitUsage, err}
	}
	in := analyse(ctx, src, dec, rep, o.analysis(), way)
	if rep.Err() != nil {
		kept.readOn(ctx, src, &in)
	}
	unkept := kept.finish(src.Stats(), &in)
	if chosen != nil {
		in.Filter, in.Filtered = o.filterText(), chosen.leftOut
	}
	o.endQuietly(kept, out, &in)
	err = rep.Close(in)
	if err == nil {
		err = out.Close()
	}
	bar.stop()
	return o.finish(stderr, out, in, err, unkept)
}

// endQuietly is for packets on standard output that nothing reads any more:
// results on standard error would cover only a part and look like those of
// everything. If results go elsewhere it is said that they are partial.
func (o *readOptions) endQuietly(kept *keeping, out *output, in *summary.Input) {
	if !kept.unread() {
		return
	}
	if o.output == "" {
		out.w = io.Discard
	}
	in.Interrupted = in.Interrupted && (o.output != "" || o.streams.dir != "")
}

// check rejects what cannot be done, before anything is opened.
func (o *readOptions) check(c *cobra.Command, paths []string) error {
	if err := report.Check(o.views, o.format); err != nil {
		return fmt.Errorf("--view, --format: %w", err)
	}
	if f, ok := terminal(c.InOrStdin()); ok && slices.Contains(paths, "-") {
		return fmt.Errorf("standard input is a terminal (%s): pipe a capture into it", f.Name())
	}
	return o.checkPairs(c)
}

// checkPairs rejects flags without those that they depend on, for read and live.
func (o *readOptions) checkPairs(c *cobra.Command) error {
	given := c.Flags().Changed
	switch {
	case o.streams.dir == "" && given("streams"):
		return errors.New("--streams: the name of the folder is empty")
	case o.streams.dir == "" && (given("gaps") || given("max-buffer")):
		return errors.New("--gaps and --max-buffer say how --streams writes: --streams is missing")
	case o.compat != "" && !slices.Contains(o.views, report.ViewPackets):
		return errors.New("--compat adds to the view packets: --view packets is missing")
	case o.keep.name == "" && given("write"):
		return errors.New("-w: the name of the file is empty (- is standard output)")
	case o.keep.name == "-" && given("output") && isStandardOutput(o.output, c.OutOrStdout()):
		return fmt.Errorf("-o %s and -w -: standard output can take one of them", cmp.Or(o.output, "-"))
	}
	return o.keep.check(c.OutOrStdout())
}

// noteLimit says when --limit has no effect: programs get all rows.
func (o *readOptions) noteLimit(c *cobra.Command) {
	if o.limit > 0 && !o.quiet && o.format != report.FormatTable && o.format != report.FormatMarkdown {
		fmt.Fprintf(c.ErrOrStderr(), "tcpwatch: note: --limit is for tables: %s has every row\n", o.format)
	}
}

// finish ends the files of streams, reports on standard error what was not read
// or not written, and returns the exit status for it. err is the outcome of the
// output, unkept that of what was to be written besides.
func (o *readOptions) finish(stderr io.Writer, out *output, in summary.Input, err, unkept error) error {
	if written := o.streams.close(stderr, o.quiet); written != nil {
		if out.leftAlone(err) {
			err = nil
		}
		err = errors.Join(err, written)
	}
	complain(stderr, unkept)
	err = o.conclude(stderr, out, in, err)
	if err == nil && unkept != nil {
		err = &exitError{status: exitPartial}
	}
	return err
}

// noteUntimed says that packets have no time, with any view: all of them show times.
func (o *readOptions) noteUntimed(stderr io.Writer, n uint64) {
	also := ""
	if o.keep.name != "" {
		also = " and written"
	}
	if !o.quiet {
		noteUntimed(stderr, n, also)
	}
}

// noteUntimed says that n packets have no time, if any. also says what was done with them
// besides showing them.
func noteUntimed(stderr io.Writer, n uint64, also string) {
	if n > 0 {
		fmt.Fprintf(stderr, "tcpwatch: note: %s without a time, or with one before 1824 or after 2115, shown%s at that of the packet before, 1970 if there is none: times and what follows from them are not reliable\n",
			amount(n, "packet"), also)
	}
}

// filterText is the filter as given; "" if there is none.
func (o *readOptions) filterText() string {
	if o.filter == nil {
		return ""
	}
	return strings.TrimSpace(o.filter.String())
}

// analysis is the configuration of the Analyzer by the flags.
func (o *readOptions) analysis() analyze.Config {
	return analyze.Config{MSL: o.msl, MaxConnections: o.maxConnections, Wireshark: o.compat == compatWireshark}
}

// keeping begins to write the packets of src, if requested.
func (o *readOptions) keeping(c *cobra.Command, cancel context.CancelFunc, src capture.Source, paths []string) (*keeping, error) {
	if o.keep.name == "" {
		return nil, nil
	}
	if err := foresee(o.keep.name, paths); err != nil {
		return nil, fmt.Errorf("-w %s: %w", o.keep.name, err)
	}
	spare := inUse(c, false, o.output, paths...)
	return o.keep.open(c.Context(), cancel, c.OutOrStdout(), keep.Options{Stats: src.Stats, Filter: o.filterText(), Spare: spare})
}

// reporting returns the options of the Reporter.
func (o *readOptions) reporting(dec *capture.Decoder, out *output, paths []string, stdin io.Reader, stderr io.Writer) report.Options {
	names := slices.Clone(paths)
	for i, n := range names {
		if n == "-" {
			names[i] = "standard input"
		}
	}
	return report.Options{
		Views:     o.views,
		Format:    o.format,
		Limit:     o.limit,
		Only:      o.only,
		Style:     prose.Style{Width: width(out.w, stderr, stdin), Color: colored(o.color, out.w), ASCII: asciiOnly()},
		EncapName: dec.EncapName,
		MSL:       o.msl,
		Files:     names,
		Wireshark: o.compat == compatWireshark,
	}
}

// conclude reports on standard error what was not read or not written, and
// returns the exit status for it. err is the outcome of the output.
func (o *readOptions) conclude(stderr io.Writer, out *output, in summary.Input, err error) error {
	status, err := out.unfinished(stderr, in, err)
	if err != nil {
		return err
	}
	o.noteUntimed(stderr, in.UntimedPackets)
	missing, all := report.Missing(o.only, in.Analysis.Connections)
	switch {
	case all && status == exitOK:
		return &exitError{exitUsage, fmt.Errorf("--connection: %s", missing)}
	case missing != "" && (all || !o.quiet):
		fmt.Fprintf(stderr, "tcpwatch: note: %s\n", missing)
	}
	if status != exitOK {
		return &exitError{status: status}
	}
	return nil
}
