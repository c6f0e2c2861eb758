package arithmetic

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestAnswersSYNData: an acknowledgement may cover the payload of any of the SYNs with one
// ISN, sent with it and without it in either order (RFC 7413 §4.2.2); another ISN begins
// anew.
func TestAnswersSYNData(t *testing.T) {
	for _, c := range []struct {
		name string
		syns []analyze.Step
		good bool
	}{
		{"without, then with", []analyze.Step{{Seq: 100}, {Seq: 100, Len: 9}}, true},
		{"with, then without", []analyze.Step{{Seq: 100, Len: 9}, {Seq: 100}}, true},
		{"without", []analyze.Step{{Seq: 100}, {Seq: 100}}, false},
		{"another ISN, without", []analyze.Step{{Seq: 50, Len: 9}, {Seq: 100}}, false},
	} {
		var a Sums
		for i := range c.syns {
			c.syns[i].FromClient, c.syns[i].Flags = true, wire.SYN
			a.Saw(&c.syns[i])
		}
		text, tone := a.Check(&analyze.Step{Flags: wire.SYN | wire.ACK, Seq: 7, Ack: 110})
		if (tone == prose.Good) != c.good || strings.Contains(text, "covers the data") != c.good {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}

// TestLargeFIN wants the octets of an end that sent more than 2 GiB counted.
func TestLargeFIN(t *testing.T) {
	c := reporttest.Closed(t, analyze.ClosingHalfClosed, analyze.ClientSide)
	c.ClientBase = analyze.Base{Number: 1000, Known: true, ISN: true}
	c.FromClient.UniqueOctets = 3 << 30
	c.Steps[0].Seq = 1001 + 3<<30
	sums := Of(c, true)
	if got, _ := sums.Check(&c.Steps[0]); got != "ends the client's "+prose.Octets(3<<30) {
		t.Error(got)
	}
}

// TestRSTCheck: a RST answers a SYN where its sender sent none of its own; after that
// it ends what had begun, unless the connection went on: closing.rst_packet is the one
// that ended it.
func TestRSTCheck(t *testing.T) {
	peer := &Numbers{SynSeen: true, syn: 1000}
	own := Numbers{SynSeen: true, syn: 5000}
	reset := func(by analyze.Side, after analyze.RstAfter, holders analyze.Side) *analyze.Connection {
		c := &analyze.Connection{}
		c.Closing.RstPacket, c.Closing.RstBy, c.Closing.RstAfter, c.TimeWait.Holders = 7, by, after, holders
		return c
	}
	abort := reset(analyze.ClientSide, analyze.RstAbort, analyze.NoSide)
	for name, c := range map[string]struct {
		own    Numbers
		conn   *analyze.Connection
		packet uint64
		client state.State
		want   string
	}{
		"answers":                 {Numbers{}, abort, 7, state.Closed, "ack = 1000 + 1 ✓: answers the SYN"},
		"ends":                    {own, abort, 7, state.Closed, "acceptable: ends the connection"},
		"after it":                {own, abort, 8, state.Closed, "the connection had ended already"},
		"before it":               {own, abort, 6, state.Closed, "acceptable by its number, but the connection went on"},
		"none ended it":           {own, &analyze.Connection{}, 7, state.Closed, "acceptable by its number, but the connection went on"},
		"figure 8":                {own, &analyze.Connection{}, 7, state.SynSent, "refuses an ack that is not for its SYN (RFC 9293 §3.10.7.3)"},
		"figure 9":                {own, abort, 7, state.SynSent, "acceptable: ends the connection"},
		"answers, but it went on": {Numbers{}, &analyze.Connection{}, 7, state.Closed, "acceptable by its number, but the connection went on"},
		"to TIME-WAIT":            {own, reset(analyze.ClientSide, analyze.RstTimeWait, analyze.ServerSide), 7, state.Closed, "ends TIME-WAIT, where it is taken there (RFC 1337)"},
		"by TIME-WAIT":            {own, reset(analyze.ClientSide, analyze.RstTimeWait, analyze.ClientSide), 7, state.Closed, "its sender has left TIME-WAIT"},
	} {
		st := &analyze.Step{Packet: c.packet, FromClient: true, Flags: wire.RST | wire.ACK, Seq: 5001, Ack: 1001, Acceptable: true, ClientState: c.client}
		a := &Sums{conn: c.conn, Over: c.packet > 7}
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
		if got, _ := (&Sums{conn: abort}).checkRST(st, &own, peer); got != want {
			t.Errorf("to an end that is then in %v: %q, want %q", after, got, want)
		}
	}
}

// TestFINCheck: a FIN before an end's numbers ends nothing of what that sent.
func TestFINCheck(t *testing.T) {
	own := &Numbers{Base: analyze.Base{Number: 8000, Known: true, ISN: true}, sent: 10}
	for seq, want := range map[wire.Seq]string{0: "before the ISN of the server: changes nothing", 8001: "the server sent no data", 8011: "ends the server's 10\u00a0B"} {
		st := &analyze.Step{Flags: wire.FIN | wire.ACK, Seq: seq, Ack: 1001}
		if got, _ := new(Sums).checkFIN(st, own, &Numbers{}); got != want {
			t.Errorf("seq %d: %q, want %q", seq, got, want)
		}
	}
}
