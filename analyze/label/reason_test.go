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
	const twenty = "0 A>B S 0\n+.02 B>A S. 0 ack 1\n+.0001 A>B . 1 ack 1\n"
	const overtaken = twenty + "+.1 A>B P. 101:201(100) ack 1\n+.01 A>B P. 1:101(100) ack 1\n"
	const numbered = twenty + "+.1 A>B P. 1:101(100) ack 1 id 11\n+.001 A>B P. 101:201(100) ack 1 id 12\n+.5 A>B F. 201 ack 1 id 14\n+.02 B>A . 1 ack 202\n+5 B>A F. 1 ack 202\n+.0001 A>B . 202 ack 2 id 15\n"
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
		{overtaken + "+.008 A>B P. 1:101(100) ack 1\n", "RETRANSMISSION: time only"},
		{overtaken + "+.016 A>B P. 1:101(100) ack 1\n", "RETRANSMISSION: bytes seen in packet 5"},
		{overtaken + "+.008 A>B . 1:101(100) ack 1\n", "RETRANSMISSION: bytes seen in packet 5"}, // not like it
		{overtaken + "+.008 A>B P. 1:101(100) ack 1 otherdata\n", "RETRANSMISSION: bytes seen in packet 5"},
		{strings.ReplaceAll(overtaken, "(100) ack 1", "(100) ack 1 id 7") + "+.008 A>B P. 1:101(100) ack 1 id 7\n", "RETRANSMISSION: time only"},
		{twenty + "+.1 A>B P. 101:201(100) ack 1 id 12\n+.01 A>B P. 1:101(100) ack 1 id 11\n+.008 A>B P. 1:101(100) ack 1 id 13\n", "RETRANSMISSION: bytes seen in packet 5"},
		{strings.ReplaceAll(twenty, "S 0", "S 0 <TS val 100 ecr 0>") + "+.1 A>B P. 101:201(100) ack 1 <TS val 220 ecr 9>\n+.01 A>B P. 1:101(100) ack 1 <TS val 219 ecr 9>\n+.008 A>B P. 1:101(100) ack 1 <TS val 238 ecr 9>\n", "RETRANSMISSION: bytes seen in packet 5"},
		{numbered + "+.1 A>B F. 201 ack 1 id 13\n", "RETRANSMISSION: bytes seen, sent before others"},
		{numbered + "+.1 A>B F. 201 ack 2 id 16\n", "RETRANSMISSION: FIN seen"},
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
