package record

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

// TestTapBy: what was measured after the handshake may put the tap where that does, or nowhere.
func TestTapBy(t *testing.T) {
	const ms = int64(1e6)
	for _, c := range []struct {
		name                         string
		server, client               int64
		leastOfServer, leastOfClient int64
		want                         string
	}{
		{"nothing measured later", 10 * ms, ms / 10, -1, -1, "client"},
		{"longer ones", 10 * ms, ms / 10, 20 * ms, 40 * ms, "client"},
		{"shorter ones, split alike", 10 * ms, ms / 10, 9 * ms, ms / 20, "client"},
		{"a server that waited", 208 * ms, ms, 5 * ms, ms, ""},
		{"a client that waited", ms, 208 * ms, ms, 5 * ms, ""},
		{"times of hosts", 208 * ms, ms / 10, ms / 10, ms / 10, ""},
		{"hosts beside each other", ms / 10, ms / 10, -1, -1, ""},
	} {
		var conn analyze.Connection
		conn.FromClient.RTT.Min, conn.FromServer.RTT.Min = c.leastOfServer, c.leastOfClient
		if got := TapBy(&conn, c.server, c.client); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTapAt: the tap is at an end where no more than a tenth of the round trip lies between them, and
// nowhere where times are too short to tell, or unknown.
func TestTapAt(t *testing.T) {
	for _, c := range []struct {
		server, client int64
		want           string
	}{
		{900e3, 100e3, "client"}, {899e3, 101e3, "between"}, {100e3, 900e3, "server"}, {101e3, 899e3, "between"},
		{500e3, 0, "client"}, {0, 500e3, "server"}, {499_999, 0, ""}, {-1, 1e9, ""}, {1e9, -1, ""},
	} {
		if got := TapAt(c.server, c.client); got != c.want {
			t.Errorf("%d ns to the server, %d to the client: %q, want %q", c.server, c.client, got, c.want)
		}
	}
}

// TestOwnRST: only a RST that the client sends after a SYN that nothing answered is its own.
func TestOwnRST(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*analyze.Connection)
		want   uint64
	}{
		"own":                {func(*analyze.Connection) {}, 60},
		"answered":           {func(c *analyze.Connection) { c.FromServer.Packets = 1 }, 0},
		"opened":             {func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningHalfOpen }, 0},
		"not ignored":        {func(c *analyze.Connection) { c.Closing.RstIgnored = 0 }, 0},
		"of the other end":   {func(c *analyze.Connection) { c.Steps[len(c.Steps)-1].FromClient = false }, 0},
		"left out of a list": {func(c *analyze.Connection) { c.Steps = c.Steps[:3] }, 0},
	} {
		conn := reporttest.Unanswered(t)
		conn.Closing.RstIgnored = 1
		conn.Steps = append(conn.Steps, analyze.Step{Packet: 60, FromClient: true, Flags: wire.RST, Phase: label.RST})
		c.change(conn)
		if got := OwnRST(conn); got != c.want {
			t.Errorf("%s: packet %d, want %d", name, got, c.want)
		}
	}
}

// TestCrossed: a SYN-ACK repeats a SYN once, where its end had sent one before, and the SYN-ACK says
// that it repeats something.
func TestCrossed(t *testing.T) {
	var c analyze.Connection
	reporttest.Crossing(1, 1)(&c)
	if got := Crossed(&c); got != 2 {
		t.Errorf("%d of both ends, want 2", got)
	}
	c.Steps[2].Repeated = false
	if got := Crossed(&c); got != 1 {
		t.Errorf("%d of one end, want 1", got)
	}
	if got := Crossed(reporttest.HalfClose(t)); got != 0 {
		t.Errorf("%d in an ordinary opening", got)
	}
}

