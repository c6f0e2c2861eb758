package capture

import (
	"encoding/binary"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

// deep has IPv4 in IPv4 and tags has VLAN tags beyond what is followed.
var deep, tags = func() (deep, tags []byte) {
	deep, tags = tcp4, tcp4
	for range 20 {
		deep = ip4(4, deep)
		tags = cat(hx("0001 8100"), tags)
	}
	return deep, tags
}()

// skipTests are packets that are no segments, with the reason.
var skipTests = []struct {
	name string
	link wire.LinkType
	data []byte
	want wire.Skip
}{
	{"empty", wire.LinkEthernet, nil, wire.LinkCut},
	{"13 octets", wire.LinkEthernet, make([]byte, 13), wire.LinkCut},
	{"arp", wire.LinkEthernet, ether(0x0806, make([]byte, 28)), wire.NotIP},
	{"spanning tree", wire.LinkEthernet, ether(38, hx("424203 0000")), wire.NotIP},
	{"tag cut", wire.LinkEthernet, ether(0x8100, hx("0001")), wire.LinkCut},
	{"udp", wire.LinkEthernet, ether(0x0800, ip4(17, udp(1, 2, hx("00")))), wire.NotTCP},
	{"udp cut", wire.LinkEthernet, ether(0x0800, ip4(17, hx("0001"))), wire.NotTCP},
	{"igmp", wire.LinkEthernet, ether(0x0800, ip4(2, hx("00"))), wire.NotTCP},
	{"esp", wire.LinkEthernet, ether(0x0800, ip4(50, hx("00"))), wire.Encrypted},
	{"esp in ipv6", wire.LinkEthernet, ether(0x86dd, ip6(50, hx("00"))), wire.Encrypted},
	{"esp in udp", wire.LinkRaw, ip4(17, udp(4500, 4500, hx("00000001 00000001"))), wire.Encrypted},
	{"key exchange in udp", wire.LinkRaw, ip4(17, udp(4500, 4500, hx("00000000 00000001"))), wire.NotTCP},
	{"macsec", wire.LinkEthernet, ether(0x88e5, cat(hx("0c 00 00000001"), tcp4)), wire.Encrypted},
	{"wifi protected", wire.LinkWiFi, wifi("0841", tcp4), wire.Encrypted},
	{"wifi beacon", wire.LinkWiFi, wifi("8000", tcp4), wire.NotIP},
	{"wifi null", wire.LinkWiFi, wifi("4801", tcp4), wire.NotIP},
	{"wifi second fragment", wire.LinkWiFi, set(wifi("0801", tcp4), 22, 1), wire.NotIP},
	{"unknown link", 147, tcp4, wire.LinkUnknown},
	{"unknown link of 16 bits", 257, ether(0x0800, tcp4), wire.LinkUnknown},
	{"null of another family", wire.LinkNull, cat(hx("07000000"), tcp4), wire.NotIP},
	{"ip version 5", wire.LinkRaw, set(tcp4, 0, 0x55), wire.IPMalformed},
	{"ipip in ipip in …", wire.LinkRaw, deep, wire.TunnelTooDeep},
	{"tags without end", wire.LinkEthernet, ether(0x8100, tags), wire.TunnelTooDeep},
	{"labels without end", wire.LinkEthernet, ether(0x8847, make([]byte, 4000)), wire.TunnelTooDeep},
	{"label cut", wire.LinkEthernet, ether(0x8847, hx("0001")), wire.TunnelMalformed},
	{"gre cut", wire.LinkRaw, ip4(47, hx("2000")), wire.TunnelMalformed},
	{"gre key cut", wire.LinkRaw, ip4(47, hx("2000 0800 0000")), wire.TunnelMalformed},
	{"gre route without end", wire.LinkRaw, ip4(47, cat(hx("4000 0800 00000000"), make([]byte, 3))), wire.TunnelMalformed},
	{"gre route cut", wire.LinkRaw, ip4(47, hx("4000 0800 00000000 0800 04 04 0a0000")), wire.TunnelMalformed},
	{"gre of another version", wire.LinkRaw, ip4(47, cat(hx("0002 0800"), tcp4)), wire.TunnelMalformed},
	{"pptp acknowledgement cut", wire.LinkRaw, ip4(47, hx("3081 880b 0000 0007 00000001 0000")), wire.TunnelMalformed},
	{"pptp without key", wire.LinkRaw, ip4(47, cat(hx("1001 880b 00000001 ff03 0021"), tcp4)), wire.TunnelMalformed},
	{"pptp with checksum", wire.LinkRaw, ip4(47, cat(hx("b001 880b 00000000 0000 0007 00000001 ff03 0021"), tcp4)), wire.TunnelMalformed},
	{"pptp with route", wire.LinkRaw, ip4(47, cat(hx("7001 880b 00000000 0000 0007 00000001 00000000 ff03 0021"), tcp4)), wire.TunnelMalformed},
	{"pptp acknowledgement alone", wire.LinkRaw, ip4(47, hx("2081 880b 0000 0007 00000002")), wire.NotTCP},
	{"pptp without sequence number", wire.LinkRaw, ip4(47, cat(hx("2001 880b 0000 0007 ff03 0021"), tcp4)), wire.NotTCP},
	{"erspan 2 of another version", wire.LinkRaw, ip4(47, cat(hx("1000 88be 00000001 2064 0003 00000000"), ether(0x0800, tcp4))), wire.TunnelMalformed},
	{"erspan 2 of version 0", wire.LinkRaw, ip4(47, cat(hx("1000 88be 00000001 0064 0003 00000000"), ether(0x0800, tcp4))), wire.TunnelMalformed},
	{"etherip cut", wire.LinkRaw, ip4(97, hx("30")), wire.TunnelMalformed},
	{"etherip of another version", wire.LinkRaw, ip4(97, cat(hx("4000"), ether(0x0800, tcp4))), wire.TunnelMalformed},
	{"etherip of no version", wire.LinkRaw, ip4(97, cat(hx("1300"), ether(0x0800, tcp4))), wire.TunnelMalformed},
	{"erspan cut", wire.LinkRaw, ip4(47, hx("1000 88be 00000001 1064")), wire.TunnelMalformed},
	{"vxlan after a UDP header that says there is nothing", wire.LinkRaw, nothing(udp(1, 4789, cat(hx("08000000 00002a00"), ether(0x0800, tcp4)))), wire.NotTCP},
	{"vxlan without identifier", wire.LinkRaw, ip4(17, udp(1, 4789, cat(make([]byte, 8), ether(0x0800, tcp4)))), wire.NotTCP},
	{"vxlan arp", wire.LinkRaw, ip4(17, udp(1, 4789, cat(hx("08000000 00002a00"), ether(0x0806, nil)))), wire.NotIP},
	{"geneve of another version", wire.LinkRaw, ip4(17, udp(1, 6081, cat(hx("4000 6558 00000500"), ether(0x0800, tcp4)))), wire.NotTCP},
	{"geneve options cut", wire.LinkRaw, ip4(17, udp(1, 6081, hx("3f00 6558 00000500 0000"))), wire.TunnelMalformed},
	{"gtp-u echo", wire.LinkRaw, ip4(17, udp(2152, 2152, hx("3201 0004 00000000 0000 0000"))), wire.NotTCP},
	{"gtp-u extension of length 0", wire.LinkRaw, ip4(17, udp(2152, 2152, hx("34ff 0008 00000001 0000 00 85 00 000000"))), wire.TunnelMalformed},
	{"l2tp control", wire.LinkRaw, ip4(17, udp(1701, 1701, hx("c802 000c 0001 0000 0000 0000"))), wire.NotTCP},
	{"pppoe discovery", wire.LinkEthernet, ether(0x8864, hx("1109 0000 0000")), wire.NotIP},
	{"pppoe length cuts the packet", wire.LinkEthernet, ether(0x8864, cat(hx("1100 0001 0010 0021"), tcp4)), wire.IPCut},
	{"ppp lcp", wire.LinkPPP, hx("ff03 c021 01"), wire.NotIP},
	{"ppp encrypted", wire.LinkPPP, hx("ff03 0053 01"), wire.Encrypted},
	{"arcnet second part", wire.LinkARCNETLinux, cat(hx("be00 0000 d4 02 0001"), tcp4), wire.NotIP},
	{"nflog attribute of length 0", wire.LinkNFLog, hx("02000000 00000900"), wire.TunnelMalformed},
	{"radiotap of 4 octets", wire.LinkRadiotap, cat(hx("0000 0400 00000000"), wifi("0801", tcp4)), wire.LinkCut},
	{"pflog cut", wire.LinkPFLog, make([]byte, 60), wire.LinkCut},
	{"pflog of no length", wire.LinkPFLog, cat(hx("2c 02"), make([]byte, 42), tcp4), wire.LinkCut},
	{"pflog cut in its padding", wire.LinkPFLog, cat(hx("3d 02"), make([]byte, 60)), wire.LinkCut},
	{"prism of another message", wire.LinkPrism, cat(hx("45000000 90000000"), make([]byte, 136), wifi("0801", tcp4)), wire.LinkCut},
	{"prism of a message of 32 bits", wire.LinkPrism, cat(hx("44000100 90000000"), make([]byte, 136), wifi("0801", tcp4)), wire.LinkCut},
	{"prism of 23 octets", wire.LinkPrism, cat(hx("44000000 17000000"), make([]byte, 15), wifi("0801", tcp4)), wire.LinkCut},
	{"prism cut", wire.LinkPrism, cat(hx("44000000 90000000"), make([]byte, 135)), wire.LinkCut},
	{"ppi of a link beyond 16 bits", wire.LinkPPI, cat(hx("0000 0800 01000100"), ether(0x0800, tcp4)), wire.LinkUnknown},
}

// TestDepth: so many headers below the innermost IP packet are followed, and no more.
func TestDepth(t *testing.T) {
	within := func(n int, each, last string) []byte {
		return cat(hx(strings.Repeat(each, n-1)+last), tcp4)
	}
	for _, tt := range []struct {
		name    string
		link    wire.LinkType
		deepest int
		frame   func(n int) []byte
	}{
		{"tags", wire.LinkEthernet, maxDepth - 1, func(n int) []byte { return ether(0x8100, within(n, "0005 8100", "0005 0800")) }},
		{"labels", wire.LinkEthernet, maxDepth - 1, func(n int) []byte { return ether(0x8847, within(n, "00010040", "00010140")) }},
		{"IPv4 in IPv4", wire.LinkRaw, maxDepth, func(n int) []byte {
			p := tcp4
			for range n {
				p = ip4(4, p)
			}
			return p
		}},
	} {
		for n, want := range map[int]wire.Skip{tt.deepest: wire.Segmented, tt.deepest + 1: wire.TunnelTooDeep} {
			if _, skip, _ := decodeOne(tt.link, tt.frame(n)); skip != want {
				t.Errorf("%s, %d: %v, want %v", tt.name, n, skip, want)
			}
		}
	}
}

func TestDecodeSkips(t *testing.T) {
	for _, tt := range skipTests {
		_, skip, d := decodeOne(tt.link, tt.data)
		if skip != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, skip, tt.want)
		}
		checkCounts(t, d, 1, map[wire.Skip]uint64{tt.want: 1})
	}
}

