package wire

import "encoding/binary"

// ipv6 follows RFC 8200 §3 and, for lengths above 65,535, RFC 2675.
func (w *Walker) ipv6(data []byte, wireLen int, seg *Segment) Skip {
	if len(data) < 40 {
		return IPCut
	}
	length := int(binary.BigEndian.Uint16(data[4:]))
	next := data[6]
	seg.LenGuessed = false
	if length == 0 {
		if jumbo, ok := jumboLength(next, data[40:]); ok {
			length = jumbo
		} else {
			length = guessLength(wireLen, len(data)) - 40
			seg.LenGuessed = true
		}
	}
	seg.Src = Addr(data[8:24])
	seg.Dst = Addr(data[24:40])
	seg.IPv6 = true
	seg.TTL = data[7]
	seg.TrafficClass = data[0]<<4 | data[1]>>4
	seg.IPID, seg.HasIPID = 0, false
	seg.DontFragment = false
	seg.Reassembled = false
	data = data[40:]
	if len(data) > length {
		data = data[:length]
	}
	if next == protoTCP {
		return w.tcp(data, length, seg, w.Verify)
	}
	return w.chain(next, data, length, seg, w.Verify)
}

// jumboLength looks for the jumbo payload option (RFC 2675 §2) in a hop-by-hop
// header.
func jumboLength(next uint8, data []byte) (length int, ok bool) {
	if next != protoHopByHop || len(data) < 8 {
		return 0, false
	}
	options := data[2:min(len(data), (int(data[1])+1)*8)]
	value, ok := ipv6Option(options, 0xc2, 4)
	if !ok {
		return 0, false
	}
	n := binary.BigEndian.Uint32(value)
	if n < 0x10000 || n > 1<<31-1 { // RFC 2675 §3: must be above 65,535
		return 0, false
	}
	return int(n), true
}

// ipv6Option finds the first option of that type and length (RFC 8200 §4.2).
func ipv6Option(options []byte, kind uint8, length int) ([]byte, bool) {
	for len(options) >= 2 {
		if options[0] == 0 { // Pad1
			options = options[1:]
			continue
		}
		n := int(options[1])
		if len(options) < 2+n {
			return nil, false
		}
		if options[0] == kind && n == length {
			return options[2 : 2+n], true
		}
		options = options[2+n:]
	}
	return nil, false
}

// chain walks extension headers (RFC 8200 §4), the authentication header
// (RFC 4302) included, which IPv4 has too. Every header is at least eight
// octets, so it ends.
func (w *Walker) chain(next uint8, data []byte, length int, seg *Segment, verify bool) Skip {
	for {
		var size int
		switch next {
		case protoTCP:
			return w.tcp(data, length, seg, verify)
		case protoESP:
			return Encrypted
		case protoFragment:
			if !seg.IPv6 {
				return w.stop(next, data, length)
			}
			if len(data) < 8 {
				return cutOr(length < 8)
			}
			if skip := w.fragmentHeader(data, length, seg); skip != Segmented {
				return skip
			}
			size = 8
		case protoHopByHop, protoRouting, protoDestOptions, protoMobility, protoHIP, protoShim6:
			if !seg.IPv6 {
				return w.stop(next, data, length)
			}
			if len(data) < 8 {
				return cutOr(length < 8)
			}
			size = (int(data[1]) + 1) * 8
		case protoAH:
			if len(data) < 8 {
				return cutOr(length < 8)
			}
			size = (int(data[1]) + 2) * 4
			if size < 12 { // RFC 4302 §2: three words are fixed
				return IPMalformed
			}
		default:
			return w.stop(next, data, length)
		}
		if size > length {
			return IPMalformed
		}
		if size > len(data) {
			return IPCut
		}
		switch next {
		case protoRouting:
			verify = finalDestination(data[:size], seg) && verify
		case protoDestOptions:
			// A mobile node's upper layers know its home address only
			// (RFC 6275 §6.3, §11.3.1).
			if home, ok := ipv6Option(data[2:size], 0xc9, 16); ok {
				seg.Src = Addr(home)
			}
		}
		next = data[0]
		data, length = data[size:], length-size
	}
}

// Walks reports whether a header with this IP protocol number is walked, on the way to
// TCP or as TCP itself: the authentication header and, in IPv6, its extension headers.
func Walks(protocol uint8, ipv6 bool) bool {
	switch protocol {
	case protoTCP, protoAH:
		return true
	case protoHopByHop, protoRouting, protoFragment, protoDestOptions, protoMobility, protoHIP, protoShim6:
		return ipv6
	}
	return false
}

func cutOr(malformed bool) Skip {
	if malformed {
		return IPMalformed
	}
	return IPCut
}

func (w *Walker) stop(protocol uint8, data []byte, length int) Skip {
	w.Upper = Upper{Protocol: protocol, Data: data, Len: length}
	return NotTCP
}

// fragmentHeader reads a fragment header (RFC 8200 §4.5). An atomic fragment
// (RFC 6946) is a whole packet: Segmented.
func (w *Walker) fragmentHeader(data []byte, length int, seg *Segment) Skip {
	id := binary.BigEndian.Uint32(data[4:])
	seg.IPID, seg.HasIPID = uint16(id), true
	field := binary.BigEndian.Uint16(data[2:])
	if field&0xfff9 == 0 {
		return Segmented
	}
	w.Upper = Upper{
		Protocol: data[0], Data: data[8:], Len: length - 8,
		ID: id, Offset: int(field &^ 7), More: field&1 != 0,
	}
	return FragmentHeld
}

// finalDestination puts the last address of a routing header in the place of
// the next hop: that is the other end of the connection, and what the checksum
// covers (RFC 8200 §8.1). It returns false when the last address is not known.
func finalDestination(header []byte, seg *Segment) bool {
	kind, left := header[2], header[3]
	if left == 0 {
		return true
	}
	switch kind {
	case 0, 2: // RFC 5095 (deprecated), RFC 6275 §6.4: the addresses in order
		if n := len(header); n >= 24 && int(left) <= (n-8)/16 {
			seg.Dst = Addr(header[n-16:])
			return true
		}
	case 4: // RFC 8754 §2: the last segment comes first
		if len(header) >= 24 {
			seg.Dst = Addr(header[8:24])
			return true
		}
	}
	return false
}
