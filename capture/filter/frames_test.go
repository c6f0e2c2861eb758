package filter

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// The frames that programs are compared on: each kind of header that a filter
// looks at, in each link type, whole and cut at every octet.

func h(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func u16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

// ip4Packet is an IPv4 packet; frag is its field of flags and offset.
func ip4Packet(proto, frag, ttl int, src, dst, options string, payload []byte) []byte {
	words := 5 + len(h(options))/4
	head := cat(h("00 00"), u16(words*4+len(payload)), h("1234"), u16(frag), []byte{byte(ttl), byte(proto)}, h("0000"), h(src), h(dst), h(options))
	head[0] = byte(0x40 | words)
	return cat(head, payload)
}

func ip6Packet(next int, src, dst string, payload []byte) []byte {
	return cat(h("60000000"), u16(len(payload)), []byte{byte(next), 64}, h(src), h(dst), payload)
}

func tcpSegment(src, dst, flags int, data string) []byte {
	return cat(u16(src), u16(dst), h("00000005 00000007"), []byte{0x50, byte(flags)}, h("ffff 0000 0000"), []byte(data))
}

func udpDatagram(src, dst int, data string) []byte {
	return cat(u16(src), u16(dst), u16(8+len(data)), h("0000"), []byte(data))
}

const (
	ip4A, ip4B, ip4C = "0a000001", "0a000002", "c0a80105"
	ip6A             = "20010db8000000000000000000000001"
	ip6B             = "20010db8000000000000000000000002"
	ip6C             = "fe800000000000000000000000000001"
	macs             = "020000000002 020000000001"
)

// networkPackets are IPv4 and IPv6 packets.
func networkPackets() (v4, v6 [][]byte) {
	syn, get := tcpSegment(1024, 80, 2, ""), tcpSegment(1024, 80, 0x18, "GET / HTTP/1.1")
	reset, https := tcpSegment(80, 1024, 0x14, ""), tcpSegment(443, 80, 0x10, "x")
	ssh := tcpSegment(2222, 22, 0x12, "")
	dns, range7 := udpDatagram(53, 53000, "answer"), udpDatagram(7001, 80, "")
	sctp := cat(u16(80), u16(5000), h("0000000100000000"))
	v4 = [][]byte{
		ip4Packet(6, 0, 64, ip4A, ip4B, "", syn), ip4Packet(6, 0x4000, 64, ip4A, ip4B, "", get),
		ip4Packet(6, 0, 63, ip4B, ip4A, "", reset), ip4Packet(6, 0, 255, ip4A, ip4C, "", https),
		ip4Packet(6, 0, 3, ip4C, "ac100001", "94040000 01010101", ssh), ip4Packet(6, 0, 64, ip4A, ip4A, "0101010101010101", get),
		ip4Packet(17, 0, 64, ip4A, ip4C, "", dns), ip4Packet(17, 0, 64, ip4B, "e0000001", "", range7),
		ip4Packet(132, 0, 64, ip4A, ip4B, "", sctp), ip4Packet(6, 0x2000, 64, ip4A, ip4B, "", get), // first fragment
		ip4Packet(6, 0x2010, 64, ip4A, ip4B, "", get), ip4Packet(17, 0x00b9, 64, ip4A, ip4B, "", dns), // later ones
		ip4Packet(1, 0, 64, ip4A, ip4B, "", h("0800 0000 00010001")), ip4Packet(1, 0, 64, ip4B, ip4A, "", h("0000 0000 00010001")),
		ip4Packet(1, 0, 64, ip4B, ip4A, "", cat(h("0304 0000 00000000"), ip4Packet(6, 0, 1, ip4A, ip4B, "", syn))),
		ip4Packet(2, 0, 1, ip4A, "e0000001", "94040000", h("11640000e0000001")), ip4Packet(47, 0, 64, ip4A, ip4B, "", h("00000800")),
		ip4Packet(50, 0, 64, ip4A, ip4B, "", h("0000000100000001")), ip4Packet(51, 0, 64, ip4A, ip4B, "", h("0604000000000001")),
		ip4Packet(103, 0, 1, ip4A, "e000000d", "", h("20000000")), ip4Packet(112, 0, 255, ip4A, "e0000012", "", h("21010000")),
		ip4Packet(9, 0, 1, ip4A, "ffffffff", "", h("11000000")), ip4Packet(89, 0, 1, "00000000", "00000000", "", h("02010000")),
		ip4Packet(6, 0, 64, "00000005", ip4A, "", get), ip4Packet(6, 0, 64, "05000000", ip4A, "", get),
		cat([]byte{0x4f}, ip4Packet(6, 0, 64, ip4A, ip4B, "", get)[1:]), // a header of 60 octets that is not there
		cat([]byte{0x40}, ip4Packet(6, 0, 64, ip4A, ip4B, "", get)[1:]), // a header of none
		cat([]byte{0x75}, ip4Packet(6, 0, 64, ip4A, ip4B, "", get)[1:]), // no version that is known
	}
	fragment := func(next int, offset int, payload []byte) []byte {
		return cat([]byte{byte(next), 0}, u16(offset), h("00000001"), payload)
	}
	v6 = [][]byte{
		ip6Packet(6, ip6A, ip6B, syn), ip6Packet(6, ip6B, ip6A, get), ip6Packet(17, ip6A, ip6C, dns), ip6Packet(17, ip6C, ip6A, range7),
		ip6Packet(132, ip6A, ip6B, sctp), ip6Packet(58, ip6A, ip6B, h("8000 0000 00010001")), ip6Packet(58, ip6B, ip6A, h("8100 0000 00010001")),
		ip6Packet(58, ip6C, "ff0200000000000000000001ff000001", h("8700 0000 00000000")),
		ip6Packet(44, ip6A, ip6B, fragment(6, 1, get)), ip6Packet(44, ip6A, ip6B, fragment(17, 0x100, dns)),
		ip6Packet(0, ip6A, ip6B, cat(h("0600010400000000"), get)), ip6Packet(43, ip6A, ip6B, cat(h("0600000000000000"), get)),
		ip6Packet(50, ip6A, ip6B, h("0000000100000001")), ip6Packet(51, ip6A, ip6B, h("0604000000000001")), ip6Packet(103, ip6A, ip6B, h("20000000")),
		ip6Packet(59, ip6A, "00000000000000000000000000000001", nil), ip6Packet(6, "00000000000000000000ffff0a000001", ip6A, https),
		ip6Packet(112, ip6A, ip6B, h("31010000")), ip6Packet(6, ip6A, ip6A, reset),
	}
	return v4, v6
}

var arpPackets = [][]byte{
	h("0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"),
	h("0001 0800 06 04 0002 020000000002 0a000002 020000000001 0a000001"),
	h("0001 0800 06 04 0001 020000000002 c0a80105 000000000000 ac100001"),
}

// typedPackets are payloads by EtherType.
func typedPackets() (list []typed) {
	v4, v6 := networkPackets()
	for _, p := range v4 {
		list = append(list, typed{etherIP, p})
	}
	for _, p := range v6 {
		list = append(list, typed{etherIP6, p})
	}
	for _, p := range arpPackets {
		list = append(list, typed{etherARP, p}, typed{etherRARP, p})
	}
	for _, t := range []int{etherAppleTalk, etherAARP, 0x6001, 0x6002, 0x6003, 0x6004, 0x6007, etherIPX, 0x9000, 0x1234, 1501, 1500, 70000 & 0xffff} {
		list = append(list, typed{t, h("01020304050607080910")})
	}
	return list
}

type typed struct {
	ether   int
	payload []byte
}

func ether(kind int, payload []byte) []byte { return cat(h(macs), u16(kind), payload) }

func label(n int, last bool) []byte {
	b := uint32(n)<<12 | 64
	if last {
		b |= 0x100
	}
	return binary.BigEndian.AppendUint32(nil, b)
}

func pppoe(session int, payload []byte) []byte {
	return cat(h("1100"), u16(session), u16(len(payload)), payload)
}

// pppPayload is a PPP frame without its address and control field.
func pppPayload(t typed) []byte {
	n, ok := pppNumber[uint32(t.ether)]
	if !ok {
		n = uint32(t.ether)
	}
	return cat(u16(int(n)), t.payload)
}

// etherFrames are Ethernet frames: plain, tagged, labelled, in PPPoE, and those
// of IEEE 802.2.
func etherFrames() (list [][]byte) {
	for i, t := range typedPackets() {
		list = append(list, ether(t.ether, t.payload))
		inside := cat(u16(t.ether), t.payload)
		tags := [][]byte{u16(100), u16(200), u16(0xe12c), u16(0)}
		tag := tags[i%len(tags)]
		list = append(list, ether(etherVLAN, cat(tag, inside)), ether(etherServiceVLAN, cat(u16(100), u16(etherVLAN), u16(200), inside)),
			ether(etherOldVLAN, cat(tag, u16(etherVLAN), u16(300), inside)),
			ether(etherVLAN, cat(u16(100), u16(etherVLAN), u16(200), u16(etherVLAN), u16(300), inside)))
		if t.ether == etherIP || t.ether == etherIP6 {
			list = append(list, ether(etherMPLS, cat(label(1024, true), t.payload)), ether(etherMPLS, cat(label(100000, false), label(1024, true), t.payload)),
				ether(etherMPLS, cat(label(1024, false), label(2048, false), label(0, true), t.payload)),
				ether(etherVLAN, cat(u16(100), u16(etherMPLS), label(1024, true), t.payload)))
		}
		list = append(list, ether(etherPPPoESession, pppoe(39, pppPayload(t))), ether(etherVLAN, cat(u16(100), u16(etherPPPoESession), pppoe(5, pppPayload(t)))))
	}
	list = append(list, ether(etherPPPoEDiscovery, h("1109 0000 0004 01010000")),
		ether(etherPPPoESession, pppoe(39, cat(u16(pppMPLS), label(1024, true), arpPackets[0]))))
	for _, llc := range []string{
		"4242030000000000", "fefe030000000000", "f0f0030000000000", "e0e003ffff0022", "ffff00220001", "0505030000",
		"aaaa03000000 0800 45000014", "aaaa03000000 8137 ffff", "aaaa03080007 809b 0102", "aaaa03000000 80f3 0102", "aaaa03000000 8100 0064",
	} {
		p := h(llc)
		list = append(list, ether(len(p), p), ether(etherVLAN, cat(u16(100), u16(len(p)), p)))
	}
	broadcast, multicast := slices.Clone(list[0]), slices.Clone(list[1])
	copy(broadcast, h("ffffffffffff"))
	copy(multicast, h("01005e000001"))
	return append(list, broadcast, multicast, cat(list[0], make([]byte, 1400)))
}

// frames are the frames of a link type, by the name that tcpdump knows.
func frames(link string) (list [][]byte) {
	if link == "EN10MB" {
		return etherFrames()
	}
	for _, t := range typedPackets() {
		kind, p := u16(t.ether), t.payload
		family := map[int]byte{etherIP: 2, etherIP6: 10}[t.ether]
		switch link {
		case "LINUX_SLL":
			list = append(list, cat(h("0000 0001 0006 020000000001 0000"), kind, p), cat(h("0004 0001 0006 020000000001 0000"), kind, p))
		case "LINUX_SLL2":
			list = append(list, cat(kind, h("0000 00000002 0001 00 06 0200000000010000"), p), cat(kind, h("0000 00000002 0001 04 06 0200000000010000"), p))
		case "NULL": // as a little-endian host writes it
			list = append(list, cat([]byte{family, 0, 0, 0}, p))
		case "LOOP":
			list = append(list, cat([]byte{0, 0, 0, family}, p))
		case "RAW", "IPV4", "IPV6":
			list = append(list, p)
		case "PPP", "PPP_SERIAL":
			list = append(list, cat(h("ff03"), pppPayload(t)))
		case "PPP_ETHER":
			list = append(list, pppoe(39, pppPayload(t)))
		case "C_HDLC":
			list = append(list, cat(h("0f00"), kind, p))
		}
	}
	switch link {
	case "LINUX_SLL":
		for _, p := range []string{
			"4242030000000000", "fefe030000", "f0f00300", "e0e003ffff0022", "aaaa03080007 809b 0102", "aaaa03000000 8137 ffff",
			"aaaa03000000 80f3 0102", "0505030000",
		} {
			list = append(list, cat(h("0001 0001 0006 020000000001 0000 0004"), h(p)), cat(h("0001 0001 0006 020000000001 0000 0001"), h(p)))
		}
	case "PPP", "C_HDLC":
		v4, v6 := networkPackets()
		kind := map[string]int{"PPP": pppMPLS, "C_HDLC": etherMPLS}[link]
		list = append(list, cat(h("ff03"), u16(kind), label(1024, true), v4[0]), cat(h("ff03"), u16(kind), label(5, false), label(1024, true), v6[0]), h("0f00 fefe 0000"))
	}
	return list
}

// cuts adds to frames the same ones cut after every octet up to 80, each once.
func cuts(list [][]byte) (all [][]byte) {
	seen := map[string]bool{}
	for _, f := range list {
		for n := range min(len(f), 80) {
			if s := string(f[:n]); !seen[s] {
				seen[s] = true
				all = append(all, f[:n:n])
			}
		}
		all = append(all, f)
	}
	return all
}

// framesByLink makes the frames of a link type once.
func framesByLink() func(link string) [][]byte {
	made := map[string][][]byte{}
	return func(link string) [][]byte {
		if made[link] == nil {
			made[link] = cuts(frames(link))
		}
		return made[link]
	}
}