// TestGuessedLength: where the IP header has no length, the segment's is what the link
// headers leave of the packet as it was on the wire, however little was captured.
func TestGuessedLength(t *testing.T) {
	whole, want := ether(0x8100, tag(5, 0x0800, set(tcp4, 2, 0, 0))), int(testSegment4.Len)+60000
	for _, cut := range []int{len(whole), 14 + 4 + 20 + 32} {
		var seg wire.Segment
		d := NewDecoder(DecoderOptions{})
		p := Packet{Number: 1, Link: wire.LinkEthernet, Data: whole[:cut], Length: len(whole) + 60000}
		if skip := d.Decode(&p, &seg); skip != wire.Segmented || !seg.LenGuessed || int(seg.Len) != want {
			t.Errorf("%d octets captured: %v, length %d, guessed %v; want %d", cut, skip, seg.Len, seg.LenGuessed, want)
		}
	}
}

func TestVXLANPorts(t *testing.T) {
	data := ip4(17, udp(5000, 4444, cat(hx("08000000 00002a00"), ether(0x0800, tcp4))))
	p := &Packet{Data: data, Length: len(data), Link: wire.LinkRaw}
	var seg wire.Segment
	if skip := NewDecoder(DecoderOptions{}).Decode(p, &seg); skip != wire.NotTCP {
		t.Errorf("an unknown port: %v", skip)
	}
	if skip := NewDecoder(DecoderOptions{VXLANPorts: []uint16{4444}}).Decode(p, &seg); skip != wire.Segmented {
		t.Errorf("a named port: %v", skip)
	}
}

