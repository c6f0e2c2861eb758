package wire

// Flags are the control bits of a TCP header (RFC 9293 §3.1), in header-bit
// order from FIN; AE is the ninth (RFC 9768).
type Flags uint16

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

var flagNames = [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"}

// Has reports whether all of the bits in want are set.
func (f Flags) Has(want Flags) bool { return f&want == want }

// Any reports whether any of the bits in want is set.
func (f Flags) Any(want Flags) bool { return f&want != 0 }

// String lists the set bits from FIN upwards, separated by commas: "SYN,ACK".
func (f Flags) String() string {
	s := ""
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			if s != "" {
				s += ","
			}
			s += name
		}
	}
	return s
}

// Checksum says what is known about a TCP checksum.
type Checksum uint8

// A checksum is verified only when every octet that it covers was captured.
const (
	ChecksumUnknown Checksum = iota // cut by the snaplen, or not verified
	ChecksumGood
	ChecksumBad
	ChecksumPartial // only the pseudo-header is summed: left to the sending NIC
)

// Segment is one TCP segment with what its IP header says about it. A Segment
// is filled by a decoder and lent: Payload points into the decoded packet.
type Segment struct {
	Packet uint64 // number in the capture, from 1; every packet counts
	Time   int64  // nanoseconds since 1970-01-01 UTC
	// Interface is the index of the interface that it was captured on.
	Interface int32
	Tuple

	Seq, Ack Seq
	// Len is the number of payload octets by the IP header, whatever the
	// capture kept; Payload has those that were captured.
	Len     uint32
	Payload []byte

	Flags     Flags
	Window    uint16 // as on the wire, not scaled
	Urgent    uint16
	HeaderLen uint8 // TCP header with options, octets: 20 to 60
	Checksum  Checksum

	TTL          uint8  // IPv6: hop limit
	TrafficClass uint8  // the two ECN bits are the lowest (RFC 3168 §5)
	IPID         uint16 // 0 where HasIPID is false
	HasIPID      bool   // false for IPv6 without a fragment header
	DontFragment bool
	// PayloadSum is the ones' complement sum of the payload, 0 for 0xffff, which
	// follows from the checksum where the capture cut the payload off. Equal
	// payloads have equal sums; different ones have equal sums once in 65,535
	// times. HasSum is false if it is not known.
	PayloadSum uint16
	HasSum     bool
	// LenGuessed is set when the IP header gave no length (segmentation
	// offload) and the captured length was used instead.
	LenGuessed bool
	// Reassembled is set when the IP packet arrived in fragments.
	Reassembled bool

	Options Options
}

// SeqLen returns how much sequence space the segment occupies: its payload,
// and one for each of SYN and FIN (RFC 9293 §3.4).
func (s *Segment) SeqLen() uint32 {
	n := s.Len
	if s.Flags&SYN != 0 {
		n++
	}
	if s.Flags&FIN != 0 {
		n++
	}
	return n
}

// End returns the first sequence number after the segment.
func (s *Segment) End() Seq { return s.Seq.Add(s.SeqLen()) }
