package capture

import (
	"testing"

	"tcpwatch/capture/wire"
)

// FuzzFragments feeds one small Decoder with fragments of a few packets in any
// order, overlapping and lying, and checks that every packet is counted once,
// that the bounds hold, and that nothing is left at the end.
func FuzzFragments(f *testing.F) {
	f.Add([]byte{0, 0, 8, 1, 0, 8, 9, 0})
	f.Add([]byte{4, 0, 8, 1, 4, 8, 9, 0, 4, 4, 8, 1})
	f.Add([]byte{1, 0, 9, 1, 1, 3, 4, 1, 2, 0, 17, 0})
	p4, p6 := bigPacket(false, 600), bigPacket(true, 600)
	f.Fuzz(func(t *testing.T, script []byte) {
		d := NewDecoder(DecoderOptions{MaxFragmentOctets: 2000, MaxFragmentedPackets: 3})
		n := uint64(0)
		for ; len(script) >= 4; script = script[4:] {
			packet, size := p4, len(p4)-20
			if script[0]&4 != 0 {
				packet, size = p6, len(p6)-40
			}
			from := min(int(script[1])*8, size)
			to := min(from+int(script[2])*8, size)
			data := piece(packet, int(script[0]&3), from, to, script[3]&1 != 0)
			n++
			var seg wire.Segment
			skip := d.Decode(&Packet{
				Number: n, Time: int64(script[3]>>1) * 1e9, Data: data[:len(data)-int(script[3]>>5)], Length: len(data), Link: wire.LinkRaw,
			}, &seg)
			if skip == wire.Segmented && len(seg.Payload) > int(seg.Len) {
				t.Fatalf("%d octets of %d", len(seg.Payload), seg.Len)
			}
			table := &d.fragments
			if table.octets < 0 || table.octets > table.maxOctets || len(table.packets) > table.maxCount || table.order.Len() != len(table.packets) {
				t.Fatalf("%d octets of %d packets are kept", table.octets, len(table.packets))
			}
		}
		whole := d.Skipped()[wire.FragmentHeld]
		lost := d.Flush()
		counts, sum := d.Skipped(), uint64(0)
		for _, c := range counts {
			sum += c
		}
		if sum != n || lost > whole || d.fragments.octets != 0 {
			t.Fatalf("%d packets, counts %v, %d octets are left", n, counts, d.fragments.octets)
		}
	})
}
