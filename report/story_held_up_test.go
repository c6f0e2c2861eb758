package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// TestHeldUpSYN: a SYN that came when its sender did not send it any more is not said to be sent again.
func TestHeldUpSYN(t *testing.T) {
	for _, c := range []struct {
		name string
		late analyze.Step
		want string
	}{
		{"held up", analyze.Step{Packet: 90}, "captured twice, once held up on the way"},
		{"of another window", analyze.Step{Packet: 90, Window: 63}, "captured twice, once behind the handshake, with another window"},
		{"sent again", analyze.Step{Packet: 90, Repeated: true}, "sent twice"},
		{"in the opening", analyze.Step{Packet: 2}, "sent twice"},
		{"a copy", analyze.Step{Packet: 90, Copy: true}, "sent twice"},
		{"of another number", analyze.Step{Packet: 90, Seq: 7}, "sent twice"},
	} {
		conn := halfClose(t)
		first := conn.Steps[0]
		if first.Phase != label.SYN || conn.Opening.AckPacket <= 2 {
			t.Fatalf("another beginning: %+v", first)
		}
		c.late.Phase, c.late.Flags, c.late.FromClient = label.SYN, wire.SYN, true
		c.late.Seq += first.Seq
		if c.late.Window == 0 {
			c.late.Window = first.Window
		}
		conn.Steps, conn.Opening.SynCount = append(conn.Steps, c.late), 2
		if got := unglue(strings.Join(openingOddities(conn), "; ")); !strings.Contains(got, "the SYN was "+c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := unglue(slowOpenText(conn)); !strings.HasPrefix(got, "SYN "+c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}
