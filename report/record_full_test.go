package report

import (
	"io"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/report/notable"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// fullConnections are records in which, between them, every field has a value and,
// where it may, none.
func fullConnections(t testing.TB) []*analyze.Connection {
	list := reporttest.Connections(t)
	full := reporttest.Reused(t)
	full.Number, full.EncapID = 6, 1
	o := &full.Opening
	o.ClientOptions.Set |= wire.OptFastOpen | wire.OptMPTCP | wire.OptMD5 | wire.OptAO | wire.OptUserTimeout | wire.OptOther | wire.OptMalformed | wire.OptCut
	o.ClientOptions.ECN, o.ClientOptions.FastOpenLen = analyze.ECNAccurate, 8
	o.ServerOptions = o.ClientOptions
	o.SynAckCount, o.SynData, o.AckData, o.BadAcks, o.SynAckFirst = 2, 10, 20, 1, true
	full.Closing = analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 43, RstBy: analyze.ServerSide, RstAfter: analyze.RstUnreadData, RstIgnored: 3, HalfClosedFor: -1}
	full.TimeWait.CutBy = 43
	full.FromClient.Causes[label.CauseRTO], full.FromServer.Causes[label.CauseFast] = 1, 12
	full.FromClient.RTT, full.FromClient.EchoRTT = analyze.RTT{Min: 1, Avg: 2, Max: 3}, analyze.RTT{Min: 1, Avg: 2, Max: 3}
	full.FromClient.SmoothedRTT, full.FromClient.RTO = 2, 200e6
	full.Silence = analyze.Silence{For: 5e9, Packet: 40, FromClient: true, Labels: label.Set(0).With(label.Data)}
	full.FromClient.SlowestAnswer, full.FromClient.ResendWait = analyze.Answer{Wait: 3e9, Packet: 40}, 2e8

	full.FromClient.Unacknowledged, full.FromClient.Timeouts = 100, 4
	full.ICMP = analyze.ICMP{Packet: 39, Count: 2, Type: 3, Code: 4, From: netip.MustParseAddr("192.0.2.9"), NextMTU: 1280}

	bare := reporttest.Midstream(t) // of whose handshake and close nothing is known but an ICMP error
	bare.Number, bare.Closing = 7, analyze.Closing{HalfClosedFor: -1}
	bare.Opening.SynCount, bare.Opening.ICMPPacket = 1, 60
	bare.ICMP = analyze.ICMP{Packet: 61, Count: 1, Type: 1} // from nobody knows whom, and without an MTU
	plain := reporttest.Refused6(t)                         // neither end offers anything
	plain.Number = 8
	plain.Opening.ClientOptions = analyze.EndOptions{Known: true}
	plain.Opening.ServerOptions = analyze.EndOptions{Known: true}
	plain.Opening.ICMPFrom = netip.Addr{}
	list = append(list, full, bare, plain)
	for i := range uint64(notable.MostEach + 3) { // more than one reason shows
		c := reporttest.Unanswered(t)
		c.Number, c.Start = 9+i, c.Start+int64(i)
		list = append(list, c)
	}
	for i := range uint64(120) { // a SYN flood
		c := reporttest.Unanswered(t)
		c.Number, c.Client = 30+i, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i), 1}), 4000)
		c.Start += int64(i) * 1e6
		c.Opening.Outcome, c.Opening.ICMPPacket, c.Opening.SynAckCount = analyze.OpeningHalfOpen, 0, 1
		c.Steps = []analyze.Step{{Packet: 1, Time: c.Start, FromClient: true, Phase: label.SYN}, {Packet: 2, Time: c.Start + 1, Phase: label.SynAck}}
		list = append(list, c)
	}
	return list
}

// fullPackets are the same of observations.
func fullPackets(t testing.TB) []*analyze.Observation {
	unseen := resentPacket(t)
	unseen.InFlight = -1
	unseen.Wireshark = 1
	if len(wireshark.Names(unseen.Wireshark)) == 0 {
		t.Fatal("no name of Wireshark's for 1")
	}
	unseen.Evidence.Items[0].Reason = label.TimeOnly // which is inferred
	unseen.ClientState = state.CloseWait | state.Inferred
	return []*analyze.Observation{resentPacket(t), synPacket(t), unseen}
}

// refusedBetween is a refusal in the server's name: the server itself answers the
// same SYN after it.
func refusedBetween(t testing.TB) analyze.Moment {
	c := reporttest.Refused6(t)
	c.Steps = append(c.Steps, analyze.Step{Packet: 24, Time: c.End + 1e6, Seq: 5, Ack: 0, Flags: wire.SYN | wire.ACK, Phase: label.SynAck})
	c.Clues.Rst.Packet = 23
	m := momentOf(analyze.MomentRefused, c, 23, 2e9)
	m.By = analyze.ServerSide
	return m
}

// fullInput is an input of which everything is known.
func fullInput() summary.Input {
	in := sampleInput()
	in.Interfaces = append(in.Interfaces, summary.Interface{File: "office.pcapng", Name: "eth1", Link: "Ethernet", Packets: 1, RingFull: 2, Abandoned: 1, Filter: "ip"})
	in.Filter, in.Filtered, in.Damages, in.Interrupted = "tcp", 7, []string{"office.pcapng: ends inside a block"}, true
	in.Kept = &summary.Kept{Name: "kept.pcapng", Format: "pcapng", Files: 2, Packets: 50, Octets: 5000, RemovedFiles: 1, RemovedPackets: 20,
		LostPackets: 3, LostOctets: 300, LostSince: reporttest.Start, Why: "no space left on device"}
	return in
}

// renderMoments returns what is written of moments.
func renderMoments(t testing.TB, o Options, all ...analyze.Moment) string {
	t.Helper()
	var out strings.Builder
	r, err := New(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		r.Moment(&all[i])
	}
	if err := r.Close(summary.Input{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// testCaptures returns the captures of testdata.
func testCaptures(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "pcaps", "*", "*.pcap"))
	if err != nil || len(paths) < 50 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	return paths
}

// renderCapture analyses a capture and returns what is written of it.
func renderCapture(t testing.TB, o Options, path string) string {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dec := capture.NewDecoder(capture.DecoderOptions{})
	o.EncapName = dec.EncapName
	var out strings.Builder
	r, err := New(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	inOrder := order.New(r.Connection)
	a := analyze.New(analyze.Config{Packet: r.Packet, Connection: inOrder.Connection, Episode: r.Episode, Moment: r.Moment, Wireshark: o.Wireshark})
	var (
		p   capture.Packet
		seg wire.Segment
	)
	for {
		if err := src.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		switch dec.Decode(&p, &seg) {
		case wire.Segmented:
			a.Segment(&seg)
		case wire.ICMPError:
			a.Quote(dec.Quote())
		}
	}
	a.Flush()
	if lost, err := inOrder.Close(); lost > 0 || err != nil {
		t.Fatal(lost, err)
	}
	in := summary.Input{Packets: src.Stats().Packets, Skipped: dec.Skipped(), Analysis: a.Stats()}
	if err := r.Close(in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
