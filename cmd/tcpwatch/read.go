package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/report"
)

// readOptions are the flags of read.
type readOptions struct {
	views          []string
	format         string
	connections    []uint
	limit          int
	msl            time.Duration
	maxConnections int
}

func readCommand() *cobra.Command {
	var o readOptions
	c := &cobra.Command{
		Use:   "read [flags] FILE...",
		Short: "Analyse saved captures",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	f := c.Flags()
	f.StringSliceVar(&o.views, "view", nil, "what to show")
	f.StringVar(&o.format, "format", "table", "how to show it")
	f.UintSliceVar(&o.connections, "connection", nil, "only these connections")
	f.IntVar(&o.limit, "limit", 0, "rows of a table; 0 = all")
	f.DurationVar(&o.msl, "msl", analyze.DefaultMSL, "maximum segment lifetime")
	f.IntVar(&o.maxConnections, "max-connections", analyze.DefaultMaxConnections, "connections remembered at one time")
	return c
}

func (o *readOptions) run(c *cobra.Command, paths []string) error {
	src, err := capture.Open(paths, capture.Options{Context: context.Background(), Stdin: c.InOrStdin()})
	if err != nil {
		return err
	}
	defer src.Close()
	dec := capture.NewDecoder(capture.DecoderOptions{})
	opts := report.Options{Format: report.Format(o.format), EncapName: dec.EncapName, MSL: o.msl, Files: paths, Limit: o.limit}
	for _, v := range o.views {
		opts.Views = append(opts.Views, report.View(v))
	}
	if len(o.connections) > 0 {
		opts.Only = map[uint64]bool{}
		for _, n := range o.connections {
			opts.Only[uint64(n)] = true
		}
	}
	rep, err := report.New(c.OutOrStdout(), opts)
	if err != nil {
		return err
	}
	in, err := analyse(src, dec, rep, analyze.Config{MSL: o.msl, MaxConnections: o.maxConnections})
	if err != nil {
		return err
	}
	if err := rep.Close(in); err != nil {
		return &exitError{exitPartial, err}
	}
	for _, d := range in.Damages {
		c.PrintErrf("tcpwatch: %s\n", report.Escape(d))
	}
	if len(in.Damages) > 0 {
		return &exitError{exitPartial, nil}
	}
	return nil
}

// analyse runs every packet of src through the decoder and the analyser into
// the reporter.
func analyse(src capture.Source, dec *capture.Decoder, rep *report.Reporter, cfg analyze.Config) (report.Input, error) {
	var in report.Input
	order := analyze.NewOrder(rep.Connection)
	cfg.Connection = order.Connection
	if rep.WantsPackets() {
		cfg.Packet = rep.Packet
	}
	an := analyze.New(cfg)
	var (
		p   capture.Packet
		seg wire.Segment
	)
	for rep.Err() == nil {
		err := src.Next(&p)
		var damage *capture.DamageError
		switch {
		case err == nil:
		case errors.As(err, &damage):
			in.Damages = append(in.Damages, damage.Error())
			continue
		case errors.Is(err, io.EOF):
			return finish(in, src, dec, an), nil
		default:
			return in, err
		}
		switch dec.Decode(&p, &seg) {
		case wire.Segmented:
			an.Segment(&seg)
		case wire.ICMPError:
			an.Quote(dec.Quote())
		}
	}
	return finish(in, src, dec, an), nil
}

func finish(in report.Input, src capture.Source, dec *capture.Decoder, an *analyze.Analyzer) report.Input {
	an.Flush()
	dec.Flush()
	st := src.Stats()
	in.Packets, in.Octets = st.Packets, st.Octets
	in.Skipped = dec.Skipped()
	in.Analysis = an.Stats()
	in.BackwardsSteps, in.CutPackets, in.CutAt = st.BackwardsSteps, st.CutPackets, st.CutAt
	for _, f := range st.Files {
		in.Files = append(in.Files, report.File{Name: f.Name, Format: f.Format, Packets: f.Packets, Octets: f.Octets, Comments: f.Comments})
	}
	for _, i := range st.Interfaces {
		in.Interfaces = append(in.Interfaces, report.Interface{
			Name: i.Name, Snaplen: i.Snaplen, Packets: i.Packets, Dropped: i.Dropped, DropsKnown: i.DropsKnown,
		})
	}
	return in
}
