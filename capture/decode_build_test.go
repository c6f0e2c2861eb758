package capture

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"tcpwatch/capture/wire"
)

// The tests build packets from the inside out: each function puts a header in
// front of what it is given.

func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// hx reads hexadecimal digits; blanks do not count.
func hx(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func be16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

var (
	testSegment4 = &wire.Segment{
		Tuple: wire.Tuple{
			Src: wire.AddrFrom4([4]byte{10, 0, 0, 1}), Dst: wire.AddrFrom4([4]byte{10, 0, 0, 2}),
			SrcPort: 40000, DstPort: 443,
		},
		Seq: 0x01020304, Ack: 0x05060708, Flags: wire.ACK | wire.PSH, Window: 501, Len: 5, TTL: 64,
		Payload: []byte("hello"), IPID: 7, HasIPID: true,
		Options: wire.Options{Set: wire.OptTimestamps, TSVal: 1, TSEcr: 2},
	}
	testSegment6 = func() *wire.Segment {
		s := *testSegment4
		s.Src, s.Dst, s.IPv6 = wire.Addr{0x20, 1, 0x0d, 0xb8, 15: 1}, wire.Addr{0x20, 1, 0x0d, 0xb8, 15: 2}, true
		s.HasIPID, s.IPID = false, 0
		return &s
	}()
	tcp4 = wire.AppendPacket(nil, testSegment4)
	tcp6 = wire.AppendPacket(nil, testSegment6)
)

// ether puts an Ethernet header in front.
func ether(etherType int, payload []byte) []byte {
	return cat(hx("020000000002 020000000001"), be16(etherType), payload)
}

// tag is a VLAN tag without its EtherType, which stands before it.
func tag(tci, etherType int, payload []byte) []byte {
	return cat(be16(tci), be16(etherType), payload)
}

// ip4 puts an IPv4 header of protocol in front.
func ip4(protocol byte, payload []byte) []byte { return ip4Options(protocol, nil, payload) }

func ip4Options(protocol byte, options, payload []byte) []byte {
	h := cat(hx("4500 0000 0001 0000 4000 0000 c0000201 c0000202"), options)
	h[0] += byte(len(options) / 4)
	h[9] = protocol
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+len(payload)))
	return cat(h, payload)
}

// ip6 puts an IPv6 header in front.
func ip6(next byte, payload []byte) []byte {
	h := hx("60000000 0000 0040 20010db8000000000000000000000001 20010db8000000000000000000000002")
	h[6] = next
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	return cat(h, payload)
}

// udp puts a UDP header in front.
func udp(src, dst int, payload []byte) []byte {
	return cat(be16(src), be16(dst), be16(8+len(payload)), be16(0), payload)
}

// set returns a copy of b with octets replaced at an offset.
func set(b []byte, at int, octets ...byte) []byte {
	b = cat(b)
	copy(b[at:], octets)
	return b
}

// tcpOf is the TCP part of the test packets.
func tcpOf(packet []byte) []byte {
	if packet[0]>>4 == 6 {
		return packet[40:]
	}
	return packet[20:]
}

// decodeOne runs a packet through a new Decoder.
func decodeOne(link wire.LinkType, data []byte) (wire.Segment, wire.Skip, *Decoder) {
	d := NewDecoder(DecoderOptions{})
	var seg wire.Segment
	skip := d.Decode(&Packet{Number: 1, Data: data, Length: len(data), Link: link}, &seg)
	return seg, skip, d
}
