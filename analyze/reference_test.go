package analyze_test

import (
	"flag"
	"fmt"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

var referenceLength = flag.Int("reference.length", 4, "length of the segment sequences that are tried out exhaustively")

// refSegment is what the reference says of one segment.
type refSegment struct {
	seq, ack, delta int64
	seenBefore      bool
	retransmission  bool
	missing         bool
	keepAlive       bool
}

// refSide is what the reference remembers of one end: a map of every number
// that it sent, SYN and FIN included, and of those that were payload.
type refSide struct {
	sent          bool
	seen, payload map[wire.Seq]bool
	low, nxt      wire.Seq
	synSeen       bool
	isn           wire.Seq
	numberSeen    bool
	number        wire.Seq // the first number seen of this end, its own or in an ACK
	asked, reset  bool     // the other end acknowledged a number of this one; this end sent a RST
	first         wire.Seq // the first number that it acknowledged
	acked         bool
	ack           wire.Seq // the highest that this end sent
	octets        uint64
	retransmitted uint64
}

func (s *refSide) base() wire.Seq {
	if s.synSeen {
		return s.isn
	}
	return s.number
}

func (s *refSide) see(number wire.Seq) {
	if !s.numberSeen {
		s.numberSeen, s.number = true, number
	}
}

// missing counts the numbers of s that were skipped or acknowledged by the other
// end, o, and never captured. Of an end of which nothing was captured those count that o acknowledged
// after the first.
func (s *refSide) missing(o *refSide) (n uint64) {
	switch {
	case s.sent && o.acked && o.ack.After(s.nxt):
		n = uint64(o.ack - s.nxt)
	case !s.sent && !s.reset && o.acked:
		n = uint64(o.ack - s.first)
	}
	for i := s.low; s.sent && i != s.nxt; i++ {
		if !s.seen[i] {
			n++
		}
	}
	return n
}

// reference analyses all segments of one connection, whose packets carry rising
// IP identifications and come more than a round trip apart. It looks at nothing
// but the octets.
func reference(segs []wire.Segment) (out []refSegment, sides [2]refSide) {
	for i := range sides {
		sides[i].seen, sides[i].payload = map[wire.Seq]bool{}, map[wire.Seq]bool{}
	}
	for i := range segs {
		out = append(out, refStep(&segs[i], &sides))
	}
	return out, sides
}

func refStep(seg *wire.Segment, sides *[2]refSide) (r refSegment) {
	from := 0
	if seg.SrcPort != 40000 {
		from = 1
	}
	x, y := &sides[from], &sides[1-from]
	rst := seg.Flags.Has(wire.RST)
	if seg.Flags.Has(wire.SYN) && !rst && !x.synSeen {
		x.synSeen, x.isn = true, seg.Seq
	}
	x.see(seg.Seq)
	if seg.Flags.Has(wire.ACK) {
		if seg.Flags.Has(wire.SYN) {
			y.see(seg.Ack - 1)
		} else {
			y.see(seg.Ack)
		}
		if !y.asked {
			y.asked, y.first = true, seg.Ack
		}
		r.ack = int64(seg.Ack.Diff(y.base()))
	}
	r.seq = int64(seg.Seq.Diff(x.base()))
	if x.sent {
		r.delta = int64(seg.Seq.Diff(x.nxt))
	}
	old, fills := 0, false
	for n := seg.Seq; n != seg.End(); n++ {
		if x.seen[n] {
			old++
		} else if x.sent && n.Before(x.nxt) {
			fills = true // sent later, as its identification tells
		}
	}
	r.seenBefore = !rst && seg.SeqLen() > 0 && uint32(old) == seg.SeqLen()
	r.keepAlive = seg.Len <= 1 && !seg.Flags.Any(wire.SYN|wire.FIN|wire.RST) && r.delta == -1 && y.acked && !y.ack.Before(x.nxt)
	r.retransmission = !rst && !r.keepAlive && (old > 0 || fills)
	r.missing = r.delta > 0 && !seg.Flags.Any(wire.RST|wire.SYN)
	if rst {
		x.reset = true
		return r
	}
	refAdd(seg, x, &r)
	return r
}

func refAdd(seg *wire.Segment, x *refSide, r *refSegment) {
	if !x.sent {
		x.sent, x.low, x.nxt = true, seg.Seq, seg.Seq
	}
	if seg.Seq.Before(x.low) && seg.SeqLen() > 0 {
		x.low = seg.Seq
	}
	if seg.End().After(x.nxt) {
		x.nxt = seg.End()
	}
	first := seg.Seq
	if seg.Flags.Has(wire.SYN) {
		first++
	}
	for i := range seg.Len {
		if n := first.Add(i); !x.payload[n] {
			x.payload[n] = true
			if !r.keepAlive {
				x.octets++
			}
		} else if r.retransmission {
			x.retransmitted++
		}
	}
	for n := seg.Seq; n != seg.End(); n++ {
		x.seen[n] = true
	}
	if seg.Flags.Has(wire.ACK) && (!x.acked || seg.Ack.After(x.ack)) {
		x.acked, x.ack = true, seg.Ack
	}
}

// refAlphabet returns the segments that sequences are made of: the ends' ISNs
// lie on both sides of the wrap.
func refAlphabet() (all []wire.Segment) {
	isn := [2]wire.Seq{1<<32 - 3, 5000}
	for from := range 2 {
		for _, s := range []struct {
			flags    wire.Flags
			seq, ack wire.Seq
			n        uint32
		}{
			{wire.SYN, 0, 0, 0}, {wire.SYN | wire.ACK, 0, 1, 0}, {wire.ACK, 1, 1, 0}, {wire.ACK, 1, 3, 2},
			{wire.ACK, 4, 1, 1}, {wire.ACK, 2, 5, 3}, {wire.FIN | wire.ACK, 5, 3, 0}, {wire.FIN | wire.ACK, 3, 6, 2},
			{wire.RST, 1, 0, 0},
		} {
			seg := wire.Segment{Tuple: simTuple(from), Flags: s.flags, Seq: isn[from] + s.seq, Len: s.n, Window: 1000, HasIPID: true}
			if s.flags.Has(wire.ACK) {
				seg.Ack = isn[1-from] + s.ack
			}
			all = append(all, seg)
		}
	}
	return all
}

// refSkip leaves out a SYN after other segments of its end: where that is
// taken for another's SYN is TestScripts' matter.
func refSkip(segs []wire.Segment) bool {
	var other, syn [2]bool
	for i := range segs {
		from := 0
		if segs[i].SrcPort != 40000 {
			from = 1
		}
		if segs[i].Flags.Has(wire.SYN) {
			if other[from] && !syn[from] {
				return true
			}
			syn[from] = true
		}
		other[from] = true
	}
	return false
}

// TestReference compares the analysis with the reference over every sequence of
// a few segments.
func TestReference(t *testing.T) {
	var got []analyze.Observation
	var record *analyze.Connection
	a := analyze.New(analyze.Config{
		Packet:     func(o *analyze.Observation) { got = append(got, *o) },
		Connection: func(c *analyze.Connection) { record = c.Clone() },
	})
	alphabet := refAlphabet()
	now, runs, length := int64(1e18), 0, *referenceLength
	if testing.Short() {
		length--
	}
	var try func(segs []wire.Segment)
	failures := 0
	try = func(segs []wire.Segment) {
		if len(segs) > 0 && !refSkip(segs) {
			got, record = got[:0], nil
			for i := range segs {
				now += 1e9
				segs[i].Time, segs[i].Packet, segs[i].IPID = now, uint64(i+1), uint16(2*i+2)
				a.Segment(&segs[i])
			}
			a.Flush()
			runs++
			if err := refCompare(segs, got, record); err != "" {
				failures++
				t.Errorf("%s\n%s", err, refShow(segs))
			}
		}
		if len(segs) < length && failures < 5 {
			for _, s := range alphabet {
				try(append(segs[:len(segs):len(segs)], s))
			}
		}
	}
	try(nil)
	t.Logf("%d sequences", runs)
}

func refShow(segs []wire.Segment) (text string) {
	for i := range segs {
		s := &segs[i]
		text += fmt.Sprintf("%d: %d %v seq %d len %d ack %d\n", i+1, s.SrcPort, s.Flags, s.Seq, s.Len, s.Ack)
	}
	return text
}

func refCompare(segs []wire.Segment, got []analyze.Observation, record *analyze.Connection) string {
	want, sides := reference(segs)
	for i := range got {
		o, w := &got[i], &want[i]
		if o.Connection != got[0].Connection {
			return "" // another connection begins
		}
		found := refSegment{
			seq: o.Seq, ack: o.Ack, delta: o.SeqDelta, seenBefore: o.SeenBefore,
			retransmission: o.Labels.Has(label.Retransmission), missing: o.Labels.Has(label.MissingSegment),
			keepAlive: o.Labels.Has(label.KeepAlive),
		}
		if found != *w {
			return fmt.Sprintf("segment %d:\n got %+v\nwant %+v", i+1, found, *w)
		}
	}
	for i, d := range []analyze.Direction{record.FromClient, record.FromServer} {
		s, o := &sides[i], &sides[1-i]
		if record.Client.Port() != 40000 {
			s, o = o, s
		}
		if d.UniqueOctets != s.octets || d.MissingBytes != s.missing(o) || d.RetransmittedBytes != s.retransmitted {
			return fmt.Sprintf("record: %d unique %d missing %d retransmitted, want %d %d %d", d.UniqueOctets, d.MissingBytes,
				d.RetransmittedBytes, s.octets, s.missing(o), s.retransmitted)
		}
	}
	return ""
}
