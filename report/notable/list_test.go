package notable

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestNotableOrder wants every reason represented, the heaviest first, and the
// rest counted.
func TestNotableOrder(t *testing.T) {
	var n List
	number := uint64(0)
	add := func(k int, c *analyze.Connection) {
		for i := range k {
			number++
			x := *c
			x.Number = number
			x.Opening.SynCount += uint32(i)
			x.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, byte(number >> 8), byte(number)}), 40000) // each of its own
			x.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 18, byte(number >> 8), byte(number)}), 80)
			n.Add(&x, nil)
		}
	}
	slow := reporttest.HalfClose(t)
	slow.Opening.SynCount, slow.Opening.Took = 2, 1e9
	add(3, slow)
	add(1000, reporttest.Refused6(t))
	add(40, reporttest.Unanswered(t))
	rows, more := n.Shown()
	if len(rows) != MostShown {
		t.Fatalf("%d rows, want %d", len(rows), MostShown)
	}
	var got [Count]int
	for i, r := range rows {
		got[r.Reason]++
		if i > 0 && (rows[i-1].Reason > r.Reason || rows[i-1].Reason == r.Reason && rows[i-1].weight < r.weight) {
			t.Errorf("row %d (%s, %d) stands after row %d (%s, %d)", i, reasonNames[r.Reason], r.weight, i-1, reasonNames[rows[i-1].Reason], rows[i-1].weight)
		}
	}
	if got[whySlowOpen] != 3 || got[whyUnanswered] != 3 || got[whyRefused] != 6 {
		t.Errorf("rows by reason: %v", got)
	}
	if more[whyRefused] != 994 || more[whyUnanswered] != 37 || more[whySlowOpen] != 0 {
		t.Errorf("not shown: %v", more)
	}
	if rows[0].weight != 1001 {
		t.Errorf("the first has weight %d, want the 1,001 SYNs", rows[0].weight)
	}
}

