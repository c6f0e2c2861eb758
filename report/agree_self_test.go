package report

import (
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestSelfTold: a socket connected with itself is told as one end, of which nothing is missing.
func TestSelfTold(t *testing.T) {
	path := filepath.Join("..", "testdata", "pcaps", "script", "open-self.pcap")
	out := prose.Unglue(renderCapture(t, Options{Format: FormatTable, Views: []View{ViewStory, ViewSummary}, Style: prose.Style{Width: 1000}}, path))
	for _, want := range []string{
		"HANDSHAKE  simultaneous in 1.00 ms: a socket connected with itself, whose own SYN came back to it (RFC 9293 §3.5)\n",
		"HANDSHAKE  not captured: the capture begins in the middle of the connection\n",
		"DATA       30 B, to itself; sent again: 2 segments of the client",
		"CLOSE      simultaneous: the socket's own FIN came back to it (RFC 9293 §3.6)\n",
		"ack = 31 + 1 ✓",
		"in the open connection after 100 ms of silence; the socket had sent itself no payload",
		"at the end the socket is in ESTABLISHED\n",
		"round trips from this tap (least / mean / most): to the socket itself 1.00 ms",
		"TIME-WAIT  held by the client until",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, not := range []string{"is a guess", "of the server was captured", "one direction captured", "only one direction was captured", "neither end had"} {
		if strings.Contains(out, not) {
			t.Errorf("%q in\n%s", not, out)
		}
	}
	for _, want := range []string{"opened, a socket connected with itself in 1.00 ms", "closed, a socket connected with itself, after 506 ms"} {
		if events := prose.Unglue(renderCapture(t, Options{Format: FormatTable, Views: []View{ViewEvents}, Style: prose.Style{Width: 1000}}, path)); !strings.Contains(events, want) || strings.Contains(events, "by both at once") {
			t.Errorf("%q is not in\n%s", want, events)
		}
	}
	c := reporttest.HalfClose(t)
	c.Server = c.Client
	var s struct {
		Clients map[string]int `json:"client_states"`
		Servers map[string]int `json:"server_states"`
	}
	if counted(t, c, &s); s.Clients["TIME-WAIT"] != 1 || s.Servers["CLOSED"] != 0 {
		t.Errorf("%+v", s)
	}
}

// TestCountsLikeText: the summary for programs has the counts of the one for people.
func TestCountsLikeText(t *testing.T) {
	for file, want := range map[string][2]string{
		"open-self":      {"2 in answer to a SYN\n", `"crossed_syns":2,`},
		"open-syn-proxy": {"15 segments with numbers of a second ISN", `"renumbered":15,`},
	} {
		path := filepath.Join("..", "testdata", "pcaps", "script", file+".pcap")
		for i, format := range []Format{FormatTable, FormatJSON} {
			out := strings.ReplaceAll(prose.Unglue(renderCapture(t, Options{Format: format, Views: []View{ViewSummary}, Style: prose.Style{Width: 1000}}, path)), "  ", " ")
			if !strings.Contains(out, want[i]) {
				t.Errorf("%q is not in\n%s", want[i], out)
			}
		}
	}
}
