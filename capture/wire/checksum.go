package wire

import (
	"encoding/binary"
	"math/bits"
)

// verifyChecksum sums a TCP segment of length octets with its pseudo-header
// (RFC 9293 §3.1, RFC 8200 §8.1) and sets Checksum and PayloadSum. data holds at
// least the header; without the whole payload, its sum is what the checksum
// says it is.
func verifyChecksum(data []byte, header, length int, seg *Segment) {
	pseudo := pseudoSum(seg, length)
	sum, carry := bits.Add64(sum64(data[:header]), pseudo, 0)
	sum += carry
	// Left to the sending NIC: the field holds the sum of the pseudo-header
	// alone, not complemented.
	partial := binary.LittleEndian.Uint16(data[16:]) == fold(pseudo)
	if len(data) < length {
		seg.Checksum = ChecksumUnknown
		seg.PayloadSum, seg.HasSum = normal(^fold(sum)), !partial
		return
	}
	payload := sum64(data[header:length])
	seg.PayloadSum, seg.HasSum = normal(fold(payload)), true
	sum, carry = bits.Add64(sum, payload, 0)
	switch {
	case fold(sum+carry) == 0xffff:
		seg.Checksum = ChecksumGood
	case partial:
		seg.Checksum = ChecksumPartial
	default:
		seg.Checksum = ChecksumBad
	}
}

// SumOf returns the PayloadSum of a payload.
func SumOf(payload []byte) uint16 { return normal(fold(sum64(payload))) }

// normal returns 0 for either of the two zeros of ones' complement.
func normal(sum uint16) uint16 {
	if sum == 0xffff {
		return 0
	}
	return sum
}

// pseudoSum sums the pseudo-header in little-endian order: the ones' complement
// sum does not depend on byte order (RFC 1071 §2), and the loads are cheaper.
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

// sum64 is the ones' complement sum of data in 64-bit little-endian words. Long
// data is summed in two independent sums, for instruction-level parallelism.
func sum64(b []byte) uint64 {
	var sum, second, c uint64
	for ; len(b) >= 128; b = b[128:] {
		sum = add64(sum, (*[64]byte)(b))
		second = add64(second, (*[64]byte)(b[64:]))
	}
	sum, c = bits.Add64(sum, second, 0)
	sum += c
	if len(b) >= 64 {
		sum = add64(sum, (*[64]byte)(b))
		b = b[64:]
	}
	for ; len(b) >= 8; b = b[8:] {
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum += c // cannot overflow: a sum that carried is below 2^64-1
	}
	if len(b) >= 4 {
		sum, c = bits.Add64(sum, uint64(binary.LittleEndian.Uint32(b)), 0)
		sum += c
		b = b[4:]
	}
	if len(b) >= 2 {
		sum, c = bits.Add64(sum, uint64(binary.LittleEndian.Uint16(b)), 0)
		sum += c
		b = b[2:]
	}
	if len(b) > 0 {
		sum, c = bits.Add64(sum, uint64(b[0]), 0)
		sum += c
	}
	return sum
}

// add64 adds 64 octets to a sum.
func add64(sum uint64, b *[64]byte) uint64 {
	sum, c := bits.Add64(sum, binary.LittleEndian.Uint64(b[:]), 0)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[8:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[16:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[24:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[32:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[40:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[48:]), c)
	sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b[56:]), c)
	return sum + c // cannot overflow, as above
}

// fold brings a sum down to 16 bits, in the byte order of the summands. Adding a
// number to itself with its halves exchanged leaves their ones' complement sum
// in the upper half.
func fold(sum uint64) uint16 {
	sum += bits.RotateLeft64(sum, 32)
	half := uint32(sum >> 32)
	half += bits.RotateLeft32(half, 16)
	return uint16(half >> 16)
}
