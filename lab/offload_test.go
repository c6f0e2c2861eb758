package lab

import (
	"encoding/binary"
	"testing"

	"tcpwatch/capture/wire"
)

// TestCut: a large segment becomes packets as a device makes them, each whole by itself.
func TestCut(t *testing.T) {
	const size = 1000
	for n, octets := range []int{2500, 2500, 2000} {
		v6 := n == 1
		seg := wire.Segment{
			Tuple: wire.Tuple{Src: wire.AddrFrom4([4]byte{10, 77, 0, 1}), Dst: wire.AddrFrom4([4]byte{10, 77, 0, 2}), SrcPort: 1, DstPort: 2, IPv6: v6},
			Seq:   1<<32 - 1500, Flags: wire.ACK | wire.CWR | wire.ECE | wire.PSH | wire.FIN, Len: uint32(octets), IPID: 0xffff,
		}
		data := wire.AppendPacket(nil, &seg)
		ip := 20
		if v6 {
			ip = 40
		}
		for i := range octets {
			data[ip+20+i] = byte(i % 251)
		}
		var large wire.Segment
		if skip := new(wire.Walker).IP(data, len(data), &large); skip != wire.Segmented {
			t.Fatal(skip)
		}
		at := 0
		cut(data, &large, size, nil, func(b []byte) {
			var got wire.Segment
			w := wire.Walker{Verify: true}
			if skip := w.IP(b, len(b), &got); skip != wire.Segmented || got.Checksum != wire.ChecksumGood {
				t.Fatalf("IPv6 %v, octet %d: %v, checksum %v", v6, at, skip, got.Checksum)
			}
			want := wire.ACK | wire.ECE
			if at == 0 {
				want |= wire.CWR
			}
			if at+size >= octets {
				want |= wire.PSH | wire.FIN
			}
			if got.Flags != want || got.Seq != seg.Seq.Add(uint32(at)) || got.Len != uint32(min(size, octets-at)) || got.LenGuessed || b[ip+20] != byte(at%251) {
				t.Errorf("IPv6 %v, octet %d: %+v", v6, at, got)
			}
			if !v6 && (binary.BigEndian.Uint16(b[4:]) != uint16(0xffff+at/size) || fold(sum(b[:ip])) != 0xffff) {
				t.Errorf("octet %d: the IP header is %x", at, b[:ip])
			}
			at += int(got.Len)
		})
		if at != octets {
			t.Errorf("IPv6 %v: %d octets of %d", v6, at, octets)
		}
	}
}
