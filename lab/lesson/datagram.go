package lesson

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Protocol numbers of IPv4 that a lesson's link carries beside TCP.
const (
	protoICMP = 1
	protoUDP  = 17
)

// datagram describes an IPv4 packet that is not TCP in a few words.
func datagram(b []byte) string {
	if len(b) < 20 {
		return "a cut packet"
	}
	header := int(b[0]&15) * 4
	if header < 20 || len(b) < header+8 {
		return "a cut packet"
	}
	src, dst := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	body := b[header:]
	switch b[9] {
	case protoUDP:
		from, to := binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
		return fmt.Sprintf("UDP %v:%d → %v:%d, %d octets", src, from, dst, to, int(binary.BigEndian.Uint16(body[4:]))-8)
	case protoICMP:
		if body[0] == 3 && body[1] == 3 {
			return fmt.Sprintf("ICMP %v → %v: port unreachable", src, dst)
		}
		return fmt.Sprintf("ICMP %v → %v: type %d code %d", src, dst, body[0], body[1])
	}
	return fmt.Sprintf("IP protocol %d, %v → %v", b[9], src, dst)
}
