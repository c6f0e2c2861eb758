package lab

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// offloadHeader precedes each packet of a device that takes large segments:
// struct virtio_net_hdr of linux/virtio_net.h, in the machine's byte order.
type offloadHeader [10]byte

// size is the payload of the packets that a large segment is to be cut into; 0 where it
// is none.
func (h *offloadHeader) size() int {
	if h[1] == 0 {
		return 0
	}
	return int(binary.NativeEndian.Uint16(h[4:]))
}

// cut calls f with each packet that a device would make of a large segment: of size octets
// of payload, with identifications and checksums of their own, CWR on the first, PSH and
// FIN on the last (RFC 3168 §6.1.2 for CWR).
func cut(data []byte, seg *wire.Segment, size int, buffer []byte, f func([]byte)) {
	header := len(data) - int(seg.Len)
	ip := header - int(seg.HeaderLen)
	payload := data[header:]
	for at := 0; at == 0 || at < len(payload); at += size {
		b := append(append(buffer[:0], data[:header]...), payload[at:min(at+size, len(payload))]...)
		tcp := b[ip:]
		binary.BigEndian.PutUint32(tcp[4:], uint32(seg.Seq)+uint32(at))
		if at > 0 {
			tcp[13] &^= byte(wire.CWR)
		}
		if at+size < len(payload) {
			tcp[13] &^= byte(wire.FIN | wire.PSH)
		}
		if b[0]>>4 == 4 {
			binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
			binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+uint16(at/size))
			b[10], b[11] = 0, 0
			binary.BigEndian.PutUint16(b[10:], ^fold(sum(b[:ip])))
		} else {
			binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
		}
		checksum(b, ip)
		f(b)
	}
}

// checksum sets the checksum of a TCP segment whose header begins at ip (RFC 9293 §3.1).
func checksum(b []byte, ip int) {
	tcp, addresses := b[ip:], b[8:40]
	if b[0]>>4 == 4 {
		addresses = b[12:20]
	}
	tcp[16], tcp[17] = 0, 0
	binary.BigEndian.PutUint16(tcp[16:], ^fold(sum(addresses)+6+uint32(len(tcp))+sum(tcp)))
}

// sum adds up 16-bit words (RFC 1071).
func sum(b []byte) (n uint32) {
	for ; len(b) > 1; b = b[2:] {
		n += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		n += uint32(b[0]) << 8
	}
	return n
}

func fold(n uint32) uint16 {
	for n>>16 != 0 {
		n = n&0xffff + n>>16
	}
	return uint16(n)
}
