package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

func inFinWait(c *analyze.Connection) *analyze.Connection {
	c.ClientState, c.ServerState = state.FinWait2|state.Inferred, state.CloseWait|state.Inferred
	return c
}

// lastACKUnsure has the client's FIN not show whether it had closed before the server's came.
func lastACKUnsure(c *analyze.Connection) *analyze.Connection {
	c.Steps[1].ClientState = state.LastAck | state.Inferred
	c.TimeWait = analyze.TimeWait{Holders: analyze.ServerSide, Until: 60e9}
	return c
}

// inferred has the order of the FINs concluded from the segments before them.
func inferred(c *analyze.Connection) *analyze.Connection {
	c.Closing.Inferred = true
	return c
}

func finAgain(c *analyze.Connection) *analyze.Connection {
	c.Steps[len(c.Steps)-1].Repeated = true
	return c
}

func oneWay(c *analyze.Connection) *analyze.Connection {
	c.Opening.Outcome, c.FromServer = analyze.OpeningOneWay, reporttest.NoRTT(analyze.Direction{})
	return c
}

func fromTheMiddle(c *analyze.Connection) *analyze.Connection {
	c.Opening.Outcome = analyze.OpeningMidstream
	return c
}

func withOctets(c *analyze.Connection, n uint64) *analyze.Connection {
	c.Closing.HalfClosedOctets = n
	return c
}

func withRST(c *analyze.Connection) *analyze.Connection {
	c.Closing.RstPacket, c.Closing.RstBy, c.Closing.RstAfter = 11, analyze.ClientSide, analyze.RstUnreadData
	return c
}

// TestWhatACloseDoesNotShow wants the story to say what was captured, and
// nothing of what was not.
func TestWhatACloseDoesNotShow(t *testing.T) {
	const (
		client, server = analyze.ClientSide, analyze.ServerSide
		half, normal   = analyze.ClosingHalfClosed, analyze.ClosingNormal
	)
	for _, c := range []struct {
		conn *analyze.Connection
		want string
		not  []string
	}{
		{reporttest.Closed(t, half, server), "half-closed: the server sent a FIN (packet 9), no FIN of the client was captured; its packets go on for 2.00 s\n", nil},
		{withOctets(reporttest.Closed(t, half, client), 40), "go on for 2.00 s, in which the server sent 40 B", []string{"has not"}},
		{oneWay(reporttest.Closed(t, half, client)), "CLOSE      the client sent a FIN (packet 9); nothing of the server was captured: whether and when it closed is not known\n",
			[]string{"half-closed", "2.00 s"}},
		{fromTheMiddle(reporttest.Closed(t, half, client)), "CLOSE      the client sent a FIN (packet 9); no FIN of the server was captured, but the capture begins in the middle: it may have closed before\n",
			[]string{"half-closed", "2.00 s"}},
		{fromTheMiddle(withOctets(reporttest.Closed(t, half, client), 40)), "half-closed: the client sent a FIN (packet 9), no FIN of the server was captured; its packets go on for 2.00 s, in which the server sent 40 B", nil},
		{reporttest.Closed(t, normal, server, client), "normal; the server closed first (packet 9); half-closed for 2.00 s", nil},
		{lastACKUnsure(reporttest.Closed(t, normal, server, client)), "normal; the first FIN that was captured is that of the server (packet 9), but the client may have closed before that came: a FIN waits behind what was sent before it (RFC 9293 §3.10.4); 2.00 s passed between these FINs",
			[]string{"closed first (packet", "half-closed"}},
		{finAgain(lastACKUnsure(reporttest.Closed(t, normal, server, client))), "the client may have closed before that came: its FIN is one that was sent again, and the first may have left before; 2.00 s passed between these FINs", []string{"waits behind"}},
		{lastACKUnsure(reporttest.Closed(t, normal, server, client)), "or with a later one (RFC 9293 §3.6.1, RFC 6191 §2); the client may have entered it, too\n", nil},
		{inferred(lastACKUnsure(reporttest.Closed(t, normal, server, client))), "TIME-WAIT  by inference held by the server", []string{"may have"}},
		{finAgain(reporttest.Closed(t, normal, server, client)), "normal; the server closed first (packet 9); half-closed", []string{"may have"}},
		{fromTheMiddle(lastACKUnsure(reporttest.Closed(t, normal, server, client))), "normal; the first FIN that was captured is that of the server (packet 9), but the capture begins in the middle", []string{"may have closed before"}},
		{fromTheMiddle(reporttest.Closed(t, normal, server, client)), "normal; the first FIN that was captured is that of the server (packet 9), but the capture begins in the middle: who closed first is not certain; 2.00 s passed between these FINs",
			[]string{"closed first (packet", "half-closed"}},
		{oneWay(reporttest.Closed(t, analyze.ClosingOpen)), "no FIN and no RST was captured; nothing of the server was captured: whether it closed is not known", []string{"is open"}},
		{fromTheMiddle(reporttest.Closed(t, analyze.ClosingOpen)), "unless it was closed before the capture begins", nil},
		{reporttest.Closed(t, analyze.ClosingOpen), "none seen: the connection is open where the capture of it ends", []string{"inferred"}},
		{silent(reporttest.Closed(t, analyze.ClosingOpen), client), "none seen: the connection is open where the capture of it ends, as far as can be inferred", nil},
		{silent(reporttest.Closed(t, analyze.ClosingOpen), server), "none seen: the connection is open where the capture of it ends, as far as can be inferred", nil},
		{oneWay(withRST(reporttest.Closed(t, analyze.ClosingReset))), "reset: the client sent a RST (packet 11); nothing of the server was captured\n", []string{"outstanding"}},
		{withRST(reporttest.Closed(t, analyze.ClosingReset, client)), "2.00 s passed from the first FIN to the RST", []string{"half-closed"}},
	} {
		out := told(1000, c.conn)
		if !strings.Contains(out, c.want) {
			t.Errorf("%q is not in\n%s", c.want, out)
		}
		_, out, _ = strings.Cut(out, "CLOSE")
		for _, not := range c.not {
			if strings.Contains(out, not) {
				t.Errorf("%q is in\n%s", not, out)
			}
		}
	}
}

