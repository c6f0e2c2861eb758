package capture

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"tcpwatch/capture/wire"
)

// bigPacket is an IPv4 or IPv6 packet of a segment with n octets of payload
// that differ from each other.
func bigPacket(ipv6 bool, n int) []byte {
	s := *testSegment4
	if ipv6 {
		s = *testSegment6
	}
	s.Len, s.Payload = uint32(n), make([]byte, n)
	for i := range s.Payload {
		s.Payload[i] = byte(i>>3 + i)
	}
	return wire.AppendPacket(nil, &s)
}

// piece is one fragment of a packet's payload, from octet from up to to.
func piece(packet []byte, id, from, to int, more bool) []byte {
	header, m := 20, 0
	if packet[0]>>4 == 6 {
		header = 40
	}
	if more {
		m = 1
	}
	body := packet[header+from : header+to]
	if header == 20 {
		p := cat(packet[:20], body)
		binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
		binary.BigEndian.PutUint16(p[4:], uint16(id))
		binary.BigEndian.PutUint16(p[6:], uint16(from/8|m<<13))
		return p
	}
	p := cat(packet[:40], []byte{packet[6], 0}, be16(from|m), be16(0), be16(id), body)
	binary.BigEndian.PutUint16(p[4:], uint16(len(p)-40))
	p[6] = 44
	return p
}

// run decodes packets one after the other, a millisecond apart. As a Source
// does, it lends each of them for the one call only.
func run(d *Decoder, packets ...[]byte) (segments []wire.Segment, skips []wire.Skip) {
	for i, data := range packets {
		var seg wire.Segment
		lent := cat(data)
		skip := d.Decode(&Packet{Number: uint64(i + 1), Time: int64(i) * 1e6, Data: lent, Length: len(data), Link: wire.LinkRaw}, &seg)
		clear(lent)
		if skip == wire.Segmented {
			segments = append(segments, seg)
		}
		skips = append(skips, skip)
	}
	return segments, skips
}

// checkCounts compares the counters and that they add up.
func checkCounts(t *testing.T, d *Decoder, packets int, want map[wire.Skip]uint64) {
	t.Helper()
	got, sum := d.Skipped(), uint64(0)
	for skip, n := range got {
		sum += n
		if n != want[wire.Skip(skip)] {
			t.Errorf("%v: %d, want %d", wire.Skip(skip), n, want[wire.Skip(skip)])
		}
	}
	if sum != uint64(packets) {
		t.Errorf("%d packets are counted as %d", packets, sum)
	}
}

// TestFragments takes a packet apart, shuffles, doubles, and expects it whole.
func TestFragments(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		packet := bigPacket(ipv6, 3000)
		header := 20
		if ipv6 {
			header = 40
		}
		size := len(packet) - header
		for seed := range uint64(50) {
			rng := rand.New(rand.NewPCG(seed, 1))
			var pieces [][]byte
			for from := 0; from < size; {
				to := min(size, from+8*(1+rng.IntN(100)))
				pieces = append(pieces, piece(packet, 9, from, to, to < size))
				from = to
			}
			rng.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
			if seed%2 == 1 { // a copy of an earlier one, before the end
				pieces = append([][]byte{pieces[len(pieces)/2]}, pieces...)
			}
			d := NewDecoder(DecoderOptions{})
			segments, _ := run(d, pieces...)
			if len(segments) != 1 {
				t.Fatalf("ipv6 %v, seed %d: %d segments", ipv6, seed, len(segments))
			}
			s := segments[0]
			if !s.Reassembled || s.Packet != uint64(len(pieces)) || s.Len != 3000 || s.Checksum != wire.ChecksumGood ||
				s.Options.Set != wire.OptTimestamps || s.TTL != 64 {
				t.Errorf("ipv6 %v, seed %d: %+v", ipv6, seed, s)
			}
			checkCounts(t, d, len(pieces), map[wire.Skip]uint64{wire.Segmented: 1, wire.FragmentHeld: uint64(len(pieces) - 1)})
			if d.fragments.octets != 0 || d.Flush() != 0 {
				t.Errorf("%d octets are kept", d.fragments.octets)
			}
		}
	}
}

