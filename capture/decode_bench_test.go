package capture

import (
	"testing"

	"tcpwatch/capture/wire"
)

// pathPackets are the paths that matter for speed, with the usual options and
// 60 octets of payload.
func pathPackets() map[string]*Packet {
	tcp4 := wire.AppendPacket(nil, benchSegment(testSegment4, 60))
	tcp6 := wire.AppendPacket(nil, benchSegment(testSegment6, 60))
	packet := func(link wire.LinkType, data []byte) *Packet {
		return &Packet{Data: data, Length: len(data), Link: link}
	}
	return map[string]*Packet{
		"ip4":    packet(wire.LinkEthernet, ether(0x0800, tcp4)),
		"ip6":    packet(wire.LinkEthernet, ether(0x86dd, tcp6)),
		"vlan":   packet(wire.LinkEthernet, ether(0x8100, tag(10, 0x0800, tcp4))),
		"qinq":   packet(wire.LinkEthernet, ether(0x88a8, tag(10, 0x8100, tag(7, 0x0800, tcp4)))),
		"sll2":   packet(wire.LinkSLL2, cat(hx("0800 0000 00000001 0001 00 06 0200000000010000"), tcp4)),
		"vxlan":  packet(wire.LinkEthernet, ether(0x0800, ip4(17, udp(1, 4789, cat(hx("08000000 00002a00"), ether(0x0800, tcp4)))))),
		"gre":    packet(wire.LinkEthernet, ether(0x0800, ip4(47, cat(hx("2000 0800 00000063"), tcp4)))),
		"mpls":   packet(wire.LinkEthernet, ether(0x8847, cat(hx("00010140"), tcp4))),
		"pppoe":  packet(wire.LinkEthernet, ether(0x8864, cat(hx("1100 0011"), be16(2+len(tcp4)), hx("0021"), tcp4))),
		"gtp-u":  packet(wire.LinkEthernet, ether(0x0800, ip4(17, udp(2152, 2152, cat(hx("30ff"), be16(len(tcp4)), hx("00000001"), tcp4))))),
		"geneve": packet(wire.LinkEthernet, ether(0x0800, ip4(17, udp(1, 6081, cat(hx("0000 6558 00000500"), ether(0x0800, tcp4)))))),
	}
}

// benchSegment is s with n octets of payload.
func benchSegment(s *wire.Segment, n int) *wire.Segment {
	c := *s
	c.Len, c.Payload = uint32(n), nil
	return &c
}

func benchDecode(b *testing.B, p *Packet, opts DecoderOptions) {
	d := NewDecoder(opts)
	var seg wire.Segment
	b.ReportAllocs()
	for b.Loop() {
		if d.Decode(p, &seg) != wire.Segmented {
			b.Fatal("not a segment")
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, p := range pathPackets() {
		b.Run(name, func(b *testing.B) { benchDecode(b, p, DecoderOptions{SkipChecksums: true}) })
	}
}

// BenchmarkDecodeChecksum tells what the checksum costs, by payload length.
func BenchmarkDecodeChecksum(b *testing.B) {
	for name, n := range map[string]int{"0": 0, "60": 60, "512": 512, "1448": 1448} {
		frame := wire.AppendFrame(nil, benchSegment(testSegment4, n))
		p := &Packet{Data: frame, Length: len(frame), Link: wire.LinkEthernet}
		b.Run(name+"/off", func(b *testing.B) { benchDecode(b, p, DecoderOptions{SkipChecksums: true}) })
		b.Run(name+"/on", func(b *testing.B) { benchDecode(b, p, DecoderOptions{}) })
	}
}
