package analyze_test

import (
	"fmt"
	"testing"

	"tcpwatch/analyze"
)

// TestUnasked: who asks for less is told the same of the rest, and nothing stays
// behind of connections whose record nobody wants.
func TestUnasked(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range []int{0, 3, 30} {
			full := alone(all, analyze.Config{MaxConnections: most})
			for asked := range 8 {
				want := telling{stats: full.stats}
				for i := 0; i < len(full.told); i++ {
					switch full.told[i].(type) {
					case analyze.Observation:
						if asked&1 != 0 {
							want.told = append(want.told, full.told[i], full.told[i+1]) // its packet
						}
						i++
					case analyze.Episode:
						if asked&2 != 0 {
							want.told = append(want.told, full.told[i])
						}
					case analyze.Connection:
						if asked&4 != 0 {
							want.told = append(want.told, full.told[i])
						}
					}
				}
				what := fmt.Sprintf("seed %d, %d connections, asked for %03b", seed, most, asked)
				for _, awake := range []int{0, 2, 512} {
					var got telling
					a := analyze.New(got.asking(asked, analyze.Config{MaxConnections: most}))
					a.AwakeAtMost(awake)
					got.feed(a, all, a.Segment)
					sameTelling(t, fmt.Sprintf("%s, %d awake", what, awake), got, want)
					if left := a.Left(); left != 0 {
						t.Errorf("%s, %d awake: %d things are left", what, awake, left)
					}
				}
				var got telling
				s := analyze.NewShardsOf(3, 7, got.asking(asked, analyze.Config{MaxConnections: most}))
				got.feed(s, all, s.Give)
				sameTelling(t, what+", 3 shards", got, want)
			}
		}
	}
}

// asking is listen, but for some of the functions: 1 Packet, 2 Episode, 4 Connection.
func (f *telling) asking(which int, cfg analyze.Config) analyze.Config {
	cfg = f.listen(cfg)
	if which&1 == 0 {
		cfg.Packet = nil
	}
	if which&2 == 0 {
		cfg.Episode = nil
	}
	if which&4 == 0 {
		cfg.Connection = nil
	}
	return cfg
}