func TestFragmentShapes(t *testing.T) {
	p4, p6 := bigPacket(false, 100), bigPacket(true, 100)
	const held, lost, whole, bad = wire.FragmentHeld, wire.FragmentLost, wire.Segmented, wire.IPMalformed
	first := cat(p4[:20], hx("01010101"), p4[20:20+64])
	first = set(set(set(first, 0, 0x46), 2, 0, 24+64), 6, 0x20, 0)
	other := piece(p4, 9, 0, 64, true)
	for i := 20; i < 40; i++ {
		other[i] ^= 0xff
	}
	tests := []struct {
		name   string
		pieces [][]byte
		want   []wire.Skip
	}{
		{"last of four octets", [][]byte{piece(p4, 9, 0, 128, true), piece(p4, 9, 128, 132, false)}, []wire.Skip{held, whole}},
		{"header split", [][]byte{piece(p4, 9, 0, 8, true), piece(p4, 9, 8, 132, false)}, []wire.Skip{held, whole}},
		{"ipv4 overlap, first stays", [][]byte{piece(p4, 9, 0, 64, true), cat(other[:20], other[20:]), piece(p4, 9, 40, 132, false)},
			[]wire.Skip{held, held, whole}},
		{"ipv4 overlap, the front is new", [][]byte{piece(p4, 9, 40, 72, true), piece(p4, 9, 0, 64, true), piece(p4, 9, 72, 132, false)},
			[]wire.Skip{held, held, whole}},
		{"protocols differ", [][]byte{set(piece(p4, 9, 0, 64, true), 9, 17), piece(p4, 9, 64, 132, false)}, []wire.Skip{held, held}},
		{"ipv6 overlap", [][]byte{piece(p6, 9, 0, 64, true), piece(p6, 9, 56, 132, false), piece(p6, 9, 64, 132, false)},
			[]wire.Skip{held, lost, lost}},
		{"ipv6, the same twice", [][]byte{piece(p6, 9, 0, 64, true), piece(p6, 9, 0, 64, true), piece(p6, 9, 64, 132, false)}, []wire.Skip{held, held, whole}},
		{"ipv6, the same with other octets", [][]byte{piece(p6, 9, 0, 64, true), set(piece(p6, 9, 0, 64, true), 60, 1, 2, 3), piece(p6, 9, 64, 132, false)},
			[]wire.Skip{held, lost, lost}},
		{"ipv6 two ends", [][]byte{piece(p6, 9, 64, 132, false), piece(p6, 9, 0, 72, true)}, []wire.Skip{held, lost}},
		{"ids differ", [][]byte{piece(p4, 9, 0, 64, true), piece(p4, 8, 64, 132, false)}, []wire.Skip{held, held}},
		{"middle not of eights", [][]byte{piece(p4, 9, 0, 60, true)}, []wire.Skip{bad}},
		{"nothing in it", [][]byte{piece(p4, 9, 64, 64, false)}, []wire.Skip{bad}},
		{"beyond 65,535", [][]byte{set(piece(p4, 9, 0, 64, true), 6, 0x3f, 0xff)}, []wire.Skip{bad}},
		{"beyond the end", [][]byte{piece(p4, 9, 64, 132, false), piece(p4, 9, 128, 136-8, true), piece(p4, 9, 0, 64, true)},
			[]wire.Skip{held, bad, whole}},
		{"ip options", [][]byte{first, piece(p4, 7, 64, 132, false)}, []wire.Skip{held, whole}},
		{"atomic", [][]byte{piece(p6, 9, 0, 132, false)}, []wire.Skip{whole}},
		{"of udp", [][]byte{set(piece(p4, 9, 0, 64, true), 9, 17), set(piece(p4, 9, 64, 132, false), 9, 17)}, []wire.Skip{held, wire.NotTCP}},
		{"of icmp", [][]byte{set(piece(p4, 9, 0, 64, true), 9, 1)}, []wire.Skip{wire.NotTCP}},
		{"of esp", [][]byte{set(piece(p4, 9, 0, 64, true), 9, 50)}, []wire.Skip{wire.Encrypted}},
	}
	for _, tt := range tests {
		d := NewDecoder(DecoderOptions{})
		segments, skips := run(d, tt.pieces...)
		if fmt.Sprint(skips) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, skips, tt.want)
		}
		for _, s := range segments {
			if s.Len != 100 || s.Checksum != wire.ChecksumGood {
				t.Errorf("%s: %+v", tt.name, s)
			}
		}
		d.Flush()
		counts, sum := d.Skipped(), uint64(0)
		for _, n := range counts {
			sum += n
		}
		if sum != uint64(len(tt.pieces)) {
			t.Errorf("%s: counts %v", tt.name, counts)
		}
		if len(segments) == 0 && counts[held] != 0 && skips[len(skips)-1] != wire.NotTCP {
			t.Errorf("%s: %d fragments are still held", tt.name, counts[held])
		}
	}
}

