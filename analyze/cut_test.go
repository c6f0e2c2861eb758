package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
	"tcpwatch/capture/wire"
)

// TestCutOptions: of options after where the capture cuts the segments nothing is known,
// neither that they were there nor that they were not.
func TestCutOptions(t *testing.T) {
	const whole = "0 A>B S 0 win 64240 <mss 1460, sackOK, wscale 7>\n+.010 B>A S. 0 ack 1 win 65160 <mss 1460, sackOK, wscale 7>\n" +
		"+.001 A>B . 1 ack 1 win 4\n+.01 B>A P. 1:5(4) ack 1 win 500\n" + // uses 4 up, but not 512
		"+.01 B>A . 401:501(100) ack 1 win 500\n+.001 A>B . 1 ack 5 win 4\n+.001 B>A . 501:601(100) ack 1 win 500\n+.001 A>B . 1 ack 5 win 4\n"
	for _, c := range []struct {
		name   string
		cut    func(packet uint64, o *wire.Options)
		full   bool // WINDOW-FULL
		dup    bool // DUP-ACK on the last
		scaled bool
	}{
		{"whole", func(uint64, *wire.Options) {}, false, false, true},
		{"no scale offered", func(n uint64, o *wire.Options) { o.Set &^= wire.OptWindowScale }, true, false, true},
		{"cut after the scale", func(n uint64, o *wire.Options) { o.Set |= wire.OptCut }, false, true, true},
		{"the scales cut off", func(n uint64, o *wire.Options) { o.Set = o.Set&^wire.OptWindowScale | wire.OptCut }, false, true, false},
		{"one scale cut off, the other there", func(n uint64, o *wire.Options) {
			if n == 1 {
				o.Set = o.Set&^wire.OptWindowScale | wire.OptCut
			}
		}, false, false, false},
		{"no scale offered, the other cut off", func(n uint64, o *wire.Options) {
			if o.Set &^= wire.OptWindowScale; n == 1 {
				o.Set |= wire.OptCut
			}
		}, true, false, true},
		{"one scale cut off, the other not offered", func(n uint64, o *wire.Options) {
			if o.Set &^= wire.OptWindowScale; n == 2 {
				o.Set |= wire.OptCut
			}
		}, true, false, true},
		{"the MSS cut off", func(n uint64, o *wire.Options) {
			o.Set, o.MSS = o.Set&^(wire.OptWindowScale|wire.OptMSS)|wire.OptCut, 0
		}, false, true, false},
	} {
		s, err := script.Parse(whole + "+.01 A>B . 1:1401(1400) ack 5 win 4\n")
		if err != nil {
			t.Fatal(err)
		}
		var labels, last label.Set
		scaled := false
		a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
			if labels |= o.Labels; o.Segment.Packet == 8 {
				last, scaled = o.Labels, o.WindowScaled
			}
		}})
		for i := range s.Events {
			seg := s.Events[i].Segment
			c.cut(seg.Packet, &seg.Options)
			a.Segment(&seg)
		}
		if labels.Has(label.WindowFull) != c.full || last.Has(label.DupAck) != c.dup || scaled != c.scaled || labels.Has(label.LargeSegment) {
			t.Errorf("%s: window full %v, duplicate %v, scaled %v, large %v", c.name, labels.Has(label.WindowFull), last.Has(label.DupAck), scaled, labels.Has(label.LargeSegment))
		}
	}
}

// TestCutACK: an ACK is no copy of the one before it, where SACK blocks, which would say what
// called for it, may have been cut off.
func TestCutACK(t *testing.T) {
	s, err := script.Parse("addr A [2001:db8::1]:40000\naddr B [2001:db8::2]:80\n0 A>B S 0 <mss 1460,sackOK,TS val 100 ecr 0>\n" +
		"+.01 B>A S. 0 ack 1 <mss 1460,sackOK,TS val 7 ecr 100>\n+.01 A>B . 1 ack 1 <TS val 110 ecr 7>\n+.1 A>B P. 1(100) ack 1 <TS val 200 ecr 7>\n" +
		"+.01 B>A . 1 ack 101 <TS val 117 ecr 200>\n+.0002 B>A . 1 ack 101 <TS val 117 ecr 200>\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []wire.OptionSet{0, wire.OptCut} {
		var last label.Set
		a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) { last = o.Labels }})
		for i := range s.Events {
			seg := s.Events[i].Segment
			if i > 2 {
				seg.Options.Set |= cut
			}
			a.Segment(&seg)
		}
		if last.Has(label.DuplicatePacket) != (cut == 0) {
			t.Errorf("cut %v: %v", cut != 0, last)
		}
	}
}
