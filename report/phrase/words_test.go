package phrase

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestPackets: three packets are named, and that there are more.
func TestPackets(t *testing.T) {
	list := []uint64{7, 8, 9, 10}
	for n, want := range []string{"", " (packet 7)", " (packets 7, 8)", " (packets 7, 8, 9)", " (packets 7, 8, 9 …)"} {
		if got := Packets(list[:n]); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestSideWords: every side has words, and one that is not known has, too.
func TestSideWords(t *testing.T) {
	for side, want := range map[analyze.Side]string{analyze.ClientSide: "the client", analyze.ServerSide: "the server", analyze.BothSides: "both ends", analyze.NoSide: "somebody"} {
		if got := Side(side); got != want {
			t.Errorf("%v: %q", side, got)
		}
	}
}

// TestCounted: a verb agrees with its number, and an end of which there is nothing to count is left out.
func TestCounted(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 RSTs were", 1: "1 RST was", 2: "2 RSTs were", 1000: "1,000 RSTs were"} {
		if got := prose.Unglue(WasWere(n, "RST")); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		client, server uint64
		want           string
	}{{0, 0, ""}, {1, 0, "1 of the client"}, {0, 1, "1 of the server"}, {1, 2, "1 of the client, 2 of the server"}} {
		if got := BothEnds(c.client, c.server, prose.Thousands); got != c.want {
			t.Errorf("%d and %d: %q, want %q", c.client, c.server, got, c.want)
		}
	}
}

// TestNoPacketNamed: a packet that is not known is not named; the first one has number 1.
func TestNoPacketNamed(t *testing.T) {
	conn := reporttest.Closed(t, analyze.ClosingHalfClosed, analyze.ServerSide)
	conn.Steps[0].Packet, conn.Closing.RstPacket = 1, 1
	for _, c := range []struct{ got, want string }{
		{FinPacket(conn, analyze.ServerSide), " (packet 1)"}, {FinPacket(conn, analyze.ClientSide), ""},
		{RstPacket(conn), " (packet 1)"}, {RstPacket(&analyze.Connection{}), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestReuse: the rule that allows a reuse is named, and a reuse that none allows is not excused.
func TestReuse(t *testing.T) {
	for right, want := range map[analyze.ReuseRight]string{
		analyze.ReuseNone:      "",
		analyze.ReuseISN:       ", whose SYN has a higher ISN",
		analyze.ReuseTimestamp: ", whose SYN has a later timestamp",
		analyze.ReuseEarlier:   ", whose SYN has a higher ISN but an earlier timestamp",
		analyze.ReuseUnproved:  " with neither a higher ISN nor a later timestamp",
	} {
		if got := Reuse(&analyze.TimeWait{ReusedBy: 9, Reuse: right}); got != "used again by connection 9"+want {
			t.Errorf("%v: %q", right, got)
		}
	}
}

// TestSlowAnswer: it may be no answer, so it is only said when it came.
func TestSlowAnswer(t *testing.T) {
	conn := &analyze.Connection{FromServer: analyze.Direction{SlowestAnswer: analyze.Answer{Wait: 2e9, Packet: 8}}}
	if got, want := prose.Unglue(SlowAnswer(conn)), "the server's next payload came up to 2.00 s after the client's (packet 8)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
