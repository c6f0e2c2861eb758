package wire

import (
	"encoding/hex"
	"strings"
	"testing"
)

func hx(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

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

// TestFinalDestination: source routes name the other end of the connection, and
// the checksum covers that one.
func TestFinalDestination(t *testing.T) {
	final := hx("20010db8000000000000000000000002")
	hop := "20010db80000000000000000000000ff"
	outer := func(routing string) []byte {
		p := packet6(43, cat(hx(routing), segment6))
		copy(p[24:], hx(hop))
		return p
	}
	for name, packet := range map[string][]byte{
		"type 0":   outer("06 02 00 01 00000000" + header6[33:]),
		"type 4":   outer("06 04 04 01 01 000000" + header6[33:] + hop),
		"mobile":   cat(packet6(60, cat(hx("06 02 c9 10"), hx(header6)[:16], hx("01 02 0000"), segment6))),
		"ipv4 lsr": ipv4Route(131, 4), "ipv4 ssr": ipv4Route(137, 4),
	} {
		w := Walker{Verify: true}
		var seg Segment
		if name == "mobile" { // care-of address in the header
			packet[23] = 0x77
		}
		if skip := w.IP(packet, len(packet), &seg); skip != Segmented {
			t.Errorf("%s: %v", name, skip)
			continue
		}
		if seg.Checksum != ChecksumGood {
			t.Errorf("%s: checksum %d", name, seg.Checksum)
		}
		if seg.IPv6 && seg.Dst != Addr(final) || seg.IPv6 && seg.Src != Addr(hx(header6)[:16]) {
			t.Errorf("%s: %v > %v", name, seg.Source(), seg.Destination())
		}
	}
	arrived := packet6(43, cat(hx("06 02 00 00 00000000"+hop), segment6))
	w6 := Walker{Verify: true}
	var seg6 Segment
	if w6.IP(arrived, len(arrived), &seg6); seg6.Dst != Addr(final) || seg6.Checksum != ChecksumGood {
		t.Errorf("a routing header without segments left leads to %v", seg6.Destination())
	}
	// A route that is used up changes nothing.
	var w Walker
	var seg Segment
	used := ipv4Route(131, 8)
	if w.IP(used, len(used), &seg); seg.Destination().Addr().String() != "192.0.2.99" {
		t.Errorf("a route that is used up leads to %v", seg.Destination())
	}
}

// ipv4Route is a segment to 192.0.2.2 by way of 192.0.2.99.
func ipv4Route(kind, pointer byte) []byte {
	s := Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2})}, Len: 5}
	p := AppendPacket(nil, &s)
	h := cat(p[:20], []byte{kind, 7, pointer, 192, 0, 2, 2, 0})
	h[0], h[3], h[19] = 0x47, byte(len(p)+8), 99
	return cat(h, p[20:])
}

func TestLengths(t *testing.T) {
	s := &Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1})}, Len: 100, LenGuessed: true}
	big := AppendPacket(nil, s)
	jumbo := packet6(0, cat(hx("06 00 c2 04 00011000"), segment6))
	jumbo[4], jumbo[5] = 0, 0
	tso6 := packet6(6, segment6)
	tso6[4], tso6[5] = 0, 0
	tests := []struct {
		name    string
		data    []byte
		wire    int
		len     uint32
		guessed bool
	}{
		{"ipv4 length 0", big, len(big), 100, true},
		{"ipv4 length 0, cut", big[:60], len(big), 100, true},
		{"ipv4 length 0, wire length unknown", big[:60], 0, 20, true},
		{"ipv4 length 0, wire length absurd", big[:60], 1 << 30, 20, true},
		{"ipv6 length 0", tso6, 65615, 65615 - 60, true},
		{"ipv6 jumbogram", jumbo, len(jumbo), 0x11000 - 8 - 20, false},
	}
	for _, tt := range tests {
		w := Walker{Verify: true}
		var seg Segment
		if skip := w.IP(tt.data, tt.wire, &seg); skip != Segmented || seg.Len != tt.len || seg.LenGuessed != tt.guessed {
			t.Errorf("%s: %v, length %d, guessed %v", tt.name, skip, seg.Len, seg.LenGuessed)
		}
		if seg.Checksum != ChecksumUnknown {
			t.Errorf("%s: checksum %d of a segment that is not known whole", tt.name, seg.Checksum)
		}
	}
}

// TestLent: a Segment that held an IPv6 packet keeps nothing of its addresses.
func TestLent(t *testing.T) {
	want := Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2}), SrcPort: 1, DstPort: 2}
	var seg Segment
	w := Walker{}
	for _, data := range [][]byte{packet6(6, segment6), AppendPacket(nil, &Segment{Tuple: want})} {
		if skip := w.IP(data, len(data), &seg); skip != Segmented {
			t.Fatal(skip)
		}
	}
	if seg.Tuple != want {
		t.Errorf("%+v, want %+v", seg.Tuple, want)
	}
}

