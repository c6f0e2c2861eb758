package reporttest

import (
	"reflect"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Connections are records of several kinds, in the order of their numbers.
func Connections(t testing.TB) []*analyze.Connection {
	return []*analyze.Connection{HalfClose(t), Refused6(t), Reused(t), Midstream(t), Unanswered(t)}
}

// Reused is a connection whose server closed first, whose last ACK was lost
// once, and whose ends were used again by connection 9; the SYN was sent twice.
func Reused(t testing.TB) *analyze.Connection {
	c := HalfClose(t)
	c.Number, c.FirstPacket, c.LastPacket = 3, 24, 43
	c.Client = Endpoint("[2001:db8::2]:40000")
	c.Server = Endpoint("[2001:db8::1]:443")
	c.Opening.SynCount, c.Opening.SynPackets, c.Opening.Took = 2, []uint64{24, 25}, 1_020_000_000
	c.Opening.SynAckPackets, c.Opening.AckPacket = []uint64{26}, 27
	c.Closing = analyze.Closing{Outcome: analyze.ClosingNormal, ActiveCloser: analyze.ServerSide, FinPackets: []uint64{40, 41, 42}, FinCount: 3,
		Segments: 3, HalfClosedFor: 90_000}
	c.TimeWait = analyze.TimeWait{Holders: analyze.ServerSide, Since: Start + 1311e6, Until: Start + 61811e6, Restarts: 1, ReusedBy: 9, Reuse: analyze.ReuseTimestamp}
	c.ClientState, c.ServerState = state.Closed|state.Inferred, state.TimeWait
	c.FromServer.Retransmissions, c.FromServer.RetransmittedBytes = 12, 17376
	c.FromClient.Retransmissions, c.FromServer.ZeroWindows, c.FromServer.MissingBytes = 1, 4, 1448
	c.Steps = nil
	return c
}

// Midstream begins before the capture and is reset with ignored RSTs before.
func Midstream(t testing.TB) *analyze.Connection {
	return &analyze.Connection{
		Number: 4, Client: Endpoint("192.0.2.7:51000"), Server: Endpoint("198.51.100.9:22"), RolesGuessed: true, EncapID: 2,
		FirstPacket: 44, LastPacket: 52, Start: Start + 3e9, End: Start + 15e9,
		Opening:     analyze.Opening{Outcome: analyze.OpeningMidstream, RTTServer: -1, RTTClient: -1, Took: -1},
		Closing:     analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 52, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort, RstIgnored: 2, HalfClosedFor: -1},
		ClientState: state.Closed, ServerState: state.Closed,
		FromClient: NoRTT(analyze.Direction{Packets: 4, PayloadOctets: 120, UniqueOctets: 120}), FromServer: NoRTT(analyze.Direction{Packets: 5, PayloadOctets: 12_345_678_901, UniqueOctets: 12_345_678_901}),
		ClientBase: analyze.Base{Number: 5000, Known: true}, ServerBase: analyze.Base{Number: 90, Known: true},
		ZeekState: "RSTRH", ZeekHistory: "DadAr",
		Steps: []analyze.Step{
			{Packet: 50, Time: Start + 14e9, Seq: 77, Flags: wire.RST, Phase: Label(t, "RST"), ClientState: state.Established | state.Inferred, ServerState: state.Established},
			{Packet: 51, Time: Start + 14e9 + 1000, Seq: 78, Flags: wire.RST, Phase: Label(t, "RST"), ClientState: state.Established | state.Inferred, ServerState: state.Established},
			{Packet: 52, Time: Start + 15e9, Seq: 100, Flags: wire.RST, Phase: Label(t, "RST"), Acceptable: true, ClientState: state.Closed, ServerState: state.Closed},
		},
	}
}

