package wire

import "encoding/binary"

// AppendFrame appends an Ethernet frame with the segment to dst and returns the
// extended slice. It is the inverse of walking the frame, for test scripts,
// generators and round trips:
//
//   - the payload is s.Payload, cut or filled with zeros to s.Len octets;
//   - the Ethernet addresses are 02:00 and the last four octets of the IP address;
//   - the header length follows from the options, not from s.HeaderLen; options
//     that do not fit into 40 octets are left out, the rarest first;
//   - the TCP checksum is correct, but wrong for ChecksumBad and the sum of the
//     pseudo-header for ChecksumPartial; an IPv4 header has its own;
//   - a TTL of 0 is written as 64;
//   - LenGuessed, and a length that does not fit, writes the IP length as 0;
//   - an IPv6 packet with HasIPID has a fragment header (RFC 6946).
//
// Encap and Reassembled are not written.
func AppendFrame(dst []byte, s *Segment) []byte {
	dst = appendEther(dst, s)
	return AppendPacket(dst, s)
}

// AppendPacket appends the IP packet alone; see AppendFrame.
func AppendPacket(dst []byte, s *Segment) []byte {
	options := appendOptions(make([]byte, 0, 44), &s.Options)
	length := 20 + len(options) + int(s.Len)
	if s.IPv6 {
		dst = appendIPv6(dst, s, length)
	} else {
		dst = appendIPv4(dst, s, length)
	}
	return appendTCP(dst, s, options)
}

func appendEther(dst []byte, s *Segment) []byte {
	dst = append(append(dst, 2, 0), s.Dst[12:]...)
	dst = append(append(dst, 2, 0), s.Src[12:]...)
	if s.IPv6 {
		return append(dst, 0x86, 0xdd)
	}
	return append(dst, 0x08, 0x00)
}

func appendIPv4(dst []byte, s *Segment, length int) []byte {
	start := len(dst)
	total := length + 20
	if s.LenGuessed || total > 0xffff {
		total = 0
	}
	dst = append(dst, 0x45, s.TrafficClass)
	dst = binary.BigEndian.AppendUint16(dst, uint16(total))
	dst = binary.BigEndian.AppendUint16(dst, s.IPID)
	flags := byte(0)
	if s.DontFragment {
		flags = 0x40
	}
	dst = append(dst, flags, 0, hopLimit(s), protoTCP, 0, 0)
	dst = append(append(dst, s.Src[12:]...), s.Dst[12:]...)
	binary.LittleEndian.PutUint16(dst[start+10:], ^fold(sum64(dst[start:])))
	return dst
}

func appendIPv6(dst []byte, s *Segment, length int) []byte {
	next := byte(protoTCP)
	if s.HasIPID {
		next = protoFragment
		length += 8
	}
	if s.LenGuessed || length > 0xffff {
		length = 0
	}
	dst = append(dst, 0x60|s.TrafficClass>>4, s.TrafficClass<<4, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(length))
	dst = append(dst, next, hopLimit(s))
	dst = append(append(dst, s.Src[:]...), s.Dst[:]...)
	if s.HasIPID {
		dst = append(dst, protoTCP, 0, 0, 0, 0, 0, byte(s.IPID>>8), byte(s.IPID))
	}
	return dst
}

func hopLimit(s *Segment) uint8 {
	if s.TTL == 0 {
		return 64
	}
	return s.TTL
}

func appendTCP(dst []byte, s *Segment, options []byte) []byte {
	start := len(dst)
	dst = binary.BigEndian.AppendUint16(dst, s.SrcPort)
	dst = binary.BigEndian.AppendUint16(dst, s.DstPort)
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Seq))
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Ack))
	dst = binary.BigEndian.AppendUint16(dst, uint16(20+len(options))<<10|uint16(s.Flags&(AE<<1-1)))
	dst = binary.BigEndian.AppendUint16(dst, s.Window)
	dst = append(dst, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, s.Urgent)
	dst = append(dst, options...)
	payload := s.Payload
	if len(payload) > int(s.Len) {
		payload = payload[:s.Len]
	}
	dst = append(dst, payload...)
	dst = append(dst, make([]byte, int(s.Len)-len(payload))...)

	segment := dst[start:]
	pseudo := pseudoSum(s, len(segment))
	sum := ^fold(uint64(fold(pseudo)) + uint64(fold(sum64(segment))))
	switch s.Checksum {
	case ChecksumBad:
		sum ^= 0x5555
		if sum == fold(pseudo) { // that would be ChecksumPartial
			sum ^= 0x1111
		}
	case ChecksumPartial:
		sum = fold(pseudo)
	}
	binary.LittleEndian.PutUint16(segment[16:], sum)
	return dst
}

// appendOptions writes the options in Linux's order and pads them to words.
func appendOptions(b []byte, o *Options) []byte {
	has := func(set OptionSet) bool { return o.Set.Has(set) }
	if has(OptMSS) {
		b = append(b, kindMSS, 4, byte(o.MSS>>8), byte(o.MSS))
	}
	if has(OptTimestamps) {
		if has(OptSACKPermitted) {
			b = append(b, kindSACKPermit, 2)
		} else {
			b = append(b, kindNoOp, kindNoOp)
		}
		b = append(b, kindTimestamps, 10)
		b = binary.BigEndian.AppendUint32(b, o.TSVal)
		b = binary.BigEndian.AppendUint32(b, o.TSEcr)
	} else if has(OptSACKPermitted) {
		b = append(b, kindNoOp, kindNoOp, kindSACKPermit, 2)
	}
	if has(OptWindowScale) {
		b = append(b, kindNoOp, kindWindowScale, 3, o.WindowScale)
	}
	if n := min(int(o.SACKBlocks), MaxSACKBlocks, (36-len(b))/8); has(OptSACK) && n > 0 {
		b = append(b, kindNoOp, kindNoOp, kindSACK, byte(2+8*n))
		for _, block := range o.SACK[:n] {
			b = binary.BigEndian.AppendUint32(b, uint32(block.Left))
			b = binary.BigEndian.AppendUint32(b, uint32(block.Right))
		}
	}
	b = appendRareOptions(b, o)
	for len(b)%4 != 0 {
		b = append(b, kindNoOp)
	}
	return b
}

// appendRareOptions writes those of which only the presence is known, with
// values of zeros, as far as they fit.
func appendRareOptions(b []byte, o *Options) []byte {
	add := func(set OptionSet, kind byte, value ...byte) {
		if o.Set.Has(set) && len(b)+2+len(value) <= 40 {
			b = append(append(b, kind, byte(2+len(value))), value...)
		}
	}
	zeros := make([]byte, 24)
	add(OptFastOpen, kindFastOpen, zeros[:min(int(o.FastOpenLen), 16)]...)
	add(OptMPTCP, kindMPTCP, mptcpValue(o.MPTCPSubtype)...)
	add(OptMD5, kindMD5, zeros[:16]...)
	add(OptAO, kindAO, zeros[:14]...)
	add(OptUserTimeout, kindUserTimeout, zeros[:2]...)
	add(OptAccECN, kindAccECN0, zeros[:9]...)
	add(OptOther, 253, zeros[:2]...)
	return b
}

// mptcpValue gives the shortest value that is allowed for the subtype.
func mptcpValue(subtype uint8) []byte {
	for n := 1; n <= 38; n++ {
		v := make([]byte, n)
		v[0] = subtype << 4
		if mptcpLength(v) {
			return v
		}
	}
	return nil
}
