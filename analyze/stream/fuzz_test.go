package stream_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// ends are the tuples of the two directions.
var ends = func() (t [2]wire.Tuple) {
	t[0] = wire.Tuple{Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), Dst: wire.AddrFrom4([4]byte{192, 0, 2, 2}), SrcPort: 40000, DstPort: 80}
	t[1] = t[0].Reverse()
	return t
}()

// talk builds the segments of a connection.
type talk struct {
	segs []wire.Segment
	isn  [2]wire.Seq
}

func (t *talk) add(from int, flags wire.Flags, seq, ack int64, data []byte) {
	i := len(t.segs)
	t.segs = append(t.segs, wire.Segment{
		Packet: uint64(i + 1), Time: int64(1e18) + int64(i)*1e5, Tuple: ends[from], Flags: flags,
		Seq: t.isn[from] + wire.Seq(uint32(seq)), Ack: t.isn[1-from] + wire.Seq(uint32(ack)),
		Len: uint32(len(data)), Payload: data, Window: 65535, HeaderLen: 20,
	})
}

func (t *talk) open() {
	t.add(0, wire.SYN, 0, 0, nil)
	t.add(1, wire.SYN|wire.ACK, 0, 1, nil)
	t.add(0, wire.ACK, 1, 1, nil)
	for i := range 2 {
		t.segs[i].Options.Set, t.segs[i].Options.WindowScale = wire.OptWindowScale, 14
	}
}

// joined puts what is handed on together, and checks what holds of all pieces.
type joined struct {
	t    testing.TB
	out  [2][]byte // by the port that it goes to: 1 is the client's
	next [2]int64
	bad  int
}

func (j *joined) take(p *stream.Piece) {
	i := 0
	if p.Tuple.DstPort == 80 {
		i = 1
	}
	switch p.Kind {
	case stream.Octets:
		if int64(len(p.Data)) != p.Len || p.Len <= 0 || p.Packet == 0 {
			j.t.Fatalf("%s with %d octets", tell(p), len(p.Data))
		}
		j.out[i] = append(j.out[i], p.Data...)
	case stream.Gap:
		if p.Len <= 0 || p.Data != nil || p.Reason == stream.NoReason {
			j.t.Fatalf("%s", tell(p))
		}
		j.bad++
	default:
		if p.Len <= 0 || p.Kind == stream.Outside && p.Reason == stream.NoReason {
			j.t.Fatalf("%s", tell(p))
		}
		j.bad++
		return
	}
	if p.Offset != j.next[i] || p.Continues != (j.next[i] > 0) {
		j.t.Fatalf("%s, but %d is next", tell(p), j.next[i])
	}
	j.next[i] += p.Len
}

// FuzzOneStream cuts a known stream into segments, repeats and overlaps them,
// changes their order, and wants it back. Three octets of choices make a
// segment; 0xff in the first acknowledges what has arrived.
func FuzzOneStream(f *testing.F) {
	f.Add(uint32(0xffffff00), true, []byte{0, 10, 0, 5, 40, 1, 0xff, 0, 0, 200, 9, 0, 3, 3, 3})
	f.Add(uint32(7), false, []byte{9, 200, 7, 0, 100, 1, 0xff, 0, 0})
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		b := make([]byte, 3*r.IntN(100))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(r.Uint32(), r.IntN(2) == 0, b)
	}
	f.Fuzz(func(t *testing.T, isn uint32, fin bool, choices []byte) {
		truth := make([]byte, 3000)
		r := rand.New(rand.NewPCG(uint64(isn), 2))
		for i := range truth {
			truth[i] = byte(r.Uint32())
		}
		have := make([]bool, len(truth))
		front := 0
		x := talk{isn: [2]wire.Seq{wire.Seq(isn), 77}}
		x.open()
		send := func(from, to int) {
			to = min(to, len(truth))
			if from >= to {
				return
			}
			x.add(0, wire.ACK, int64(from)+1, 1, truth[from:to])
			for i := from; i < to; i++ {
				have[i] = true
			}
			for front < len(have) && have[front] {
				front++
			}
		}
		for ; len(choices) >= 3; choices = choices[3:] {
			if choices[0] == 0xff {
				x.add(1, wire.ACK, 1, int64(front)+1, nil)
				continue
			}
			from := int(choices[0]) * 12
			send(from, from+int(choices[1])*(1+int(choices[2]&7)))
		}
		for front < len(truth) { // what was not sent yet
			send(front, front+700)
		}
		last := int64(front) + 1
		if fin {
			x.add(0, wire.FIN|wire.ACK, last, 1, nil)
			last++
		}
		x.add(1, wire.ACK, 1, last, nil)
		j := joined{t: t}
		told, _ := follow(x.segs, stream.Config{}, j.take)
		if !bytes.Equal(j.out[1], truth) || j.bad > 0 || len(j.out[0]) > 0 {
			t.Fatalf("%d octets of %d came back, %d other pieces:\n%v", len(j.out[1]), len(truth), j.bad, told)
		}
	})
}

// FuzzAnySegments gives segments with any fields, and wants streams without a
// break, a buffer that stays within its bound and nothing left in it.
func FuzzAnySegments(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 20 {
		b := make([]byte, 12*(1+r.IntN(60)))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		filler := bytes.Repeat([]byte("0123456789abcdef"), 4096)
		x := talk{isn: [2]wire.Seq{0xfffff000, 5}}
		if len(b) > 0 && b[0]&1 == 0 {
			x.open()
		}
		for ; len(b) >= 12; b = b[12:] {
			n := int(b[1])
			if b[0]&2 != 0 {
				n *= 200
			}
			n = min(n, len(filler)-16)
			x.add(int(b[0]>>7), wire.Flags(b[2])&0x3f, int64(b[3])<<4|int64(b[4])<<(b[5]&31), int64(b[6])<<4|int64(b[7])<<(b[8]&31), filler[b[9]&15:][:n])
			s := &x.segs[len(x.segs)-1]
			s.Checksum = wire.Checksum(b[10] & 3)
			s.Window = uint16(b[11]) << 4
			if b[10]&4 != 0 { // cut by the snaplen
				s.Payload = s.Payload[:n/2]
			}
			if b[10]&8 != 0 {
				s.Flags |= wire.ACK
			}
		}
		byConnection := map[uint64]*joined{}
		told, _ := follow(x.segs, stream.Config{MaxBuffer: stream.MinBuffer}, func(p *stream.Piece) {
			j := byConnection[p.Connection]
			if j == nil {
				j = &joined{t: t}
				byConnection[p.Connection] = j
			}
			j.take(p)
		})
		if n := len(told); n > 0 && bytes.HasSuffix([]byte(told[n-1]), []byte("held")) {
			t.Fatal(told[n-1])
		}
	})
}
