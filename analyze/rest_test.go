package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
)

// resting is alone with at most so many connections awake between two segments.
func resting(all []feedItem, cfg analyze.Config, awake int, moments bool) (f telling) {
	cfg = f.listen(cfg)
	if moments {
		cfg.Moment = func(m *analyze.Moment) {
			c := *m
			if m.Connection != nil {
				c.Connection = sorted(m.Connection)
			}
			f.told = append(f.told, c)
		}
	}
	a := analyze.New(cfg)
	a.AwakeAtMost(awake)
	f.feed(a, all, a.Segment)
	return f
}

// sameRested feeds an Analyzer whose connections never rest, and one where they all
// do between any two segments: nothing tells them apart.
func sameRested(t *testing.T, what string, all []feedItem, cfg analyze.Config) {
	t.Helper()
	for _, moments := range []bool{false, true} {
		sameTelling(t, what, resting(all, cfg, 0, moments), resting(all, cfg, 1<<20, moments))
	}
}

// TestRest: crowds with floods, jumps of the clock and little room, and every
// script.
func TestRest(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range []int{0, 1, 30} {
			sameRested(t, "a crowd", all, analyze.Config{MaxConnections: most})
		}
	}
	for _, name := range someScripts(t) {
		sameRested(t, name, scriptItems(t, name), analyze.Config{})
	}
}

// scriptItems returns the events of a script.
func scriptItems(t *testing.T, name string) (all []feedItem) {
	t.Helper()
	s := readScript(t, name)
	for i := range s.Events {
		all = append(all, feedItem{seg: s.Events[i].Segment, quote: s.Events[i].Quote})
	}
	return all
}

// FuzzRest is TestRest with any segments.
func FuzzRest(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, most uint8) {
		segs := fuzzSegments(data)
		all := make([]feedItem, len(segs))
		for i := range segs {
			all[i].seg = segs[i]
		}
		sameRested(t, "fuzzed", all, analyze.Config{MaxConnections: int(most % 16)})
	})
}

// TestMemory: what a burst of connections took is given back when they are over,
// and rested ones take a small part of those that are awake.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("connections by the ten thousand take a while")
	}
	const n = 50_000
	take := func(awake int) (most, last int) {
		a := analyze.New(analyze.Config{})
		if awake > 0 {
			a.AwakeAtMost(awake)
		}
		shortOnes(a, n)
		most = a.Memory()
		if live := a.Stats().Live; live < n*9/10 {
			t.Fatalf("%d connections are remembered", live)
		}
		a.Advance(int64(2e18))
		return most, a.Memory()
	}
	awake, _ := take(n)
	most, last := take(0)
	t.Logf("%d octets a connection awake, %d at rest", awake/n, most/n)
	if most*5 > awake {
		t.Errorf("%d octets for connections at rest, %d awake", most, awake)
	}
	if last > 12<<20 {
		t.Errorf("%d octets are kept of %d when all is over", last, most)
	}
}

// shortOnes feeds a connection of ten segments from each of n ports, at one moment
// each.
func shortOnes(a *analyze.Analyzer, n int) {
	for i := range n {
		for _, s := range closedConnection() {
			s.Packet += uint64(10 * i)
			s.Time += int64(i) * 1e6
			if s.SrcPort == 80 {
				s.DstPort = uint16(i)
			} else {
				s.SrcPort = uint16(i)
			}
			a.Segment(&s)
		}
	}
}

// BenchmarkRest puts connections of ten segments to rest and wakes them.
func BenchmarkRest(b *testing.B) {
	const n = 1000
	a := analyze.New(analyze.Config{})
	shortOnes(a, n)
	b.ReportAllocs()
	for b.Loop() {
		a.Rest()
		a.Wake()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/connection")
}
