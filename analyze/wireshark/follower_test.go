package wireshark_test

import (
	"slices"
	"testing"

	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture/wire"
)

func TestNames(t *testing.T) {
	if got := wireshark.Names(0); got != nil {
		t.Errorf("no names: %q", got)
	}
	all := allNames()
	if len(all) != 15 || all[0] != "tcp.analysis.retransmission" || all[14] != "tcp.analysis.reused_ports" {
		t.Errorf("all names: %q", all)
	}
	for i, name := range all {
		if got := wireshark.Names(1 << i); !slices.Equal(got, []string{name}) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestForgetsTheSilent wants the stream that was silent for the longest time to
// make room, and nothing else.
func TestForgetsTheSilent(t *testing.T) {
	f := wireshark.New(2)
	send := func(port uint16) wireshark.Set {
		seg := wire.Segment{Seq: 1000, Len: 10, Flags: wire.ACK, Window: 100}
		seg.SrcPort, seg.DstPort = port, 1
		return f.Segment(&seg)
	}
	for i, step := range []struct {
		port uint16
		want wireshark.Set
	}{
		{2, 0}, {3, 0}, {2, wireshark.Retransmission}, {4, 0}, // 3 goes
		{2, wireshark.Retransmission}, {3, 0}, // 4 goes
		{4, 0}, {3, wireshark.Retransmission}, {2, 0},
	} {
		if got := send(step.port); got != step.want {
			t.Errorf("step %d, port %d: %v", i, step.port, wireshark.Names(got))
		}
		if f.Len() > 2 {
			t.Fatalf("step %d: %d streams", i, f.Len())
		}
	}
}

// TestToItself follows an end that talks to itself: there is one side only.
func TestToItself(t *testing.T) {
	f := wireshark.New(1)
	seg := wire.Segment{Seq: 1000, Len: 10, Flags: wire.ACK, Window: 100}
	f.Segment(&seg)
	if got := f.Segment(&seg); got != wireshark.Retransmission {
		t.Errorf("%v", wireshark.Names(got))
	}
}

// TestForgotten: what goes with the names of a segment, and nothing of a stream that
// was forgotten.
func TestForgotten(t *testing.T) {
	f := wireshark.New(1)
	seg := wire.Segment{Packet: 1, Seq: 1000, Len: 10, Flags: wire.ACK, Window: 100}
	f.Segment(&seg)
	seg.Packet, seg.Time = 2, 1_000_000_000
	if got := f.Segment(&seg); got != wireshark.Retransmission {
		t.Errorf("%v", wireshark.Names(got))
	}
	if v := f.Values(); v.RTO != 1_000_000_000 || v.RTOPacket != 1 || v.BytesInFlight != 10 {
		t.Errorf("%+v", v)
	}
	other := seg
	other.SrcPort = 9
	f.Segment(&other)
	if got := f.Segment(&seg); got != 0 {
		t.Errorf("of a new stream: %v", wireshark.Names(got))
	}
}

// TestUnackedIsBounded sends more segments than are remembered and wants those
// after them to be left out of the octets in flight.
func TestUnackedIsBounded(t *testing.T) {
	f := wireshark.New(1)
	for i := range 10_100 {
		seg := wire.Segment{Seq: wire.Seq(1 + 10*i), Len: 10, Flags: wire.ACK}
		seg.SrcPort, seg.DstPort = 2, 1
		f.Segment(&seg)
	}
	if got := f.Values().BytesInFlight; got != 100_000 {
		t.Errorf("%d octets in flight", got)
	}
}

// conversation returns segments of many connections with data, losses and ACKs.
func conversation() []wire.Segment {
	var out []wire.Segment
	var next, acked [64]wire.Seq
	for i := range 20_000 {
		c := i % 64
		seg := wire.Segment{Time: int64(i) * 1_000_000, Packet: uint64(i), Flags: wire.ACK, Window: 1000}
		seg.SrcPort, seg.DstPort = uint16(1000+c), 80
		seg.Seq, seg.Len = 1000+next[c], 100
		switch i / 64 % 5 {
		case 0, 1, 2:
			next[c] += 100
		case 3:
			seg.Seq -= 100
		case 4:
			seg.Tuple = seg.Tuple.Reverse()
			acked[c] = next[c]
			seg.Seq, seg.Len, seg.Ack = 5000, 0, 1000+acked[c]
		}
		out = append(out, seg)
	}
	return out
}

// TestAllocations wants no allocation for a segment of a known stream, nor for
// a new stream in the place of an old one.
func TestAllocations(t *testing.T) {
	segments := conversation()
	for _, limit := range []int{1000, 16} {
		f := wireshark.New(limit)
		all := func() {
			for i := range segments {
				f.Segment(&segments[i])
			}
		}
		all()
		if got := testing.AllocsPerRun(3, all); got > 0 {
			t.Errorf("%v allocations for %d segments, %d streams", got, len(segments), limit)
		}
	}
}

func BenchmarkSegment(b *testing.B) {
	segments := conversation()
	f := wireshark.New(1000)
	b.ReportAllocs()
	for b.Loop() {
		for i := range segments {
			f.Segment(&segments[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(segments)), "ns/segment")
}
