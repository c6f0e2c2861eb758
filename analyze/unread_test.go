package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/capture/wire"
)

// records is what an analysis hands over that is asked for connections only, so that
// it may keep segments for later.
func (f *telling) records(cfg analyze.Config) analyze.Config {
	cfg.Connection = func(c *analyze.Connection) { f.told = append(f.told, *sorted(c)) }
	return cfg
}

// sameKept feeds an Analyzer that keeps segments, others that do with several shards,
// and one that analyses each segment at once: nothing tells them apart, and what
// others could see of a connection that is not read is right. It returns how many
// connections were read, all in all, those by the book included.
func sameKept(t *testing.T, what string, all []feedItem, cfg analyze.Config) (read int) {
	t.Helper()
	var want, got telling
	a := analyze.New(want.records(cfg))
	a.AnalyseAtOnce()
	want.feed(a, all, a.Segment)
	for _, awake := range []int{0, 2, 512} { // flows that rest are resumed
		got = telling{}
		a = analyze.New(got.records(cfg))
		a.AwakeAtMost(awake)
		a.WhenRead(func(right bool) {
			read++
			if !right {
				t.Errorf("%s, %d awake: a connection was not in the class that it was said to be in", what, awake)
			}
		})
		got.feed(a, all, a.Segment)
		sameTelling(t, fmt.Sprintf("%s, %d awake", what, awake), got, want)
	}
	for _, shards := range []int{1, 2, 3, 7} {
		var got telling
		size := []int{1, 2, 7, 64, 512}[rand.IntN(5)]
		s := analyze.NewShardsOf(shards, size, got.records(cfg))
		got.feed(s, all, s.Give)
		sameTelling(t, fmt.Sprintf("%s, %d shards, batches of %d", what, shards, size), got, want)
	}
	return read
}

// TestKept: crowds with floods, jumps of the clock and little room, simulated
// connections one by one, and every script.
func TestKept(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 1
	}
	read := 0
	for seed := range seeds {
		all := crowd(seed)
		for _, most := range []int{0, 1, 3, 30, 150} {
			read += sameKept(t, fmt.Sprintf("seed %d, %d connections", seed, most), all, analyze.Config{MaxConnections: most})
		}
		read += sameKept(t, fmt.Sprintf("seed %d, 1 ns", seed), all, analyze.Config{MSL: 1})
		read += sameKept(t, fmt.Sprintf("seed %d, 10 minutes", seed), all, analyze.Config{MSL: 600e9})
	}
	if read < int(seeds)*100 {
		t.Errorf("only %d connections were left unread: this tests little", read)
	}
	for seed := range seeds * 10 {
		sameKept(t, fmt.Sprintf("connection %d", seed), simItems(seed), analyze.Config{})
	}
	for _, name := range someScripts(t) {
		sameKept(t, name, scriptItems(t, name), analyze.Config{})
	}
}

// TestEpisodeAtOnce: where somebody asks for Episodes one is told at the packet that
// ends it, not when the connection is handed over.
func TestEpisodeAtOnce(t *testing.T) {
	s, err := script.Parse(small + "+.010 B>A . 1 ack 1001 win 1000\n+1 A>B . 1001 ack 1 win 64240\n")
	if err != nil {
		t.Fatal(err)
	}
	var packet uint64
	var told []uint64
	a := analyze.New(analyze.Config{Episode: func(*analyze.Episode) { told = append(told, packet) }})
	for i := range s.Events {
		seg := s.Events[i].Segment
		packet = seg.Packet
		a.Segment(&seg)
	}
	a.Flush()
	if !slices.Equal(told, []uint64{5}) {
		t.Errorf("told at packets %v, want 5", told)
	}
}

// TestResumed: of a connection that rests most segments are kept as well.
func TestResumed(t *testing.T) {
	whole := closedConnection()
	all := []feedItem{{seg: whole[0]}, {seg: whole[1]}, {seg: whole[2]}}
	data, ack := whole[2], whole[1]
	data.Len, ack.Flags, ack.Seq, ack.Len = 10, wire.ACK, whole[2].Ack, 0
	for i := range 200 {
		ack.Ack = data.Seq + 10
		for _, s := range []*wire.Segment{&data, &ack} {
			s.Packet, s.Time = uint64(len(all)+1), whole[2].Time+int64(i)*1e6
			all = append(all, feedItem{seg: *s})
		}
		data.Seq += 10
	}
	var got telling
	a, read := analyze.New(got.records(analyze.Config{})), 0
	a.AwakeAtMost(0)
	a.WhenRead(func(bool) { read++ })
	got.feed(a, all, a.Segment)
	if read < 15 || read > 30 { // once for the 240 from the beginning, then for every eight segments
		t.Errorf("%d segments: the connection was read %d times", len(all), read)
	}
}

// FuzzKept is TestKept with any segments, after a handshake and not.
func FuzzKept(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(3), uint8(0))
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(0), uint8(9))
	f.Fuzz(func(t *testing.T, data []byte, most, steps uint8) {
		sameKept(t, "fuzzed", fuzzItems(data, steps), analyze.Config{MaxConnections: int(most % 16)})
	})
}

// fuzzItems returns the first steps of a connection and any segments behind them.
func fuzzItems(data []byte, steps uint8) (all []feedItem) {
	whole := closedConnection()
	if steps%2 == 0 {
		whole = stampedConnection() // one that is textbook
	}
	for _, s := range whole[:min(int(steps), len(whole))] {
		all = append(all, feedItem{seg: s})
	}
	for _, s := range fuzzSegments(data) {
		s.Packet += uint64(len(whole))
		all = append(all, feedItem{seg: s})
	}
	return all
}
