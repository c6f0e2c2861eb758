package lab

import (
	"testing"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// What is too big is lost, and what its sender is told is a right ICMP message about it.
func TestTooBig(t *testing.T) {
	d := &direction{path: Path{Rules: []Rule{{What: LongSegment, Do: TooBig}}}}
	dec := capture.NewDecoder(capture.DecoderOptions{})
	for _, v6 := range []bool{false, true} {
		seg := wire.Segment{Tuple: wire.Tuple{SrcPort: 1, DstPort: 2, IPv6: v6}, Seq: 77, Flags: wire.ACK, HeaderLen: 20}
		seg.Src[15], seg.Dst[15] = 1, 2
		header := 20
		if v6 {
			header = 40
		} else {
			seg.Src, seg.Dst = wire.AddrFrom4([4]byte{10, 77, 0, 1}), wire.AddrFrom4([4]byte{10, 77, 0, 2})
		}
		for long, octets := range map[bool]int{false: smallerMTU - header - 20, true: smallerMTU - header - 19} {
			p := anyPacket()
			seg.Len = uint32(octets)
			p.matches(&seg, &stream{}, &stream{})
			if f := d.decide(p); f.tooBig != long || f.lost != long {
				t.Errorf("IPv6 %t, %d octets: too big %t, lost %t", v6, octets, f.tooBig, f.lost)
			}
		}
		b := tooBig(wire.AppendPacket(nil, &seg))
		var got wire.Segment
		if skip := dec.Decode(&capture.Packet{Data: b, Length: len(b), Link: wire.LinkRaw}, &got); skip != wire.ICMPError {
			t.Fatalf("IPv6 %t: %v", v6, skip)
		}
		if q := dec.Quote(); q.Tuple != seg.Tuple || q.Seq != 77 || q.NextMTU != smallerMTU || q.Reporter != seg.Dst {
			t.Errorf("IPv6 %t: %+v", v6, q)
		}
		pseudo := uint32(0) // RFC 4443 §2.3; ICMP for IPv4 has none
		if v6 {
			pseudo = sum(b[8:40]) + 58 + uint32(len(b)-header)
		} else if fold(sum(b[:header])) != 0xffff {
			t.Error("the IP checksum is wrong")
		}
		if fold(pseudo+sum(b[header:])) != 0xffff {
			t.Errorf("IPv6 %t: the ICMP checksum is wrong", v6)
		}
	}
}
