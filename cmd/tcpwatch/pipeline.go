package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"tcpwatch/analyze"
	"tcpwatch/analyze/order"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/report"
	"tcpwatch/report/summary"
)

// analyse is the way of every packet:
//
//	Source → Decoder → Analyzer → Order → Reporter
//
// The Source lends the octets of a packet until the next one, the Decoder a
// segment that points into them, the Analyzer an observation of that segment
// and, when a connection is over, a record of it. No one keeps what is lent;
// Order copies the records that have to wait for those with lower numbers.
//
// With several shards the way forks after the Decoder, and Order and Reporter
// are in a goroutine of their own; what they are given is the same.
//
// Reading ends at the end of the inputs, when ctx is done or when the output
// cannot be written. What is known then is in the Reporter and in the Input
// that is to be given to its Close. A live capture ends by itself when ctx is
// done; while it is quiet, the Analyzer's clock goes on with its own. Without a
// Reporter there are only the hooks.
func analyse(ctx context.Context, src capture.Source, dec *capture.Decoder, rep *report.Reporter, cfg analyze.Config, h hooks) summary.Input {
	stop := func() bool { return false }
	var inOrder *order.Order
	if rep != nil {
		var failed atomic.Bool // the output, known where the Reporter is not
		inOrder = order.New(noting(&failed, rep, rep.Connection))
		inOrder.Bound(h.waiting)
		if rep.WantsConnections() {
			cfg.Connection = inOrder.Connection
			cfg.WithoutZeek = !rep.WantsZeek()
		}
		if rep.WantsPackets() {
			cfg.Packet = both(cfg.Packet, noting(&failed, rep, rep.Packet))
		}
		if rep.WantsEpisodes() {
			cfg.Episode = noting(&failed, rep, rep.Episode)
		}
		if rep.WantsMoments() {
			cfg.Moment = noting(&failed, rep, rep.Moment)
		}
		h.first = rep.Begin
		stop = func() bool { return failed.Load() && !h.unread }
	}
	shards := h.shards
	if h.alone() || cfg.Moment != nil || cfg.Wireshark {
		shards = 1
	}
	h.join(&cfg)
	var an analysis
	if shards > 1 {
		an = analyze.NewShards(shards, cfg)
	} else {
		an = &single{Analyzer: analyze.New(cfg)}
	}
	in := feed(ctx, src, dec, an, h, stop)
	if inOrder != nil {
		if lost, err := inOrder.Close(); lost > 0 {
			in.Damages = append(in.Damages, fmt.Sprintf("lost %s after one that began before and lasts: %v", amount(lost, "connection"), err))
		}
	}
	return in
}

// noting returns give, followed each time by a check whether the output failed.
func noting[T any](failed *atomic.Bool, rep *report.Reporter, give func(*T)) func(*T) {
	return func(x *T) {
		give(x)
		if rep.Err() != nil {
			failed.Store(true)
		}
	}
}

// How much the heap may grow between two garbage collections, in percent. What is
// remembered of connections holds no pointers and a packet allocates nothing, so that
// collections are rare: memory had better be saved (heapPercent) where there are many
// connections, or a capture goes on for days. Each takes a millisecond for what packages
// have of their own, though. A file of three packets takes five, so that reading begins
// with room for 16 MB (firstPercent) and saves from the packet heapPackets on.
// All are heuristics.
const (
	firstPercent = 400
	heapPercent  = 25
	heapPackets  = 1 << 20
)

