package phrase

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestUnknownThere: a RST without ACK in an open connection is told from an abort.
func TestUnknownThere(t *testing.T) {
	for _, c := range []struct {
		name    string
		after   analyze.RstAfter
		flags   wire.Flags
		fins    uint32
		unasked bool
		want    bool
	}{
		{"an answer", analyze.RstUnreadData, wire.RST, 0, false, true},
		{"an answer to a bare ACK", analyze.RstAbort, wire.RST, 0, false, true},
		{"an abort", analyze.RstAbort, wire.RST | wire.ACK, 0, false, false},
		{"an abort without ACK", analyze.RstAbort, wire.RST, 0, true, false},
		{"after a FIN", analyze.RstUnreadData, wire.RST, 1, false, false},
		{"in the handshake", analyze.RstHandshake, wire.RST, 0, false, false},
	} {
		conn := &analyze.Connection{}
		conn.FromClient.Packets, conn.FromServer.Packets = 3, 3
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 9, RstBy: analyze.ServerSide, RstAfter: c.after, RstUnasked: c.unasked, FinCount: c.fins}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: wire.RST}, {Packet: 9, Flags: c.flags}}
		if got := Reset(conn); strings.Contains(got, "it has no ACK, as where a host, or something on the way, knows of no such connection") != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestResetOnly: that an end had the connection open is not said of one of which the middle of
// a connection has only RSTs.
func TestResetOnly(t *testing.T) {
	for _, c := range []struct {
		name    string
		opening analyze.OpeningOutcome
		packets uint64
		open    bool
	}{
		{"RSTs and nothing else", analyze.OpeningMidstream, 2, false},
		{"something else", analyze.OpeningMidstream, 3, true},
		{"with its opening", analyze.OpeningComplete, 2, true},
	} {
		conn := &analyze.Connection{}
		conn.Opening.Outcome = c.opening
		conn.FromClient.Packets, conn.FromServer.Packets = 3, c.packets
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 8, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort}
		conn.Steps = []analyze.Step{{Packet: 7, FromClient: true, Flags: wire.RST}, {Packet: 8, Flags: wire.RST}, {Packet: 9, Flags: wire.RST}}
		if got := Reset(conn); strings.Contains(got, "in the open connection") != c.open || strings.Contains(got, "and nothing else that was captured") == c.open {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestRefuses: a RST of one direction looks like the answer to a SYN if it has ACK and the number 0, and
// nothing else of its end was captured.
func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		flags   wire.Flags
		seq     wire.Seq
		packets uint64 // of the server
		client  uint64
		want    bool
	}{
		{"the answer to a SYN", wire.RST | wire.ACK, 0, 1, 0, true},
		{"another number", wire.RST | wire.ACK, 1, 1, 0, false},
		{"no ACK", wire.RST, 0, 1, 0, false},
		{"after other segments", wire.RST | wire.ACK, 0, 2, 0, false},
		{"both directions", wire.RST | wire.ACK, 0, 1, 3, false},
	} {
		conn := &analyze.Connection{}
		conn.Opening.Outcome = analyze.OpeningMidstream
		conn.FromClient.Packets, conn.FromServer.Packets = c.client, c.packets
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 8, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: c.flags, Seq: c.seq}}
		if got := Reset(conn); strings.Contains(got, "as where a SYN is refused") != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestLeftUnread: a RST with ACK after payload of the other end may be that of a program
