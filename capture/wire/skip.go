package wire

// Skip says why a packet is not a segment. Every packet is a segment or is
// counted under exactly one of these.
type Skip uint8

// The reasons, most of them ordinary.
const (
	Segmented       Skip = iota // not skipped: the packet is a TCP segment
	NotIP                       // ARP, LLDP, spanning tree …
	NotTCP                      // an IP packet of another protocol
	ICMPError                   // an ICMP error that quotes a TCP header (see Quote)
	FragmentHeld                // an IP fragment, kept until its packet is whole
	FragmentLost                // an IP fragment whose packet never became whole
	LinkUnknown                 // a link type that is not understood
	LinkCut                     // the capture ends inside the link header
	IPCut                       // the capture ends inside the IP header
	IPMalformed                 // a version or length in the IP header that cannot be
	TCPCut                      // the capture ends inside the first 20 octets of the TCP header
	TCPMalformed                // a TCP data offset below 5 words, or beyond the IP packet
	TunnelMalformed             // a tunnel header that cannot be read
	TunnelTooDeep               // more headers inside each other than are followed
	Encrypted                   // ESP, or a protected 802.11 frame
	SkipCount                   // how many reasons there are; not a reason
)

var skipNames = [SkipCount]string{
	"TCP segment", "not IP", "not TCP", "ICMP error quoting TCP", "IP fragment", "IP fragment, packet incomplete",
	"unknown link type", "cut in the link header", "cut in the IP header", "malformed IP header",
	"cut in the TCP header", "malformed TCP header", "malformed tunnel header", "too many headers", "encrypted",
}

// String returns the reason as the summary prints it.
func (s Skip) String() string {
	if int(s) < len(skipNames) {
		return skipNames[s]
	}
	return "unknown reason"
}

// Quote is a TCP header quoted in an ICMP error (RFC 792, RFC 4443 §2.4): the
// segment that Tuple's source had sent did not arrive.
type Quote struct {
	Packet     uint64
	Time       int64
	Tuple             // of the quoted segment
	Seq        Seq    // at least eight octets are quoted (RFC 1122 §3.2.2): ports and sequence number
	Type, Code uint8  // of the ICMP message, in the numbers of its IP version
	Reporter   Addr   // who sent the ICMP error
	NextMTU    uint16 // fragmentation needed / packet too big; 0 if not given
}
