package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// feedItem is one thing that an analysis is fed: a segment, a quote or the time.
type feedItem struct {
	seg   wire.Segment
	quote *wire.Quote
	clock int64 // of an Advance; 0: none
}

// crowd returns the segments of many simulated connections at once, some on
// tuples that others had before, with a flood, ICMP errors, and a clock that
// jumps forward and back.
func crowd(seed uint64) (all []feedItem) {
	r := rand.New(rand.NewPCG(seed, 0x73686172))
	for i := range 40 {
		at, port := r.Int64N(20e9), uint16(r.IntN(25))
		if r.IntN(4) == 0 {
			at += r.Int64N(900e9)
		}
		for _, c := range simDraw(seed*100+uint64(i), simKind(r.IntN(3))).tapped {
			s := c.seg
			s.Time += at
			if s.SrcPort == 40000 {
				s.SrcPort += port
			} else {
				s.DstPort += port
			}
			all = append(all, feedItem{seg: s})
		}
	}
	for i := range r.IntN(200) {
		s := wire.Segment{Tuple: simTuple(0), Flags: wire.SYN, Seq: wire.Seq(r.Uint32()), Window: 1000, Time: int64(1e18) + r.Int64N(400e9)}
		s.SrcPort = uint16(1000 + i)
		all = append(all, feedItem{seg: s})
		if i%5 == 0 {
			q := &wire.Quote{Time: s.Time + 1e6, Tuple: s.Tuple, Seq: s.Seq, Type: 3, Code: 1}
			all = append(all, feedItem{quote: q})
		}
	}
	slices.SortStableFunc(all, func(a, b feedItem) int { return int(min(max(a.at()-b.at(), -1), 1)) })
	jump := int64(0)
	for i := range all {
		switch r.IntN(200) {
		case 0:
			jump += r.Int64N(600e9)
		case 1:
			jump -= r.Int64N(10e9)
		}
		x := &all[i]
		x.seg.Packet, x.seg.Time = uint64(i+1), x.seg.Time+jump
		if x.quote != nil {
			x.quote.Packet, x.quote.Time = uint64(i+1), x.quote.Time+jump
			if i%3 == 0 {
				*x = feedItem{clock: x.quote.Time}
			}
		}
	}
	return all
}

func (x *feedItem) at() int64 {
	if x.quote != nil {
		return x.quote.Time
	}
	return x.seg.Time
}

// telling are all that an analysis tells, in one order.
type telling struct {
	told  []any
	stats analyze.Stats
}

func (f *telling) listen(cfg analyze.Config) analyze.Config {
	cfg.Packet = func(o *analyze.Observation) {
		c := *o
		c.Segment = nil
		clear(c.Evidence.Items[c.Evidence.Len:]) // left over from others
		f.told = append(f.told, c, o.Segment.Packet)
	}
	cfg.Episode = func(e *analyze.Episode) { f.told = append(f.told, *e) }
	cfg.Connection = func(c *analyze.Connection) { f.told = append(f.told, *sorted(c)) }
	return cfg
}

// sorted returns a copy whose empty lists are nil.
func sorted(c *analyze.Connection) *analyze.Connection {
	c = c.Clone()
	for _, list := range []*[]uint64{&c.Opening.SynPackets, &c.Opening.SynAckPackets, &c.Closing.FinPackets} {
		*list = append([]uint64(nil), *list...)
	}
	c.Steps = append([]analyze.Step(nil), c.Steps...)
	return c
}

func alone(all []feedItem, cfg analyze.Config) (f telling) {
	a := analyze.New(f.listen(cfg))
	f.feed(a, all, a.Segment)
	return f
}

// feed gives everything to an analysis, whose way of taking a segment is take.
func (f *telling) feed(a analysis, all []feedItem, take func(*wire.Segment)) {
	for i := range all {
		f.item(a, &all[i], take)
	}
	a.Flush()
	f.stats = a.Stats()
}

func (f *telling) item(a analysis, x *feedItem, take func(*wire.Segment)) {
	switch {
	case x.quote != nil:
		a.Quote(x.quote)
	case x.clock != 0:
		a.Advance(x.clock)
	default:
		take(&x.seg)
	}
}

