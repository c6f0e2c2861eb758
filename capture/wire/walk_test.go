package wire

import (
	"encoding/hex"
	"reflect"
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

// TestLent: a Segment that held another packet keeps nothing of that.
func TestLent(t *testing.T) {
	v4 := Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2}), SrcPort: 1, DstPort: 2}
	packets := [][]byte{
		packet6(6, segment6),
		AppendPacket(nil, &Segment{Tuple: v4}),
		AppendPacket(nil, &Segment{Tuple: v4, IPID: 7, HasIPID: true, DontFragment: true, TTL: 3, TrafficClass: 3, Len: 0x10000}),
		AppendPacket(nil, &Segment{Tuple: v4, Flags: SYN, Len: 1, Payload: []byte{1}}),
	}
	w := Walker{Verify: true}
	for i, first := range packets {
		for k, second := range packets {
			var seg, want Segment
			w.IP(first, len(first), &seg)
			seg.Reassembled = true
			if skip := w.IP(second, len(second), &seg); skip != Segmented || w.IP(second, len(second), &want) != Segmented {
				t.Fatal(skip)
			}
			if !want.HasSum {
				seg.PayloadSum = want.PayloadSum
			}
			if !reflect.DeepEqual(seg, want) {
				seg.Payload, want.Payload = nil, nil
				t.Errorf("packet %d after %d: %+v, want %+v", k, i, seg, want)
			}
		}
	}
}

// TestLengthField: where a length stands in the place of an EtherType, octets after it
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

// TestCut: a tag is whole with four octets, a header of LLC with three, one of SNAP with
// eight, and what is not whole says nothing.
func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name string
		read func([]byte) (uint16, []byte, bool)
		data string
		kind uint16 // 0: a header that leads to neither IP
	}{
		{"VLAN", func(b []byte) (uint16, []byte, bool) { _, kind, rest, ok := VLAN(b); return kind, rest, ok }, "0005 86dd", EtherIPv6},
		{"SNAP", LLC, "aaaa03 000000 0800", EtherIPv4},
		{"SNAP, a response", LLC, "aaab03 000000 86dd", EtherIPv6},
		{"IP", LLC, "060603", EtherIPv4},
		{"IP, a response", LLC, "060703", EtherIPv4},
		{"another SAP", LLC, "420603", 0},
		{"from another SAP", LLC, "064203", 0},
		{"not unnumbered information", LLC, "06067f", 0},
		{"SNAP, not unnumbered information", LLC, "aaaa7f", 0},
		{"SNAP from another SAP", LLC, "aa4203", 0},
	} {
		data := hx(tt.data)
		for n := range data {
			if _, _, ok := tt.read(data[:n]); ok {
				t.Errorf("%s: %d octets are taken for a header", tt.name, n)
			}
		}
		if kind, rest, ok := tt.read(append(data, 1, 2)); !ok || kind != tt.kind || len(rest) != 2 {
			t.Errorf("%s: EtherType %#x, %d octets, %v", tt.name, kind, len(rest), ok)
		}
		if kind, rest, ok := tt.read(data); !ok || kind != tt.kind || len(rest) != 0 {
			t.Errorf("%s with nothing after it: EtherType %#x, %d octets, %v", tt.name, kind, len(rest), ok)
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
		"ipv4 lsr after other options": ipv4Route(131, 4, 1, 30, 2, 30, 4, 0, 0),
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
	// An address that the header does not have is not known, nor what the checksum covers.
	beyond := outer("06 02 00 02 00000000" + header6[33:])
	if w6.IP(beyond, len(beyond), &seg6); seg6.Dst != Addr(hx(hop)) || seg6.Checksum != ChecksumUnknown {
		t.Errorf("a routing header with fewer addresses than segments left leads to %v, checksum %d", seg6.Destination(), seg6.Checksum)
	}
	// A route that is used up changes nothing, nor does one in front of the addresses, or behind the end of the options.
	for name, packet := range map[string][]byte{"used up": ipv4Route(131, 8), "not begun": ipv4Route(131, 3), "behind the end": ipv4Route(131, 4, 0, 3, 0), "of another kind": ipv4Route(7, 4)} {
		var w Walker
		var seg Segment
		if w.IP(packet, len(packet), &seg); seg.Destination().Addr().String() != "192.0.2.99" {
			t.Errorf("a route that is %s leads to %v", name, seg.Destination())
		}
	}
}

// ipv4Route is a segment to 192.0.2.2 by way of 192.0.2.99, with options before the route.
func ipv4Route(kind, pointer byte, before ...byte) []byte {
	s := Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2})}, Len: 5}
	p := AppendPacket(nil, &s)
	h := cat(p[:20], before, []byte{kind, 7, pointer, 192, 0, 2, 2})
	h = append(h, make([]byte, -len(h)&3)...)
	h[0], h[3], h[19] = 0x40|byte(len(h)/4), byte(len(p)-20+len(h)), 99
	return cat(h, p[20:])
}
