package report

import (
	"math"
	"net/netip"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

// resentPacket is a segment that was sent again.
func resentPacket(t testing.TB) *analyze.Observation {
	o := &analyze.Observation{
		Segment: &wire.Segment{Packet: 7, Time: reporttest.Start + 250e6, Tuple: wire.Tuple{Src: wire.AddrFrom4([4]byte{10, 77, 0, 1}), Dst: wire.AddrFrom4([4]byte{10, 77, 0, 2}), SrcPort: 55554, DstPort: 7788},
			Seq: 1646906850, Ack: 250151437, Len: 500, Flags: wire.PSH | wire.ACK, Window: 63},
		Connection: 1, FromClient: true, Seq: 1, Ack: 1, AckValid: true, Window: 64512, WindowScaled: true,
		SeqDelta: -500, SeenBefore: true, TimeDelta: 204000000,
		Labels:      label.Set(0).With(reporttest.Label(t, "DATA")).With(reporttest.Label(t, "RETRANSMISSION")),
		Cause:       label.CauseRTO,
		Repeat:      analyze.Repeat{Packet: 5, Delay: 204000000, Backoff: 1, RTO: 13_500_000},
		ClientState: state.Established, ServerState: state.Established | state.Inferred,
	}
	o.Evidence.Add(reporttest.Label(t, "RETRANSMISSION"), label.BytesSeen, 5)
	return o
}

// synPacket is a SYN over IPv6, without an acknowledgement.
func synPacket(t testing.TB) *analyze.Observation {
	src := netip.MustParseAddr("2001:db8:1234:5678:9abc:def0:1234:5678").As16()
	dst := netip.MustParseAddr("2001:db8::1").As16()
	return &analyze.Observation{
		Segment: &wire.Segment{Packet: 20, Time: reporttest.Start + 2e9, Tuple: wire.Tuple{Src: src, Dst: dst, SrcPort: 60123, DstPort: 443, IPv6: true},
			Seq: 4294967295, Flags: wire.SYN, Window: 64800},
		Connection: 2, FromClient: true, Window: 64800,
		Labels: label.Set(0).With(reporttest.Label(t, "SYN")), ClientState: state.SynSent, ServerState: state.Unknown,
	}
}

// hugePacket has the largest figures and every flag.
func hugePacket() *analyze.Observation {
	o := &analyze.Observation{
		Segment: &wire.Segment{Packet: math.MaxUint64, Time: math.MaxInt64, Tuple: wire.Tuple{SrcPort: 65535, DstPort: 65535, IPv6: true},
			Seq: math.MaxUint32, Ack: math.MaxUint32, Len: math.MaxUint32, Flags: 1<<9 - 1, Window: 65535},
		Connection: math.MaxUint64, Seq: math.MinInt64, Ack: math.MaxInt64, AckValid: true, Window: math.MaxUint32,
		SeqDelta: math.MinInt64, TimeDelta: math.MinInt64, Labels: label.Set(math.MaxUint64),
		ClientState: state.Count, ServerState: state.TimeWait | state.Inferred,
	}
	o.Evidence.Len = 255
	for i := range o.Evidence.Items {
		o.Evidence.Items[i] = label.Item{Label: label.MaxLabels - 1, Reason: label.BytesSeen, Packet: math.MaxUint64}
	}
	return o
}
