package phrase

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// resetBy gives a connection a RST with ACK in packet 11.
func resetBy(side analyze.Side, after analyze.RstAfter) func(*analyze.Connection) {
	return func(c *analyze.Connection) {
		reporttest.Reset(after)(c)
		c.Closing.RstBy = side
		c.Steps = append(c.Steps, analyze.Step{Packet: 11, Flags: wire.RST | wire.ACK, FromClient: side == analyze.ClientSide, Acceptable: true})
	}
}

// TestResetSituation: each situation has its sentence, and what else the record shows decides what of
// it can be known.
func TestResetSituation(t *testing.T) {
	const client, server = analyze.ClientSide, analyze.ServerSide
	const unread = ", as where a program leaves data unread (RFC 9293 §3.6.1) or aborts (§3.10.5)"
	for _, c := range []struct {
		name   string
		by     analyze.Side
		after  analyze.RstAfter
		fins   []analyze.Side
		change func(*analyze.Connection)
		want   string
	}{
		{"the opening says it", server, analyze.RstRefused, nil, func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningRefused }, ""},
		{"a refusal that the opening does not say", server, analyze.RstRefused, nil, func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningHalfOpen },
			"refused: the server answered a SYN with a RST (packet 11)"},
		{"in the handshake", server, analyze.RstHandshake, nil, nil, "reset in the handshake: the server sent a RST (packet 11) after a SYN-ACK"},
		{"in the handshake, which the opening says", server, analyze.RstHandshake, nil, func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningReset }, ""},
		{"an abort", server, analyze.RstAbort, nil, noPayload, "aborted: the server sent a RST (packet 11) in the open connection"},
		{"an abort before any payload", client, analyze.RstAbort, nil, unused, "aborted: the client sent a RST (packet 11) in the open connection; neither end had sent any payload"},
		{"an abort before any payload to itself", client, analyze.RstAbort, nil, func(c *analyze.Connection) { unused(c); c.Server = c.Client },
			"aborted: the client sent a RST (packet 11) in the open connection; the socket had sent itself no payload"},
		{"an abort to itself", client, analyze.RstAbort, nil, func(c *analyze.Connection) { c.Server, c.FromServer.UniqueOctets = c.Client, 0 },
			"aborted: the client sent a RST (packet 11) in the open connection"},
		{"an end that may not have opened", client, analyze.RstAbort, nil, func(c *analyze.Connection) {
			noPayload(c)
			c.Steps = append(c.Steps, analyze.Step{Packet: 3, FromClient: true, Flags: wire.ACK, ServerState: state.SynReceived | state.Inferred})
			c.ServerState = state.SynReceived | state.Inferred
		}, "reset: the client sent a RST (packet 11); the server may not have opened the connection"},
		{"nothing of one end", client, analyze.RstAbort, nil, func(c *analyze.Connection) { c.FromServer = analyze.Direction{} },
			"reset: the client sent a RST (packet 11); nothing of the server was captured"},
		{"nothing of one end, in the opening", client, analyze.RstHandshake, nil, func(c *analyze.Connection) {
			c.FromServer, c.Opening.Outcome = analyze.Direction{}, analyze.OpeningReset
		}, ""},
		{"no answer to keep-alives", client, analyze.RstKeepAlive, nil, func(c *analyze.Connection) { c.FromClient.KeepAlives, c.FromServer.KeepAlives = 9, 2 },
			"given up: the client sent a RST (packet 11); it had sent 9 keep-alives, the last ones unanswered"},
		{"no answer to keep-alives of the server", server, analyze.RstKeepAlive, nil, func(c *analyze.Connection) { c.FromClient.KeepAlives, c.FromServer.KeepAlives = 9, 2 },
			"given up: the server sent a RST (packet 11); it had sent 2 keep-alives, the last ones unanswered"},
		{"after a FIN", client, analyze.RstAfterFIN, []analyze.Side{server}, noPayload, "reset after a FIN of the server (packet 9): the client sent a RST (packet 11)"},
		{"after a FIN that was not captured", client, analyze.RstAfterFIN, nil, noPayload, "reset after a FIN: the client sent a RST (packet 11)"},
		{"after a FIN, unread", client, analyze.RstAfterFIN, []analyze.Side{server}, nil, "reset after a FIN of the server (packet 9): the client sent a RST (packet 11)" + unread},
		{"data outstanding", server, analyze.RstUnreadData, nil, nil, "reset with data outstanding: the server sent a RST (packet 11), and data of the client was not acknowledged"},
		{"data outstanding, after its FIN", server, analyze.RstUnreadData, []analyze.Side{server}, func(c *analyze.Connection) { c.Closing.ActiveCloser = client },
			"reset with data outstanding: the server sent a RST (packet 11), and data of the client was not acknowledged, or came after the FIN of the server (packet 9)"},
		{"data outstanding, after the other's FIN", server, analyze.RstUnreadData, []analyze.Side{client}, nil,
			"reset with data outstanding: the server sent a RST (packet 11), and data of the client was not acknowledged"},
		{"data after its FIN", server, analyze.RstUnreadData, []analyze.Side{server}, func(c *analyze.Connection) { c.Closing.HalfClosedOctets = 1 },
			"closed, then reset: the server had sent its FIN (packet 9), and answered data of the client that came afterwards with a RST (packet 11)"},
		{"after its FIN, and none came then", server, analyze.RstUnreadData, []analyze.Side{server}, nil,
			"reset with data outstanding: the server sent a RST (packet 11), and data of the client was not acknowledged, or came after the FIN of the server (packet 9)"},
		{"data after the other's FIN", server, analyze.RstUnreadData, []analyze.Side{client}, func(c *analyze.Connection) { c.Closing.HalfClosedOctets = 1 },
			"reset with data outstanding: the server sent a RST (packet 11), and data of the client was not acknowledged"},
		{"no connection", server, analyze.RstNoConnection, nil, nil,
			"no connection: the server knows of none, and answered a segment without SYN and ACK with a RST (packet 11) (RFC 9293 §3.10.7.1)"},
		{"in TIME-WAIT", server, analyze.RstTimeWait, nil, nil, "a RST (packet 11) reached an end in TIME-WAIT (RFC 1337)"},
		{"nothing is known of it", analyze.NoSide, analyze.RstNone, nil, nil, "reset: somebody sent a RST (packet 11)"},
	} {
		conn := reporttest.Closed(t, analyze.ClosingReset, c.fins...)
		resetBy(c.by, c.after)(conn)
		if c.change != nil {
			c.change(conn)
		}
		if got := prose.Unglue(Reset(conn)); got != c.want {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

func noPayload(c *analyze.Connection) { c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = 0, 0 }

// unused makes the RST one that acknowledges the server's SYN and no more.
func unused(c *analyze.Connection) {
	noPayload(c)
	c.Steps[len(c.Steps)-1].Ack = c.Opening.ServerISN + 1
}

// TestResetOnlyOfWhom: only the RSTs of the end that reset count, and only its segments; an end of
// which nothing was captured sent nothing else, but then that is what is said.
func TestResetOnlyOfWhom(t *testing.T) {
	rst := func(n uint64, client bool) analyze.Step {
		return analyze.Step{Packet: n, FromClient: client, Flags: wire.RST | wire.ACK}
	}
	for _, c := range []struct {
		name           string
		by             analyze.Side
		client, server uint64 // packets
		steps          []analyze.Step
		want           bool
	}{
		{"of the client", analyze.ClientSide, 1, 5, []analyze.Step{rst(11, true)}, true},
		{"of the client, and others", analyze.ClientSide, 5, 1, []analyze.Step{rst(11, true)}, false},
		{"of the server", analyze.ServerSide, 5, 1, []analyze.Step{rst(11, false)}, true},
		{"and a FIN", analyze.ServerSide, 5, 2, []analyze.Step{{Packet: 10, Flags: wire.FIN}, rst(11, false)}, false},
		{"both ends", analyze.ServerSide, 5, 2, []analyze.Step{rst(10, true), rst(11, false)}, false},
		{"a socket connected with itself", analyze.ServerSide, 5, 0, []analyze.Step{rst(10, true)}, false},
	} {
		conn := &analyze.Connection{Opening: analyze.Opening{Outcome: analyze.OpeningMidstream}, Steps: c.steps}
		conn.FromClient.Packets, conn.FromServer.Packets = c.client, c.server
		if c.server == 0 {
			conn.Client = reporttest.Endpoint("192.0.2.1:1")
			conn.Server = conn.Client
		}
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 11, RstBy: c.by, RstAfter: analyze.RstAbort}
		want := "aborted: " + Side(c.by) + " sent a RST (packet 11) in the open connection"
		if c.want {
			want = "reset: " + Side(c.by) + " sent a RST (packet 11), and nothing else that was captured"
		}
		if got := Reset(conn); got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// TestAfterSilence: a silence is told from a tenth of a second on, in the packet of the RST alone.
func TestAfterSilence(t *testing.T) {
	for _, c := range []struct {
		wait   int64
		packet uint64
		rst    uint64
		want   string
	}{
		{100e6, 1, 1, " after 100 ms of silence"}, {100e6 - 1, 11, 11, ""}, {60e9, 10, 11, ""}, {60e9, 0, 0, ""},
	} {
		conn := &analyze.Connection{Silence: analyze.Silence{For: c.wait, Packet: c.packet}, Closing: analyze.Closing{RstPacket: c.rst}}
		if got := prose.Unglue(afterSilence(conn)); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