// TestFragmentsCut: the lengths make a packet whole, the capture its payload.
func TestFragmentsCut(t *testing.T) {
	packet := bigPacket(false, 3000)
	size := len(packet) - 20
	d := NewDecoder(DecoderOptions{})
	segments, _ := run(d, piece(packet, 9, 0, 1480, true)[:96], piece(packet, 9, 1480, size, false)[:96])
	if len(segments) != 1 {
		t.Fatal("no segment")
	}
	s := segments[0]
	if s.Len != 3000 || len(s.Payload) != 96-20-32 || s.Checksum != wire.ChecksumUnknown || !s.Reassembled {
		t.Errorf("%+v", s)
	}
}

// TestFragmentedHeaders: a packet is put together whatever header before its segment
// the fragments begin with, and not where none of those can be.
func TestFragmentedHeaders(t *testing.T) {
	for _, ipv6 := range []bool{true, false} {
		size := 20
		if ipv6 {
			size = 40
		}
		packet := bigPacket(ipv6, 200)
		for _, c := range []struct {
			name     string
			protocol byte
			header   string // empty: the packet carries what it says
			v4       bool   // also in IPv4
		}{
			{"hop-by-hop", 0, "06 00 0104 00000000", false}, {"destination options", 60, "06 00 0104 00000000", false},
			{"routing", 43, "06 00 fe 00 00000000", false}, {"mobility", 135, "06 00 00 00 0000 0000", false},
			{"HIP", 139, "06 00 00 00 0000 0000", false}, {"shim6", 140, "06 00 80 00 0000 0000", false},
			{"an atomic fragment (RFC 6946)", 44, "06 00 0000 00000001", false},
			{"authentication", 51, "06 04 0000 00000001 00000001 000000000000000000000000", true},
			{"no protocol that leads to TCP", 132, "06 00 0104 00000000", true},
		} {
			whole := cat(packet[:size], hx(c.header), packet[size:])
			whole[6+3*(40-size)/20] = c.protocol // octet 6 in IPv6, 9 in IPv4
			d := NewDecoder(DecoderOptions{})
			segments, skips := run(d, piece(whole, 7, 0, 64, true), piece(whole, 7, 64, len(whole)-size, false))
			if want := c.protocol != 132 && (ipv6 || c.v4); (len(segments) == 1) != want || want && segments[0].Len != 200 {
				t.Errorf("%s, IPv6 %v: %v %v", c.name, ipv6, skips, segments)
			}
		}
	}
}

// TestFragmentInFragments: a packet whose fragments make up a fragment is none.
func TestFragmentInFragments(t *testing.T) {
	packet := bigPacket(true, 200)
	whole := cat(packet[:40], hx("06 00 0001 00000001"), packet[40:])
	whole[6] = 44
	d := NewDecoder(DecoderOptions{})
	if _, skips := run(d, piece(whole, 7, 0, 64, true), piece(whole, 7, 64, len(whole)-40, false)); skips[1] != wire.IPMalformed {
		t.Errorf("%v", skips)
	}
}

// TestFragmentHeaders: the first fragment's header counts, and congestion that
// any of them met, unless one of them was sent without ECN (RFC 3168 §5.3).
func TestFragmentHeaders(t *testing.T) {
	packet := bigPacket(false, 100)
	first, last := piece(packet, 9, 0, 64, true), piece(packet, 9, 64, 132, false)
	first[1], first[8] = 0x2a, 60
	last[1], last[8] = 0x01, 50
	for _, order := range [][][]byte{{first, last}, {last, first}} {
		if s, _ := run(NewDecoder(DecoderOptions{}), order...); s[0].TTL != 60 || s[0].TrafficClass != 0x2a {
			t.Errorf("TTL %d, class %x", s[0].TTL, s[0].TrafficClass)
		}
	}
	last[1] = 0x03
	if s, _ := run(NewDecoder(DecoderOptions{}), first, last); s[0].TrafficClass != 0x2b {
		t.Errorf("class %x", s[0].TrafficClass)
	}
	for _, c := range [][2]byte{{0x28, 0x03}, {0x2b, 0x00}} {
		first[1], last[1] = c[0], c[1]
		if s, _ := run(NewDecoder(DecoderOptions{}), first, last); s[0].TrafficClass != 0x28 {
			t.Errorf("%x and %x give class %x", c[0], c[1], s[0].TrafficClass)
		}
	}
}

