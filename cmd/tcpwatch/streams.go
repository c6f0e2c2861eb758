package main

import (
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"tcpwatch/analyze/stream"
	"tcpwatch/capture"
	"tcpwatch/capture/live"
	"tcpwatch/report/escape"
	"tcpwatch/report/streams"
)

// streamFolder is --streams: the payload of connections as files.
type streamFolder struct {
	dir       string
	gaps      streams.GapForm
	maxBuffer int
	folder    *streams.Folder // nil: not asked for
}

func (s *streamFolder) declare(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.dir, "streams", "",
		"write the payload of each direction of each connection, in order and once, to a file of its own in `FOLDER`, which must be new or empty; its index.ndjson tells every gap and doubt")
	f.Var(choice(&s.gaps, streams.GapForms), "gaps",
		"how a gap shows in these files: hole (zeros that take no room, so that octets stand at their offset), skip (nothing), or mark (a line of text) (default hole)")
	f.Var(bufferSize(&s.maxBuffer), "max-buffer", maxBufferHelp)
	complete(c, "gaps", streams.GapForms)
}

// open adds the writer of the files to the hooks.
func (s *streamFolder) open(h *hooks, only map[uint64]bool, dec *capture.Decoder) (err error) {
	if s.dir == "" {
		return nil
	}
	if s.folder, err = streams.NewFolder(s.dir, s.gaps, dec.EncapName); err != nil {
		return fmt.Errorf("--streams %w", err)
	}
	sc := stream.Config{MaxBuffer: s.maxBuffer, Piece: s.folder.Piece, End: s.folder.End}
	if len(only) > 0 {
		sc.Follow = func(n uint64) bool { return only[n] }
	}
	f := stream.New(sc)
	h.packet, h.connection, h.unread = both(h.packet, f.Packet), both(h.connection, f.Connection), true
	return nil
}

// close ends the files and reports what was written.
func (s *streamFolder) close(stderr io.Writer, quiet bool) error {
	if s.folder == nil {
		return nil
	}
	if err := s.folder.Close(); err != nil {
		return fmt.Errorf("--streams %w", err)
	}
	if !quiet {
		fmt.Fprintf(stderr, "tcpwatch: note: %s\n", escape.Text(s.folder.Summary()))
	}
	return nil
}

var maxBufferHelp = fmt.Sprintf(
	"memory for octets that wait for missing ones before them, in all connections together, from %s; when it is full, gaps are given up and marked; each open connection costs about 2 KiB more (default %s)",
	live.InUnits(stream.MinBuffer), live.InUnits(stream.DefaultMaxBuffer))

// bufferSize is the bound of the buffer.
func bufferSize(to *int) *option { return octetCount(to, stream.MinBuffer, math.MaxInt) }
