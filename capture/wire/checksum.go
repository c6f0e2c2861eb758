package wire

import (
	"encoding/binary"
	"math/bits"
)

// verifyChecksum sums a whole TCP segment with its pseudo-header (RFC 9293
// §3.1, RFC 8200 §8.1).
func verifyChecksum(segment []byte, seg *Segment) Checksum {
	pseudo := pseudoSum(seg, len(segment))
	sum, carry := bits.Add64(sum64(segment), pseudo, 0)
	if fold(sum+carry) == 0xffff {
		return ChecksumGood
	}
	// Left to the sending NIC: the field holds the sum of the pseudo-header
	// alone, not complemented.
	if binary.LittleEndian.Uint16(segment[16:]) == fold(pseudo) {
		return ChecksumPartial
	}
	return ChecksumBad
}

// pseudoSum sums the pseudo-header in little-endian order: the ones' complement
// sum does not care about byte order (RFC 1071 §2), and the loads are cheaper.
func pseudoSum(seg *Segment, length int) uint64 {
	sum := uint64(bits.ReverseBytes32(uint32(length))) + protoTCP<<8
	if !seg.IPv6 {
		return sum + uint64(binary.LittleEndian.Uint32(seg.Src[12:])) + uint64(binary.LittleEndian.Uint32(seg.Dst[12:]))
	}
	sum, c := bits.Add64(sum, binary.LittleEndian.Uint64(seg.Src[:8]), 0)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(seg.Src[8:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(seg.Dst[:8]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(seg.Dst[8:]), c)
	sum, c = bits.Add64(sum, 0, c)
	return sum + c
}

// sum64 is the ones' complement sum of data in 64-bit little-endian words.
func sum64(b []byte) uint64 {
	var sum, c uint64
	for len(b) >= 64 {
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[8:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[16:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[24:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[32:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[40:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[48:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[56:64]), c)
		sum, c = bits.Add64(sum, 0, c)
		sum += c
		b = b[64:]
	}
	for len(b) >= 8 {
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum += c // cannot overflow: a sum that carried is below 2^64-1
		b = b[8:]
	}
	if len(b) > 0 {
		var last uint64
		shift := 0
		for _, x := range b {
			last |= uint64(x) << shift
			shift += 8
		}
		sum, c = bits.Add64(sum, last, 0)
		sum += c
	}
	return sum
}

// fold brings a sum down to 16 bits, in the byte order of the summands.
func fold(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum)
}