// Unanswered is three SYNs and an ICMP error.
func Unanswered(t testing.TB) *analyze.Connection {
	c := &analyze.Connection{
		Number: 5, Client: Endpoint("10.0.0.1:33333"), Server: Endpoint("10.0.0.99:9"), FirstPacket: 53, LastPacket: 58, Start: Start + 20e9, End: Start + 23e9,
		Opening: analyze.Opening{Outcome: analyze.OpeningUnanswered, SynPackets: []uint64{53, 55, 58}, SynCount: 3, ClientISN: 5, ClientISNKnown: true,
			RTTServer: -1, RTTClient: -1, Took: -1, ClientOptions: usualOptions(1460, 7),
			ICMPPacket: 59, ICMPType: 3, ICMPCode: 1, ICMPFrom: Endpoint("10.0.0.254:1").Addr()},
		Closing:     analyze.Closing{HalfClosedFor: -1},
		ClientState: state.SynSent, ServerState: state.Unknown,
		FromClient: NoRTT(analyze.Direction{Packets: 3, Retransmissions: 2}), FromServer: NoRTT(analyze.Direction{}), ZeekState: "S0", ZeekHistory: "S",
	}
	for i, n := range c.Opening.SynPackets {
		c.Steps = append(c.Steps, analyze.Step{Packet: n, Time: c.Start + int64(i)*1_500_000_000, Seq: 5, Flags: wire.SYN, FromClient: true, Phase: Label(t, "SYN"),
			Repeated: i > 0, ClientState: state.SynSent})
	}
	return c
}

// Reset gives a connection a RST of the client in packet 11.
func Reset(after analyze.RstAfter) func(*analyze.Connection) {
	return func(c *analyze.Connection) {
		c.Closing.Outcome, c.Closing.RstPacket, c.Closing.RstBy, c.Closing.RstAfter = analyze.ClosingReset, 11, analyze.ClientSide, after
	}
}

// Crossing gives a connection SYNs that crossed and the SYN-ACKs that repeat them, and so
// many segments that were sent again for an unknown cause.
func Crossing(client, server uint64) func(*analyze.Connection) {
	return func(c *analyze.Connection) {
		c.FromClient.Retransmissions, c.FromClient.Causes[label.CauseUnknown] = client, uint32(client)
		c.FromServer.Retransmissions, c.FromServer.Causes[label.CauseUnknown] = server, uint32(server)
		c.Steps = []analyze.Step{
			{Packet: 1, FromClient: true, Flags: wire.SYN, Phase: label.SYN}, {Packet: 2, Flags: wire.SYN, Phase: label.SYN},
			{Packet: 3, FromClient: true, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, Repeated: true},
			{Packet: 4, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, Repeated: true},
			{Packet: 5, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, Repeated: true},
		}
	}
}

// Closed is a record with FINs of the sides given, in this order, in packets
// 9, 10 …
func Closed(t *testing.T, outcome analyze.ClosingOutcome, fins ...analyze.Side) *analyze.Connection {
	c := HalfClose(t)
	c.TimeWait, c.Steps = analyze.TimeWait{}, nil
	c.ClientState, c.ServerState = state.Established, state.Established
	c.Closing = analyze.Closing{Outcome: outcome, HalfClosedFor: -1}
	for i, side := range fins {
		n := uint64(9 + i)
		c.Steps = append(c.Steps, analyze.Step{Packet: n, Time: Start + int64(n)*1e6, Seq: 1000, Flags: wire.FIN | wire.ACK,
			FromClient: side == analyze.ClientSide, Phase: Label(t, "FIN")})
		c.Closing.FinPackets = append(c.Closing.FinPackets, n)
	}
	if len(fins) > 0 {
		c.Closing.ActiveCloser, c.Closing.HalfClosedFor = fins[0], 2e9
	}
	return c
}

// DirectionWith is a Direction of which field i has a value.
func DirectionWith(i int) (d analyze.Direction) {
	switch f := reflect.ValueOf(&d).Elem().Field(i); {
	case f.CanUint():
		f.SetUint(7)
	case f.CanInt():
		f.SetInt(7)
	case f.Kind() == reflect.Array:
		f.Index(f.Len() - 1).SetUint(7)
	case f.Field(0).CanUint():
		f.Field(0).SetUint(7)
	default:
		f.Field(0).SetInt(7)
	}
	return d
}

// EncapName names what is around the records: by 1 a VLAN, by any other number a tunnel in it.
func EncapName(id uint32) string {
	if id == 1 {
		return "vlan 10"
	}
	return "vlan 10/vxlan 42"
}
