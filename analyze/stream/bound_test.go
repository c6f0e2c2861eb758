package stream_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// feeder is a Follower after an analysis.
func feeder(cfg stream.Config) (*analyze.Analyzer, *stream.Follower) {
	f := stream.New(cfg)
	return analyze.New(analyze.Config{Packet: f.Packet, Connection: f.Connection}), f
}

// TestBeyond4GiB: offsets go on where sequence numbers wrap, twice, and memory
// stays where it is.
func TestBeyond4GiB(t *testing.T) {
	const total = int64(5 << 30)
	next, octets := int64(0), int64(0)
	var end stream.Total
	a, f := feeder(stream.Config{
		Piece: func(p *stream.Piece) {
			if p.Kind != stream.Octets || p.Offset != next || p.AckPacket == 0 || p.Data[0] != byte(p.Offset>>16) {
				t.Fatalf("%s, but %d is next", tell(p), next)
			}
			next += p.Len
			octets += int64(len(p.Data))
		},
		End: func(_ *analyze.Connection, client, _ stream.Total) { end = client },
	})
	x := talk{isn: [2]wire.Seq{0xf0000000, 1}}
	x.open()
	for i := range x.segs {
		a.Segment(&x.segs[i])
	}
	data := make([]byte, 1<<16)
	seg, ack := x.segs[2], x.segs[1]
	ack.Flags, ack.Seq = wire.ACK, 2
	var before, after runtime.MemStats
	for at := int64(0); at < total; at += int64(len(data)) {
		if at == 1<<30 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		data[0] = byte(at >> 16)
		seg.Seq, seg.Len, seg.Payload = x.isn[0]+1+wire.Seq(uint32(at)), uint32(len(data)), data
		seg.Packet, seg.Time = ack.Packet+1, ack.Time+1000
		ack.Packet, ack.Time, ack.Ack = seg.Packet+1, seg.Time+1000, seg.End()
		a.Segment(&seg)
		a.Segment(&ack)
	}
	runtime.ReadMemStats(&after)
	if f.Held() > stream.DefaultMaxBuffer {
		t.Errorf("%d octets held", f.Held())
	}
	a.Flush()
	if octets != total || end.Octets != total || end.Gaps != 0 || !end.FromStart {
		t.Errorf("%d octets of %d: %+v", octets, total, end)
	}
	if n := after.Mallocs - before.Mallocs; n > uint64(total>>16)/10 {
		t.Errorf("%d allocations for %d segments", n, 2*total>>16)
	}
	if n := after.Sys; n > 64<<20 && !raceEnabled {
		t.Errorf("%d octets of memory from the system", n)
	}
}

// TestBoundedBuffer: connections that all wait for a gap hold no more than they
// may. What is let go is said, and every octet captured is handed on once.
func TestBoundedBuffer(t *testing.T) {
	const connections, rounds, size = 300, 99, 400
	var sums stream.Total
	captured, most := int64(0), 0
	var f *stream.Follower
	reasons := map[stream.Reason]int64{}
	a, f := feeder(stream.Config{
		MaxBuffer: stream.MinBuffer,
		Piece: func(p *stream.Piece) {
			if p.Kind == stream.Gap {
				reasons[p.Reason] += p.Len
			}
			if p.Kind == stream.Octets && p.Data[0] != byte(p.Offset) {
				t.Fatalf("%s begins with %d", tell(p), p.Data[0])
			}
		},
		End: func(_ *analyze.Connection, client, _ stream.Total) {
			sums.Octets += client.Octets
			sums.Missing += client.Missing
			sums.LetGo += client.LetGo
			sums.Unacked += client.Unacked
		},
	})
	x := talk{}
	x.open()
	data := make([]byte, size)
	packet := uint64(0)
	give := func(s wire.Segment, c int) {
		packet++
		if s.SrcPort == 80 {
			s.DstPort = uint16(1000 + c)
		} else {
			s.SrcPort = uint16(1000 + c)
		}
		s.Packet, s.Time = packet, int64(1e18)+int64(packet)*1000
		a.Segment(&s)
		most = max(most, f.Held())
	}
	for i := range connections * len(x.segs) {
		give(x.segs[i%len(x.segs)], i/len(x.segs))
	}
	for i := range rounds {
		if i == 3 { // never captured
			continue
		}
		for c := range connections {
			s := x.segs[2]
			s.Seq, s.Len, s.Payload = x.isn[0]+1+wire.Seq(i*size), size, data
			data[0] = byte(i * size)
			captured += size
			give(s, c)
		}
	}
	a.Flush()
	if most > stream.MinBuffer {
		t.Errorf("%d octets held at one time", most)
	}
	if sums.Octets != captured || sums.Missing != connections*size || reasons[stream.BufferFull] == 0 || sums.LetGo != reasons[stream.BufferFull] {
		t.Errorf("captured %d: %+v, gaps %v", captured, sums, reasons)
	}
	if f.Held() != 0 {
		t.Errorf("%d octets held at the end", f.Held())
	}
}

// TestEvicted: a connection that is given up to make room is handed on as far as
// it is known, and its gaps are said to be let go.
func TestEvicted(t *testing.T) {
	var told []string
	f := stream.New(stream.Config{Piece: func(p *stream.Piece) { told = append(told, tell(p)) }})
	a := analyze.New(analyze.Config{MaxConnections: 1, Packet: f.Packet, Connection: f.Connection})
	x := talk{}
	x.open()
	x.add(0, wire.ACK, 11, 1, []byte("behind a gap"))
	other := x.segs[0]
	other.Packet, other.SrcPort = 5, 40001
	for _, s := range append(x.segs, other) {
		a.Segment(&s)
	}
	if got, want := fmt.Sprint(told), "[client gap 0+10 closed-early of 4 client octets 10+12 of 4]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if f.Held() != 0 {
		t.Errorf("%d octets held", f.Held())
	}
}

