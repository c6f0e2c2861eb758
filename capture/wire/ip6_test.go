package wire

import "testing"

// header6 is an IPv6 header without the payload length.
const header6 = "20010db8000000000000000000000001 20010db8000000000000000000000002"

// packet6 puts an IPv6 header in front.
func packet6(next byte, payload []byte) []byte {
	n := len(payload)
	return cat(hx("60000000"), []byte{byte(n >> 8), byte(n), next, 64}, hx(header6), payload)
}

// segment6 is a TCP segment with five octets of payload and a checksum that is
// right between the addresses of header6.
var segment6 = AppendPacket(nil, &Segment{
	Tuple: Tuple{Src: Addr(hx(header6)[:16]), Dst: Addr(hx(header6)[16:]), SrcPort: 1, DstPort: 2, IPv6: true},
	Len:   5,
})[40:]

func TestIPv6Headers(t *testing.T) {
	tests := []struct {
		name    string
		next    byte
		payload []byte
		want    Skip
	}{
		{"plain", 6, segment6, Segmented},
		{"hop-by-hop", 0, cat(hx("06 00 0104 00000000"), segment6), Segmented},
		{"destination options", 60, cat(hx("06 00 0104 00000000"), segment6), Segmented},
		{"both", 0, cat(hx("3c 00 0104 00000000 06 00 0104 00000000"), segment6), Segmented},
		{"routing 4, last hop", 43, cat(hx("06 02 04 00 00 000000"), make([]byte, 16), segment6), Segmented},
		{"routing of an unknown type", 43, cat(hx("06 00 fe 01 00000000"), segment6), Segmented},
		{"mobility", 135, cat(hx("06 00 00 00 0000 0000"), segment6), Segmented},
		{"authentication", 51, cat(hx("06 04 0000 00000001 00000001"), make([]byte, 12), segment6), Segmented},
		{"atomic fragment", 44, cat(hx("06 00 0000 00000007"), segment6), Segmented},
		{"first fragment", 44, cat(hx("06 00 0001 00000007"), segment6), FragmentHeld},
		{"later fragment", 44, cat(hx("06 00 0010 00000007"), segment6), FragmentHeld},
		{"no next header", 59, segment6, NotTCP},
		{"udp", 17, segment6, NotTCP},
		{"esp", 50, segment6, Encrypted},
		{"extension beyond the packet", 0, hx("06 01 0104 00000000"), IPMalformed},
		{"authentication of two words", 51, cat(hx("06 00 0000 00000001"), segment6), IPMalformed},
		{"nothing", 6, nil, TCPMalformed},
	}
	for _, tt := range tests {
		var w Walker
		var seg Segment
		packet := packet6(tt.next, tt.payload)
		if got := w.IP(packet, len(packet), &seg); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		} else if got == Segmented && (seg.Len != 5 || seg.DstPort != 2) {
			t.Errorf("%s: %+v", tt.name, seg)
		}
		for n := range packet { // cut anywhere: never malformed, unless it is
			got := w.IP(packet[:n:n], len(packet), &seg)
			if tt.want == Segmented && got != Segmented && got != IPCut && got != TCPCut {
				t.Errorf("%s cut at %d: %v", tt.name, n, got)
			}
		}
	}
}

// TestIPv6HeadersInIPv4: extension headers are IPv6's alone, but for authentication.
func TestIPv6HeadersInIPv4(t *testing.T) {
	whole := AppendPacket(nil, &Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2})}, Len: 5})
	for protocol, want := range map[byte]Skip{0: NotTCP, 43: NotTCP, 44: NotTCP, 60: NotTCP, 135: NotTCP, 139: NotTCP, 140: NotTCP, 51: Segmented} {
		header := hx("06 00 0000 00000000")
		if protocol == 51 {
			header = hx("06 01 0000 00000001 00000001")
		}
		packet := cat(whole[:20], header, whole[20:])
		packet[3], packet[9] = byte(len(packet)), protocol
		var w Walker
		var seg Segment
		if got := w.IP(packet, len(packet), &seg); got != want {
			t.Errorf("protocol %d: %v, want %v", protocol, got, want)
		}
	}
}

// TestJumboInItsHeader: a jumbo payload option counts in the hop-by-hop header alone (RFC
// 2675 §2), not where it stands after that.
func TestJumboInItsHeader(t *testing.T) {
	for _, c := range []struct {
		header string
		want   uint32 // octets of payload
	}{{"06 00 c204 0001 0021", 1<<16 + 33 - 8 - 20}, {"3c 00 0104 0000 0000  06 00 c204 0001 0021", 5}} {
		packet := packet6(0, cat(hx(c.header), segment6))
		packet[4], packet[5] = 0, 0
		var w Walker
		var seg Segment
		if skip := w.IP(packet, len(packet), &seg); skip != Segmented || seg.LenGuessed != (c.want == 5) || seg.Len != c.want {
			t.Errorf("%s: %v, length guessed %v, %d octets", c.header, skip, seg.LenGuessed, seg.Len)
		}
	}
}
