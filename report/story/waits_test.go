package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestWaitTexts: each wait has its words, where it is long enough to be told; the story
// says them, and a silence that another wait explains is not told twice.
func TestWaitTexts(t *testing.T) {
	set := func(ids ...label.ID) (s label.Set) {
		for _, id := range ids {
			s = s.With(id)
		}
		return s
	}
	for _, c := range []struct {
		name string
		wait func(*analyze.Connection)
		want string
	}{
		{"none", func(*analyze.Connection) {}, ""},
		{"too short", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: phrase.WaitLeast - 1, Packet: 9}
			c.FromServer.SlowestAnswer = analyze.Answer{Wait: phrase.WaitLeast - 1, Packet: 8}
			c.FromClient.SlowestAnswer = analyze.Answer{Wait: phrase.WaitLeast - 1, Packet: 7}
			c.FromClient.ResendWait, c.FromClient.ZeroWindowTime, c.FromClient.WindowFullTime = phrase.WaitLeast-1, phrase.WaitLeast-1, phrase.WaitLeast-1
			c.FromServer.AckWait = analyze.AckWait{Times: 3, For: phrase.WaitLeast - 1}
		}, ""},
		{"an answer, which is the silence", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 5e9, Packet: 6, Labels: set(label.Data)}
			c.FromServer.SlowestAnswer = analyze.Answer{Wait: 5.01e9, Packet: 6}
		}, "the server's next payload came up to 5.01 s after the client's (packet 6)"},
		{"the client's", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 2e9, Packet: 9, FromClient: true, Labels: set(label.Data)}
			c.FromClient.SlowestAnswer = analyze.Answer{Wait: 2e9, Packet: 9}
		}, "the client up to 2.00 s with its next payload (packet 9)"},
		{"a silence beside an answer", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 60e9, Packet: 26, Labels: set(label.RST)}
			c.FromServer.SlowestAnswer = analyze.Answer{Wait: 1e9, Packet: 6}
		}, "the server's next payload came up to 1.00 s after the client's (packet 6); nothing was captured for 60.0 s, until packet 26, a RST of the server"},
		{"a silence before something sent again", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 1e9, Packet: 2, FromClient: true, Labels: set(label.SYN, label.Retransmission)}
			c.FromClient.ResendWait = 1e9
		}, "1.00 s of silence before what the client sent again"},
		{"windows", func(c *analyze.Connection) {
			c.FromClient.ZeroWindowTime, c.FromServer.WindowFullTime = 3.9e9, 200e6
		}, "the server's zero window held the client back for 3.90 s; the server had used up the client's window for 200 ms"},
		{"delayed acknowledgements", func(c *analyze.Connection) {
			c.FromClient.AckWait, c.FromServer.AckWait = analyze.AckWait{Times: 52, For: 2.3e9}, analyze.AckWait{Times: 1, For: 200e6}
		}, "the client's payload waited 52 times, 2.30 s in all, for delayed acknowledgements of the server; the server's payload waited 200 ms for a delayed acknowledgement of the client"},
		{"a keep-alive", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 7e9, Packet: 1234, FromClient: true, Labels: set(label.Data, label.KeepAlive)}
		}, "nothing was captured for 7.00 s, until packet 1234, a keep-alive of the client"},
		{"an acknowledgement", func(c *analyze.Connection) {
			c.Silence = analyze.Silence{For: 7e9, Packet: 5, Labels: set(label.Ack)}
		}, "nothing was captured for 7.00 s, until packet 5, an acknowledgement of the server"},
	} {
		conn := reporttest.HalfClose(t)
		c.wait(conn)
		if got := prose.Unglue(strings.Join(waitTexts(conn), "; ")); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
		out := told(200, conn)
		if told := strings.Contains(out, "WAITED     "+c.want) && c.want != ""; told != (c.want != "") || c.want == "" && strings.Contains(out, "WAITED") {
			t.Errorf("%s: the story\n%s", c.name, out)
		}
	}
}