// analysis is one Analyzer or several.
type analysis interface {
	Quote(*wire.Quote)
	Advance(int64)
	Flush()
	Stats() analyze.Stats
}

func divided(all []feedItem, n, size int, cfg analyze.Config) (f telling) {
	a := analyze.NewShardsOf(n, size, f.listen(cfg))
	f.feed(a, all, a.Give)
	return f
}

// TestShards: any number of shards and any size of batch tell the same in the same
// order as one Analyzer, also where there is room for few connections, where many
// timers run out at once, and where the clock jumps.
func TestShards(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range []int{0, 1, 3, 30, 150} {
			cfg := analyze.Config{MaxConnections: most}
			want := alone(all, cfg)
			if most == 3 && want.stats.Evicted == 0 {
				t.Fatalf("seed %d: no connection was given up", seed)
			}
			for _, shards := range []int{1, 2, 3, 7} {
				size := []int{1, 2, 7, 64, 512}[rand.IntN(5)]
				sameTelling(t, fmt.Sprintf("seed %d, %d connections, %d shards, batches of %d", seed, most, shards, size),
					divided(all, shards, size, cfg), want)
			}
		}
	}
}

func sameTelling(t *testing.T, what string, got, want telling) {
	t.Helper()
	for i := range want.told {
		if i >= len(got.told) || !reflect.DeepEqual(got.told[i], want.told[i]) {
			t.Fatalf("%s: result %d of %d differs from one Analyzer's:\n got %+v\nwant %+v", what, i+1, len(want.told), at(got.told, i), want.told[i])
		}
	}
	if len(got.told) != len(want.told) {
		t.Fatalf("%s: %d results, want %d", what, len(got.told), len(want.told))
	}
	if got.stats != want.stats {
		t.Fatalf("%s: counts\n got %+v\nwant %+v", what, got.stats, want.stats)
	}
}

func at(all []any, i int) any {
	if i < len(all) {
		return all[i]
	}
	return "nothing"
}

// TestShardsEnd: connections by the ten thousand that end at one moment, or that
// are given up in a row, are told without any shard waiting for another for ever.
func TestShardsEnd(t *testing.T) {
	for _, most := range []int{0, 2000, 10} {
		var all []feedItem
		for i := range 20_000 {
			s := wire.Segment{Tuple: simTuple(0), Flags: wire.SYN, Window: 1000, Packet: uint64(i + 1), Time: int64(1e18) + int64(i)}
			s.SrcPort, s.Src[15] = uint16(i), byte(i>>8)
			all = append(all, feedItem{seg: s})
		}
		last := all[0]
		last.seg.Packet, last.seg.Time = 20_001, int64(1e18)+3600e9
		last.seg.SrcPort++
		all = append(all, last, feedItem{clock: int64(1e18) + 7200e9})
		cfg := analyze.Config{MaxConnections: most}
		sameTelling(t, fmt.Sprintf("%d connections", most), divided(all, 3, 512, cfg), alone(all, cfg))
	}
}

// TestShardsOneSided: many connections of one shard end at one moment, while the
// shards go in step for lack of room, and the others have nothing to tell.
func TestShardsOneSided(t *testing.T) {
	const room = 1991
	var got telling
	a := analyze.NewShardsOf(3, 64, got.listen(analyze.Config{MaxConnections: room}))
	packet, begun := uint64(0), 0
	for i := 0; begun < room; i++ {
		s := wire.Segment{Tuple: simTuple(0), Flags: wire.SYN, Window: 1000, Time: int64(1e18) + int64(i)}
		s.SrcPort, s.Src[15] = uint16(i), byte(i>>16)
		if a.Owner(&s.Tuple) == 0 {
			packet++
			begun++
			s.Packet = packet
			*a.Next() = s
			a.Take()
		}
	}
	last := wire.Segment{Tuple: simTuple(0), Flags: wire.SYN, Window: 1000, Packet: packet + 1, Time: int64(1e18) + 3600e9}
	last.Src[14] = 77
	*a.Next() = last
	a.Take()
	done := make(chan bool)
	go func() { a.Flush(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the shards wait for each other")
	}
	if s := a.Stats(); s.Connections != uint64(begun)+1 || s.Live != 0 || s.Evicted != 1 {
		t.Errorf("%+v", s)
	}
}