// TestFinSide: the first FIN is that of the first in the capture, else of the end that the record
// calls the first to close, else of the one whose state waits for the other's.
func TestFinSide(t *testing.T) {
	const client, server = analyze.ClientSide, analyze.ServerSide
	waits := func(c *analyze.Connection) *analyze.Connection {
		c.ClientState, c.Closing.ActiveCloser = state.FinWait2|state.Inferred, analyze.NoSide
		return c
	}
	closer := func(c *analyze.Connection) *analyze.Connection {
		c.Closing.ActiveCloser = server
		return c
	}
	crossed := func(c *analyze.Connection) *analyze.Connection {
		c.Closing.ActiveCloser = analyze.BothSides
		return c
	}
	for name, c := range map[string]struct {
		conn *analyze.Connection
		want analyze.Side
	}{
		"both, the server first": {reporttest.Closed(t, analyze.ClosingNormal, server, client), server},
		"both, the client first": {reporttest.Closed(t, analyze.ClosingNormal, client, server), client},
		"the client alone":       {reporttest.Closed(t, analyze.ClosingHalfClosed, client), client},
		"the server alone":       {reporttest.Closed(t, analyze.ClosingHalfClosed, server), server},
		"none, the client waits": {waits(reporttest.Closed(t, analyze.ClosingHalfClosed)), client},
		"none":                   {reporttest.Closed(t, analyze.ClosingHalfClosed), server},
		"none, but told":         {closer(waits(reporttest.Closed(t, analyze.ClosingHalfClosed))), server},
		"the client's, not told": {closer(reporttest.Closed(t, analyze.ClosingHalfClosed, client)), client},
		"crossed, the client's":  {crossed(reporttest.Closed(t, analyze.ClosingSimultaneous, client, server)), client},
		"crossed, the server's":  {crossed(reporttest.Closed(t, analyze.ClosingSimultaneous, server)), server},
		"the client waits, too":  {waits(reporttest.Closed(t, analyze.ClosingHalfClosed, server)), server},
	} {
		if got := FinSide(c.conn); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestMayHaveClosedFirst: an end whose FIN came second may have closed first where its state says so by
// inference, and only in a close of which all was captured.
func TestMayHaveClosedFirst(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*analyze.Connection)
		want   analyze.Side
	}{
		"in doubt":                 {func(*analyze.Connection) {}, analyze.ServerSide},
		"proved":                   {func(c *analyze.Connection) { c.Steps[1].ServerState = state.LastAck }, analyze.NoSide},
		"inferred as a whole":      {func(c *analyze.Connection) { c.Closing.Inferred = true }, analyze.NoSide},
		"from the middle":          {func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningMidstream }, analyze.NoSide},
		"simultaneous":             {func(c *analyze.Connection) { c.Closing.Outcome = analyze.ClosingSimultaneous }, analyze.NoSide},
		"the state of a RST":       {func(c *analyze.Connection) { c.Steps[1].Flags |= wire.RST }, analyze.NoSide},
		"the state of other's FIN": {func(c *analyze.Connection) { c.Steps[1].FromClient = true }, analyze.NoSide},
	} {
		conn := reporttest.Closed(t, analyze.ClosingNormal, analyze.ClientSide, analyze.ServerSide)
		conn.Steps[1].ServerState, conn.Steps[1].Repeated = state.LastAck|state.Inferred, true
		c.change(conn)
		if got, again := MayHaveClosedFirst(conn); got != c.want || again != (got != analyze.NoSide) {
			t.Errorf("%s: %v, sent again %v; want %v", name, got, again, c.want)
		}
	}
}

// TestUnused: a client's RST into a connection without payload, which acknowledges the server's SYN and no more.
func TestUnused(t *testing.T) {
	for name, change := range map[string]func(*analyze.Connection){
		"":                     func(*analyze.Connection) {},
		"payload":              func(c *analyze.Connection) { c.FromServer.UniqueOctets = 1 },
		"as much payload":      func(c *analyze.Connection) { c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = 1, 1 },
		"missing of both":      func(c *analyze.Connection) { c.FromClient.MissingBytes, c.FromServer.MissingBytes = 1, 1 },
		"not seen of both":     func(c *analyze.Connection) { c.FromClient.UnseenBytes, c.FromServer.UnseenBytes = 1, 1 },
		"missing and not seen": func(c *analyze.Connection) { c.FromServer.MissingBytes, c.FromClient.UnseenBytes = 1, 1 },
		"closed otherwise":     func(c *analyze.Connection) { c.Closing.Outcome = analyze.ClosingNormal },
		"something missing":    func(c *analyze.Connection) { c.FromClient.MissingBytes = 1 },
		"something not seen":   func(c *analyze.Connection) { c.FromServer.UnseenBytes = 1 },
		"of the server":        func(c *analyze.Connection) { c.Closing.RstBy = analyze.ServerSide },
		"never open":           func(c *analyze.Connection) { c.Opening.AckPacket = 0 },
		"without ACK":          func(c *analyze.Connection) { c.Steps[0].Flags = wire.RST },
		"of a later number":    func(c *analyze.Connection) { c.Steps[0].Ack++ },
		"in another packet":    func(c *analyze.Connection) { c.Steps[0].Packet = 10 },
		"in another situation": func(c *analyze.Connection) { c.Closing.RstAfter = analyze.RstKeepAlive },
	} {
		var c analyze.Connection
		reporttest.Reset(analyze.RstAbort)(&c)
		c.Opening.AckPacket, c.Opening.ServerISN = 3, 77
		c.Steps = []analyze.Step{{Packet: 11, FromClient: true, Flags: wire.RST | wire.ACK, Ack: 78}}
		change(&c)
		if got := Unused(&c); got != (name == "") {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// TestNoAllocations: what is asked of every connection of a capture costs none.
func TestNoAllocations(t *testing.T) {
	c, d := reporttest.HalfClose(t), reporttest.Reused(t)
	if n := testing.AllocsPerRun(100, func() {
		for _, c := range []*analyze.Connection{c, d} {
			Crossed(c)
			SynResent(c)
			SynAckResent(c)
			OpenedByFIN(c)
			Unused(c)
			HalfCloseKnown(c)
			FinPacket(c, analyze.ServerSide)
			OwnRST(c)
			CapturedTwice(&c.FromClient, &c.FromServer)
		}
	}); n != 0 {
		t.Errorf("%v", n)
	}
}
