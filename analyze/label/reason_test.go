package label_test

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// TestReasonsGiven: the last segment says what decided each of its labels, with the packet that
// the reason points to and the defects of the capture that affect it.
func TestReasonsGiven(t *testing.T) {
	example := func(id label.ID) string { return label.All[id].Example }
	const opened = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	for _, c := range []struct{ script, want string }{
		{example(label.DuplicatePacket), "DUPLICATE-PACKET: same IP ID and range as packet 5"},
		{example(label.Retransmission), "RETRANSMISSION: bytes seen in packet 4"},
		{example(label.OutOfOrder), "OUT-OF-ORDER: IP ID below those beyond the hole"},
		{example(label.MissingSegment), "MISSING-SEGMENT: gap in front"},
		{example(label.DSACK), "D-SACK: received again with packet 5; SHOWN-SPURIOUS: received again with packet 5"},
		{example(label.ShownSpurious), "SHOWN-SPURIOUS: TSecr from before packet 5"},
		{opened + "+.1 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.001 B>A . 1 ack 11\n", "SHOWN-SPURIOUS: sooner than a round trip after packet 5"},
		{opened + "+.2 B>A . 1 ack 3\n+.1 A>B P. 3:4(1) ack 1\n", "MISSING-SEGMENT: gap in front (in doubt: capture missed packets)"},
		{"0 A>B S 0\n+1 A>B . 401:501(100) ack 1\n+.0002 A>B . 301:401(100) ack 1\n", "RETRANSMISSION: time only (in doubt: one direction captured)"},
		{"0 B>A . 1 ack 11 <sack 1:2>\n", ""}, // a D-SACK of what was not captured
	} {
		s, err := script.Parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
			words = nil
			for i := range o.Evidence.Len {
				it := &o.Evidence.Items[i]
				words = append(words, it.Label.String()+": "+string(it.Append(nil)))
			}
		}})
		s.Feed(a)
		if got := strings.Join(words, "; "); got != c.want {
			t.Errorf("%q, want %q\n%s", got, c.want, c.script)
		}
	}
}
