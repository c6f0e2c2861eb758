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
