package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
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
		conn := &connection{}
		conn.FromClient.Packets, conn.FromServer.Packets = 3, 3
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 9, RstBy: analyze.ServerSide, RstAfter: c.after, RstUnasked: c.unasked, FinCount: c.fins}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: wire.RST}, {Packet: 9, Flags: c.flags}}
		if got := phrase.Reset(conn); strings.Contains(got, "it has no ACK, as where a host, or something on the way, knows of no such connection") != c.want {
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
		conn := &connection{}
		conn.Opening.Outcome = c.opening
		conn.FromClient.Packets, conn.FromServer.Packets = 3, c.packets
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 8, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort}
		conn.Steps = []analyze.Step{{Packet: 7, FromClient: true, Flags: wire.RST}, {Packet: 8, Flags: wire.RST}, {Packet: 9, Flags: wire.RST}}
		if got := phrase.Reset(conn); strings.Contains(got, "in the open connection") != c.open || strings.Contains(got, "and nothing else that was captured") == c.open {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestVerdictTexts: what may have been dropped for its kind is named beside the verdict.
func TestVerdictTexts(t *testing.T) {
	for why, want := range map[verdict.Reason]bool{verdict.SynAgainWithoutECN: true, verdict.SynAgainWithoutData: true, verdict.SynSigned: true, verdict.SynSignedAO: true, verdict.SynAgain: false} {
		list := []verdict.Verdict{{ID: verdict.SynLost, Confidence: verdict.Likely, Len: 2,
			Items: [verdict.MaxItems]verdict.Item{{Why: verdict.PassedHere, Packet: 1}, {Why: why, Packet: 2, Than: 1, Value: 1e9}}}}
		if got := strings.Join(verdictTexts(list), "; "); (strings.Contains(got, "SYN again in packet 2") || strings.Contains(got, "SYN in packet 2 is signed")) != want {
			t.Errorf("%q", got)
		}
	}
}

// TestDecisiveFirst: a verdict that the outcome does not show stands before what does.
func TestDecisiveFirst(t *testing.T) {
	for id := range verdict.Count {
		conn := &connection{}
		conn.Closing.RstIgnored = 1
		list := []verdict.Verdict{{ID: id, Confidence: verdict.Possible}}
		if first := strings.HasPrefix(whyTexts(conn, list)[0], id.String()); first != (decisive&(1<<id) != 0) {
			t.Errorf("%v first: %v", id, first)
		}
	}
	if decisive&(1<<verdict.MTUBlackHole) == 0 {
		t.Error("a path that does not take long packets is no wonder")
	}
}

// TestCrossedCauses: a SYN that a SYN-ACK repeats counts among what nothing explained, and
// only there.
func TestCrossedCauses(t *testing.T) {
	for _, c := range []struct {
		unclear, rto uint32
		crossed      uint64
		want         string
	}{
		{1, 0, 1, ": in answer to a SYN"},
		{2, 0, 1, ": 1 unclear why, 1 in answer to a SYN"},
		{0, 1, 1, ": by timeout"},
		{1, 1, 2, ": 1 by timeout, 1 in answer to a SYN"},
		{1, 0, 0, ": unclear why"},
	} {
		var client, server analyze.Direction
		client.Retransmissions = uint64(c.unclear + c.rto)
		client.Causes[label.CauseUnknown], client.Causes[label.CauseRTO] = c.unclear, c.rto
		if got := causesText(&client, &server, c.crossed); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestIfOwn: where the RST may be of something between, the state of the end that it names
// rests on its being that end's own.
func TestIfOwn(t *testing.T) {
	between, refused := verdict.Verdict{ID: verdict.ResetBetween}, verdict.Verdict{ID: verdict.RefusedBetween}
	for _, c := range []struct {
		by       analyze.Side
		named    state.State
		verdicts []verdict.Verdict
		want     string
	}{
		{analyze.ServerSide, state.Closed, []verdict.Verdict{between}, ", the server only if the RST was its own"},
		{analyze.ClientSide, state.Closed, []verdict.Verdict{{ID: verdict.BlindRST}, between}, ", the client only if the RST was its own"},
		{analyze.ServerSide, state.Closed, []verdict.Verdict{refused}, ", the server only if the RST was its own"},
		{analyze.ServerSide, state.Closed, nil, ""},
		{analyze.ServerSide, state.Closed, []verdict.Verdict{{ID: verdict.BlindRST}}, ""},
		{analyze.ServerSide, state.Established, []verdict.Verdict{between}, ""}, // it went on
	} {
		conn := reporttest.HalfClose(t)
		other := state.Closed
		if c.named == other {
			other = state.Established
		}
		conn.Closing.RstBy, conn.ClientState, conn.ServerState = c.by, c.named, other
		if c.by == analyze.ServerSide {
			conn.ClientState, conn.ServerState = other, c.named
		}
		s := story{conn: conn, env: &env{verdicts: c.verdicts}}
		if got := s.ifOwn(); got != c.want {
			t.Errorf("by %v in %s, %v: %q, want %q", c.by, c.named, c.verdicts, got, c.want)
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
		conn := &connection{FromClient: analyze.Direction{Packets: 3, UniqueOctets: c.client}, FromServer: analyze.Direction{Packets: 3, UniqueOctets: c.server}}
		conn.Opening.Outcome = analyze.OpeningComplete
		conn.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstAfter: c.after, RstBy: c.by, RstPacket: 9}
		conn.Steps = []analyze.Step{{Packet: 8, Flags: wire.FIN | wire.ACK}, {Packet: 9, Flags: c.flags, FromClient: c.by == analyze.ClientSide}}
		if got := phrase.Reset(conn); strings.Contains(got, ", as where a program leaves data unread (RFC 9293 §3.6.1) or aborts (§3.10.5)") != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}
