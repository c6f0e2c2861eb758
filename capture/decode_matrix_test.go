package capture

import (
	"testing"

	"tcpwatch/capture/wire"
)

// linkTests hold one packet for each link type and EtherType that leads to TCP,
// with the name of its path.
var linkTests = []struct {
	name  string
	link  wire.LinkType
	data  []byte
	encap string
}{
	{"ethernet ipv4", wire.LinkEthernet, ether(0x0800, tcp4), ""},
	{"ethernet padding", wire.LinkEthernet, ether(0x0800, cat(tcp4, make([]byte, 9))), ""},
	{"ethernet ipv6", wire.LinkEthernet, ether(0x86dd, tcp6), ""},
	{"vlan", wire.LinkEthernet, ether(0x8100, tag(0x600a, 0x0800, tcp4)), "vlan 10"},
	{"priority tag", wire.LinkEthernet, ether(0x8100, tag(0xe000, 0x0800, tcp4)), ""},
	{"802.1ad", wire.LinkEthernet, ether(0x88a8, tag(100, 0x8100, tag(7, 0x86dd, tcp6))), "vlan 100/vlan 7"},
	{"vlan in vlan", wire.LinkEthernet, ether(0x8100, tag(100, 0x8100, tag(7, 0x0800, tcp4))), "vlan 100/vlan 7"},
	{"0x9100", wire.LinkEthernet, ether(0x9100, tag(100, 0x8100, tag(7, 0x0800, tcp4))), "vlan 100/vlan 7"},
	{"llc snap", wire.LinkEthernet, ether(8+len(tcp4), cat(hx("aaaa03 000000 0800"), tcp4)), ""},
	{"llc sap ip", wire.LinkEthernet, ether(3+len(tcp4), cat(hx("060603"), tcp4)), ""},
	{"vlan llc snap", wire.LinkEthernet, ether(0x8100, tag(5, 8+len(tcp4), cat(hx("aaaa03 000000 0800"), tcp4))), "vlan 5"},
	{"sll", wire.LinkSLL, cat(hx("0000 0001 0006 0200000000010000 0800"), tcp4), ""},
	{"sll address length", wire.LinkSLL, cat(hx("0000 0001 ffff 0200000000010000 0800"), tcp4), ""},
	{"sll vlan", wire.LinkSLL, cat(hx("0000 0001 0006 0200000000010000 8100"), tag(3, 0x0800, tcp4)), "vlan 3"},
	{"sll2", wire.LinkSLL2, cat(hx("0800 0000 00000001 0001 00 06 0200000000010000"), tcp4), ""},
	{"sll2 ipv6", wire.LinkSLL2, cat(hx("86dd 0000 00000001 0001 00 06 0200000000010000"), tcp6), ""},
	{"null little", wire.LinkNull, cat(hx("02000000"), tcp4), ""},
	{"null big", wire.LinkNull, cat(hx("00000002"), tcp4), ""},
	{"null linux", wire.LinkNull, cat(hx("0a000000"), tcp6), ""},
	{"null netbsd", wire.LinkNull, cat(hx("18000000"), tcp6), ""},
	{"null freebsd", wire.LinkNull, cat(hx("1c000000"), tcp6), ""},
	{"null darwin", wire.LinkNull, cat(hx("1e000000"), tcp6), ""},
	{"null darwin big", wire.LinkNull, cat(hx("0000001e"), tcp6), ""},
	{"loop", wire.LinkLoop, cat(hx("00000002"), tcp4), ""},
	{"raw", wire.LinkRaw, tcp4, ""},
	{"raw 6", wire.LinkRaw, tcp6, ""},
	{"raw 12", wire.LinkRawDLT, tcp4, ""},
	{"raw 14", wire.LinkRawBSD, tcp4, ""},
	{"ipv4", wire.LinkIPv4, tcp4, ""},
	{"ipv6", wire.LinkIPv6, tcp6, ""},
	{"ppp", wire.LinkPPP, cat(hx("ff03 0021"), tcp4), ""},
	{"ppp short protocol", wire.LinkPPP, cat(hx("21"), tcp4), ""},
	{"ppp ipv6", wire.LinkPPP, cat(hx("0057"), tcp6), ""},
	{"ppp hdlc", wire.LinkPPPHDLC, cat(hx("ff03 0021"), tcp4), ""},
	{"ppp hdlc cisco", wire.LinkPPPHDLC, cat(hx("0f00 0800"), tcp4), ""},
	{"ppp direction", wire.LinkPPPDir, cat(hx("01 ff03 0021"), tcp4), ""},
	{"pppoe link", wire.LinkPPPEther, cat(hx("1100 0001"), be16(2+len(tcp4)), hx("0021"), tcp4), "pppoe 1"},
	{"cisco hdlc", wire.LinkCiscoHDLC, cat(hx("0f00 0800"), tcp4), ""},
	{"fddi", wire.LinkFDDI, cat(hx("50 020000000002 020000000001 aaaa03 000000 0800"), tcp4), ""},
	{"token ring", wire.LinkTokenRing, cat(hx("1040 020000000002 020000000001 aaaa03 000000 0800"), tcp4), ""},
	{"token ring route", wire.LinkTokenRing, cat(hx("1040 020000000002 820000000001 0630 0011 0020 aaaa03 000000 0800"), tcp4), ""},
	{"arcnet 1051", wire.LinkARCNETLinux, cat(hx("be00 0000 f0"), tcp4), ""},
	{"arcnet 1201", wire.LinkARCNETLinux, cat(hx("be00 0000 d4 00 0001"), tcp4), ""},
	{"arcnet bsd", wire.LinkARCNET, cat(hx("be00 d4 00 0001"), tcp4), ""},
	{"atm", wire.LinkATM, cat(hx("aaaa03 000000 0800"), tcp4), ""},
	{"sunatm", wire.LinkSunATM, cat(hx("02 00 0020 aaaa03 000000 0800"), tcp4), ""},
	{"frame relay", wire.LinkFrameRelay, cat(hx("1841 03 cc"), tcp4), ""},
	{"frame relay snap", wire.LinkFrameRelay, cat(hx("1841 03 00 80 000000 0800"), tcp4), ""},
	{"ip over fc", wire.LinkIPOverFC, cat(make([]byte, 16), hx("aaaa03 000000 0800"), tcp4), ""},
	{"1394", wire.LinkApple1394, cat(make([]byte, 16), hx("0800"), tcp4), ""},
	{"juniper", wire.LinkJuniperEth, cat(hx("4d4743 80 0002 0102"), ether(0x0800, tcp4)), ""},
	{"juniper no link", wire.LinkJuniperEth, cat(hx("4d4743 02 02000000"), tcp4), ""},
	{"pflog", wire.LinkPFLog, cat(hx("3d 02"), make([]byte, 62), tcp4), ""},
	{"pflog of the first OpenBSD", wire.LinkPFLog, cat(hx("2d 02"), make([]byte, 46), tcp4), ""},
	{"pflog of FreeBSD", wire.LinkPFLog, cat(hx("45 02"), make([]byte, 70), tcp4), ""},
	{"pflog of OpenBSD", wire.LinkPFLog, cat(hx("64 18"), make([]byte, 98), tcp6), ""},
	{"nflog", wire.LinkNFLog, cat(hx("02000000 08000100 00000300 0500 0a00 7800 0000"), []byte{byte(4 + len(tcp4)), 0, 9, 0}, tcp4), ""},
	{"nflog big", wire.LinkNFLog, cat(hx("02000000 00080001 00000003"), be16(4+len(tcp4)), be16(9), tcp4), ""},
	{"ipoib", wire.LinkIPoIB, cat(make([]byte, 40), hx("0800 0000"), tcp4), ""},
	{"mpacket", wire.LinkMPacket, cat(hx("55555555555555 d5"), ether(0x0800, tcp4)), ""},
	{"wifi", wire.LinkWiFi, wifi("0801", tcp4), ""},
	{"wifi qos", wire.LinkWiFi, wifi("8802", tcp6), ""},
	{"wifi ht control", wire.LinkWiFi, cat(hx("8881"), make([]byte, 28), hx("aaaa03 000000 0800"), tcp4), ""},
	{"wifi 4 addresses", wire.LinkWiFi, wifi("0803", tcp4), ""},
	{"wifi aggregate", wire.LinkWiFi, cat(hx("8801 0000"), make([]byte, 20), hx("8000"), make([]byte, 12), be16(8+len(tcp4)), hx("aaaa03 000000 0800"), tcp4), ""},
	{"radiotap", wire.LinkRadiotap, cat(hx("0000 0900 02000000 00"), wifi("0801", tcp4)), ""},
	{"radiotap padded", wire.LinkRadiotap, cat(hx("0000 0900 02000000 20"), hx("8801 0000"), make([]byte, 22), hx("0000"), hx("aaaa03 000000 0800"), tcp4), ""},
	{"radiotap of two words with a timestamp, padded", wire.LinkRadiotap, cat(hx("0000 1900 03000080 00000000 00000000 0102030405060708 20"),
		hx("8801 0000"), make([]byte, 22), hx("0000"), hx("aaaa03 000000 0800"), tcp4), ""},
	{"radiotap of two words with a timestamp", wire.LinkRadiotap, cat(hx("0000 1900 03000080 20202020 20202020 2020202020202020 00"), wifi("8801", tcp4)), ""},
	{"radiotap with a timestamp, padded", wire.LinkRadiotap, cat(hx("0000 1100 03000000 0102030405060708 20"),
		hx("8801 0000"), make([]byte, 22), hx("0000"), hx("aaaa03 000000 0800"), tcp4), ""},
	{"prism", wire.LinkPrism, cat(hx("44000000 90000000"), make([]byte, 136), wifi("0801", tcp4)), ""},
	{"prism, other message", wire.LinkPrism, cat(hx("41000000 90000000"), make([]byte, 136), wifi("0801", tcp4)), ""},
	{"prism big", wire.LinkPrism, cat(hx("00000044 00000090"), make([]byte, 136), wifi("0801", tcp4)), ""},
	{"prism without items", wire.LinkPrism, cat(hx("44000000 18000000"), make([]byte, 16), wifi("0801", tcp4)), ""},
	{"prism with avs", wire.LinkPrism, cat(hx("80211001 00000040"), make([]byte, 56), wifi("0801", tcp4)), ""},
	{"avs", wire.LinkAVS, cat(hx("80211001 00000040"), make([]byte, 56), wifi("0801", tcp4)), ""},
	{"ppi", wire.LinkPPI, cat(hx("0000 0800 69000000"), wifi("0801", tcp4)), ""},
	{"ppi ethernet", wire.LinkPPI, cat(hx("0000 0800 01000000"), ether(0x0800, tcp4)), ""},

	{"mpls", wire.LinkEthernet, ether(0x8847, cat(hx("00010140"), tcp4)), "mpls"},
	{"mpls stack", wire.LinkEthernet, ether(0x8847, cat(hx("00010040 00020140"), tcp6)), "mpls"},
	{"mpls control word", wire.LinkEthernet, ether(0x8847, cat(hx("00010140 00000000"), ether(0x8100, tag(9, 0x0800, tcp4)))), "mpls/vlan 9"},
	{"mpls pseudowire", wire.LinkEthernet, ether(0x8847, cat(hx("00010140"), ether(0x0800, tcp4))), "mpls"},
	{"mpls pseudowire 4", wire.LinkEthernet, ether(0x8847, cat(hx("00010140"), set(ether(0x0800, tcp4), 0, 0x48))), "mpls"},
	{"pppoe", wire.LinkEthernet, ether(0x8864, cat(hx("1100 0011"), be16(2+len(tcp4)), hx("0021"), tcp4)), "pppoe 17"},
	{"macsec clear", wire.LinkEthernet, ether(0x88e5, cat(hx("00 00 00000001 0800"), tcp4, make([]byte, 16))), ""},
	{"macsec clear sci", wire.LinkEthernet, ether(0x88e5, cat(hx("20 00 00000001 0200000000010001 0800"), tcp4)), ""},
	{"fabricpath", wire.LinkEthernet, ether(0x8903, cat(hx("0060"), ether(0x0800, tcp4))), ""},
	{"cisco metadata", wire.LinkEthernet, ether(0x8909, cat(hx("0101 0001 0064 0800"), tcp4)), ""},
	{"pbb", wire.LinkEthernet, ether(0x88e7, cat(hx("00000005"), ether(0x0800, tcp4))), "pbb 5"},
	{"vn-tag", wire.LinkEthernet, ether(0x8926, cat(hx("00000000 0800"), tcp4)), ""},
	{"e-tag", wire.LinkEthernet, ether(0x893f, cat(hx("000000000000 0800"), tcp4)), ""},
	{"hsr", wire.LinkEthernet, ether(0x892f, cat(hx("0034 0001 0800"), tcp4)), ""},
	{"trill", wire.LinkEthernet, ether(0x22f3, cat(hx("0010 0001 0002"), ether(0x0800, tcp4))), ""},
	{"nsh", wire.LinkEthernet, ether(0x894f, cat(hx("0fc2 01 01 000001ff"), tcp4)), ""},
}

