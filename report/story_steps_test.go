package report

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// TestRSTCheck: a RST answers a SYN where its sender sent none of its own; after that
// it ends what had begun, unless the connection went on: closing.rst_packet is the one
// that ended it.
func TestRSTCheck(t *testing.T) {
	peer := &endNumbers{synSeen: true, syn: 1000}
	own := endNumbers{synSeen: true, syn: 5000}
	reset := func(by analyze.Side, after analyze.RstAfter, holders analyze.Side) *connection {
		c := &connection{}
		c.Closing.RstPacket, c.Closing.RstBy, c.Closing.RstAfter, c.TimeWait.Holders = 7, by, after, holders
		return c
	}
	abort := reset(analyze.ClientSide, analyze.RstAbort, analyze.NoSide)
	for name, c := range map[string]struct {
		own    endNumbers
		conn   *connection
		packet uint64
		client state.State
		want   string
	}{
		"answers":                 {endNumbers{}, abort, 7, state.Closed, "ack = 1000 + 1 ✓: answers the SYN"},
		"ends":                    {own, abort, 7, state.Closed, "acceptable: ends the connection"},
		"after it":                {own, abort, 8, state.Closed, "the connection had ended already"},
		"before it":               {own, abort, 6, state.Closed, "acceptable by its number, but the connection went on"},
		"none ended it":           {own, &connection{}, 7, state.Closed, "acceptable by its number, but the connection went on"},
		"figure 8":                {own, &connection{}, 7, state.SynSent, "refuses an ack that is not for its SYN (RFC 9293 §3.10.7.3)"},
		"figure 9":                {own, abort, 7, state.SynSent, "acceptable: ends the connection"},
		"answers, but it went on": {endNumbers{}, &connection{}, 7, state.Closed, "acceptable by its number, but the connection went on"},
		"to TIME-WAIT":            {own, reset(analyze.ClientSide, analyze.RstTimeWait, analyze.ServerSide), 7, state.Closed, "ends TIME-WAIT, where it is taken there (RFC 1337)"},
		"by TIME-WAIT":            {own, reset(analyze.ClientSide, analyze.RstTimeWait, analyze.ClientSide), 7, state.Closed, "its sender has left TIME-WAIT"},
	} {
		st := &analyze.Step{Packet: c.packet, FromClient: true, Flags: wire.RST | wire.ACK, Seq: 5001, Ack: 1001, Acceptable: true, ClientState: c.client}
		a := &arithmetic{conn: c.conn, over: c.packet > 7}
		if got, _ := a.checkRST(st, &c.own, peer); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for after, want := range map[state.State]string{
		state.Closed:                  "acceptable: ends the connection",
		state.Closed | state.Inferred: "acceptable: ends the connection if it is taken",
		state.Listen | state.Inferred: "acceptable: ends the connection", // whether it listens is never seen
	} {
		st := &analyze.Step{Packet: 7, FromClient: true, Flags: wire.RST, Seq: 5001, Acceptable: true, ClientState: state.Closed, ServerState: after}
		if got, _ := (&arithmetic{conn: abort}).checkRST(st, &own, peer); got != want {
			t.Errorf("to an end that is then in %v: %q, want %q", after, got, want)
		}
	}
}

// TestIgnoredRSTInOpening: a RST that changed nothing in the end stands where it came:
// before the ACK that completes the handshake it is no part of the close.
func TestIgnoredRSTInOpening(t *testing.T) {
	c := &connection{}
	c.Opening.Outcome, c.Opening.AckPacket = analyze.OpeningComplete, 5
	c.Steps = []analyze.Step{{Packet: 3, Flags: wire.RST, Acceptable: true}, {Packet: 9, Flags: wire.RST, Acceptable: true}}
	for _, last := range []struct {
		ended            uint64
		opening, closing int
	}{{0, 1, 1}, {9, 1, 1}, {3, 0, 2}} {
		c.Closing.RstPacket = last.ended
		opening, closing := (&story{conn: c}).partSteps()
		if len(opening) != last.opening || len(closing) != last.closing {
			t.Errorf("RST %d ended it: %v in the handshake, %v in the close", last.ended, opening, closing)
		}
	}
}

// TestFINCheck: a FIN before an end's numbers ends nothing of what that sent.
func TestFINCheck(t *testing.T) {
	own := &endNumbers{base: analyze.Base{Number: 8000, Known: true, ISN: true}, sent: 10}
	for seq, want := range map[wire.Seq]string{0: "before the ISN of the server: changes nothing", 8001: "the server sent no data", 8011: "ends the server's 10\u00a0B"} {
		st := &analyze.Step{Flags: wire.FIN | wire.ACK, Seq: seq, Ack: 1001}
		if got, _ := new(arithmetic).checkFIN(st, own, &endNumbers{}); got != want {
			t.Errorf("seq %d: %q, want %q", seq, got, want)
		}
	}
}
