package wire

import "strconv"

// linkNames are the tcpdump group's names without their LINKTYPE_, of the types
// that people meet.
var linkNames = map[LinkType]string{
	0: "NULL", 1: "ETHERNET", 6: "IEEE802_5", 7: "ARCNET_BSD", 9: "PPP", 10: "FDDI", 50: "PPP_HDLC", 51: "PPP_ETHER",
	101: "RAW", 104: "C_HDLC", 105: "IEEE802_11", 108: "LOOP", 113: "LINUX_SLL", 127: "IEEE802_11_RADIOTAP",
	228: "IPV4", 229: "IPV6", 239: "NFLOG", 242: "IPOIB", 276: "LINUX_SLL2",
}

// String returns the name of a common link type, else its number.
func (l LinkType) String() string {
	if s, ok := linkNames[l]; ok {
		return s
	}
	return "link type " + strconv.Itoa(int(l))
}