// silent is a connection one end of which may have given up.
func silent(c *analyze.Connection, side analyze.Side) *analyze.Connection {
	if side == analyze.ClientSide {
		c.ClientState = c.ClientState.Infer()
	} else {
		c.ServerState = c.ServerState.Infer()
	}
	return c
}

// TestFirstCloserOutOfOrder wants the packet of the FIN of the end that is
// named, also where the other FIN stands before it in the capture.
func TestFirstCloserOutOfOrder(t *testing.T) {
	c := reporttest.Closed(t, analyze.ClosingNormal, analyze.ServerSide, analyze.ClientSide)
	c.Closing.ActiveCloser = analyze.ClientSide
	if got, want := firstCloser(c), "the client closed first (packet 10)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestUnseenText wants the numbers between a RST that was challenged and the next
// to be called missing, and never those of a RST that the end did not mean.
func TestUnseenText(t *testing.T) {
	rst := reporttest.Label(t, "RST")
	for _, c := range []struct {
		name          string
		first, second wire.Seq
		change        func(*analyze.Connection)
		want          string
	}{
		{"challenged", 6001, 5001, nil, "by the number of the RST in packet 20, 1,000 B of the client may be missing"},
		{"around 0", 500, 0xffff_ff00, nil, "by the number of the RST in packet 20, 756 B of the client may be missing"},
		{"as far as a window reaches", 5001 + 65535<<10, 5001, func(c *analyze.Connection) { c.Opening.ClientOptions.WindowScale = 0 },
			"by the number of the RST in packet 20, 67.1 MB of the client may be missing"},
		{"after any window", 5001 + 65535<<10 + 1, 5001, nil, ""},
		{"after any window without scale", 5001 + 65536, 5001, func(c *analyze.Connection) { c.Opening.ClientOptions.Set = 0 }, ""},
		{"after any window, the scale of which is not known", 5001 + 65535<<14 + 1, 5001, func(c *analyze.Connection) { c.Opening.ServerOptions.Known = false }, ""},
		{"in any window, the scale of which is not known", 5001 + 65535<<14, 5001, func(c *analyze.Connection) { c.Opening.ServerOptions.Known = false },
			"by the number of the RST in packet 20, 1.07 GB of the client may be missing"},
		{"refused before", 6001, 5001, func(c *analyze.Connection) { c.Steps[len(c.Steps)-2].Acceptable = true }, ""},
		{"an older number", 5001, 6001, nil, ""},
		{"blind", 6001, 5001, func(c *analyze.Connection) { c.Clues.BlindRst = 20 }, ""},
		{"of the other end", 6001, 5001, func(c *analyze.Connection) { c.Steps[len(c.Steps)-2].FromClient = false }, ""},
		{"captured twice", 6001, 5001, func(c *analyze.Connection) { c.Steps[len(c.Steps)-2].Copy = true }, ""},
		{"not acceptable", 6001, 5001, func(c *analyze.Connection) { c.Closing.RstPacket, c.Closing.RstBy = 0, analyze.NoSide }, ""},
		{"in the opening", 6001, 5001, func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningReset }, ""},
	} {
		conn := reporttest.Closed(t, analyze.ClosingReset)
		conn.Closing.RstPacket, conn.Closing.RstBy = 22, analyze.ClientSide
		conn.Steps = append(conn.Steps, analyze.Step{Packet: 20, Seq: c.first, Flags: wire.RST, Phase: rst, FromClient: true},
			analyze.Step{Packet: 22, Seq: c.second, Flags: wire.RST, Phase: rst, FromClient: true, Acceptable: true})
		if c.change != nil {
			c.change(conn)
		}
		if got := prose.Unglue(unseenText(conn)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		out := told(300, conn)
		if strings.Contains(out, "nothing missing") != (c.want == "") {
			t.Errorf("%s:\n%s", c.name, out)
		}
	}
}

// TestInferredClose wants a FIN that only the numbers tell of to be called that.
func TestInferredClose(t *testing.T) {
	guess := func(c *analyze.Connection, first analyze.Side) *analyze.Connection {
		c.Closing.Inferred, c.Closing.ActiveCloser, c.Closing.HalfClosedFor = true, first, 2e9
		return c
	}
	const client, server = analyze.ClientSide, analyze.ServerSide
	for _, x := range []struct {
		conn *analyze.Connection
		want string
	}{
		{guess(reporttest.Closed(t, analyze.ClosingNormal, server), client),
			"normal, by inference: no FIN of the client was captured, but its numbers have room for one; then the client closed first\n"},
		{guess(reporttest.Closed(t, analyze.ClosingNormal, client), client),
			"normal, by inference: no FIN of the server was captured, but its numbers have room for one; then the client closed first (packet 9)\n"},
		{guess(reporttest.Closed(t, analyze.ClosingNormal), server),
			"normal, by inference: no FIN was captured, but the numbers of both ends have room for one; then the server closed first\n"},
		{guess(reporttest.Closed(t, analyze.ClosingHalfClosed), client),
			"half-closed, by inference: no FIN of the client was captured, but its numbers have room for one\n"},
		{inFinWait(guess(reporttest.Closed(t, analyze.ClosingHalfClosed), analyze.NoSide)), "half-closed, by inference: no FIN of the client was captured"},
		{guess(reporttest.Closed(t, analyze.ClosingSimultaneous, client), analyze.BothSides),
			"simultaneous, by inference: no FIN of the server was captured, but its numbers have room for one\n"},
		{guess(finAgain(reporttest.Closed(t, analyze.ClosingNormal, client, server)), client),
			"normal, by inference: a FIN was captured only when it was sent again, and the numbers of the segments before it tell when it was first; then the client closed first (packet 9); half"},
		{guess(finAgain(reporttest.Closed(t, analyze.ClosingSimultaneous, client, server)), analyze.BothSides), "simultaneous, by inference: a FIN was captured only when"},
		{guess(reporttest.Closed(t, analyze.ClosingNormal, client, server), server),
			"normal, by inference: the FIN that was captured first acknowledges the other, which was captured after it; then the server closed first (packet 10); half"},
		{oneWay(guess(reporttest.Closed(t, analyze.ClosingHalfClosed, client), analyze.NoSide)), "the client sent a FIN (packet 9); nothing of the server was captured"},
	} {
		out := told(1000, x.conn)
		if !strings.Contains(out, x.want) {
			t.Errorf("%q is not in\n%s", x.want, out)
		}
	}
	c := guess(reporttest.Closed(t, analyze.ClosingNormal, server), client)
	c.TimeWait = analyze.TimeWait{Holders: client, Until: reporttest.Start + 60e9}
	if out := told(1000, c); !strings.Contains(out, "TIME-WAIT  by inference held by the client until") {
		t.Errorf("a TIME-WAIT that is inferred is told as a fact:\n%s", out)
	}
}

// TestEarlyRST wants a RST that was ignored while the connection opened to stand
// in the handshake, with the numbers on the wire.
func TestEarlyRST(t *testing.T) {
	c := reporttest.HalfClose(t)
	rst := analyze.Step{Packet: 2, Time: reporttest.Start + 1e6, Seq: 0, Flags: wire.RST, Phase: reporttest.Label(t, "RST")}
	c.Steps = append(c.Steps[:1:1], append([]analyze.Step{rst}, c.Steps[1:]...)...)
	out := told(200, c)
	handshake, closing, _ := strings.Cut(out, "\nDATA")
	if !strings.Contains(handshake, "changes nothing") || strings.Contains(closing, "changes nothing") {
		t.Error(out)
	}
}
