package wire

import "strconv"

// linkNames are the tcpdump group's names without their LINKTYPE_, of the types
// that people meet.
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
