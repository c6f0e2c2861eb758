package report

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// reused is a connection whose server closed first, whose last ACK was lost
// once, and whose ends were used again by connection 9; the SYN was sent twice.
func reused(t testing.TB) *analyze.Connection {
	c := halfClose(t)
	c.Number, c.FirstPacket, c.LastPacket = 3, 24, 43
	c.Client = ep("[2001:db8::2]:40000")
	c.Server = ep("[2001:db8::1]:443")
	c.Opening.SynCount, c.Opening.SynPackets, c.Opening.Took = 2, []uint64{24, 25}, 1_020_000_000
	c.Opening.SynAckPackets, c.Opening.AckPacket = []uint64{26}, 27
	c.Closing = analyze.Closing{Outcome: analyze.ClosingNormal, ActiveCloser: analyze.ServerSide, FinPackets: []uint64{40, 41, 42}, FinCount: 3,
		Segments: 3, HalfClosedFor: 90_000}
	c.TimeWait = analyze.TimeWait{Holders: analyze.ServerSide, Since: t0 + 1311e6, Until: t0 + 61811e6, Restarts: 1, ReusedBy: 9, Reuse: analyze.ReuseTimestamp}
	c.ClientState, c.ServerState = state.Closed|state.Inferred, state.TimeWait
	c.FromServer.Retransmissions, c.FromServer.RetransmittedBytes = 12, 17376
	c.FromClient.Retransmissions, c.FromServer.ZeroWindows, c.FromServer.MissingBytes = 1, 4, 1448
	c.Steps = nil
	return c
}

// midstream begins before the capture and is reset with ignored RSTs before.
func midstream(t testing.TB) *analyze.Connection {
	return &analyze.Connection{
		Number: 4, Client: ep("192.0.2.7:51000"), Server: ep("198.51.100.9:22"), RolesGuessed: true, EncapID: 2,
		FirstPacket: 44, LastPacket: 52, Start: t0 + 3e9, End: t0 + 15e9,
		Opening:     analyze.Opening{Outcome: analyze.OpeningMidstream, RTTServer: -1, RTTClient: -1, Took: -1},
		Closing:     analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 52, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort, RstIgnored: 2, HalfClosedFor: -1},
		ClientState: state.Closed, ServerState: state.Closed,
		FromClient: noRTT(analyze.Direction{Packets: 4, PayloadOctets: 120, UniqueOctets: 120}), FromServer: noRTT(analyze.Direction{Packets: 5, PayloadOctets: 12_345_678_901, UniqueOctets: 12_345_678_901}),
		ClientBase: analyze.Base{Number: 5000, Known: true}, ServerBase: analyze.Base{Number: 90, Known: true},
		ZeekState: "RSTRH", ZeekHistory: "DadAr",
		Steps: []analyze.Step{
			{Packet: 50, Time: t0 + 14e9, Seq: 77, Flags: wire.RST, Phase: lab(t, "RST"), ClientState: state.Established | state.Inferred, ServerState: state.Established},
			{Packet: 51, Time: t0 + 14e9 + 1000, Seq: 78, Flags: wire.RST, Phase: lab(t, "RST"), ClientState: state.Established | state.Inferred, ServerState: state.Established},
			{Packet: 52, Time: t0 + 15e9, Seq: 100, Flags: wire.RST, Phase: lab(t, "RST"), Acceptable: true, ClientState: state.Closed, ServerState: state.Closed},
		},
	}
}

// unanswered is three SYNs and an ICMP error.
func unanswered(t testing.TB) *analyze.Connection {
	c := &analyze.Connection{
		Number: 5, Client: ep("10.0.0.1:33333"), Server: ep("10.0.0.99:9"), FirstPacket: 53, LastPacket: 58, Start: t0 + 20e9, End: t0 + 23e9,
		Opening: analyze.Opening{Outcome: analyze.OpeningUnanswered, SynPackets: []uint64{53, 55, 58}, SynCount: 3, ClientISN: 5, ClientISNKnown: true,
			RTTServer: -1, RTTClient: -1, Took: -1, ClientOptions: usualOptions(1460, 7),
			ICMPPacket: 59, ICMPType: 3, ICMPCode: 1, ICMPFrom: ep("10.0.0.254:1").Addr()},
		Closing:     analyze.Closing{HalfClosedFor: -1},
		ClientState: state.SynSent, ServerState: state.Unknown,
		FromClient: noRTT(analyze.Direction{Packets: 3, Retransmissions: 2}), FromServer: noRTT(analyze.Direction{}), ZeekState: "S0", ZeekHistory: "S",
	}
	for i, n := range c.Opening.SynPackets {
		c.Steps = append(c.Steps, analyze.Step{Packet: n, Time: c.Start + int64(i)*1_500_000_000, Seq: 5, Flags: wire.SYN, FromClient: true, Phase: lab(t, "SYN"),
			Repeated: i > 0, ClientState: state.SynSent})
	}
	return c
}

// TestInOneDirection: of which connections one direction was captured.
func TestInOneDirection(t *testing.T) {
	for _, c := range []struct {
		outcome        analyze.OpeningOutcome
		client, server uint64
		want           bool
	}{
		{analyze.OpeningOneWay, 2, 0, true}, {analyze.OpeningMidstream, 2, 0, true}, {analyze.OpeningMidstream, 0, 2, true},
		{analyze.OpeningMidstream, 1, 0, false}, {analyze.OpeningMidstream, 0, 1, false}, {analyze.OpeningMidstream, 1, 1, false},
		{analyze.OpeningUnanswered, 2, 0, false}, {analyze.OpeningComplete, 2, 2, false},
	} {
		var conn analyze.Connection
		conn.Opening.Outcome, conn.FromClient.Packets, conn.FromServer.Packets = c.outcome, c.client, c.server
		if got := inOneDirection(&conn); got != c.want {
			t.Errorf("%s, %d and %d packets: %v", c.outcome, c.client, c.server, got)
		}
	}
}
