package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
)

// TestHalfCloseOfOneDirection: a FIN is told when the other end is seen to have it, and at
// once where nothing of the other end is captured: then no proof will come.
func TestHalfCloseOfOneDirection(t *testing.T) {
	for _, c := range []struct {
		name, script string
		packet       uint64 // that it is told at
	}{
		{"both directions", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B F. 1 ack 1\n+.01 B>A . 1 ack 2\n+1 B>A P. 1:11(10) ack 2\n", 5},
		{"one direction", "0 A>B S 0\n+.01 A>B . 1 ack 1\n+1 A>B F. 1 ack 1\n+1 A>B . 2 ack 101\n", 3},
	} {
		s, err := script.Parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		told := uint64(0)
		a := analyze.New(analyze.Config{Moment: func(m *analyze.Moment) {
			if m.Kind == analyze.MomentHalfClosed && told == 0 {
				told = m.Packet
			}
		}})
		s.Feed(a)
		a.Flush()
		if told != c.packet {
			t.Errorf("%s: told at packet %d, want %d", c.name, told, c.packet)
		}
	}
}
