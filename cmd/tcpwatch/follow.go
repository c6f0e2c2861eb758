package main

import (
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
	"tcpwatch/report"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
	"tcpwatch/report/streams"
	"tcpwatch/report/summary"
)

// followOptions are the flags of follow.
type followOptions struct {
	filter         *filter.Expr
	connection     uint64
	from           string
	raw, hex       bool
	format         streams.Form
	output         string
	maxBuffer      int
	msl            time.Duration
	maxConnections int
	vxlan          []uint16
	ignoreVLANs    bool
	color          when
	quiet          bool
}

const followHelp = `follow writes the payload of one connection: the octets of both ends in order,
each once, interleaved as they were acknowledged, so that a request comes before
its answer. The number of the connection is that of tcpwatch read.

Lines begin with ">" for the client and "<" for the server; ">+" and "<+"
continue that side's last line. CR LF ends a line; other control characters and
octets that are not UTF-8 are shown as \xNN, characters that hide or reorder
text as \uNNNN; a backslash that was sent looks the same, and --hex shows the
difference. Lines with "--" show what the octets cannot: gaps, octets that came
again with other content, octets that are not part of the stream, octets that
were never acknowledged.

--raw writes the octets and nothing else; gaps are left out and reported on
standard error. To a terminal it writes only with -o. --format ndjson writes an
object for each piece (schema tcpwatch.stream/1): from, kind (octets, gap,
conflict, outside, end), offset, len, reason, packet, time, ack_packet, and the
octets in base64.

A gap is closed a second after the other end acknowledged octets after it,
later if a round trip is long, sooner if the buffer is full, and at the end of
the connection. For files, one per direction, see tcpwatch read --streams.

Exit status: 0 all was read; 1 part of the input could not be read or the output
could not be written; 2 the command line is wrong, nothing could be opened, or
the capture has no such connection.`

const followExamples = `  tcpwatch follow --connection 3 eth0.pcap
  tcpwatch follow --connection 3 --hex eth0.pcap | less
  tcpwatch follow --connection 3 --from server --raw -o answer.bin eth0.pcap
  tcpwatch follow --connection 3 --format ndjson eth0.pcap | jq .offset`