func TestDecodeMatrix(t *testing.T) {
	for _, tt := range linkTests {
		t.Run(tt.name, func(t *testing.T) { checkSegment(t, tt.link, tt.data, tt.encap) })
	}
}

// wifi puts an 802.11 data header with that frame control in front.
func wifi(control string, packet []byte) []byte {
	c := hx(control)
	b := cat(c, make([]byte, 22))
	if c[1]&3 == 3 {
		b = append(b, make([]byte, 6)...)
	}
	if c[0]&0x80 != 0 {
		b = append(b, 0, 0)
	}
	etherType := "0800"
	if packet[0]>>4 == 6 {
		etherType = "86dd"
	}
	return cat(b, hx("aaaa03 000000"+etherType), packet)
}

// tunnelTests are the same for what stands after an IP header.
var tunnelTests = []struct {
	name  string
	ip    []byte
	encap string
}{
	{"ipip", ip4(4, tcp4), "ipip"},
	{"6in4", ip4(41, tcp6), "6in4"},
	{"4in6", ip6(4, tcp4), "4in6"},
	{"ip6ip6", ip6(41, tcp6), "ip6ip6"},
	{"etherip", ip4(97, cat(hx("3000"), ether(0x0800, tcp4))), "etherip"},
	{"etherip of NetBSD", ip4(97, cat(hx("0300"), ether(0x0800, tcp4))), "etherip"},
	{"etherip with reserved bits", ip4(97, cat(hx("3fff"), ether(0x0800, tcp4))), "etherip"},
	{"mpls in ip", ip4(137, cat(hx("00010140"), tcp4)), "mpls"},
	{"gre", ip4(47, cat(hx("0000 0800"), tcp4)), "gre"},
	{"gre ipv6", ip4(47, cat(hx("0000 86dd"), tcp6)), "gre"},
	{"gre key", ip4(47, cat(hx("2000 0800 00000063"), tcp4)), "gre 99"},
	{"gre all", ip4(47, cat(hx("b000 0800 00000000 00000063 00000001"), tcp4)), "gre 99"},
	{"gre route", ip4(47, cat(hx("7000 0800 00000000 00000063 00000001 0800 04 04 0a000001 0000 00 01 00 00000000"), tcp4)), "gre 99"},
	{"gre with reserved bits", ip4(47, cat(hx("0ff8 0800"), tcp4)), "gre"},
	{"gre bridging", ip4(47, cat(hx("0000 6558"), ether(0x0800, tcp4))), "gre"},
	{"gre wccp", ip4(47, cat(hx("0000 883e 00000000"), tcp4)), "gre"},
	{"gre wccp 1", ip4(47, cat(hx("0000 883e"), tcp4)), "gre"},
	{"pptp", ip4(47, cat(hx("3081 880b"), be16(4+len(tcp4)), hx("0007 00000001 00000002 ff03 0021"), tcp4)), "gre"},
	{"pptp without acknowledgement", ip4(47, cat(hx("3001 880b"), be16(4+len(tcp4)), hx("0007 00000001 ff03 0021"), tcp4)), "gre"},
	{"erspan 1", ip4(47, cat(hx("0000 88be"), ether(0x0800, tcp4))), "erspan 0"},
	{"erspan 2", ip4(47, cat(hx("1000 88be 00000001 1064 0003 00000000"), ether(0x0800, tcp4))), "erspan 3"},
	{"erspan 3", ip4(47, cat(hx("1000 22eb 00000001 2064 0003 00000000 0000 0000"), ether(0x0800, tcp4))), "erspan 3"},
	{"erspan 3 subheader", ip4(47, cat(hx("1000 22eb 00000001 2064 0003 00000000 0000 0001 0000000000000000"), ether(0x0800, tcp4))), "erspan 3"},
	{"erspan 3 of ip", ip4(47, cat(hx("1000 22eb 00000001 2064 0003 00000000 0000 0800"), tcp4)), "erspan 3"},
	{"vxlan", ip4(17, udp(5000, 4789, cat(hx("08000000 00002a00"), ether(0x0800, tcp4)))), "vxlan 42"},
	{"vxlan 8472", ip4(17, udp(5000, 8472, cat(hx("08000000 00002a00"), ether(0x0800, tcp4)))), "vxlan 42"},
	{"vxlan gbp", ip4(17, udp(5000, 4789, cat(hx("88000010 00002a00"), ether(0x0800, tcp4)))), "vxlan 42"},
	{"vxlan gpe", ip4(17, udp(5000, 4790, cat(hx("0c000001 00002a00"), tcp4))), "vxlan 42"},
	{"vxlan gpe nsh", ip4(17, udp(5000, 4790, cat(hx("0c000004 00002a00 0fc2 01 03 000001ff"), ether(0x0800, tcp4)))), "vxlan 42"},
	{"vxlan over ipv6", ip6(17, udp(5000, 4789, cat(hx("08000000 00002a00"), ether(0x0800, tcp4)))), "vxlan 42"},
	{"geneve", ip4(17, udp(5000, 6081, cat(hx("0000 6558 00000500"), ether(0x0800, tcp4)))), "geneve 5"},
	{"geneve options", ip4(17, udp(5000, 6081, cat(hx("0200 0800 00000500 0102 8001 00000000"), tcp4))), "geneve 5"},
	{"geneve 252 octets of options", ip4(17, udp(5000, 6081, cat(hx("3f00 0800 00000500"), make([]byte, 252), tcp4))), "geneve 5"},
	{"gtp-u", ip4(17, udp(2152, 2152, cat(hx("30ff"), be16(len(tcp4)), hx("00000001"), tcp4))), "gtp-u"},
	{"gtp-u sequence", ip4(17, udp(2152, 2152, cat(hx("32ff"), be16(4+len(tcp4)), hx("00000001 0001 00 00"), tcp4))), "gtp-u"},
	{"gtp-u extensions", ip4(17, udp(2152, 2152, cat(hx("34ff"), be16(12+len(tcp6)), hx("00000001 0000 00 85 01 0009 40 01 0000 00"), tcp6))), "gtp-u"},
	{"gtp-u long extension", ip4(17, udp(2152, 2152, cat(hx("34ff"), be16(12+len(tcp4)), hx("00000001 0000 00 85 02 00000000 0000 00"), tcp4))), "gtp-u"},
	{"l2tp", ip4(17, udp(1701, 1701, cat(hx("4002 0000 0001 0002 ff03 0021"), tcp4))), "l2tp"},
	{"l2tp all", ip4(17, udp(1701, 1701, cat(hx("4a02 0000 0001 0002 00010002 0002 0000 ff03 0021"), tcp4))), "l2tp"},
	{"teredo", ip4(17, udp(3544, 5000, cat(hx("0000 0000 00000000"), tcp6))), "teredo"},
	{"teredo with authentication", ip4(17, udp(3544, 5000, cat(hx("0001 0203 aaaa bbbbbb 1122334455667788 00"), hx("0000 0000 00000000"), tcp6))), "teredo"},
	{"teredo with authentication alone", ip4(17, udp(5000, 3544, cat(hx("0001 0001 bb 1122334455667788 00"), tcp6))), "teredo"},
	{"ah", ip4(51, cat(hx("06 04 0000 00000001 00000001 000000000000000000000000"), tcpOf(tcp4))), ""},
	{"gre in ipip", ip4(4, ip4(47, cat(hx("0000 0800"), tcp4))), "ipip/gre"},
	{"ipv4 options", ip4Options(6, hx("8802 0000 ffffffff"), tcpOf(tcp4)), ""},
}

