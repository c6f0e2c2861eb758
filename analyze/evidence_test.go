package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

const evidenceOpened = `0     A>B S  0:0(0) win 64240 <mss 1460>
+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>
+.001 A>B .  1:1(0) ack 1 win 64240
`

// TestDoubts: evidence that the capture damages says so, other evidence not.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		id         label.ID
		want       string
		cause      label.Cause
		// change makes of the segments what a script cannot say.
		change func(s *script.Script)
	}{
		{"nothing wrong", evidenceOpened + "+.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "time only", label.CauseRTO, nil},
		{"clock ran backwards", evidenceOpened + "+.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "time only (in doubt: clock ran backwards)", label.CauseRTO, func(s *script.Script) {
				s.Events[2].Segment.Time = s.Events[1].Segment.Time - 1e6
			}},
		{"a step that no rule sees", evidenceOpened + "+.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "time only", label.CauseRTO, func(s *script.Script) {
				s.Events[2].Segment.Time = s.Events[1].Segment.Time - 1e5
			}},
		{"several interfaces", evidenceOpened + "+.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "time only (in doubt: several interfaces)", label.CauseRTO, func(s *script.Script) {
				s.Events[1].Segment.Interface = 1
			}},
		{"what was seen needs no clock", evidenceOpened + "+.1 A>B P. 1:101(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "bytes seen in packet 4", label.CauseRTO, func(s *script.Script) {
				s.Events[2].Segment.Time = s.Events[1].Segment.Time - 1e6
			}},
		{"one direction", "0 A>B P. 1:101(100) ack 1\n+.1 A>B P. 201:301(100) ack 1",
			label.MissingSegment, "gap in front (in doubt: one direction captured)", label.NoCause, nil},
		{"one direction tells no cause", "0 A>B P. 1:101(100) ack 1\n+.3 A>B P. 1:101(100) ack 1",
			label.Retransmission, "bytes seen in packet 1", label.CauseUnknown, nil},
		{"a SYN that is not answered", "0 A>B S 0:0(0) id 7\n+1 A>B S 0:0(0) id 8",
			label.Retransmission, "SYN seen in packet 1", label.CauseRTO, nil},
		{"a SYN-ACK that may answer a SYN that was not captured", "0 B>A S. 0 ack 1\n+.008 B>A S. 0 ack 1",
			label.DuplicatePacket, "SYN-ACK again at once after packet 1", label.NoCause, nil},
		{"a SYN-ACK that may answer a SYN that was copied after the tap", "0 A>B S 0:0(0)\n+.01 B>A S. 0 ack 1\n+.008 B>A S. 0 ack 1",
			label.DuplicatePacket, "SYN-ACK again at once after packet 2", label.NoCause, nil},
		{"a SYN twice at once", "0 A>B S 0:0(0)\n+.008 A>B S 0:0(0)",
			label.DuplicatePacket, "too soon to be an answer to packet 1", label.NoCause, nil},
		{"missed packets", evidenceOpened + "+.1 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 201\n+.1 A>B P. 301:401(100) ack 1",
			label.MissingSegment, "gap in front (in doubt: capture missed packets)", label.NoCause, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := script.Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if c.change != nil {
				c.change(s)
			}
			var got string
			var cause label.Cause
			a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
				got, cause = "", o.Cause
				for _, it := range o.Evidence.Items[:o.Evidence.Len] {
					if it.Label == c.id {
						got = string(it.Append(nil))
					}
				}
			}})
			s.Feed(a)
			a.Flush()
			if got != c.want || cause != c.cause {
				t.Errorf("%q, cause %v; want %q, cause %v", got, cause, c.want, c.cause)
			}
		})
	}
}
