package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/capture/wire"
)

// established returns an Analyzer that has seen a handshake, and a function
// that feeds it one round of data and ACKs of that connection.
func established(cfg analyze.Config) func() {
	cfg.Connection = func(*analyze.Connection) {}
	a := analyze.New(cfg)
	segs := closedConnection()
	for i := range segs[:3] {
		a.Segment(&segs[i])
	}
	data := wire.Segment{Tuple: simTuple(0), Flags: wire.ACK, Seq: 101, Ack: 501, Len: 1000, Window: 1000, HasIPID: true}
	ack := wire.Segment{Tuple: simTuple(1), Flags: wire.ACK, Seq: 501, Ack: 101, Window: 1000, HasIPID: true}
	packet, now := uint64(3), segs[2].Time
	feed := func(s *wire.Segment) {
		packet++
		now += 1e5
		s.Packet, s.Time, s.IPID = packet, now, s.IPID+1
		a.Segment(s)
	}
	return func() {
		feed(&data)
		data.Seq += 2000 // a segment is overtaken by the next
		feed(&data)
		data.Seq -= 1000
		feed(&data)
		data.Seq += 2000
		ack.Ack = data.Seq
		feed(&ack)
		ack.Window ^= 1
		feed(&ack)
	}
}

// TestNoAllocation: a segment of a known connection allocates nothing, and neither does
// a short connection, once as many were seen before and one of them had its history.
func TestNoAllocation(t *testing.T) {
	if testing.Short() {
		t.Skip("what is allocated is seen in many rounds only")
	}
	for name, cfg := range listening {
		round := established(cfg)
		for range 5000 {
			round()
		}
		if n := testing.AllocsPerRun(2000, round); n != 0 {
			t.Errorf("%s: %v allocations in a round of an open connection", name, n)
		}
		short := shortConnections(cfg)
		for range 5000 {
			short()
		}
		if n := testing.AllocsPerRun(2000, short); n != 0 {
			t.Errorf("%s: %v allocations in a short connection", name, n)
		}
	}
}

// listening are Analyzers that are asked for connections only, for segments, and for
// what happens.
var listening = map[string]analyze.Config{
	"unread":    {},
	"unwatched": {Packet: func(*analyze.Observation) {}},
	"watched":   {Packet: func(*analyze.Observation) {}, Moment: event.NewTeller(func(*event.Event) {}).Moment},
}

// shortConnections returns a function that feeds a whole connection of ten
// segments, each time from another port.
func shortConnections(cfg analyze.Config) func() {
	cfg.MaxConnections, cfg.Connection = 1000, func(*analyze.Connection) {}
	a := analyze.New(cfg)
	segs := closedConnection()
	n := 0
	var s wire.Segment
	return func() {
		n++
		for i := range segs {
			s = segs[i]
			s.Packet += uint64(n * len(segs))
			s.Time += int64(n) * 20e6
			if s.SrcPort == 80 {
				s.DstPort = uint16(n)
			} else {
				s.SrcPort = uint16(n)
			}
			a.Segment(&s)
		}
	}
}

func BenchmarkSegment(b *testing.B) {
	b.Run("data", func(b *testing.B) {
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags, s.Len = simTuple(i&1), wire.ACK, 1000
			s.Seq, s.Ack = wire.Seq(i/2*1000), wire.Seq(i/2*1000)
		})
	})
	b.Run("ack", func(b *testing.B) {
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags = simTuple(0), wire.ACK
			s.Seq, s.Ack = 1, wire.Seq(i*1000)
		})
	})
	b.Run("replay", func(b *testing.B) { // octets sent again and again, never acknowledged
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags, s.Len = simTuple(0), wire.ACK, 1000
			s.Seq, s.Ack = wire.Seq(i%4000*1000), 1
		})
	})
	b.Run("same-ack", func(b *testing.B) { // duplicate ACKs, as fast as a line allows
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags, s.Seq, s.Ack = simTuple(0), wire.ACK, 1, 1
		})
	})
	b.Run("one-way", func(b *testing.B) { // data whose ACKs are not captured
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags, s.Len, s.Seq = simTuple(0), wire.ACK, 1000, wire.Seq(i*1000)
		})
	})
	b.Run("one-way-again", func(b *testing.B) { // the same, every segment twice
		a := analyze.New(analyze.Config{Packet: func(*analyze.Observation) {}})
		benchFeed(b, a, func(i int, s *wire.Segment) {
			s.Tuple, s.Flags, s.Len, s.Seq = simTuple(0), wire.ACK, 1000, wire.Seq(i/2*1000)
		})
	})
	b.Run("busy", func(b *testing.B) { // 200 open connections, data and ACKs in turn
		a := analyze.New(analyze.Config{})
		const open, step = 200, int64(20e3)
		benchFeed(b, a, func(i int, s *wire.Segment) {
			n, turn := i%open, i/open
			s.Tuple, s.Flags, s.Len = simTuple(turn&1), wire.ACK|wire.PSH, uint32(turn&1^1)*1000
			if turn&1 == 0 {
				s.SrcPort += uint16(n)
			} else {
				s.DstPort += uint16(n)
			}
			s.Seq, s.Ack = wire.Seq(turn/2*1000), 1
			if turn&1 == 1 {
				s.Seq, s.Ack = 1, s.Seq+1000
			}
			s.Time = int64(i) * step
		})
	})
	for name, cfg := range listening {
		b.Run("short-connection/"+name, func(b *testing.B) {
			b.ReportAllocs()
			short := shortConnections(cfg)
			for b.Loop() {
				short()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10, "ns/segment")
		})
		b.Run("round/"+name, func(b *testing.B) { // five segments, two of them overtaken
			round := established(cfg)
			for b.Loop() {
				round()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/5, "ns/segment")
		})
	}
}

func benchFeed(b *testing.B, a *analyze.Analyzer, fill func(i int, s *wire.Segment)) {
	b.ReportAllocs()
	s := wire.Segment{Window: 1000, HasIPID: true}
	i := 0
	for b.Loop() {
		s.Time = int64(1e18) + int64(i)*1000
		fill(i, &s)
		s.Packet, s.IPID = uint64(i+1), uint16(i)
		a.Segment(&s)
		i++
	}
}
