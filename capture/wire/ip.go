package wire

import "encoding/binary"

// IP protocol numbers that are walked here or stop the walk.
const (
	protoHopByHop    = 0
	protoTCP         = 6
	protoRouting     = 43
	protoFragment    = 44
	protoESP         = 50
	protoAH          = 51
	protoDestOptions = 60
	protoMobility    = 135
	protoHIP         = 139
	protoShim6       = 140
)

// Walker walks from an IP header to the TCP segment after it. The zero value
// is ready; it does not verify checksums. It is not safe for concurrent use.
type Walker struct {
	// Verify asks for verification of the TCP checksum, which reads every
	// octet of the segment.
	Verify bool
	// Upper is what the last walk stopped at, when it returned NotTCP,
	// FragmentHeld or TCPCut, or TCPMalformed for a header that is longer than the
	// packet. Its Data is lent from the walked slice.
	Upper Upper
}

// Upper is what an IP packet carries if that is not a TCP segment.
type Upper struct {
	Protocol uint8  // IP protocol number; of a fragment, that of the whole packet
	Data     []byte // its captured octets
	Len      int    // its octets by the IP header; may be above len(Data)
	// The rest is set with FragmentHeld only.
	ID     uint32 // 16 bits in IPv4, 32 in IPv6
	Offset int    // of Data in the whole packet's payload, octets, a multiple of 8
	More   bool   // not the last fragment
}

// IP walks an IPv4 or IPv6 packet, told apart by the version. wireLen is how
// many octets the packet had on the wire as far as is known; it is used only
// where the IP header gives no length (segmentation offload), never below
// len(data). It fills all of seg but Packet, Time and Encap, and returns
//
//   - Segmented: seg is complete;
//   - NotTCP, FragmentHeld: w.Upper tells what was found; the addresses, TTL,
//     TrafficClass and IP ID in seg are valid;
//   - any other reason: seg holds nothing of use.
func (w *Walker) IP(data []byte, wireLen int, seg *Segment) Skip {
	if len(data) == 0 {
		return IPCut
	}
	switch data[0] >> 4 {
	case 4:
		return w.ipv4(data, wireLen, seg)
	case 6:
		return w.ipv6(data, wireLen, seg)
	}
	return IPMalformed
}

// maxOffload is the longest packet that a length field of 0 may stand for:
// Linux passes its NIC up to 8 × 65,536 octets. Larger lengths in a capture are
// not believed.
const maxOffload = 1 << 20

// guessLength is the length of an IP packet whose header does not give it.
func guessLength(wireLen, captured int) int {
	if wireLen > maxOffload {
		return captured
	}
	return max(wireLen, captured)
}

// ipv4 follows RFC 791 §3.1. No option can make it fail: the header's length is
// all that matters.
func (w *Walker) ipv4(data []byte, wireLen int, seg *Segment) Skip {
	if len(data) < 20 {
		return IPCut
	}
	header := int(data[0]&0x0f) * 4
	if header < 20 {
		return IPMalformed
	}
	total := int(binary.BigEndian.Uint16(data[2:]))
	guessed := false
	if total == 0 {
		total, guessed = guessLength(wireLen, len(data)), true
	}
	if total < header {
		return IPMalformed
	}
	if len(data) < header {
		return IPCut
	}
	if len(data) > total {
		data = data[:total]
	}

	frag := binary.BigEndian.Uint16(data[6:])
	seg.Src.set4(data[12:16])
	seg.Dst.set4(data[16:20])
	seg.IPv6 = false
	seg.TTL = data[8]
	seg.TrafficClass = data[1]
	seg.IPID = binary.BigEndian.Uint16(data[4:])
	seg.HasIPID = true
	seg.DontFragment = frag&0x4000 != 0
	seg.LenGuessed = guessed
	seg.Reassembled = false

	if header > 20 {
		sourceRoute(data[20:header], seg)
	}
	protocol := data[9]
	if frag&0x3fff != 0 {
		w.Upper = Upper{
			Protocol: protocol, Data: data[header:], Len: total - header,
			ID: uint32(seg.IPID), Offset: int(frag&0x1fff) * 8, More: frag&0x2000 != 0,
		}
		return FragmentHeld
	}
	if protocol == protoTCP {
		return w.tcp(data[header:], total-header, seg, w.Verify)
	}
	return w.chain(protocol, data[header:], total-header, seg, w.Verify)
}

// sourceRoute puts the last address of a source route (RFC 791 §3.1, loose and
// strict) that is not used up in the place of the next hop: that is the other
// end of the connection, and what the checksum covers.
func sourceRoute(options []byte, seg *Segment) {
	const end, noOp, loose, strict = 0, 1, 131, 137
	for len(options) >= 2 && options[0] != end {
		if options[0] == noOp {
			options = options[1:]
			continue
		}
		n := int(options[1])
		if n < 2 || n > len(options) {
			return
		}
		if kind := options[0]; kind == loose || kind == strict {
			// The pointer counts from 1; beyond the option it means used up.
			if n >= 7 && options[2] >= 4 && int(options[2])+3 <= n {
				seg.Dst = AddrFrom4([4]byte(options[n-4 : n]))
			}
			return
		}
		options = options[n:]
	}
}

// Resume continues with the payload of a reassembled IP packet. seg holds what
// the IP header gave; length is the payload's octets by the fragments' headers
// and data those that were captured from its beginning without a gap.
func (w *Walker) Resume(protocol uint8, data []byte, length int, seg *Segment) Skip {
	seg.Reassembled = true
	return w.chain(protocol, data, length, seg, w.Verify)
}