// TestFragmentsInTunnel: the outer packet is fragmented, or the inner one.
func TestFragmentsInTunnel(t *testing.T) {
	outer := ip4(17, udp(5000, 4789, cat(hx("08000000 00002a00"), ether(0x0800, bigPacket(false, 1000)))))
	d := NewDecoder(DecoderOptions{})
	segments, skips := run(d, piece(outer, 1, 0, 800, true), piece(outer, 1, 800, len(outer)-20, false))
	if len(segments) != 1 || d.EncapName(segments[0].Encap) != "vxlan 42" || segments[0].Checksum != wire.ChecksumGood {
		t.Errorf("outer: %v %+v", skips, segments)
	}
	in := bigPacket(false, 1000)
	a, b := piece(in, 1, 0, 800, true), piece(in, 1, 800, len(in)-20, false)
	d = NewDecoder(DecoderOptions{})
	segments, skips = run(d, ip4(47, cat(hx("2000 0800 00000001"), a)), ip4(47, cat(hx("2000 0800 00000002"), b)),
		ip4(47, cat(hx("2000 0800 00000001"), b)))
	if len(segments) != 1 || d.EncapName(segments[0].Encap) != "gre 1" {
		t.Errorf("inner: %v %+v", skips, segments)
	}
	d.Flush()
	checkCounts(t, d, 3, map[wire.Skip]uint64{wire.Segmented: 1, wire.FragmentHeld: 1, wire.FragmentLost: 1})
}

// TestFragmentBounds floods the buffer with packets that never become whole.
func TestFragmentBounds(t *testing.T) {
	for _, opts := range []DecoderOptions{
		{MaxFragmentOctets: 20000}, {MaxFragmentedPackets: 5}, {MaxFragmentOctets: 100}, {},
	} {
		d := NewDecoder(opts)
		packet := bigPacket(false, 3000)
		const n = 3000
		for i := range n {
			p := piece(packet, i, 0, 1480, true)
			skip := d.Decode(&Packet{Number: uint64(i), Data: p, Length: len(p), Link: wire.LinkRaw}, new(wire.Segment))
			if skip != wire.FragmentHeld && skip != wire.FragmentLost {
				t.Fatal(skip)
			}
			if d.fragments.octets > d.fragments.maxOctets || len(d.fragments.packets) > d.fragments.maxCount ||
				d.fragments.order.Len() != len(d.fragments.packets) {
				t.Fatalf("%+v: %d octets of %d packets are kept", opts, d.fragments.octets, len(d.fragments.packets))
			}
		}
		held := d.Skipped()[wire.FragmentHeld]
		if lost := d.Flush(); lost != held || d.fragments.octets != 0 {
			t.Errorf("%+v: %d lost at the end, %d were held, %d octets are left", opts, lost, held, d.fragments.octets)
		}
		checkCounts(t, d, n, map[wire.Skip]uint64{wire.FragmentLost: n})
	}
}

// TestFragmentAge: the rest must come in time.
func TestFragmentAge(t *testing.T) {
	for _, tt := range []struct {
		ipv6  bool
		after int64
		want  wire.Skip
	}{
		{false, 30e9, wire.Segmented}, {false, 30e9 + 1, wire.FragmentHeld},
		{true, 60e9, wire.Segmented}, {true, 60e9 + 1, wire.FragmentHeld},
	} {
		packet := bigPacket(tt.ipv6, 100)
		d := NewDecoder(DecoderOptions{})
		var seg wire.Segment
		a, b := piece(packet, 1, 0, 64, true), piece(packet, 1, 64, 132, false)
		d.Decode(&Packet{Number: 1, Time: 5, Data: a, Length: len(a), Link: wire.LinkRaw}, &seg)
		if got := d.Decode(&Packet{Number: 2, Time: 5 + tt.after, Data: b, Length: len(b), Link: wire.LinkRaw}, &seg); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
		if lost := d.Skipped()[wire.FragmentLost]; (lost == 1) != (tt.want == wire.FragmentHeld) {
			t.Errorf("%+v: %d lost", tt, lost)
		}
	}
}

// TestFragmentAgeBehind: what waits for longer before a packet gives it no
// more time.
func TestFragmentAgeBehind(t *testing.T) {
	d := NewDecoder(DecoderOptions{})
	long, short := bigPacket(true, 100), bigPacket(false, 100)
	var seg wire.Segment
	for i, p := range []struct {
		after int64
		data  []byte
		want  wire.Skip
	}{
		{0, piece(long, 1, 0, 64, true), wire.FragmentHeld},
		{1, piece(short, 1, 0, 64, true), wire.FragmentHeld},
		{40e9, piece(short, 1, 64, 132, false), wire.FragmentHeld}, // of another packet with this ID
		{41e9, piece(short, 1, 0, 64, true), wire.Segmented},
		{42e9, piece(long, 1, 64, 132, false), wire.Segmented},
	} {
		if got := d.Decode(&Packet{Number: uint64(i + 1), Time: p.after, Data: p.data, Length: len(p.data), Link: wire.LinkRaw}, &seg); got != p.want {
			t.Errorf("packet %d: %v, want %v", i+1, got, p.want)
		}
	}
	if lost := d.Skipped()[wire.FragmentLost]; lost != 1 {
		t.Errorf("%d lost", lost)
	}
}
