package script

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"tcpwatch/capture/wire"
)

// Pcap writes the script as a capture file: pcap with nanoseconds, little
// endian, link type Ethernet
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html). The same
// script gives the same octets. The error is that of w, or says that a time
// does not fit into the file.
func (s *Script) Pcap(w io.Writer) error {
	const magicNano, snaplen = 0xa1b23c4d, 262144
	le := binary.LittleEndian
	out := le.AppendUint32(nil, magicNano)
	out = le.AppendUint16(le.AppendUint16(out, 2), 4)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(le.AppendUint32(out, snaplen), uint32(wire.LinkEthernet))
	if _, err := w.Write(out); err != nil {
		return err
	}
	var frame []byte
	for i := range s.Events {
		e := &s.Events[i]
		at := e.Segment.Time
		if e.Quote != nil {
			at = e.Quote.Time
			frame = appendQuote(frame[:0], e.Quote)
		} else {
			frame = appendSegment(frame[:0], &e.Segment)
		}
		whole, part := at/int64(time.Second), at%int64(time.Second)
		if whole < 0 || whole > 1<<32-1 {
			return fmt.Errorf("line %d: the time does not fit into a pcap file", e.Line)
		}
		out = le.AppendUint32(le.AppendUint32(out[:0], uint32(whole)), uint32(part))
		out = le.AppendUint32(le.AppendUint32(out, uint32(len(frame))), uint32(len(frame)))
		if _, err := w.Write(append(out, frame...)); err != nil {
			return err
		}
	}
	return nil
}

// appendSegment appends the frame, with a VLAN tag after the addresses where
// the script asked for one.
func appendSegment(dst []byte, seg *wire.Segment) []byte {
	dst = wire.AppendFrame(dst, seg)
	return tag(dst, seg.Encap)
}

func tag(frame []byte, vlan uint32) []byte {
	if vlan == 0 {
		return frame
	}
	const addresses, dot1q = 12, 0x8100
	frame = append(frame, 0, 0, 0, 0)
	copy(frame[addresses+4:], frame[addresses:])
	binary.BigEndian.PutUint16(frame[addresses:], dot1q)
	binary.BigEndian.PutUint16(frame[addresses+2:], uint16(vlan))
	return frame
}

// appendQuote appends a frame with an ICMP error. It quotes the IP header and
// eight octets, the least that RFC 1122 §3.2.2 asks for.
func appendQuote(dst []byte, q *wire.Quote) []byte {
	const tcpOctets = 8
	quoted := wire.Segment{Tuple: q.Tuple, Seq: q.Seq, TTL: 64, HasIPID: !q.IPv6}
	inner := wire.AppendPacket(nil, &quoted)
	inner = inner[:len(inner)-20+tcpOctets]
	message := append([]byte{q.Type, q.Code, 0, 0, 0, 0, byte(q.NextMTU >> 8), byte(q.NextMTU)}, inner...)

	// A TCP frame the other way lends its Ethernet and IP headers.
	outer := wire.Segment{Tuple: q.Tuple.Reverse(), TTL: 64, HasIPID: !q.IPv6}
	outer.Src = q.Reporter
	dst = wire.AppendFrame(dst, &outer)
	dst = dst[:len(dst)-20]
	const ether, icmp, icmp6 = 14, 1, 58
	ip := dst[ether:]
	if q.IPv6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(len(message)))
		ip[6] = icmp6
		binary.BigEndian.PutUint16(message[2:], checksum(pseudo6(ip, len(message)), message))
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+len(message)))
		ip[9], ip[10], ip[11] = icmp, 0, 0
		binary.BigEndian.PutUint16(ip[10:], checksum(0, ip))
		binary.BigEndian.PutUint16(message[2:], checksum(0, message))
	}
	return tag(append(dst, message...), q.Encap)
}

// pseudo6 sums the pseudo-header of an ICMPv6 message (RFC 8200 §8.1).
func pseudo6(ip []byte, length int) uint32 {
	return uint32(^checksum(0, ip[8:40])) + uint32(length) + 58
}

// checksum is the Internet checksum (RFC 1071) of b on top of start; b has an
// even number of octets.
func checksum(start uint32, b []byte) uint16 {
	sum := start
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