// TestManyGaps: octets with holes between them without end wait for no more than
// 256 of the holes, in time that does not grow with what was handed on.
func TestManyGaps(t *testing.T) {
	var got stream.Total
	reasons := map[stream.Reason]int64{}
	a, f := feeder(stream.Config{
		Piece: func(p *stream.Piece) {
			if p.Kind == stream.Gap {
				reasons[p.Reason]++
			}
		},
		End: func(_ *analyze.Connection, client, _ stream.Total) { got = client },
	})
	x := talk{}
	x.open()
	x.add(1, wire.ACK, 1, 1, nil) // the window of a SYN is never scaled
	for i := range x.segs {
		a.Segment(&x.segs[i])
	}
	const n = 200_000
	s := x.segs[2]
	for i := range n {
		s.Packet++
		s.Time += 1000
		s.Seq, s.Len, s.Payload = x.isn[0]+wire.Seq(2+3*i), 1, []byte{1}
		a.Segment(&s)
	}
	held := f.Held()
	a.Flush()
	if got.Octets != n || got.Gaps != n || reasons[stream.TooManyGaps] < n-300 {
		t.Errorf("%+v, gaps %v", got, reasons)
	}
	if held > 10<<20 {
		t.Errorf("%d octets held", held)
	}
}

// TestBackwards: a stream whose segments come last first is put right.
func TestBackwards(t *testing.T) {
	truth := make([]byte, 60_000)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range truth {
		truth[i] = byte(r.Uint32())
	}
	x := talk{isn: [2]wire.Seq{0xffffff00, 1}}
	x.open()
	for i := len(truth) - 1; i >= 0; i-- {
		x.add(0, wire.ACK, int64(i)+1, 1, truth[i:i+1])
	}
	x.add(1, wire.ACK, 1, int64(len(truth))+1, nil)
	j := joined{t: t}
	follow(x.segs, stream.Config{}, j.take)
	if !bytes.Equal(j.out[1], truth) || j.bad != 0 {
		t.Errorf("%d octets, %d other pieces", len(j.out[1]), j.bad)
	}
}

// TestNotFollowed: what is not followed is not looked at, and costs nothing.
func TestNotFollowed(t *testing.T) {
	f := stream.New(stream.Config{
		Follow: func(n uint64) bool { return n == 2 },
		Piece:  func(p *stream.Piece) { t.Errorf("%s", tell(p)) },
	})
	x := talk{}
	x.open()
	s := x.segs[2]
	s.Len, s.Payload = 3, []byte("abc")
	o := analyze.Observation{Segment: &s, Connection: 1, FromClient: true}
	if n := testing.AllocsPerRun(100, func() { f.Packet(&o) }); n != 0 || f.Held() != 0 {
		t.Errorf("%v allocations, %d octets held", n, f.Held())
	}
	f.Connection(&analyze.Connection{Number: 1})
}

// TestManySYNs: connections of which there is nothing but a SYN, also one that is
// sent again, cost little, and end like all others.
func TestManySYNs(t *testing.T) {
	const n = 20_000
	ended := 0
	_, f := feeder(stream.Config{End: func(_ *analyze.Connection, client, server stream.Total) {
		if !client.FromStart || client.Begun || server != (stream.Total{Tuple: server.Tuple}) || client.Tuple != server.Tuple.Reverse() {
			t.Fatalf("%+v, %+v", client, server)
		}
		ended++
	}})
	x := talk{}
	x.open()
	s := x.segs[0]
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 2 * n {
		s.Packet, s.SrcPort = uint64(i+1), uint16(1024+i%n)
		o := analyze.Observation{Segment: &s, Connection: uint64(1 + i%n), FromClient: true}
		f.Packet(&o)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / n; got > 500 {
		t.Errorf("%d octets for a SYN", got)
	}
	for i := range n {
		f.Connection(&analyze.Connection{Number: uint64(1 + i)})
	}
	if ended != n {
		t.Errorf("%d of %d ended", ended, n)
	}
}

// BenchmarkFollow is a stream of full segments, every second one acknowledged.
func BenchmarkFollow(b *testing.B) {
	for _, followed := range []bool{false, true} {
		name := map[bool]string{false: "not-followed", true: "followed"}[followed]
		b.Run(name, func(b *testing.B) {
			a, _ := feeder(stream.Config{Follow: func(uint64) bool { return followed }})
			x := talk{}
			x.open()
			for i := range x.segs {
				a.Segment(&x.segs[i])
			}
			seg, ack := x.segs[2], x.segs[1]
			seg.Len, seg.Payload = 1448, make([]byte, 1448)
			ack.Flags, ack.Seq = wire.ACK, 1
			b.SetBytes(2 * 1448)
			b.ReportAllocs()
			for b.Loop() {
				for range 2 {
					seg.Packet++
					seg.Time += 1000
					a.Segment(&seg)
					seg.Seq = seg.End()
				}
				ack.Time, ack.Packet, ack.Ack = seg.Time, seg.Packet, seg.Seq
				a.Segment(&ack)
			}
		})
	}
}

// TestHeadersOnly: a capture without payload gives one gap, not one a packet.
func TestHeadersOnly(t *testing.T) {
	x := talk{}
	x.open()
	for i := range 10 {
		x.add(0, wire.ACK, int64(1+100*i), 1, make([]byte, 100))
		x.segs[len(x.segs)-1].Payload = nil
	}
	x.add(1, wire.ACK, 1, 1001, nil)
	told, _ := follow(x.segs, stream.Config{}, nil)
	if len(told) != 1 || told[0] != "client gap 0+1000 cut of 4 ack 14" {
		t.Errorf("%q", told)
	}
}
