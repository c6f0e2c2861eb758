package wire

import "testing"

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
			sum := uint32(0)
			for i, x := range b {
				sum += uint32(x) << (8 * (i & 1)) // little-endian
			}
			for sum > 0xffff {
				sum = sum>>16 + sum&0xffff
			}
			if got := fold(sum64(b)); got != uint16(sum) {
				t.Fatalf("[%d:%d]: %x, want %x", start, end, got, sum)
			}
		}
	}
}
