package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze"
)

// packets is what an analysis tells that is asked for packets only, so that a
// connection may rest as its journal.
func (f *telling) packets(cfg analyze.Config) analyze.Config {
	cfg = f.listen(cfg)
	cfg.Connection, cfg.Episode = nil, nil
	return cfg
}

// besides are counts of connections that were the same, read again, as before they
// came to rest, by class.
type besides [6]int

// sameBeside feeds an Analyzer whose connections never rest, and others where they rest
// as their journals: nothing tells them apart, and each is what it was, down to the last
// field, when its segments have been analysed again.
func (n *besides) sameBeside(t *testing.T, what string, all []feedItem, cfg analyze.Config) {
	t.Helper()
	var want telling
	a := analyze.New(want.packets(cfg))
	a.AnalyseAtOnce()
	a.AwakeAtMost(1 << 20)
	want.feed(a, all, a.Segment)
	for _, awake := range []int{0, 2, 9, 512} {
		var got telling
		a := analyze.New(got.packets(cfg))
		a.AwakeAtMost(awake)
		k := a.Forgets()
		a.WhenRead(func(right bool) {
			if !right {
				t.Errorf("%s, %d awake: a connection was not in the class that it was said to be in", what, awake)
			}
		})
		for i := range all {
			got.item(a, &all[i], a.Segment)
			if awake > 100 {
				continue
			}
			if same, was, is := k.Compare(i, 5); !same {
				t.Fatalf("%s, %d awake, after item %d: a connection was\n%x\nand is\n%x", what, awake, i+1, was, is)
			}
		}
		a.Flush()
		got.stats = a.Stats()
		sameTelling(t, fmt.Sprintf("%s, %d awake", what, awake), got, want)
		if left := a.Left(); left != 0 {
			t.Errorf("%s, %d awake: %d things are left", what, awake, left)
		}
		for class, compared := range k.ByClass {
			n[class] += compared
		}
	}
	for _, shards := range []int{1, 2, 7} {
		var got telling
		size := []int{1, 2, 7, 64, 512}[rand.IntN(5)]
		s := analyze.NewShardsOf(shards, size, got.packets(cfg))
		got.feed(s, all, s.Give)
		sameTelling(t, fmt.Sprintf("%s, %d shards, batches of %d", what, shards, size), got, want)
	}
}

// TestBeside: crowds with floods, ICMP errors, jumps of the clock and little room,
// simulated connections one by one, and every script.
func TestBeside(t *testing.T) {
	seeds, least := uint64(6), 60
	if testing.Short() {
		seeds, least = 1, 3
	}
	var n besides
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range []int{0, 3, 30} {
			n.sameBeside(t, fmt.Sprintf("seed %d, %d connections", seed, most), all, analyze.Config{MaxConnections: most})
		}
		n.sameBeside(t, fmt.Sprintf("seed %d, 1 ns", seed), all, analyze.Config{MSL: 1})
		n.sameBeside(t, fmt.Sprintf("seed %d, 10 minutes", seed), all, analyze.Config{MSL: 600e9})
	}
	for seed := range seeds * 20 {
		n.sameBeside(t, fmt.Sprintf("connection %d", seed), simItems(seed), analyze.Config{})
	}
	for _, name := range someScripts(t) {
		n.sameBeside(t, name, scriptItems(t, name), analyze.Config{})
	}
	t.Logf("compared by class: %v", n)
	for class, compared := range n {
		if compared < least {
			t.Errorf("only %d connections of class %d were compared: this tests little", compared, class)
		}
	}
}

// simItems returns the segments of a simulated connection.
func simItems(seed uint64) (all []feedItem) {
	for i, c := range simDraw(seed, simKind(seed%3)).tapped {
		c.seg.Packet = uint64(i + 1)
		all = append(all, feedItem{seg: c.seg})
	}
	return all
}

// FuzzBeside is TestBeside with any segments, after a handshake and not.
func FuzzBeside(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(3), uint8(0))
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(0), uint8(9))
	f.Fuzz(func(t *testing.T, data []byte, most, steps uint8) {
		new(besides).sameBeside(t, "fuzzed", fuzzItems(data, steps), analyze.Config{MaxConnections: int(most % 16)})
	})
}
