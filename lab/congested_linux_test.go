package lab

import "testing"

// A mark is part of the header, whose checksum stays right (RFC 1624); what is not of an
// ECN-capable transport gets none.
func TestCongested(t *testing.T) {
	for _, field := range []byte{0, 1, 2, 3} {
		b := []byte{0x45, 0xb8 | field, 0, 40, 1, 2, 0x40, 0, 64, 6, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2}
		c := ^fold(sum(b))
		b[10], b[11] = byte(c>>8), byte(c)
		congested(b)
		want := byte(3)
		if field == 0 {
			want = 0
		}
		if b[1] != 0xb8|want || fold(sum(b)) != 0xffff {
			t.Errorf("ECN field %d became %d, checksum over the header %#x", field, b[1]&3, fold(sum(b)))
		}
		b = []byte{0x6b, 0x8f | field<<4, 0, 0}
		if congested(b); b[0] != 0x6b || b[1] != 0x8f|want<<4 {
			t.Errorf("IPv6, ECN field %d: the header begins with %x", field, b)
		}
	}
}
