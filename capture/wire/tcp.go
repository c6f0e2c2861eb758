package wire

import "encoding/binary"

// tcp reads a TCP header (RFC 9293 §3.1) into seg. length is the segment's
// octets by the IP header. Malformed options affect only the options.
func (w *Walker) tcp(data []byte, length int, seg *Segment, verify bool) Skip {
	if length < 20 || len(data) < 20 {
		w.Upper = Upper{Protocol: protoTCP, Data: data, Len: length}
		if length < 20 {
			return TCPMalformed
		}
		return TCPCut
	}
	header := int(data[12]>>4) * 4
	if header < 20 {
		return TCPMalformed
	}
	if header > length {
		w.Upper = Upper{Protocol: protoTCP, Data: data, Len: length} // cut in a quote whose length was rewritten
		return TCPMalformed
	}
	seg.SrcPort = binary.BigEndian.Uint16(data)
	seg.DstPort = binary.BigEndian.Uint16(data[2:])
	seg.Seq = Seq(binary.BigEndian.Uint32(data[4:]))
	seg.Ack = Seq(binary.BigEndian.Uint32(data[8:]))
	seg.Flags = Flags(binary.BigEndian.Uint16(data[12:])) & (AE<<1 - 1)
	seg.Window = binary.BigEndian.Uint16(data[14:])
	seg.Urgent = binary.BigEndian.Uint16(data[18:])
	seg.HeaderLen = uint8(header)
	seg.Len = uint32(length - header)
	seg.Checksum, seg.HasSum = ChecksumUnknown, false
	if verify && len(data) >= header && !seg.LenGuessed {
		verifyChecksum(data, header, length, seg)
	}
	if header == 20 {
		seg.Options = Options{}
		seg.Payload = data[20:]
		return Segmented
	}
	if len(data) >= header {
		seg.Payload = data[header:]
	} else {
		seg.Payload = nil
	}
	parseOptions(data[20:min(header, len(data))], header-20, &seg.Options)
	return Segmented
}
