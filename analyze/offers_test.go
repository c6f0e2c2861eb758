package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// TestSYNWindowNotScaled: the window of a SYN-ACK is never scaled (RFC 7323 §2.2), and stays
// as it is where the other end's scale is known only after it: both ends open at once, and
// the first SYN of one was missed, or the SYN was captured after what followed it.
func TestSYNWindowNotScaled(t *testing.T) {
	for _, text := range []string{
		"0 A>B S 0 win 200 <mss 1460,wscale 10>\n+.010 A>B S. 0 ack 1 win 200 <mss 1460,wscale 10>\n" +
			"+.010 B>A S. 0 ack 1 win 65160 <mss 1460,wscale 10>\n+.001 B>A P. 1:201(200) ack 1 win 64\n",
		"0 A>B S. 0 ack 1 win 200 <mss 1460,wscale 10>\n+.010 B>A . 1 ack 1 win 64\n" +
			"+.0001 B>A S 0 win 65160 <mss 1460,wscale 10>\n+.001 B>A P. 1:201(200) ack 1 win 64\n",
	} {
		s, err := script.Parse(text)
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
			t.Errorf("200 octets do not use up a window of 200: %v in\n%s", last, text)
		}
	}
}