// TestLengthField: where a length stands in the place of an EtherType, octets behind it
// are padding, and one that exceeds what was captured says nothing.
func TestLengthField(t *testing.T) {
	for _, tt := range []struct{ field, kind, left int }{
		{0, EtherLLC, 0}, {8, EtherLLC, 8}, {45, EtherLLC, 45}, {46, EtherLLC, 46}, {1500, EtherLLC, 46}, {1501, 1501, 46},
	} {
		tag := []byte{0x20, 5, byte(tt.field >> 8), byte(tt.field)}
		kind, payload, ok := Ethernet(cat(make([]byte, 12), tag[2:], make([]byte, 46)))
		if !ok || int(kind) != tt.kind || len(payload) != tt.left {
			t.Errorf("Ethernet %d: EtherType %#x, %d octets, %v; want %#x, %d", tt.field, kind, len(payload), ok, tt.kind, tt.left)
		}
		id, kind, payload, ok := VLAN(cat(tag, make([]byte, 46)))
		if !ok || id != 5 || int(kind) != tt.kind || len(payload) != tt.left {
			t.Errorf("VLAN %d, %d: EtherType %#x, %d octets, %v; want %#x, %d", id, tt.field, kind, len(payload), ok, tt.kind, tt.left)
		}
	}
}

func TestMalformed(t *testing.T) {
	good := AppendPacket(nil, &Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{1})}, Len: 4})
	with := func(at int, octets ...byte) []byte {
		b := cat(good)
		copy(b[at:], octets)
		return b
	}
	tests := []struct {
		name string
		data []byte
		want Skip
	}{
		{"empty", nil, IPCut},
		{"version 5", with(0, 0x55), IPMalformed},
		{"header of four words", with(0, 0x44), IPMalformed},
		{"header beyond the capture", with(0, 0x4f), IPMalformed},
		{"total below header", with(2, 0, 19), IPMalformed},
		{"total of 30", with(2, 0, 30), TCPMalformed},
		{"data offset of four words", with(32, 0x40), TCPMalformed},
		{"data offset beyond the packet", with(32, 0xf0), TCPMalformed},
		{"cut ip", good[:19], IPCut},
		{"cut tcp", good[:39], TCPCut},
	}
	for _, tt := range tests {
		var w Walker
		var seg Segment
		if got := w.IP(tt.data, len(tt.data), &seg); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOptions(t *testing.T) {
	const ts = OptTimestamps
	tests := []struct {
		name string
		data string // of the header's options
		cut  int    // octets of them that were not captured
		set  OptionSet
	}{
		{"none", "", 0, 0},
		{"end", "00ffffff", 0, 0},
		{"syn", "020405b4 0402 080a 00000001 00000000 01 030307", 0, OptMSS | OptSACKPermitted | ts | OptWindowScale},
		{"timestamps", "0101080a 00000001 00000002", 0, ts},
		{"timestamps and sack", "0101080a 00000001 00000002 0101050a 00000001 00000002", 0, ts | OptSACK},
		{"fast open request", "2202 0101", 0, OptFastOpen},
		{"fast open cookie", "220a 0102030405060708 0101", 0, OptFastOpen},
		{"fast open odd cookie", "2207 0102030405 01", 0, OptMalformed},
		{"fast open experimental", "fe0c f989 0102030405060708", 0, OptFastOpen},
		{"fast open experimental request", "fe04 f989", 0, OptFastOpen},
		{"experimental", "fe04 1234", 0, OptOther},
		{"experimental without an identifier", "fe03 f9 01", 0, OptOther},
		{"mptcp", "1e0c 0081 0102030405060708", 0, OptMPTCP},
		{"mptcp short", "1e02 0101", 0, OptMalformed},
		{"mptcp of a subtype to come, as short as can be", "1e03 90 01", 0, OptMPTCP},
		{"mptcp of a subtype to come, as long as can be", "1e28 90" + strings.Repeat("00", 37), 0, OptMPTCP},
		{"mptcp removing no address", "1e03 40 01", 0, OptMalformed},
		{"mptcp removing addresses", "1e04 40 01", 0, OptMPTCP},
		{"mptcp data of 28", "1e1c 20" + strings.Repeat("00", 25), 0, OptMPTCP},
		{"mptcp data of 29", "1e1d 20" + strings.Repeat("00", 26) + "010101", 0, OptMalformed},
		{"mptcp capable of 5", "1e05 00 0000 010101", 0, OptMalformed},
		{"md5", "1312 000102030405060708090a0b0c0d0e0f 0101", 0, OptMD5},
		{"ao", "1d10 0001 000102030405060708090a0b", 0, OptAO},
		{"user timeout", "1c04 8001", 0, OptUserTimeout},
		{"accecn", "ac0b 000001 000001 000001 01", 0, OptAccECN},
		{"accecn of 4", "ae04 0000", 0, OptMalformed},
		{"unknown", "4d04 0000", 0, OptOther},
		{"length 0", "020405b4 03000101", 0, OptMSS | OptMalformed},
		{"length 1", "020405b4 03010101", 0, OptMSS | OptMalformed},
		{"length beyond the header", "020405b4 03280101", 0, OptMSS | OptMalformed},
		{"kind without length", "020405b4 01010103", 0, OptMSS | OptMalformed},
		{"mss of 3, then window scale", "020305 01 030307 01", 0, OptMalformed | OptWindowScale},
		{"sack of 9", "0509 00000001 000000 010101", 0, OptMalformed},
		{"sack of 2", "0502 0101", 0, OptMalformed},
		{"cut in an option", "020405b4 0101080a 00000001 00000002", 4, OptMSS | OptCut},
		{"cut between options", "020405b4 0402 080a 00000001 00000000 0101", 14, OptMSS | OptCut},
		{"cut behind the end", "020405b4 00000000", 3, OptMSS},
		{"cut, but malformed before", "020405b4 0328 0101", 1, OptMSS | OptMalformed | OptCut},
	}
	for _, tt := range tests {
		data := hx(tt.data)
		o := Options{Set: 0xffff, SACKBlocks: 4}
		parseOptions(data[:len(data)-tt.cut], len(data), &o)
		if o.Set != tt.set {
			t.Errorf("%s: %b, want %b", tt.name, o.Set, tt.set)
		}
		if o.Set.Has(OptMSS) && o.MSS != 1460 || o.Set.Has(OptTimestamps) && o.TSVal != 1 || o.Set.Has(OptWindowScale) && o.WindowScale != 7 {
			t.Errorf("%s: %+v", tt.name, o)
		}
	}
}

// TestChecksum compares the fast sum with the definition (RFC 1071 §1) for all
// lengths and alignments.
func TestChecksum(t *testing.T) {
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(i*i*7 + 255*(i&1))
	}
	for start := range 9 {
		for end := start; end <= len(data); end++ {
			b := data[start:end]
			sum := uint32(0)
			for i, x := range b {
				sum += uint32(x) << (8 * (i & 1)) // little-endian
			}
			for sum > 0xffff {
				sum = sum>>16 + sum&0xffff
			}
			if got := fold(sum64(b)); got != uint16(sum) {
				t.Fatalf("[%d:%d]: %x, want %x", start, end, got, sum)
			}
		}
	}
}

