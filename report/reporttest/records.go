package reporttest

import (
	"math"
	"net/netip"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Hand-made records. Times begin at Start; their figures are those of a capture
// of a real half-close, so that a person can check the arithmetic.

// Start is the time of the first packet, in nanoseconds since 1970.
const Start = int64(1700000000_123456789)

// Endpoint is an address and port.
func Endpoint(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// Label is the label of that name.
func Label(t testing.TB, name string) label.ID {
	t.Helper()
	id, ok := label.Find(name)
	if !ok {
		t.Fatalf("no label %s", name)
	}
	return id
}

// NoRTT takes the round trips from a direction.
func NoRTT(d analyze.Direction) analyze.Direction {
	d.RTT = analyze.RTT{Min: -1, Avg: -1, Max: -1}
	d.EchoRTT, d.SmoothedRTT, d.RTO = d.RTT, -1, -1
	return d
}

func usualOptions(mss uint16, scale uint8) analyze.EndOptions {
	return analyze.EndOptions{Known: true, MSS: mss, WindowScale: scale, Window: 64240,
		Set: wire.OptMSS | wire.OptWindowScale | wire.OptSACKPermitted | wire.OptTimestamps}
}

// HalfClose is a connection whose client closes first while the server goes on.
func HalfClose(t testing.TB) *analyze.Connection {
	const ci, si = 1646906849, 250151436
	step := func(n uint64, ns int64, seq, ack uint32, f wire.Flags, client bool, phase string, c, s state.State) analyze.Step {
		return analyze.Step{Packet: n, Time: Start + ns, Seq: wire.Seq(seq), Ack: wire.Seq(ack), Flags: f, FromClient: client,
			Phase: Label(t, phase), ClientState: c, ServerState: s}
	}
	c := &analyze.Connection{
		Number: 1, Client: Endpoint("10.77.0.1:55554"), Server: Endpoint("10.77.0.2:7788"),
		FirstPacket: 1, LastPacket: 19, Start: Start, End: Start + 1311e6,
		Opening: analyze.Opening{
			Outcome: analyze.OpeningComplete, Form: analyze.FormThreeWay,
			SynPackets: []uint64{1}, SynAckPackets: []uint64{2}, SynCount: 1, SynAckCount: 1, AckPacket: 3,
			ClientISN: ci, ServerISN: si, ClientISNKnown: true, ServerISNKnown: true,
			AckOfClient: ci + 1, AckOfServer: si + 1, AckOfClientKnown: true, AckOfServerKnown: true,
			RTTServer: 4468000, RTTClient: 49000, Took: 4517000, SynAckISNs: 1,
			ClientOptions: usualOptions(1460, 10), ServerOptions: usualOptions(1460, 10),
		},
		Closing: analyze.Closing{
			Outcome: analyze.ClosingNormal, ActiveCloser: analyze.ClientSide, FinPackets: []uint64{5, 18}, FinCount: 2,
			Segments: 4, HalfClosedFor: 1306410000, HalfClosedOctets: 4000,
		},
		TimeWait:    analyze.TimeWait{Holders: analyze.ClientSide, Since: Start + 1311e6, Until: Start + 61311e6},
		ClientState: state.TimeWait, ServerState: state.Closed,
		FromClient: NoRTT(analyze.Direction{Packets: 10, PayloadOctets: 500, UniqueOctets: 500}),
		FromServer: analyze.Direction{Packets: 9, PayloadOctets: 4000, UniqueOctets: 4000, RTT: analyze.RTT{Min: 41000, Avg: 52500, Max: 61000}, EchoRTT: analyze.RTT{Min: 42000, Avg: 52000, Max: 62000}, SmoothedRTT: 50000, RTO: 70000},
		ClientBase: analyze.Base{Number: ci, Known: true, ISN: true}, ServerBase: analyze.Base{Number: si, Known: true, ISN: true},
		ZeekState: "SF", ZeekHistory: "ShADafF",
	}
	c.Steps = []analyze.Step{
		step(1, 0, ci, 0, wire.SYN, true, "SYN", state.SynSent, state.Listen|state.Inferred),
		step(2, 4468000, si, ci+1, wire.SYN|wire.ACK, false, "SYN-ACK", state.SynSent, state.SynReceived),
		step(3, 4517000, ci+1, si+1, wire.ACK, true, "HANDSHAKE-ACK", state.Established, state.Established),
		step(5, 4590000, ci+501, si+1, wire.FIN|wire.ACK, true, "FIN", state.FinWait1, state.Established),
		step(7, 52950000, si+1, ci+502, wire.ACK, false, "ACK-OF-FIN", state.FinWait2, state.CloseWait),
		step(18, 1310950000, si+4001, ci+502, wire.FIN|wire.ACK, false, "FIN", state.FinWait2, state.LastAck),
		step(19, 1311000000, ci+502, si+4002, wire.ACK, true, "ACK-OF-FIN", state.TimeWait, state.Closed),
	}
	c.Labels[Label(t, "SYN")], c.Labels[Label(t, "FIN")], c.Labels[Label(t, "DATA")] = 1, 2, 6
	return c
}

// Refused6 is refused over IPv6 inside a VLAN, with nothing but a SYN and a RST.
func Refused6(t testing.TB) *analyze.Connection {
	c := &analyze.Connection{
		Number: 2, Client: Endpoint("[2001:db8:1234:5678:9abc:def0:1234:5678]:60123"), Server: Endpoint("[2001:db8::1]:443"), EncapID: 1,
		FirstPacket: 20, LastPacket: 23, Start: Start + 2e9, End: Start + 2e9 + 1_000_300_000,
		Opening: analyze.Opening{
			Outcome: analyze.OpeningRefused, SynPackets: []uint64{20, 22}, SynCount: 2,
			ClientISN: 4294967295, ClientISNKnown: true, AckOfClient: 0, AckOfClientKnown: true,
			RTTServer: -1, RTTClient: -1, Took: -1, ClientOptions: usualOptions(1440, 7),
		},
		Closing:     analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 23, RstBy: analyze.ServerSide, RstAfter: analyze.RstRefused, HalfClosedFor: -1},
		ClientState: state.Closed, ServerState: state.Closed,
		FromClient: NoRTT(analyze.Direction{Packets: 2, Retransmissions: 1}), FromServer: NoRTT(analyze.Direction{Packets: 1}),
		ZeekState: "REJ", ZeekHistory: "Sr",
	}
	c.Steps = []analyze.Step{
		{Packet: 20, Time: c.Start, Seq: 4294967295, Flags: wire.SYN, FromClient: true, Phase: Label(t, "SYN"), ClientState: state.SynSent, ServerState: state.Unknown},
		{Packet: 22, Time: c.Start + 1e9, Seq: 4294967295, Flags: wire.SYN, FromClient: true, Phase: Label(t, "SYN"), Repeated: true, ClientState: state.SynSent, ServerState: state.Unknown},
		{Packet: 23, Time: c.End, Seq: 0, Ack: 0, Flags: wire.RST | wire.ACK, Phase: Label(t, "RST"), Acceptable: true, ClientState: state.Closed, ServerState: state.Closed},
	}
	return c
}

// Huge has the largest figures that the record can hold, and both ends of
// every enumeration's tail.
func Huge() *analyze.Connection {
	d := analyze.Direction{Packets: math.MaxUint64, PayloadOctets: math.MaxUint64, UniqueOctets: math.MaxUint64, Retransmissions: math.MaxUint64 / 2,
		RetransmittedBytes: math.MaxUint64, OutOfOrder: math.MaxUint64, DuplicatePackets: math.MaxUint64, DuplicateAcks: math.MaxUint64,
		ZeroWindows: math.MaxUint64, KeepAlives: math.MaxUint64, MissingBytes: math.MaxUint64, RTT: analyze.RTT{Min: math.MaxInt64, Avg: math.MaxInt64, Max: math.MaxInt64}}
	c := &analyze.Connection{
		Number: math.MaxUint64, Client: Endpoint("255.255.255.255:65535"), Server: Endpoint("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"), RolesGuessed: true,
		FirstPacket: math.MaxUint64, LastPacket: math.MaxUint64, Start: math.MinInt64, End: math.MaxInt64,
		Opening: analyze.Opening{Outcome: analyze.OpeningOneWay, Form: analyze.FormSplit, SynCount: math.MaxUint32, SynAckCount: math.MaxUint32, AckPacket: math.MaxUint64,
			ClientISN: math.MaxUint32, ClientISNKnown: true, RTTServer: math.MaxInt64, RTTClient: math.MaxInt64, Took: math.MaxInt64,
			SynData: math.MaxUint32, AckData: math.MaxUint32, SynAckISNs: 255, BadAcks: 255, SynAckFirst: true,
			ICMPPacket: math.MaxUint64, ICMPType: 255, ICMPCode: 255, ICMPFrom: netip.MustParseAddr("fe80::1")},
		ICMP: analyze.ICMP{Packet: math.MaxUint64, Count: math.MaxUint32, Type: 255, Code: 255, From: netip.MustParseAddr("fe80::1"), NextMTU: math.MaxUint16},
		Closing: analyze.Closing{Outcome: analyze.ClosingReset, ActiveCloser: analyze.BothSides, FinCount: math.MaxUint32, Segments: 255,
			RstPacket: math.MaxUint64, RstBy: analyze.BothSides, RstAfter: analyze.RstTimeWait, RstIgnored: math.MaxUint32,
			HalfClosedFor: math.MaxInt64, HalfClosedOctets: math.MaxUint64},
		TimeWait: analyze.TimeWait{Holders: analyze.BothSides, Since: math.MinInt64, Until: math.MaxInt64, Restarts: math.MaxUint32,
			ReusedBy: math.MaxUint64, Reuse: analyze.ReuseUnproved, CutBy: math.MaxUint64},
		ClientState: state.TimeWait | state.Inferred, ServerState: state.Unknown | state.Inferred,
		ClientDoubt: analyze.NoStateDoubt + 1, ServerDoubt: analyze.StateDoubtCount - 1,
		ClientBase: analyze.Base{Number: math.MaxUint32, Known: true}, ServerBase: analyze.Base{Known: true},
		FromClient: d, FromServer: d, ZeekState: "OTH", ZeekHistory: "^", Evicted: true, StepsDropped: math.MaxUint32,
	}
	for i := range c.Labels {
		c.Labels[i] = math.MaxUint32
	}
	return c
}
