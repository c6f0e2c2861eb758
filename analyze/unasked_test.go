package analyze_test

import (
	"fmt"
	"testing"

	"tcpwatch/analyze"
)

// What can be asked for.
const (
	askPacket = 1 << iota
	askEpisode
	askConnection
	askMoment
	asksAll = 1<<iota - 1
)

// TestUnasked: who asks for less is told the same of the rest, and nothing stays
// after of connections whose record nobody wants.
func TestUnasked(t *testing.T) {
	seeds, limits := uint64(12), []int{0, 3, 30}
	if testing.Short() {
		seeds, limits = 1, limits[1:2]
	}
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range limits {
			cfg := analyze.Config{MaxConnections: most}
			var full telling
			a := analyze.New(full.asking(asksAll, cfg))
			full.feed(a, all, a.Segment)
			for asked := range asksAll + 1 {
				want := full.only(asked)
				what := fmt.Sprintf("seed %d, %d connections, asked for %04b", seed, most, asked)
				for _, awake := range []int{0, 2, 512} {
					var got telling
					a := analyze.New(got.asking(asked, cfg))
					a.AwakeAtMost(awake)
					got.feed(a, all, a.Segment)
					sameTelling(t, fmt.Sprintf("%s, %d awake", what, awake), got, want)
					if left := a.Left(); left != 0 {
						t.Errorf("%s, %d awake: %d things are left", what, awake, left)
					}
				}
				if asked&askMoment != 0 {
					continue // shards tell none
				}
				var got telling
				s := analyze.NewShardsOf(3, 7, got.asking(asked, cfg))
				got.feed(s, all, s.Give)
				sameTelling(t, what+", 3 shards", got, want)
			}
		}
	}
}

// TestUnaskedScripts: the same where a segment is measured by the SYNs and SYN-ACKs in
// front of it, and where there are many of them.
func TestUnaskedScripts(t *testing.T) {
	for _, name := range someScripts(t) {
		var all []feedItem
		for _, e := range readScript(t, name).Events {
			all = append(all, feedItem{seg: e.Segment, quote: e.Quote})
		}
		var full telling
		a := analyze.New(full.asking(asksAll, analyze.Config{}))
		full.feed(a, all, a.Segment)
		for asked := range asksAll {
			var got telling
			a := analyze.New(got.asking(asked, analyze.Config{}))
			got.feed(a, all, a.Segment)
			sameTelling(t, fmt.Sprintf("%s, asked for %04b", name, asked), got, full.only(asked))
		}
	}
}

// asking is listen for some of the functions, and for Moments.
func (f *telling) asking(which int, cfg analyze.Config) analyze.Config {
	cfg = f.listen(cfg)
	cfg.Moment = func(m *analyze.Moment) {
		c := *m
		if m.Connection != nil {
			c.Connection = sorted(m.Connection)
		}
		f.told = append(f.told, c)
	}
	if which&askPacket == 0 {
		cfg.Packet = nil
	}
	if which&askEpisode == 0 {
		cfg.Episode = nil
	}
	if which&askConnection == 0 {
		cfg.Connection = nil
	}
	if which&askMoment == 0 {
		cfg.Moment = nil
	}
	return cfg
}

// only returns what is told to one who asks for some of it.
func (f *telling) only(which int) telling {
	some := telling{stats: f.stats}
	for i := 0; i < len(f.told); i++ {
		asked := false
		from := i
		switch f.told[i].(type) {
		case analyze.Observation:
			asked = which&askPacket != 0
			i++ // its packet
		case analyze.Episode:
			asked = which&askEpisode != 0
		case analyze.Connection:
			asked = which&askConnection != 0
		case analyze.Moment:
			asked = which&askMoment != 0
		}
		if asked {
			some.told = append(some.told, f.told[from:i+1]...)
		}
	}
	return some
}
