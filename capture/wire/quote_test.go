package wire

import "testing"

func TestQuoted(t *testing.T) {
	s := &Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{1}), Dst: AddrFrom4([4]byte{2}), SrcPort: 3, DstPort: 4}, Seq: 5, Len: 100}
	packet := AppendPacket(nil, s)
	for _, n := range []int{28, 39, 40, len(packet)} {
		var q Quote
		if !Quoted(packet[:n], &q) || q.Tuple != s.Tuple || q.Seq != 5 {
			t.Errorf("%d octets: %+v", n, q)
		}
	}
	rewritten := cat(packet[:28])
	rewritten[2], rewritten[3] = 0, 28
	var q Quote
	if !Quoted(rewritten, &q) || q.DstPort != 4 {
		t.Errorf("a rewritten length: %+v", q)
	}
	for n := byte(28); n < 60; n++ { // a header of 40 octets after one of 20
		options := append(cat(packet[:40]), make([]byte, 20)...)
		options[3], options[32] = n, 0xa0
		if q = (Quote{}); !Quoted(options[:n], &q) || q.Tuple != s.Tuple || q.Seq != 5 {
			t.Errorf("options and a length rewritten to %d octets: %+v", n, q)
		}
	}
	if Quoted(packet[:27], &q) {
		t.Error("seven octets of TCP are taken for a header")
	}
	offset := cat(packet) // a data offset that cannot be
	offset[32] = 0
	if Quoted(offset, &q) {
		t.Error("a malformed TCP header is taken for a header")
	}
	later := cat(packet)
	later[7] = 1
	if Quoted(later, &q) {
		t.Error("a later fragment is taken for a header")
	}
}
