package flow

import (
	"testing"

	"tcpwatch/capture/wire"
)

// joinedOf is the trace of a segment with 2,800 octets from number 1,000 on, which no
// receiver of MSS 1,460 takes in one.
func joinedOf() Trace {
	return Trace{Mark: Mark{Packet: 7, IPID: 10, HasID: true, TSVal: 5, HasTS: true}, Seq: 1000, End: 3800, Ack: 9, Flags: wire.ACK}
}

// pieceAt is a segment that may be one of those that it was joined of.
func pieceAt(seq wire.Seq, octets uint32, change func(*wire.Segment)) *wire.Segment {
	seg := &wire.Segment{Seq: seq, Ack: 9, Len: octets, HeaderLen: 32, Flags: wire.ACK, IPID: 11, HasIPID: true}
	seg.Options.Set, seg.Options.TSVal = wire.OptTimestamps, 5
	if change != nil {
		change(seg)
	}
	return seg
}

// TestJoins: which segments may be like one of those that another was joined of.
func TestJoins(t *testing.T) {
	plain := func(s *Trace) { s.HasTS = false }
	unstamped := func(seg *wire.Segment) { seg.Options = wire.Options{} }
	for _, c := range []struct {
		name string
		s    func(*Trace)
		seg  *wire.Segment
		mss  uint16
		want bool
	}{
		{"the first", nil, pieceAt(1000, 1400, nil), 1460, true},
		{"the second", nil, pieceAt(2400, 1400, nil), 1460, true},
		{"the last, which is shorter", nil, pieceAt(3400, 400, nil), 1460, true},
		{"the last, with PSH", nil, pieceAt(2400, 1400, func(s *wire.Segment) { s.Flags |= wire.PSH }), 1460, true},
		{"no timestamps", plain, pieceAt(1000, 1400, unstamped), 1460, true},
		{"not where one begins", nil, pieceAt(1500, 1400, nil), 1460, false},
		{"in front", nil, pieceAt(999, 1400, nil), 1460, false},
		{"beyond the end", nil, pieceAt(2400, 1401, nil), 1460, false},
		{"all of it", nil, pieceAt(1000, 2800, nil), 1460, false},
		{"no octets", nil, pieceAt(1000, 0, nil), 1460, false},
		{"what a receiver takes in one, with the options", nil, pieceAt(1000, 1400, nil), 2812, false},
		{"one octet more than that", nil, pieceAt(1000, 1400, nil), 2811, true},
		{"an MSS that was not captured", nil, pieceAt(1000, 1400, nil), 0, false},
		{"another acknowledgement", nil, pieceAt(1000, 1400, func(s *wire.Segment) { s.Ack = 8 }), 1460, false},
		{"with FIN", nil, pieceAt(1000, 1400, func(s *wire.Segment) { s.Flags |= wire.FIN }), 1460, false},
		{"of one with FIN", func(s *Trace) { s.Flags |= wire.FIN }, pieceAt(1000, 1400, nil), 1460, false},
		{"another timestamp", nil, pieceAt(1000, 1400, func(s *wire.Segment) { s.Options.TSVal = 6 }), 1460, false},
		{"timestamps of one alone", nil, pieceAt(1000, 1400, unstamped), 1460, false},
	} {
		s := joinedOf()
		if c.s != nil {
			c.s(&s)
		}
		if got := s.joins(c.seg, c.mss); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestPiece: which identification one of those had that a segment was joined of. Of the
// last, which is shorter, it tells by its own how long the others were.
func TestPiece(t *testing.T) {
	id := func(n uint16) func(*wire.Segment) { return func(s *wire.Segment) { s.IPID = n } }
	for _, c := range []struct {
		name string
		seg  *wire.Segment
		next uint16 // identification of the next packet; 0: there is none
		want uint16
	}{
		{"the first", pieceAt(1000, 1400, id(10)), 0, 10},
		{"the second", pieceAt(2400, 1400, id(11)), 0, 11},
		{"the last of three, which is shorter", pieceAt(3400, 400, id(12)), 0, 12},
		{"the last, whose identification leaves no whole length", pieceAt(3399, 401, id(12)), 0, 15},
		{"the last, with an identification in front", pieceAt(3400, 400, id(9)), 0, 16},
		{"the last, with one that so many do not reach", pieceAt(3400, 400, id(17)), 0, 16},
		{"the next packet goes on after", pieceAt(2400, 1400, id(11)), 12, 11},
		{"the next packet has it: nothing was joined", pieceAt(2400, 1400, id(11)), 11, 10},
		{"the next packet has one in front", pieceAt(3400, 400, id(12)), 11, 10},
		{"the next packet counts from elsewhere", pieceAt(2400, 1400, id(11)), 5, 11},
	} {
		table, s := NewTable(), joinedOf()
		if c.next != 0 {
			i, next := table.sent.New()
			*next = Trace{Mark: Mark{IPID: c.next, HasID: true}}
			s.next = i
		}
		if m := table.piece(&s, c.seg); m.IPID != c.want || m.Packet != s.Packet {
			t.Errorf("%s: identification %d of packet %d, want %d", c.name, m.IPID, m.Packet, c.want)
		}
	}
}
