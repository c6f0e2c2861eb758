package analyze

import (
	"testing"
	"unsafe"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/rest"
	"tcpwatch/capture/wire"
)

// TestLongestString: the string of any connection finds room in a rest.Store.
func TestLongestString(t *testing.T) {
	const (
		word  = 9 + 1.0/8 + 1.0/64 // octets at the most, with what tells of its group
		trace = 1 + 2*9 + 10 + 4*6 + 2*2
		step  = 1 + 7 + 2*9 + 3 + 5*5
		head  = 100
	)
	words := float64(unsafe.Sizeof(flow.Flow{})+unsafe.Sizeof(note{})+unsafe.Sizeof(watched{})) / 8
	most := int(words*word) + 2*flow.PackedTraces*trace + MaxSteps*step + head
	t.Logf("%d octets at the most", most)
	if most > rest.Longest {
		t.Errorf("a connection may need %d octets, more than %d", most, rest.Longest)
	}
}

// TestNothingToSay: fields that say nothing of a connection stay zero, or what it rests in
// would be longer by their octets.
func TestNothingToSay(t *testing.T) {
	a := New(Config{})
	next := [2]wire.Seq{1000, 5000}
	packet := uint64(0)
	say := func(from int, flags wire.Flags, octets uint32) {
		packet++
		s := wire.Segment{
			Packet: packet, Time: int64(1e18) + int64(packet)*1e6, Flags: flags, HeaderLen: 20,
			Seq: next[from], Ack: next[1-from], Len: octets, Window: 1000,
		}
		s.SrcPort, s.DstPort = uint16(from), uint16(1-from)
		next[from] += wire.Seq(s.SeqLen())
		a.Segment(&s)
	}
	say(0, wire.SYN, 0)
	say(1, wire.SYN|wire.ACK, 0)
	say(0, wire.ACK, 0)
	say(0, wire.PSH|wire.ACK, 100)
	say(1, wire.PSH|wire.ACK, 200)
	for _, b := range a.table.All() {
		f := a.flow(b.Ref)
		for s := range f.Half {
			if h := &f.Half[s]; h.Payload == 0 || h.ProbeAt != 0 {
				t.Errorf("side %d: %d octets, ProbeAt %d", s, h.Payload, h.ProbeAt)
			}
		}
	}
}
