package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// TestSYNWindowNotScaled: the window of a SYN-ACK is never scaled (RFC 7323 §2.2), and stays
// as it is where the other end's scale is known only behind it: both ends open at once, and
// the first SYN of one was missed.
func TestSYNWindowNotScaled(t *testing.T) {
	s, err := script.Parse("0 A>B S 0 win 200 <mss 1460,wscale 10>\n+.010 A>B S. 0 ack 1 win 200 <mss 1460,wscale 10>\n" +
		"+.010 B>A S. 0 ack 1 win 65160 <mss 1460,wscale 10>\n+.001 B>A P. 1:201(200) ack 1 win 64\n")
	if err != nil {
		t.Fatal(err)
	}
	var last label.Set
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) { last = o.Labels }})
	for i := range s.Events {
		seg := s.Events[i].Segment
		a.Segment(&seg)
	}
	if !last.Has(label.WindowFull) {
		t.Errorf("200 octets do not use up a window of 200: %v", last)
	}
}