// which did not read it all.
func TestLeftUnread(t *testing.T) {
	for _, c := range []struct {
		name           string
		after          analyze.RstAfter
		flags          wire.Flags
		by             analyze.Side
		client, server uint64 // payload
		want           bool
	}{
		{"in the open connection", analyze.RstAbort, wire.RST | wire.ACK, analyze.ServerSide, 10, 0, true},
		{"after a FIN", analyze.RstAfterFIN, wire.RST | wire.ACK, analyze.ClientSide, 0, 10, true},
		{"without ACK", analyze.RstAbort, wire.RST, analyze.ServerSide, 10, 0, false},
		{"nothing to read", analyze.RstAbort, wire.RST | wire.ACK, analyze.ServerSide, 0, 10, false},
		{"nothing to read", analyze.RstAfterFIN, wire.RST | wire.ACK, analyze.ClientSide, 10, 0, false},
		{"not all was acknowledged, which says more", analyze.RstUnreadData, wire.RST | wire.ACK, analyze.ServerSide, 10, 0, false},
		{"given up", analyze.RstKeepAlive, wire.RST | wire.ACK, analyze.ServerSide, 10, 0, false},
	} {
		conn := &analyze.Connection{FromClient: analyze.Direction{Packets: 3, UniqueOctets: c.client}, FromServer: analyze.Direction{Packets: 3, UniqueOctets: c.server}}
		conn.Opening.Outcome = analyze.OpeningComplete
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstAfter: c.after, RstBy: c.by, RstPacket: 9}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: wire.FIN | wire.ACK}, {Packet: 9, Flags: c.flags, FromClient: c.by == analyze.ClientSide}}
		if got := Reset(conn); strings.Contains(got, ", as where a program leaves data unread (RFC 9293 §3.6.1) or aborts (§3.10.5)") != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// TestAnswersFIN: a RST without ACK of the end that closed first looks like an answer to the other's FIN if it
// has the number that this acknowledges.
func TestAnswersFIN(t *testing.T) {
	const first, last = analyze.ServerSide, analyze.ClientSide
	for _, c := range []struct {
		name   string
		by     analyze.Side
		flags  wire.Flags
		seq    wire.Seq
		packet uint64 // of the second FIN
		want   bool
	}{
		{"of a host that has forgotten", first, wire.RST, 16, 9, true},
		{"with ACK", first, wire.RST | wire.ACK, 16, 9, false},
		{"another number", first, wire.RST, 17, 9, false},
		{"of the end that closed last", last, wire.RST, 16, 9, false},
		{"the second FIN came later", first, wire.RST, 16, 12, false},
	} {
		conn := &analyze.Connection{FromClient: analyze.Direction{Packets: 3}, FromServer: analyze.Direction{Packets: 3}}
		conn.Opening.Outcome = analyze.OpeningComplete
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstAfter: analyze.RstAfterFIN, RstBy: c.by, RstPacket: 11, FinCount: 2}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: wire.FIN | wire.ACK, Seq: 15, Ack: 16}, {Packet: c.packet, FromClient: true, Flags: wire.FIN | wire.ACK, Ack: 16},
			{Packet: 11, Flags: c.flags, Seq: c.seq, FromClient: c.by == last}}
		const said = "; it has no ACK, and the number that the FIN of the client (packet 9) acknowledges, as where a host, or something on the way, knows of the connection no more"
		if got := Reset(conn); strings.Contains(got, said) != c.want || !c.want && strings.Contains(got, "knows of the connection") {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// TestSilentReset: a RST says how long nothing had come, where that was the longest silence.
func TestSilentReset(t *testing.T) {
	const after = " after 60.0 s of silence"
	for why := analyze.RstNone; why <= analyze.RstKeepAlive; why++ {
		c := reporttest.HalfClose(t)
		c.Closing.Outcome, c.Closing.RstBy, c.Closing.RstPacket, c.Closing.RstAfter = analyze.ClosingReset, analyze.ServerSide, 26, why
		c.Silence = analyze.Silence{For: 60e9, Packet: 26}
		told := why == analyze.RstNone || why == analyze.RstAbort || why == analyze.RstAfterFIN || why == analyze.RstUnreadData || why == analyze.RstKeepAlive
		if got := prose.Unglue(Reset(c)); strings.Contains(got, after) != told {
			t.Errorf("%v: %s", why, got)
		}
		c.Silence.Packet = 25
		if got := prose.Unglue(Reset(c)); strings.Contains(got, "silence") {
			t.Errorf("%v, silent elsewhere: %s", why, got)
		}
	}
}