// TestQuote reads ICMP errors about the test segments.
func TestQuote(t *testing.T) {
	tests := []struct {
		name       string
		data       []byte
		kind, code uint8
		mtu        uint16
		ipv6       bool
	}{
		{"port unreachable", ip4(1, cat(hx("0303 0000 00000000"), tcp4[:28])), 3, 3, 0, false},
		{"port unreachable, with a number where others have an MTU", ip4(1, cat(hx("0303 0000 0000 0514"), tcp4)), 3, 3, 0, false},
		{"fragmentation needed", ip4(1, cat(hx("0304 0000 0000 0514"), tcp4)), 3, 4, 1300, false},
		{"time exceeded", ip4(1, cat(hx("0b00 0000 00000000"), tcp4)), 11, 0, 0, false},
		{"redirect", ip4(1, cat(hx("0501 0000 c0000263"), tcp4)), 5, 1, 0, false},
		{"too big", ip6(58, cat(hx("0200 0000 00000500"), tcp6)), 2, 0, 1280, true},
		{"administratively prohibited", ip6(58, cat(hx("0101 0000 00000000"), tcp6[:48])), 1, 1, 0, true},
	}
	for _, tt := range tests {
		d := NewDecoder(DecoderOptions{})
		data := ether(0x8100, tag(10, 0x0800, tt.data))
		var seg wire.Segment
		skip := d.Decode(&Packet{Number: 3, Time: 4, Data: data, Length: len(data), Link: wire.LinkEthernet}, &seg)
		q, want := d.Quote(), testSegment4
		reporter := wire.AddrFrom4([4]byte{192, 0, 2, 1})
		if tt.ipv6 {
			want = testSegment6
			reporter = testSegment6.Src
		}
		if skip != wire.ICMPError || q.Type != tt.kind || q.Code != tt.code || q.NextMTU != tt.mtu || q.Reporter != reporter ||
			q.Packet != 3 || q.Time != 4 || q.Seq != want.Seq || q.SrcPort != 40000 || q.DstPort != 443 || q.Src != want.Src ||
			q.Dst != want.Dst || q.IPv6 != tt.ipv6 || d.EncapName(q.Encap) != "vlan 10" {
			t.Errorf("%s: %v %+v", tt.name, skip, q)
		}
	}
	for name, data := range map[string][]byte{
		"echo":             ip4(1, cat(hx("0800 0000 00000000"), tcp4)),
		"about udp":        ip4(1, cat(hx("0303 0000 00000000"), ip4(17, udp(1, 2, nil)))),
		"cut":              ip4(1, hx("0303")),
		"seven octets":     ip4(1, cat(hx("0303 0000 00000000"), tcp4[:27])),
		"neighbour advert": ip6(58, cat(hx("8800 0000 00000000"), tcp6)),
	} {
		if _, skip, _ := decodeOne(wire.LinkRaw, data); skip != wire.NotTCP {
			t.Errorf("%s: %v", name, skip)
		}
	}
}

