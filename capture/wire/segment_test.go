package wire

import "testing"

// TestSeqLen: SYN and FIN occupy a number each (RFC 9293 §3.4).
func TestSeqLen(t *testing.T) {
	for flags, want := range map[Flags]uint32{ACK: 10, SYN: 11, FIN | ACK: 11, SYN | FIN: 12, RST: 10} {
		s := Segment{Seq: 1<<32 - 5, Flags: flags, Len: 10}
		if got := s.SeqLen(); got != want || s.End() != Seq(want-5) {
			t.Errorf("%v: %d up to %d, want %d", flags, got, s.End(), want)
		}
	}
}
