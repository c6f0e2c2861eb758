package story

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
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