func followCommand() *cobra.Command {
	o := &followOptions{
		format: streams.Text, color: whenAuto, maxBuffer: stream.DefaultMaxBuffer,
		msl: analyze.DefaultMSL, maxConnections: analyze.DefaultMaxConnections,
	}
	c := &cobra.Command{
		Use:                   "follow [flags] --connection N FILE...",
		Short:                 "Write what the ends of a connection said",
		Long:                  followHelp,
		Example:               followExamples,
		DisableFlagsInUseLine: true,
		Args:                  inputs,
		RunE:                  func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	o.declare(c)
	return c
}

// sides are the values of --from, streamForms those of --format.
var (
	sides       = []string{"client", "server"}
	streamForms = []streams.Form{streams.Text, streams.NDJSON}
)

func (o *followOptions) declare(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.Var(connectionNumber(&o.connection), "connection", "the connection, by its number")
	f.VarP(expression(&o.filter), "filter", "f",
		"only the packets that match, as with read: with the same filter connections have the same numbers")
	f.Var(choice(&o.from, sides), "from", "only what one end sent: "+list(sides, ", ")+" (default both)")
	f.BoolVar(&o.raw, "raw", false, "the octets and nothing else")
	f.BoolVar(&o.hex, "hex", false, "offsets, hexadecimal and ASCII")
	f.Var(choice(&o.format, streamForms), "format", "how to show it: "+list(streamForms, ", ")+" (default text)")
	f.VarP(outputName(&o.output), "output", "o", "write to FILE instead of standard output, which - stands for")
	f.Var(bufferSize(&o.maxBuffer), "max-buffer", maxBufferHelp)
	f.Var(duration(&o.msl, minMSL, maxMSL), "msl", fmt.Sprintf("maximum segment lifetime, as with read (default %s)", short(analyze.DefaultMSL)))
	f.Var(number(&o.maxConnections, 1, mostConnections), "max-connections", fmt.Sprintf(
		"remember at most N connections at one time, as with read (default %d)", analyze.DefaultMaxConnections))
	f.Var(ports(&o.vxlan), "vxlan-port", "UDP ports whose payload is read as VXLAN, 1 to 65535 (default 4789,8472)")
	f.BoolVar(&o.ignoreVLANs, "ignore-vlans", false, "leave VLANs out of the identity of connections, as with read")
	declareColor(c, &o.color)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no notes on standard error, only errors")
	complete(c, "from", sides)
	complete(c, "format", streamForms)
}

// form returns the form in which octets are written.
func (o *followOptions) form() streams.Form {
	switch {
	case o.raw:
		return streams.Raw
	case o.hex:
		return streams.Hex
	}
	return o.format
}

// check rejects invalid combinations of flags.
func (o *followOptions) check(c *cobra.Command, paths []string) error {
	var forms []string
	for _, name := range []string{"raw", "hex", "format"} {
		if c.Flags().Changed(name) {
			forms = append(forms, "--"+name)
		}
	}
	if len(forms) > 1 {
		return fmt.Errorf("%s: only one of --raw, --hex and --format", strings.Join(forms, ", "))
	}
	if o.connection == 0 {
		return fmt.Errorf("--connection: which one? (tcpwatch read --view connections lists them)")
	}
	if f, ok := terminal(c.InOrStdin()); ok && slices.Contains(paths, "-") {
		return fmt.Errorf("standard input is a terminal (%s): pipe a capture into it", f.Name())
	}
	if _, ok := terminal(c.OutOrStdout()); ok && o.raw && o.output == "" {
		return fmt.Errorf("--raw: what the connection carried may spoil the terminal: use -o FILE, or -o /dev/stdout if that is what you want")
	}
	return nil
}

func (o *followOptions) run(c *cobra.Command, paths []string) error {
	if err := o.check(c, paths); err != nil {
		return err
	}
	stdout, stderr := c.OutOrStdout(), c.ErrOrStderr()
	src, bar, err := openInputs(c.Context(), c, paths, o.quiet)
	if err != nil {
		return err
	}
	defer bar.stop()
	defer src.Close()
	out, err := openOutput(o.output, stdout, paths)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	out.before = bar.stop
	var packets capture.Source = src
	if o.filter != nil {
		packets = newFiltered(src, o.filter)
	}
	dec := capture.NewDecoder(capture.DecoderOptions{VXLANPorts: o.vxlan, IgnoreVLANs: o.ignoreVLANs})
	w := streams.NewWriter(out, o.writing(out, dec))
	told := &rawNotes{off: !o.raw || o.quiet, from: o.from, stderr: stderr}
	over := false
	f := stream.New(stream.Config{
		Follow:    func(n uint64) bool { return n == o.connection },
		MaxBuffer: o.maxBuffer,
		Piece:     func(p *stream.Piece) { w.Piece(p); told.piece(p) },
		End: func(c *analyze.Connection, client, server stream.Total) {
			w.End(c, client, server)
			over = true
		},
	})
	an := analyze.New(analyze.Config{MSL: o.msl, MaxConnections: o.maxConnections, Packet: f.Packet, Connection: f.Connection})
	in := feed(c.Context(), packets, dec, &single{Analyzer: an}, hooks{}, func() bool { return over || w.Err() != nil })
	err = w.Close()
	if err == nil {
		err = out.Close()
	}
	bar.stop()
	told.end()
	return o.conclude(stderr, out, in, err)
}

// writing returns the options of the Writer. Lines are broken only on a
// terminal: other output is searched or copied.
func (o *followOptions) writing(out *output, dec *capture.Decoder) streams.Options {
	so := streams.Options{
		Form:      o.form(),
		From:      o.from,
		Style:     prose.Style{Color: colored(o.color, out.w), ASCII: asciiOnly()},
		EncapName: dec.EncapName,
	}
	if _, ok := terminal(out.w); ok {
		so.Style.Width = width(out.w)
	}
	return so
}

// conclude reports what was not read or not written, and returns the exit
// status.
func (o *followOptions) conclude(stderr io.Writer, out *output, in summary.Input, err error) error {
	status, err := out.unfinished(stderr, in, err)
	if err != nil {
		return err
	}
	if o.form() == streams.NDJSON && !o.quiet { // the others show no times
		noteUntimed(stderr, in.UntimedPackets, "")
	}
	if missing, _ := report.Missing(map[uint64]bool{o.connection: true}, in.Analysis.Connections); missing != "" {
		if status == exitOK {
			status = exitUsage
		}
		return &exitError{status, errors.New("--connection: " + missing)}
	}
	if status != exitOK {
		return &exitError{status: status}
	}
	return nil
}

// rawNotes reports on standard error what raw octets cannot show.
type rawNotes struct {
	off    bool
	from   string
	stderr io.Writer
	told   int
	more   int
	// unacked records, for the server and the client, whether unacknowledged
	// octets were reported.
	unacked [2]bool
}

// mostRawNotes bounds the notes; further ones are counted.
const mostRawNotes = 20

func (r *rawNotes) piece(p *stream.Piece) {
	if r.off || r.from != "" && (r.from == "client") != p.FromClient {
		return
	}
	text := streams.PieceText(p)
	if p.Kind == stream.Octets && p.Reason == stream.NoReason {
		i := 0
		if p.FromClient {
			i = 1
		}
		if p.AckPacket != 0 || r.unacked[i] {
			return
		}
		r.unacked[i] = true
		text = streams.UnackedText(p)
	}
	if r.told == mostRawNotes {
		r.more++
		return
	}
	r.told++
	fmt.Fprintf(r.stderr, "tcpwatch: note: %s\n", escape.Text(text))
}

func (r *rawNotes) end() {
	if r.more > 0 {
		fmt.Fprintf(r.stderr, "tcpwatch: note: and %d more: --format ndjson tells all\n", r.more)
	}
}
