package capture

import (
	"testing"

	"tcpwatch/capture/wire"
)

// benchSegment has the usual options and a payload of n octets.
func benchSegment(n int) *wire.Segment {
	return &wire.Segment{
		Tuple: wire.Tuple{
			Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), Dst: wire.AddrFrom4([4]byte{198, 51, 100, 7}),
			SrcPort: 40000, DstPort: 443,
		},
		Seq: 1, Ack: 2, Flags: wire.ACK | wire.PSH, Window: 501, Len: uint32(n), TTL: 64,
		Options: wire.Options{Set: wire.OptTimestamps, TSVal: 1, TSEcr: 2},
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{0, 60, 1448} {
		frame := wire.AppendFrame(nil, benchSegment(n))
		for name, opts := range map[string]DecoderOptions{"checksum": {}, "plain": {SkipChecksums: true}} {
			b.Run(name, func(b *testing.B) {
				d := NewDecoder(opts)
				p := &Packet{Data: frame, Length: len(frame), Link: wire.LinkEthernet}
				var seg wire.Segment
				b.ReportAllocs()
				for b.Loop() {
					if d.Decode(p, &seg) != wire.Segmented {
						b.Fatal("not a segment")
					}
				}
			})
		}
	}
}
