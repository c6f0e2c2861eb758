package wire

import (
	"encoding/binary"
	"testing"
)

// TestChecksum compares the fast sum with the definition (RFC 1071 §1) for all
// lengths and alignments.
func TestChecksum(t *testing.T) {
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(i*i*7 + 255*(i&1))
	}
	for start := range 9 {
		for end := start; end <= len(data); end++ {
			b := data[start:end]
			if got, want := SumOf(b), plainSum(b); got != want {
				t.Fatalf("[%d:%d]: %x, want %x", start, end, got, want)
			}
		}
	}
}

// TestPseudoHeader: every octet of the pseudo-header counts (RFC 9293 §3.1, RFC 8200 §8.1).
func TestPseudoHeader(t *testing.T) {
	for _, six := range []bool{false, true} {
		for at := range 32 {
			var s Segment
			s.IPv6 = six
			for i := range 16 {
				s.Src[i], s.Dst[i] = byte(17*i+1), byte(255-13*i)
			}
			if at < 16 {
				s.Src[at] ^= 0xff
			} else {
				s.Dst[at-16] ^= 0xff
			}
			const length = 0x12345
			b := append(s.Src[:], s.Dst[:]...)
			if !six {
				b = append(s.Src[12:], s.Dst[12:]...)
			}
			b = append(binary.BigEndian.AppendUint32(b[:len(b):len(b)], length), 0, 0, 0, protoTCP)
			if got, want := normal(fold(pseudoSum(&s, length))), plainSum(b); got != want {
				t.Errorf("IPv6 %v, octet %d: %x, want %x", six, at, got, want)
			}
		}
	}
}

// TestZeros: the two zeros of ones' complement are one sum.
func TestZeros(t *testing.T) {
	if a, b := SumOf([]byte{0, 0}), SumOf([]byte{0xff, 0xff}); a != b || a != SumOf(nil) {
		t.Errorf("%x and %x, want %x", a, b, SumOf(nil))
	}
}
