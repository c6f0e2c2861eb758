package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// TestRSTCheck: a RST answers a SYN where its sender sent none of its own; behind that
// it ends what had begun.
func TestRSTCheck(t *testing.T) {
	st := &analyze.Step{Flags: wire.RST | wire.ACK, Seq: 5001, Ack: 1001, Acceptable: true}
	peer := &endNumbers{synSeen: true, syn: 1000}
	for _, c := range []struct {
		own  endNumbers
		want string
	}{
		{endNumbers{}, "answers the SYN"},
		{endNumbers{synSeen: true, syn: 5000}, "ends the connection"},
	} {
		if got, _ := new(arithmetic).checkRST(st, &c.own, peer); !strings.Contains(got, c.want) {
			t.Errorf("own SYN %v: %q, want %q", c.own.synSeen, got, c.want)
		}
	}
}

// TestFINCheck: a FIN in front of an end's numbers ends nothing of what that sent.
func TestFINCheck(t *testing.T) {
	own := &endNumbers{base: analyze.Base{Number: 8000, Known: true, ISN: true}, sent: 10}
	for seq, want := range map[wire.Seq]string{0: "", 8001: "the server sent no data", 8011: "ends the server's 10\u00a0B"} {
		st := &analyze.Step{Flags: wire.FIN | wire.ACK, Seq: seq, Ack: 1001}
		if got, _ := new(arithmetic).checkFIN(st, own, &endNumbers{}); got != want {
			t.Errorf("seq %d: %q, want %q", seq, got, want)
		}
	}
}
