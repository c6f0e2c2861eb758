package report

import (
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/analyze"
)

// scriptStories returns the stories of a capture that was made from a script.
func scriptStories(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "testdata", "pcaps", "script", name)
	return unglue(renderCapture(t, Options{Format: FormatTable, Views: []View{ViewStory, ViewSummary}, Width: 1000}, path))
}

// TestSelfTold: a socket connected with itself is told as one end, of which nothing is missing.
func TestSelfTold(t *testing.T) {
	out := scriptStories(t, "open-self.pcap")
	for _, want := range []string{
		"HANDSHAKE  simultaneous in 1.00 ms: a socket connected with itself, whose own SYN came back to it (RFC 9293 §3.5)\n",
		"HANDSHAKE  not captured: the capture begins in the middle of the connection\n",
		"DATA       30 B, to itself; sent again: 2 segments of the client",
		"CLOSE      simultaneous: the socket's own FIN came back to it (RFC 9293 §3.6)\n",
		"ack = 31 + 1 ✓",
		"TIME-WAIT  held by the client until",
		"SERVERS     2  in ESTABLISHED at the end\n", // of the connections between two ends
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, not := range []string{"is a guess", "of the server was captured", "one direction captured", "only one direction was captured"} {
		if strings.Contains(out, not) {
			t.Errorf("%q in\n%s", not, out)
		}
	}
}

// TestSelfNoHalf: a connection of an end with itself has no second half in another tunnel.
func TestSelfNoHalf(t *testing.T) {
	for server, want := range map[string]uint64{"192.0.2.2:2": 1, "192.0.2.1:2": 0} {
		h := halves{name: func(encap uint32) string { return "vlan 10" }}
		for i := range uint64(2) {
			c := halfClose(t)
			c.Number, c.EncapID, c.Client, c.Server = i+1, uint32(i), ep("192.0.2.1:2"), ep(server)
			if want == 0 {
				c.ServerBase = c.ClientBase
			} else if i == 1 {
				c.Client, c.Server = c.Server, c.Client
				c.ClientBase, c.ServerBase = c.ServerBase, c.ClientBase
			}
			c.FromServer.Packets = 0
			h.add(c)
		}
		if h.pairs != want {
			t.Errorf("with %s: %d pairs, want %d", server, h.pairs, want)
		}
	}
}

// TestRenumberedTold: what a SYN proxy did is told where both ISNs are acknowledged, and by no other
// SYN-ACKs with two ISNs.
func TestRenumberedTold(t *testing.T) {
	out := scriptStories(t, "open-syn-proxy.pcap")
	for want, n := range map[string]int{
		"SYN-ACKs with two ISNs are acknowledged (packets 3 and 6), as by no end (RFC 9293 §3.10.7.4); 7 segments whose numbers count from the second are left out\n":   1,
		"SYN-ACKs with two ISNs are acknowledged (packets 22 and 24), as by no end (RFC 9293 §3.10.7.4); 2 segments whose numbers count from the second are left out\n": 1,
		"carry 2 different ISNs": 8,
		"9  segments with numbers of a second ISN, behind something that answers SYNs for the server": 1,
	} {
		if got := strings.Count(out, want); got != n {
			t.Errorf("%d times, want %d: %q in\n%s", got, n, want, out)
		}
	}
	c := halfClose(t)
	c.Opening.SynAckISNs = 2
	if weigh(c, whyAnswers) == 0 {
		t.Error("two ISNs deserve no look")
	}
	if c.Opening.Renumbered = 1; weigh(c, whyAnswers) != 0 {
		t.Error("those of a SYN proxy deserve a look")
	}
	var s tally
	s.add(c, nil)
	if s.renumbered != 1 || s.opened[analyze.OpeningComplete] != 1 {
		t.Errorf("%d renumbered", s.renumbered)
	}
}
