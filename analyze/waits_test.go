package analyze_test

import (
	"fmt"
	"testing"

	"tcpwatch/analyze/label"
)

// asked is a handshake and a request of 100 octets, packet 4, at 111 ms; until then the
// longest silence is that before it.
const asked = "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:101(100) ack 1\n"

// TestWaits: the longest silence and who ended it, the slowest answers, and the silence
// before what was sent again, each in ms with its packet.
func TestWaits(t *testing.T) {
	for _, c := range []struct {
		name, script                    string
		silence, client, server, resent string
	}{
		{"one packet", "0 A>B S 0\n", "0 packet 0 of server", "0/0", "0/0", "0 0"},
		{"nobody answers", asked, "100 packet 4 of client DATA", "0/0", "0/0", "0 0"},
		{"slow server", asked + "+.010 B>A . 1 ack 101\n+5 B>A P. 1:501(500) ack 101\n", "5000 packet 6 of server DATA", "0/0", "5010/6", "0 0"},
		{"only its first octets answer", asked + "+.2 B>A . 1:501(500) ack 101\n+.3 B>A P. 501:601(100) ack 101\n", "300 packet 6 of server DATA", "0/0", "200/5", "0 0"},
		{"the slowest of two", asked + "+.3 B>A P. 1:11(10) ack 101\n+2 A>B P. 101:201(100) ack 11\n+.2 B>A P. 11:21(10) ack 201\n",
			"2000 packet 6 of client DATA", "2000/6", "300/5", "0 0"},
		{"a greeting answers nothing", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+3 B>A P. 1:11(10) ack 1\n", "3000 packet 4 of server DATA", "0/0", "0/0", "0 0"},
		{"the request again", asked + "+.2 A>B P. 1:101(100) ack 1\n+.4 A>B P. 1:101(100) ack 1\n+.02 B>A P. 1:11(10) ack 101\n",
			"400 packet 6 of client DATA RETRANSMISSION", "0/0", "20/7", "600 0"},
		{"the answer again", asked + "+.05 B>A P. 1:11(10) ack 101\n+.3 B>A P. 1:11(10) ack 101\n+.01 A>B . 101 ack 11\n",
			"300 packet 6 of server DATA RETRANSMISSION", "0/0", "50/5", "0 300"},
		{"what was missing of an earlier answer",
			asked + "+.05 B>A P. 11:21(10) ack 101\n+.001 A>B P. 101:201(100) ack 1\n+.8 B>A . 1:11(10) ack 101\n+.001 B>A P. 21:31(10) ack 201\n",
			"800 packet 7 of server DATA RETRANSMISSION", "1/6", "801/8", "0 800"},
		{"a keep-alive is no payload", asked + "+.01 B>A P. 1:11(10) ack 101\n+.01 A>B . 101 ack 11\n+7 A>B . 100:101(1) ack 11\n+.01 B>A . 11 ack 101\n",
			"7000 packet 7 of client DATA KEEP-ALIVE", "0/0", "10/5", "0 0"},
		{"a FIN again", asked + "+.01 A>B F. 101 ack 1\n+.3 A>B F. 101 ack 1\n+.1 B>A P. 1:11(10) ack 102\n",
			"300 packet 6 of client FIN RETRANSMISSION", "0/0", "410/7", "300 0"},
		{"sent again, and a clock that ran backwards", asked + ".061 A>B P. 1:101(100) ack 1\n.2 B>A . 1 ack 101\n",
			"139 packet 6 of server ACK", "0/0", "0/0", "0 0"},
		{"a clock that was set forward and back", asked + "3600 B>A P. 1:11(10) ack 101\n.2 A>B . 101 ack 11\n+.1 A>B . 101 ack 11\n",
			"0 packet 0 of server", "0/0", "0/0", "0 0"},
		{"sent again by a clock that was set forward and back", asked + "3600 A>B P. 1:101(100) ack 1\n.2 B>A . 1 ack 101\n",
			"0 packet 0 of server", "0/0", "0/0", "0 0"},
		{"octets of the request that were not captured", asked + "+9 B>A . 1 ack 301\n+1 B>A P. 1:11(10) ack 301\n", "9000 packet 5 of server ACK ACK-UNSEEN", "0/0", "0/0", "0 0"},
		{"octets of the answer that were not captured", asked + "+9 B>A P. 11:21(10) ack 101\n", "9000 packet 5 of server DATA MISSING-SEGMENT", "0/0", "0/0", "0 0"},
		{"a closed window", asked + "+.01 B>A . 1 ack 101\n+.01 A>B . 101 ack 1 win 0\n+9 A>B . 101 ack 1\n+.01 B>A P. 1:11(10) ack 101\n",
			"9000 packet 7 of client ACK WINDOW-UPDATE", "0/0", "0/0", "0 0"},
		{"a window that the answer's sender closed", asked + "+.01 B>A . 1 ack 101 win 0\n+3 B>A P. 1:11(10) ack 101\n", "3000 packet 6 of server DATA", "0/0", "3010/6", "0 0"},
		{"a window probe is no answer", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1 win 0\n+.1 A>B P. 1:101(100) ack 1 win 0\n" +
			"+.5 B>A . 1:2(1) ack 101\n+.3 A>B P. 101:201(100) ack 1\n", "500 packet 5 of server DATA ZERO-WINDOW-PROBE", "0/0", "0/0", "0 0"},
		{"sent again twice, by a clock that ran backwards", asked + "+1 A>B P. 1:101(100) ack 1\n.9 A>B P. 1:101(100) ack 1\n+3 B>A . 1 ack 101\n",
			"3000 packet 7 of server ACK", "0/0", "0/0", "1000 0"},
		{"sent again by both, by a clock that ran backwards", asked + "+.01 B>A P. 1:11(10) ack 101\n+1 A>B P. 1:101(100) ack 1\n.2 A>B . 101 ack 1\n" +
			"+1 B>A P. 1:11(10) ack 101\n", "1000 packet 6 of client DATA RETRANSMISSION", "0/0", "10/5", "0 0"},
		{"the request again, though it had arrived", asked + "+.01 B>A . 1 ack 101\n+2 A>B P. 1:101(100) ack 1\n+2 B>A P. 1:11(10) ack 101\n",
			"2000 packet 6 of client DATA RETRANSMISSION", "0/0", "4010/7", "2000 0"},
		{"an answer at once", asked + "+0 B>A P. 1:11(10) ack 101\n", "100 packet 4 of client DATA", "0/0", "0/5", "0 0"},
		{"a RST", asked + "+.01 B>A . 1 ack 101\n+60 B>A R. 1 ack 101\n", "60000 packet 6 of server RST", "0/0", "0/0", "0 0"},
		{"a SYN again", "0 A>B S 0\n+1 A>B S 0\n+2 A>B S 0\n", "2000 packet 3 of client SYN RETRANSMISSION", "0/0", "0/0", "3000 0"},
		{"a clock that ran backwards", asked + ".061 B>A P. 1:11(10) ack 101\n+.1 A>B . 101 ack 11\n", "100 packet 4 of client DATA", "0/0", "0/0", "0 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hear(t, c.script)
			s, x, y := &h.last.Silence, &h.last.FromClient, &h.last.FromServer
			who := "server"
			if s.FromClient {
				who = "client"
			}
			silence := fmt.Sprintf("%d packet %d of %s", s.For/1e6, s.Packet, who)
			for id := label.ID(0); id < label.Count; id++ {
				if s.Labels.Has(id) {
					silence += " " + label.All[id].Name
				}
			}
			check := func(what, got, want string) {
				if got != want {
					t.Errorf("%s: %s, want %s", what, got, want)
				}
			}
			check("silence", silence, c.silence)
			check("client", fmt.Sprintf("%d/%d", x.SlowestAnswer.Wait/1e6, x.SlowestAnswer.Packet), c.client)
			check("server", fmt.Sprintf("%d/%d", y.SlowestAnswer.Wait/1e6, y.SlowestAnswer.Packet), c.server)
			check("resent", fmt.Sprintf("%d %d", x.ResendWait/1e6, y.ResendWait/1e6), c.resent)
		})
	}
}
