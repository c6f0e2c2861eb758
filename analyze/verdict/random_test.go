package verdict_test

import (
	"math/rand"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/listener"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
)

// TestRandom judges connections of segments drawn at random: nothing panics,
// evidence points to packets that were captured, in whole sentences, and no
// verdict is surer than its Spec allows.
func TestRandom(t *testing.T) {
	flags := []wire.Flags{wire.SYN, wire.SYN, wire.SYN | wire.ACK, wire.SYN | wire.ACK, wire.ACK, wire.ACK, wire.RST, wire.RST | wire.ACK, wire.FIN | wire.ACK}
	found := map[string]int{}
	seeds := int64(1500)
	if testing.Short() {
		seeds = 300
	}
	for seed := range seeds {
		r := rand.New(rand.NewSource(seed))
		n := 5 + r.Intn(100)
		var (
			j     verdict.Judge
			table listener.Table
		)
		inOrder := order.New(func(c *analyze.Connection) {
			list := j.Connection(c)
			table.Add(c, list)
			if c.Opening.Form == analyze.FormThreeWay && c.Opening.AckPacket == 0 {
				t.Error("three ways without the ACK that completes them: ACCEPT-QUEUE-FULL rests on that")
			}
			if after := c.Closing.RstAfter; c.Opening.AckPacket != 0 && (after == analyze.RstRefused || after == analyze.RstHandshake) {
				t.Errorf("a reset of the opening (%s) although packet %d completed it: RESET-BETWEEN rests on that", after, c.Opening.AckPacket)
			}
			for i := range list {
				checkVerdict(t, &list[i], uint64(n))
				found[list[i].ID.String()]++
			}
		})
		a := analyze.New(analyze.Config{Connection: inOrder.Connection, MaxConnections: 1 + r.Intn(4)})
		now := int64(1e18)
		for i := range n {
			now += []int64{0, 1e5, 1e7, 1e9, 4e9}[r.Intn(5)]
			s := wire.Segment{Packet: uint64(i + 1), Time: now, Flags: flags[r.Intn(len(flags))], Seq: wire.Seq(r.Intn(4)), Ack: wire.Seq(r.Intn(4)),
				Window: uint16(r.Intn(3)), TTL: uint8(60 + r.Intn(3)), IPID: uint16(r.Intn(3)), HasIPID: true, Len: uint32(r.Intn(2) * r.Intn(2))}
			s.Tuple = wire.Tuple{Src: wire.AddrFrom4([4]byte{10, 0, 0, 1}), Dst: wire.AddrFrom4([4]byte{10, 0, 0, 2}), SrcPort: uint16(40000 + r.Intn(2)), DstPort: 80}
			if r.Intn(2) == 0 {
				s.Src, s.Dst, s.SrcPort, s.DstPort = s.Dst, s.Src, s.DstPort, s.SrcPort
			}
			if r.Intn(3) == 0 {
				s.Options.Set, s.Options.TSVal, s.Options.TSEcr = wire.OptTimestamps, uint32(r.Intn(3)), uint32(r.Intn(3))
			}
			a.Segment(&s)
		}
		a.Flush()
		table.List(now)
	}
	if len(found) < 9 {
		t.Errorf("only %v were found: is anything drawn?", found)
	}
}

func checkVerdict(t *testing.T, v *verdict.Verdict, packets uint64) {
	t.Helper()
	if v.Confidence < verdict.Possible || v.Confidence > verdict.All[v.ID].Most || v.Len == 0 {
		t.Fatalf("%q", names([]verdict.Verdict{*v}))
	}
	for _, it := range v.Evidence() {
		text := string(it.Append(nil))
		if it.Packet > packets || it.Than > packets || text == "" || strings.Contains(text, "packet 0") || strings.Contains(text, "$") || strings.Contains(text, "after -") {
			t.Fatalf("%s: %q of %d packets: %+v", v.ID, text, packets, it)
		}
	}
}
