package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
)

// TestRstClue: the clue is the RST that reset the connection; where its ends turned
// out to go on, the next that did.
func TestRstClue(t *testing.T) {
	const alive = evidenceOpened + "+.1 B>A R. 1 ack 1 ttl 64\n+.0005 B>A P. 1:21(20) ack 1\n+.001 A>B . 1 ack 21\n"
	for _, c := range []struct {
		name, text string
		packet     uint64
		ttl        uint8
	}{
		{"one", evidenceOpened + "+.1 B>A R. 1 ack 1 ttl 60", 4, 60},
		{"two of them", evidenceOpened + "+.1 B>A R. 1 ack 1 ttl 60\n+.1 B>A R. 1 ack 1 ttl 50", 4, 60},
		{"one that is not acceptable", evidenceOpened + "+.1 B>A R. 9 ack 1 ttl 60", 0, 0},
		{"one for an older connection", "0 A>B S 0\n+.01 B>A . =5000 ack =777\n+.001 A>B R =777\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1", 0, 0},
		{"one after one that ended nothing", alive + "+1 B>A R. 21 ack 1 ttl 60", 7, 60},
		{"two after one that ended nothing", alive + "+1 B>A R. 21 ack 1 ttl 60\n+.1 B>A R. 21 ack 1 ttl 50", 7, 60},
	} {
		s, err := script.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		a, all := collect(analyze.Config{})
		s.Feed(a)
		a.Flush()
		if len(*all) != 1 {
			t.Fatalf("%s: %d connections", c.name, len(*all))
		}
		if r := (*all)[0].Clues.Rst; r.Packet != c.packet || r.TTL != c.ttl {
			t.Errorf("%s: packet %d with TTL %d, want %d with %d", c.name, r.Packet, r.TTL, c.packet, c.ttl)
		}
	}
}
