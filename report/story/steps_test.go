package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestIgnoredRSTInOpening: a RST that changed nothing in the end stands where it came:
// before the ACK that completes the handshake it is no part of the close.
func TestIgnoredRSTInOpening(t *testing.T) {
	c := &analyze.Connection{}
	c.Opening.Outcome, c.Opening.AckPacket = analyze.OpeningComplete, 5
	c.Steps = []analyze.Step{{Packet: 3, Flags: wire.RST, Acceptable: true}, {Packet: 9, Flags: wire.RST, Acceptable: true}}
	for _, last := range []struct {
		ended            uint64
		opening, closing int
	}{{0, 1, 1}, {9, 1, 1}, {3, 0, 2}} {
		c.Closing.RstPacket = last.ended
		opening, closing := (&telling{conn: c}).partSteps()
		if len(opening) != last.opening || len(closing) != last.closing {
			t.Errorf("RST %d ended it: %v in the handshake, %v in the close", last.ended, opening, closing)
		}
	}
}

// TestFINOfHalfOpen: of a connection that was never complete a RST stands with the
// handshake, and the FIN of the server that waited for it with the close.
func TestFINOfHalfOpen(t *testing.T) {
	c := &analyze.Connection{}
	c.Opening.Outcome = analyze.OpeningHalfOpen
	c.Steps = []analyze.Step{{Packet: 1, Flags: wire.SYN, Phase: label.SYN}, {Packet: 2, Flags: wire.FIN | wire.ACK, Phase: label.FIN}, {Packet: 3, Flags: wire.RST, Phase: label.RST}}
	opening, closing := (&telling{conn: c}).partSteps()
	if len(opening) != 2 || len(closing) != 1 || closing[0] != 1 {
		t.Errorf("%v in the handshake, %v in the close", opening, closing)
	}
}

// TestNarrowSteps: where there is no room for both numbers the acknowledgement number gives
// way first, since the sum beside it says what it acknowledges.
func TestNarrowSteps(t *testing.T) {
	var one bool
	for width := 40; width < 120; width++ {
		out := prose.Unglue(told(width, reporttest.HalfClose(t)))
		head, _, _ := strings.Cut(out[strings.Index(out, "PACKET"):], "\n")
		seq, ack := strings.Contains(head, " SEQ"), strings.Contains(head, " ACK")
		if ack && !seq {
			t.Errorf("%d columns: %q", width, head)
		}
		one = one || seq && !ack
	}
	if !one {
		t.Error("at no width one of them is left out")
	}
}
