package wire

import "strconv"

// LinkType is a link-layer header type as the tcpdump group assigns them
// (LINKTYPE_ values). It has 16 bits: gopacket's has 8 and reads 276 as 20.
type LinkType uint16

// The link types that lead to TCP here (https://www.tcpdump.org/linktypes.html).
// Some numbers differ between DLT_ and LINKTYPE_ for raw IP: 12 and 14 are what
// systems write by mistake.
const (
	LinkNull        LinkType = 0   // BSD loopback, host byte order
	LinkEthernet    LinkType = 1   // IEEE 802.3
	LinkTokenRing   LinkType = 6   // IEEE 802.5
	LinkARCNET      LinkType = 7   // ARCNET with BSD header
	LinkPPP         LinkType = 9   // PPP, RFC 1661, perhaps in RFC 1662 framing
	LinkFDDI        LinkType = 10  // FDDI
	LinkRawDLT      LinkType = 12  // raw IP, as DLT_RAW of most systems
	LinkRawBSD      LinkType = 14  // raw IP, as DLT_RAW of OpenBSD
	LinkPPPHDLC     LinkType = 50  // PPP in HDLC-like framing, RFC 1662
	LinkPPPEther    LinkType = 51  // PPPoE, RFC 2516, from its header on
	LinkATM         LinkType = 100 // RFC 2684 LLC over ATM
	LinkRaw         LinkType = 101 // raw IP
	LinkCiscoHDLC   LinkType = 104 // Cisco HDLC
	LinkWiFi        LinkType = 105 // IEEE 802.11
	LinkFrameRelay  LinkType = 107 // frame relay, RFC 2427
	LinkLoop        LinkType = 108 // OpenBSD loopback, network byte order
	LinkSLL         LinkType = 113 // Linux cooked capture
	LinkPFLog       LinkType = 117 // OpenBSD pf log
	LinkPrism       LinkType = 119 // IEEE 802.11 after a Prism header
	LinkIPOverFC    LinkType = 122 // RFC 2625
	LinkSunATM      LinkType = 123 // SunATM
	LinkRadiotap    LinkType = 127 // IEEE 802.11 after radiotap
	LinkARCNETLinux LinkType = 129 // ARCNET with Linux header
	LinkApple1394   LinkType = 138 // RFC 2734
	LinkAVS         LinkType = 163 // IEEE 802.11 after an AVS header
	LinkJuniperEth  LinkType = 178 // Juniper, Ethernet
	LinkPPI         LinkType = 192 // per-packet information
	LinkPPPDir      LinkType = 204 // PPP after a direction octet
	LinkIPv4        LinkType = 228 // raw IPv4
	LinkIPv6        LinkType = 229 // raw IPv6
	LinkNFLog       LinkType = 239 // Linux netfilter log
	LinkIPoIB       LinkType = 242 // IP over InfiniBand, RFC 4391
	LinkMPacket     LinkType = 274 // IEEE 802.3br, preamble first
	LinkSLL2        LinkType = 276 // Linux cooked capture, version 2
)

// linkNames are the tcpdump group's names, without LINKTYPE_, of the common
// types.
var linkNames = map[LinkType]string{
	LinkNull: "NULL", LinkEthernet: "ETHERNET", LinkTokenRing: "IEEE802_5", LinkARCNET: "ARCNET_BSD", LinkPPP: "PPP", LinkFDDI: "FDDI",
	LinkPPPHDLC: "PPP_HDLC", LinkPPPEther: "PPP_ETHER", LinkRaw: "RAW", LinkCiscoHDLC: "C_HDLC", LinkWiFi: "IEEE802_11", LinkLoop: "LOOP",
	LinkSLL: "LINUX_SLL", LinkRadiotap: "IEEE802_11_RADIOTAP", LinkIPv4: "IPV4", LinkIPv6: "IPV6", LinkNFLog: "NFLOG", LinkIPoIB: "IPOIB",
	LinkSLL2: "LINUX_SLL2",
}

// String returns the name of a common link type, else its number.
func (l LinkType) String() string {
	if s, ok := linkNames[l]; ok {
		return s
	}
	return "link type " + strconv.Itoa(int(l))
}