func TestQuoted(t *testing.T) {
	s := &Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{1}), Dst: AddrFrom4([4]byte{2}), SrcPort: 3, DstPort: 4}, Seq: 5, Len: 100}
	packet := AppendPacket(nil, s)
	for _, n := range []int{28, 39, 40, len(packet)} {
		var q Quote
		if !Quoted(packet[:n], &q) || q.Tuple != s.Tuple || q.Seq != 5 {
			t.Errorf("%d octets: %+v", n, q)
		}
	}
	rewritten := cat(packet[:28])
	rewritten[2], rewritten[3] = 0, 28
	var q Quote
	if !Quoted(rewritten, &q) || q.DstPort != 4 {
		t.Errorf("a rewritten length: %+v", q)
	}
	for n := byte(28); n < 60; n++ { // a header of 40 octets behind one of 20
		options := append(cat(packet[:40]), make([]byte, 20)...)
		options[3], options[32] = n, 0xa0
		if q = (Quote{}); !Quoted(options[:n], &q) || q.Tuple != s.Tuple || q.Seq != 5 {
			t.Errorf("options and a length rewritten to %d octets: %+v", n, q)
		}
	}
	if Quoted(packet[:27], &q) {
		t.Error("seven octets of TCP are taken for a header")
	}
	offset := cat(packet) // a data offset that cannot be
	offset[32] = 0
	if Quoted(offset, &q) {
		t.Error("a malformed TCP header is taken for a header")
	}
	later := cat(packet)
	later[7] = 1
	if Quoted(later, &q) {
		t.Error("a later fragment is taken for a header")
	}
}

// TestSeqLen: SYN and FIN occupy a number each (RFC 9293 §3.4).
func TestSeqLen(t *testing.T) {
	for flags, want := range map[Flags]uint32{ACK: 10, SYN: 11, FIN | ACK: 11, SYN | FIN: 12, RST: 10} {
		s := Segment{Seq: 1<<32 - 5, Flags: flags, Len: 10}
		if got := s.SeqLen(); got != want || s.End() != Seq(want-5) {
			t.Errorf("%v: %d up to %d, want %d", flags, got, s.End(), want)
		}
	}
}

// TestJumboInItsHeader: a jumbo payload option counts in the hop-by-hop header alone (RFC
// 2675 §2), not where it stands behind that.
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