// TestIgnoreVLANs: VLANs are left out of the identity, inside of tunnels as well, and nothing else is.
func TestIgnoreVLANs(t *testing.T) {
	vlan := func(rest []byte) []byte { return ether(0x8100, cat(hx("000a 0800"), rest)) }
	inside := ip4(17, udp(1, 4789, cat(hx("08000000 00002a00"), vlan(tcp4))))
	for _, c := range []struct {
		data   []byte
		ignore bool
		want   string
	}{{vlan(tcp4), false, "vlan 10"}, {vlan(tcp4), true, ""}, {vlan(inside), false, "vlan 10/vxlan 42/vlan 10"}, {vlan(inside), true, "vxlan 42"}} {
		d := NewDecoder(DecoderOptions{IgnoreVLANs: c.ignore})
		var seg wire.Segment
		if why := d.Decode(&Packet{Data: c.data, Length: len(c.data), Link: wire.LinkEthernet}, &seg); why != wire.Segmented || d.EncapName(seg.Encap) != c.want {
			t.Errorf("%v: %v %q, want %q", c.ignore, why, d.EncapName(seg.Encap), c.want)
		}
	}
}

// TestEncapTable fills the table.
func TestEncapTable(t *testing.T) {
	var table encapTable
	table.init()
	seen := make(map[uint32]bool)
	for i := range uint32(maxEncaps - 1) {
		id := table.add(0, encapVXLAN, i)
		if id == 0 || seen[id] {
			t.Fatalf("path %d has number %d", i, id)
		}
		seen[id] = true
	}
	for _, id := range []uint32{
		table.add(0, encapVXLAN, maxEncaps), table.add(0, encapGRE, 0), table.vlan(0, 7), table.vlan(0, 7), table.add(maxEncaps, encapGRE, 0),
	} {
		if id != maxEncaps || table.name(id) != "(more encapsulations)" {
			t.Errorf("number %d, %q", id, table.name(id))
		}
	}
	if id := table.add(0, encapVXLAN, 77); table.name(id) != "vxlan 77" {
		t.Errorf("a known path became %q", table.name(id))
	}
	if len(table.steps) != maxEncaps || table.name(1<<31) != "" {
		t.Errorf("%d paths", len(table.steps))
	}
}

// TestDecodeAllocates: the fast path, and the rarest headers and tunnels once they are
// met, allocate nothing.
func TestDecodeAllocates(t *testing.T) {
	packets := pathPackets()
	for _, tt := range linkTests {
		if !strings.Contains(tt.name, "padded") { // copied
			packets[tt.name] = &Packet{Data: tt.data, Length: len(tt.data), Link: tt.link}
		}
	}
	for _, tt := range tunnelTests {
		packets[tt.name] = &Packet{Data: tt.ip, Length: len(tt.ip), Link: wire.LinkRaw}
	}
	for name, p := range packets {
		d := NewDecoder(DecoderOptions{})
		var seg wire.Segment
		if n := testing.AllocsPerRun(100, func() {
			if d.Decode(p, &seg) != wire.Segmented {
				t.Fatal(name)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// nothing is an IPv4 packet of a UDP datagram whose length field covers its header alone.
func nothing(datagram []byte) []byte {
	binary.BigEndian.PutUint16(datagram[4:], 8)
	return ip4(17, datagram)
}
