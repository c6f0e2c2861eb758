package wire

import "encoding/binary"

// Quoted reads the packet that an ICMP error quotes, of which eight octets
// after the IP header are enough (RFC 792), whether or not its length was
// rewritten to what is quoted. It fills the tuple, without Encap,
// and the sequence number of q and reports whether the packet carries TCP.
func Quoted(data []byte, q *Quote) bool {
	var seg Segment
	quiet := Walker{}
	switch skip := quiet.IP(data, len(data), &seg); {
	case skip == Segmented:
	case skip == TCPCut, skip == TCPMalformed, skip == FragmentHeld && quiet.Upper.Protocol == protoTCP && quiet.Upper.Offset == 0:
		tcp := quiet.Upper.Data
		if len(tcp) < 8 {
			return false
		}
		seg.SrcPort = binary.BigEndian.Uint16(tcp)
		seg.DstPort = binary.BigEndian.Uint16(tcp[2:])
		seg.Seq = Seq(binary.BigEndian.Uint32(tcp[4:]))
	default:
		return false
	}
	q.Tuple, q.Seq = seg.Tuple, seg.Seq
	return true
}
