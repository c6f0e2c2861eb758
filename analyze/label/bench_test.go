package label

import (
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// BenchmarkSegment is what it costs to label a segment: plain data and a plain
// acknowledgement, as nearly all segments are, and a repeated SYN-ACK with
// everything that it can have.
func BenchmarkSegment(b *testing.B) {
	var f flow.Flow
	for i := range f.Half {
		h := &f.Half[i]
		h.Has = flow.Sent | flow.SentSYN | flow.SYNProved | flow.SentACK | flow.Scaled
		h.Nxt, h.Ack, h.MSS = 1000, 500, 1460
		h.Advertise(500, false)
	}
	plain := flow.Facts{Sender: &f.Half[0], Receiver: &f.Half[1]}
	odd := plain
	odd.RepeatsSYN, odd.AnswersSYN, odd.SeqDelta = true, true, -1
	odd.Cover, odd.Overlap = flow.Cover{Old: 1}, flow.Mark{Packet: 1}
	sack := wire.Options{SACKBlocks: 1, SACK: [wire.MaxSACKBlocks]wire.SACKBlock{{Left: 1, Right: 2}}}
	for _, c := range []struct {
		name  string
		facts flow.Facts
		seg   wire.Segment
	}{
		{"data", plain, wire.Segment{Seq: 1000, Ack: 500, Len: 1000, Flags: wire.ACK, Window: 500}},
		{"ack", plain, wire.Segment{Seq: 1000, Ack: 600, Flags: wire.ACK, Window: 500}},
		{"odd", odd, wire.Segment{Seq: 999, Ack: 600, Flags: wire.SYN | wire.ACK | wire.URG, Checksum: wire.ChecksumBad, Options: sack}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			context := Context{Segment: &c.seg, Flow: &f, Facts: &c.facts, Evidence: &Evidence{}}
			for b.Loop() {
				context.Set, context.Evidence.Len = 0, 0
				Segment(&context)
			}
		})
	}
}