// TestWaitReasons: what took a connection's time makes it deserve a look.
func TestWaitReasons(t *testing.T) {
	for _, c := range []struct {
		name string
		wait func(*analyze.Connection)
		want string
	}{
		{"a slow answer", func(c *analyze.Connection) { c.FromServer.SlowestAnswer = analyze.Answer{Wait: SlowAnswer, Packet: 6} },
			"the server's next payload came up to 1.00 s after the client's (packet 6)"},
		{"one that is not", func(c *analyze.Connection) {
			c.FromServer.SlowestAnswer = analyze.Answer{Wait: SlowAnswer - 1, Packet: 6}
		}, ""},
		{"a slow client", func(c *analyze.Connection) { c.FromClient.SlowestAnswer = analyze.Answer{Wait: 9e9, Packet: 6} }, ""},
		{"half of its time", func(c *analyze.Connection) { c.FromClient.ResendWait, c.FromServer.ResendWait = 300e6, 356e6 },
			"656 ms of 1.31 s: silence before what was sent again"},
		{"half of its time, of one direction", func(c *analyze.Connection) { c.FromClient.ResendWait, c.FromServer.Packets = 656e6, 0 },
			"656 ms of 1.31 s: silence before what was sent again, and nothing of the server was captured"},
		{"SYNs whose times are told", func(c *analyze.Connection) {
			c.Opening.Outcome, c.Opening.SynCount, c.FromClient.ResendWait, c.FromServer.Packets = analyze.OpeningUnanswered, 2, 656e6, 0
			c.Steps = []analyze.Step{{Flags: wire.SYN, FromClient: true}, {Flags: wire.SYN, FromClient: true, Time: 656e6}}
		}, "SYN sent twice over 656 ms (packet 1), nothing came back"},
		{"a SYN answered by a RST that is told of", func(c *analyze.Connection) { c.Opening.Outcome, c.Closing.RstIgnored = analyze.OpeningUnanswered, 1 },
			"SYN sent once (packet 1), only a RST came back that does not acknowledge it, so that the client drops it (RFC 9293 §3.10.7.3)"},
		{"by two", func(c *analyze.Connection) { c.Opening.Outcome, c.Closing.RstIgnored = analyze.OpeningUnanswered, 2 },
			"SYN sent once (packet 1), only a RST came back that does not acknowledge it, so that the client drops it (RFC 9293 §3.10.7.3); 2 RSTs were ignored"},
		{"a RST that is not", func(c *analyze.Connection) { c.Closing.RstIgnored = 1 }, "1 RST was ignored"},
		{"much sent again, of one direction", func(c *analyze.Connection) { c.FromClient.Retransmissions, c.FromServer.Packets = 3, 0 },
			"3 of 10 segments sent again, and nothing of the server was captured"},
		{"the same with a RST, whose sentence says that", func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstAbort)(c)
			c.Closing.RstBy, c.FromClient.Retransmissions, c.FromServer.Packets = analyze.ClientSide, 3, 0
		}, "reset: the client sent a RST (packet 11); nothing of the server was captured; 3 of 10 segments sent again"},
		{"a tuple used again with an earlier timestamp", func(c *analyze.Connection) { c.TimeWait.ReusedBy, c.TimeWait.Reuse = 7, analyze.ReuseEarlier },
			"used again by connection 7, whose SYN has a higher ISN but an earlier timestamp"},
		{"one used again by right", func(c *analyze.Connection) { c.TimeWait.ReusedBy, c.TimeWait.Reuse = 7, analyze.ReuseISN }, ""},
		{"less than half", func(c *analyze.Connection) { c.FromClient.ResendWait, c.FromServer.ResendWait = 300e6, 355e6 }, ""},
		{"a stall", func(c *analyze.Connection) {
			c.FromServer.Unacknowledged, c.FromServer.Timeouts = 11, analyze.StalledAfter
		},
			"the last 10 B of the server and its FIN got no acknowledgement, in spite of 3 timeouts in a row"},
		{"timeouts that make none", func(c *analyze.Connection) {
			c.FromServer.Unacknowledged, c.FromServer.Timeouts = 11, analyze.StalledAfter-1
		}, ""},
		{"a long half-close", func(c *analyze.Connection) { c.Closing.HalfClosedFor = HalfClosedFor }, "the client waited 10.0 s for the FIN of the server (packets 5, 18)"},
		{"one that is not long", func(c *analyze.Connection) { c.Closing.HalfClosedFor = HalfClosedFor - 1 }, ""},
		{"a window", func(c *analyze.Connection) { c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 4, 3.9e9 },
			"zero windows: 4 of the server, which held the other end back for 3.90 s"},
		{"a window that held somebody back for a tenth of a second", func(c *analyze.Connection) {
			c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 1, phrase.WaitLeast
		},
			"zero windows: 1 of the server, which held the other end back for 100 ms"},
		{"windows that did so for less", func(c *analyze.Connection) {
			c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 4, phrase.WaitLeast-1
		}, ""},
	} {
		conn := reporttest.HalfClose(t)
		c.wait(conn)
		if got := prose.Unglue(strings.Join(reasonTexts(conn), "; ")); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestStalledLeast: two timeouts in a row are not notable, three are.
func TestStalledLeast(t *testing.T) {
	for timeouts, want := range map[uint8]uint64{2: 0, 3: 1} {
		c := reporttest.HalfClose(t)
		c.FromServer.Unacknowledged, c.FromServer.Timeouts = 10, timeouts
		if got := weigh(c, whyStalled); got != want {
			t.Errorf("%d timeouts weigh %d, want %d", timeouts, got, want)
		}
	}
}

// TestProbedInVain: probes that nothing answers make a connection deserve a look, in words that name them.
func TestProbedInVain(t *testing.T) {
	c := reporttest.HalfClose(t)
	if weigh(c, whyStalled) != 0 {
		t.Error(phrase.Stalls(c, analyze.StalledAfter))
	}
	c.FromClient.Probed.For = 5e9
	want := "nothing answered the last keep-alives of the client, sent until 5.00 s after the last segment of the server"
	if got := prose.Unglue(reasonText(c, whyStalled)); got != want || weigh(c, whyStalled) != 1 {
		t.Errorf("%q, want %q", got, want)
	}
	c.FromClient.Probed.Window = true
	if got := reasonText(c, whyStalled); !strings.Contains(got, "the last window probes of the client") {
		t.Error(got)
	}
}

// TestClosedBefore: what a client resets that it had closed itself is listed after what did not
// work; a server's RST for data of the client is not, nor one before the client's own FIN.
func TestClosedBefore(t *testing.T) {
	for _, c := range []struct {
		fin   uint64 // the packet of the client's FIN; 0: none
		by    analyze.Side
		after analyze.RstAfter
		want  Reason
	}{
		{10, analyze.ClientSide, analyze.RstUnreadData, whyClosedReset},
		{10, analyze.ClientSide, analyze.RstAfterFIN, whyClosedReset},
		{10, analyze.ClientSide, analyze.RstAbort, whyReset},
		{10, analyze.ServerSide, analyze.RstAfterFIN, whyReset},
		{12, analyze.ClientSide, analyze.RstUnreadData, whyReset},
		{0, analyze.ClientSide, analyze.RstUnreadData, whyReset},
	} {
		conn := reporttest.HalfClose(t)
		reporttest.Reset(c.after)(conn)
		conn.Closing.RstBy = c.by
		conn.Steps = nil
		if c.fin != 0 {
			conn.Steps = []analyze.Step{{Packet: c.fin, FromClient: true, Phase: label.FIN, Flags: wire.FIN | wire.ACK}}
		}
		if got, _, _ := firstReason(conn); got != c.want {
			t.Errorf("%+v: %s, want %s", c, reasonNames[got], reasonNames[c.want])
		}
		var n List
		for conn.Number = 1; conn.Number <= 9; conn.Number++ {
			n.Add(conn, nil)
		}
		want := 9
		if c.want == whyClosedReset {
			want = MostFirst
		}
		if rows, more := n.Shown(); len(rows) != want || more[c.want] != uint64(9-want) {
			t.Errorf("%+v: %d rows and %d more, want %d rows of 9", c, len(rows), more[c.want], want)
		}
	}
}

// TestOrdinaryResets: a server's RST after its client's FIN and a client's RST before any payload are listed
// last, with a few examples, unless something may be lost.
func TestOrdinaryResets(t *testing.T) {
	done := func(c *analyze.Connection) {
		reporttest.Reset(analyze.RstAfterFIN)(c)
		c.Closing.RstBy, c.Closing.HalfClosedOctets = analyze.ServerSide, 0
		c.Steps = []analyze.Step{{Packet: 10, FromClient: true, Phase: label.FIN, Flags: wire.FIN | wire.ACK}}
		c.FromServer.UniqueOctets, c.FromServer.Unacknowledged = 100, 0
	}
	idle := func(c *analyze.Connection) {
		reporttest.Reset(analyze.RstAbort)(c)
		c.Closing.RstBy = analyze.ClientSide
		c.Steps = []analyze.Step{{Packet: c.Closing.RstPacket, FromClient: true, Phase: label.RST, Flags: wire.RST | wire.ACK, Ack: c.Opening.ServerISN + 1}}
		c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = 0, 0
	}
	for _, c := range []struct {
		name   string
		first  func(c *analyze.Connection)
		change func(c *analyze.Connection)
		want   Reason
	}{
		{"client done", done, func(*analyze.Connection) {}, whyDoneReset},
		{"no answer", done, func(c *analyze.Connection) { c.FromServer.UniqueOctets = 0 }, whyReset},
		{"an answer not acknowledged", done, func(c *analyze.Connection) { c.FromServer.Unacknowledged = 1 }, whyReset},
		{"an answer after the FIN", done, func(c *analyze.Connection) { c.Closing.HalfClosedOctets = 1 }, whyReset},
		{"octets of the client not acknowledged", done, func(c *analyze.Connection) { c.Closing.RstAfter = analyze.RstUnreadData }, whyReset},
		{"no FIN of the client", done, func(c *analyze.Connection) { c.Steps = nil }, whyReset},
		{"no payload", idle, func(*analyze.Connection) {}, whyUnused},
		{"a request", idle, func(c *analyze.Connection) { c.FromClient.UniqueOctets = 1 }, whyReset},
		{"a greeting", idle, func(c *analyze.Connection) { c.FromServer.UniqueOctets = 1 }, whyReset},
		{"a request not captured", idle, func(c *analyze.Connection) { c.FromClient.UnseenBytes = 1 }, whyReset},
		{"a greeting not captured, which the RST acknowledges", idle, func(c *analyze.Connection) { c.Steps[0].Ack++ }, whyReset},
		{"a host that knows of no such connection", idle, func(c *analyze.Connection) { c.Steps[0].Flags = wire.RST }, whyReset},
		{"by the server", idle, func(c *analyze.Connection) { c.Closing.RstBy = analyze.ServerSide }, whyReset},
		{"not opened", idle, func(c *analyze.Connection) { c.Opening.AckPacket = 0 }, whyReset},
	} {
		conn := reporttest.HalfClose(t)
		c.first(conn)
		c.change(conn)
		if got, _, _ := firstReason(conn); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHadACK: a SYN-ACK sent again that echoes the ACK shows that it had arrived, unless a SYN may be meant.
func TestHadACK(t *testing.T) {
	for _, c := range []struct {
		syn, ack, echo uint32
		repeated       bool
		want           bool
	}{
		{100, 111, 111, true, true}, {100, 111, 100, true, false}, {111, 111, 111, true, false}, {0, 0, 0, true, false}, {100, 111, 111, false, false},
	} {
		conn := reporttest.HalfClose(t)
		conn.Opening.SynAckCount, conn.Opening.AckPacket = 2, 3
		conn.Steps = []analyze.Step{
			{Packet: 1, FromClient: true, Flags: wire.SYN, Phase: label.SYN, TSVal: c.syn},
			{Packet: 2, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, TSEcr: c.syn},
			{Packet: 3, FromClient: true, Flags: wire.ACK, Phase: label.HandshakeAck, TSVal: c.ack},
			{Packet: 4, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, TSEcr: c.echo, Repeated: c.repeated},
		}
		if got := strings.Contains(slowOpenText(conn), "the server had the ACK (packet 3), which packet 4 echoes"); got != c.want {
			t.Errorf("%+v: %s", c, slowOpenText(conn))
		}
	}
}

// TestResetWeight: a RST that may have lost something stands before one that a FIN announced.
func TestResetWeight(t *testing.T) {
	of := func(by analyze.Side, after analyze.RstAfter, timeouts uint8) uint64 {
		c := reporttest.HalfClose(t)
		reporttest.Reset(after)(c)
		c.Closing.RstBy, c.Steps = by, nil
		c.FromClient.Unacknowledged, c.FromClient.Timeouts = uint64(timeouts), timeouts
		return weigh(c, whyReset)
	}
	const client, server = analyze.ClientSide, analyze.ServerSide
	order := []uint64{of(client, analyze.RstAbort, 3), of(client, analyze.RstAfterFIN, 3), of(server, analyze.RstAbort, 0), of(client, analyze.RstUnreadData, 0), of(server, analyze.RstAfterFIN, 0)}
	for i := 1; i < len(order); i++ {
		if order[i] >= order[i-1] {
			t.Errorf("weights %v do not fall", order)
		}
	}
	if few, none := of(client, analyze.RstAbort, analyze.StalledAfter-1), of(client, analyze.RstAbort, 0); few != none {
		t.Errorf("%d with a few timeouts, %d without", few, none)
	}
}

// TestNotShown: a number stands for connections, not for what befell them.
func TestNotShown(t *testing.T) {
	var more Counts
	if text := more.Text(); text != "" {
		t.Errorf("none: %q", text)
	}
	more[whyRefused], more[whyICMP], more[whyVerdict], more[whyLong] = 1200, 3, 1, 2
	if text := more.Text(); text != "1,200 refused, 2 with long packets lost, 1 with a verdict (see VERDICTS), 3 with ICMP errors" {
		t.Errorf("%q", text)
	}
}