// heapMayGrow sets how much the heap may grow, unless the user did.
func heapMayGrow(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// analysis is one Analyzer, or several of them.
type analysis interface {
	// Next returns the segment to fill, and Take takes it.
	Next() *wire.Segment
	Take()
	Quote(*wire.Quote)
	Advance(now int64)
	Flush()
	Stats() analyze.Stats
}

// single is one Analyzer that works in the caller's goroutine.
type single struct {
	*analyze.Analyzer
	seg wire.Segment
}

func (s *single) Next() *wire.Segment { return &s.seg }
func (s *single) Take()               { s.Segment(&s.seg) }

// feed gives every packet to the Analyzer, until the inputs end, ctx is done, or
// stop or a hook ends it.
func feed(ctx context.Context, src capture.Source, dec *capture.Decoder, an analysis, h hooks, stop func() bool) summary.Input {
	// The Source checks ctx when it fills its buffer. That is too late if the
	// output is slow.
	var stopped atomic.Bool
	live, isLive := src.(capture.Live)
	if !isLive {
		defer context.AfterFunc(ctx, func() { stopped.Store(true) })()
	}

	var (
		in      summary.Input
		p       capture.Packet
		packets int
		ticks   = ticker{hook: h.tick}
	)
	for !stop() && !in.Interrupted {
		switch err := src.Next(&p); {
		case err == nil:
		case err == io.EOF:
			return conclusion(in, src, dec, an)
		case isLive && err == capture.ErrQuiet:
			an.Advance(live.Horizon())
			ticks.at(live.Horizon(), an)
			if h.over(an) {
				return conclusion(in, src, dec, an)
			}
			continue
		default:
			note(ctx, &in, err)
			continue
		}
		if packets++; packets == heapPackets {
			heapMayGrow(heapPercent)
		}
		if h.tap != nil {
			h.tap(&p)
		}
		switch dec.Decode(&p, an.Next()) {
		case wire.Segmented:
			if h.first != nil {
				h.first(p.Time)
				h.first = nil
			}
			an.Take()
		case wire.ICMPError:
			an.Quote(dec.Quote())
		}
		ticks.at(p.Time, an)
		if h.over(an) {
			break
		}
		in.Interrupted = stopped.Load()
	}
	return conclusion(in, src, dec, an)
}

// conclusion hands over what is left and sums up. A live capture ends here:
// packets that come while results are written are not part of it.
func conclusion(in summary.Input, src capture.Source, dec *capture.Decoder, an analysis) summary.Input {
	if _, isLive := src.(capture.Live); isLive {
		src.Close()
	}
	s := src.Stats()
	if !in.Interrupted && s.End != 0 {
		an.Advance(s.End) // so long nothing more came
	}
	an.Flush()
	dec.Flush()
	in.Skipped = dec.Skipped()
	in.Analysis = an.Stats()
	describe(&in, s)
	return in
}

// note records why the Source returned no packet.
func note(ctx context.Context, in *summary.Input, err error) {
	var damage *capture.DamageError
	switch {
	case errors.As(err, &damage):
		in.Damages = append(in.Damages, damage.Error())
		if damage.Packet == 0 && damage.Offset == 0 {
			in.NotRead = append(in.NotRead, damage.Error())
		}
	case ctx.Err() != nil:
		in.Interrupted = true
	default:
		// No Source does this; if one did, continuing might never end.
		in.Damages = append(in.Damages, err.Error())
		in.Interrupted = true
	}
}

// describe copies what the inputs say about themselves into the report's terms.
func describe(in *summary.Input, s capture.Stats) {
	in.Packets, in.Octets = s.Packets, s.Octets
	in.BackwardsSteps, in.UntimedPackets, in.CutPackets, in.CutAt = s.BackwardsSteps, s.UntimedPackets, s.CutPackets, s.CutAt
	for _, f := range s.Files {
		in.Files = append(in.Files, summary.File{
			Name: f.Name, Format: f.Format, Packets: f.Packets, Octets: f.Octets, Comments: f.Comments,
		})
	}
	for _, i := range s.Interfaces {
		in.Interfaces = append(in.Interfaces, summary.Interface{
			File: s.Files[i.File].Name, Name: i.Name, Link: i.Link.String(),
			Snaplen: i.Snaplen, Packets: i.Packets, Dropped: i.Dropped, DropsKnown: i.DropsKnown,
			RingFull: i.RingFull, Abandoned: i.Abandoned, Filter: i.Filter,
		})
	}
	in.Filter = sharedFilter(s.Interfaces)
}

// sharedFilter is the filter by which the packets of every interface were captured, "" if
// there is no such one.
func sharedFilter(all []capture.InterfaceStats) string {
	for _, i := range all {
		if i.Filter != all[0].Filter {
			return ""
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[0].Filter
}

// usefulShards is how many shards keep up with one thread that reads and decodes;
// further ones would be idle.
const usefulShards = 8

// smallInput is up to how many octets one shard is faster: others need threads and
// memory of their own, which take longer than they save (bench/profiles.md, Start). A
// heuristic: how many packets they are is not known.
const smallInput = 2 << 20

// inflated is how many octets of a capture one of a compressed file is taken for. A
// heuristic: captures shrink to half of their size, or to a sixtieth, and one shard too few
// costs more time than one too many.
const inflated = 16

// shardsFor is how many shards analyse these inputs, which files describes: what --shards
// says counts for any.
func (o *readOptions) shardsFor(paths []string, files []capture.FileStats) int {
	if o.shards != 0 {
		return o.shards
	}
	return defaultShards(paths, files)
}

// defaultShards is how many shards are worth while for these inputs.
func defaultShards(paths []string, files []capture.FileStats) int {
	if small(paths, files) {
		return 1
	}
	return min(runtime.GOMAXPROCS(0), usefulShards)
}

// small reports whether all inputs are files, and together no longer than smallInput.
func small(paths []string, files []capture.FileStats) bool {
	left := int64(smallInput)
	for i, path := range paths {
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.Mode().IsRegular() {
			return false
		}
		size := info.Size()
		if strings.Contains(files[i].Format, ", ") { // with its compression
			size *= inflated
		}
		if left -= size; left < 0 { // at once: sums of many need not fit
			return false
		}
	}
	return true
}