func TestTunnelMatrix(t *testing.T) {
	for _, tt := range tunnelTests {
		t.Run(tt.name, func(t *testing.T) {
			etherType := 0x0800
			if tt.ip[0]>>4 == 6 {
				etherType = 0x86dd
			}
			checkSegment(t, wire.LinkEthernet, ether(etherType, tt.ip), tt.encap)
			encap := "vlan 10"
			if tt.encap != "" {
				encap += "/" + tt.encap
			}
			checkSegment(t, wire.LinkEthernet, ether(0x8100, tag(10, etherType, tt.ip)), encap)
		})
	}
}

// checkSegment decodes a packet and each beginning of it, which must not be
// taken for a whole one.
func checkSegment(t *testing.T, link wire.LinkType, data []byte, encap string) {
	t.Helper()
	seg, skip, d := decodeOne(link, data)
	if skip != wire.Segmented {
		t.Fatalf("%v", skip)
	}
	if name := d.EncapName(seg.Encap); name != encap {
		t.Errorf("encapsulation %q, want %q", name, encap)
	}
	want := testSegment4
	if seg.SrcPort != want.SrcPort || seg.DstPort != want.DstPort || seg.Seq != want.Seq || seg.Ack != want.Ack ||
		seg.Window != want.Window || seg.Flags != want.Flags || seg.Len != want.Len || string(seg.Payload) != "hello" ||
		seg.Options.Set != wire.OptTimestamps {
		t.Errorf("decoded %+v", seg)
	}
	for n := range data {
		cut := Packet{Data: data[:n:n], Length: len(data), Link: link}
		skip := d.Decode(&cut, &seg)
		if skip == wire.Segmented && (seg.Len != want.Len || seg.Seq != want.Seq) {
			t.Errorf("cut at %d: %+v", n, seg)
		}
		if skip == wire.IPMalformed || skip == wire.TCPMalformed {
			t.Errorf("cut at %d: %v", n, skip)
		}
	}
}
