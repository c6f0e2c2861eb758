package analyze_test

import (
	"encoding/binary"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// fuzzSegments cuts bytes into segments, ten octets each: few tuples, flags of
// every combination, numbers near each other more often than not.
func fuzzSegments(data []byte) []wire.Segment {
	var segs []wire.Segment
	now := int64(1e18)
	for ; len(data) >= 10 && len(segs) < 4000; data = data[10:] {
		who, flags := data[0], data[1]
		seg := wire.Segment{Packet: uint64(len(segs) + 1), Tuple: simTuple(int(who & 1))}
		if who&1 == 0 {
			seg.SrcPort += uint16(who >> 1 & 7)
		} else {
			seg.DstPort += uint16(who >> 1 & 7)
		}
		if who&0x10 != 0 {
			seg.Encap = 1
		}
		seg.Flags = wire.Flags(flags) | wire.Flags(who>>5&1)<<8
		seg.Seq, seg.Ack = fuzzSeq(data[2], data[3]), fuzzSeq(data[4], data[5])
		switch n := data[6]; {
		case n < 200:
			seg.Len = uint32(n >> 4)
		case n < 250:
			seg.Len = uint32(n) * 257
		default:
			seg.Len = 1 << (24 + n%8) // a decoder would not let it pass
		}
		seg.Window = uint16(data[7]) << 8
		switch n := data[8]; n >> 6 {
		case 0:
			now += int64(n) * 1e5
		case 1:
			now += int64(n&63) * 1e9
		case 2:
			now -= int64(n&63) * 1e9
		case 3:
			now += int64(n&63) * 60e9
		}
		seg.Time = now
		seg.IPID, seg.HasIPID = uint16(data[9]), data[9]&1 != 0
		if data[9]&2 != 0 {
			seg.Options = wire.Options{Set: wire.OptTimestamps | wire.OptWindowScale, TSVal: uint32(data[9]), WindowScale: data[9]}
		}
		if data[9]&4 != 0 {
			seg.Options.Set |= wire.OptSACK
			seg.Options.SACKBlocks = 1
			seg.Options.SACK[0] = wire.SACKBlock{Left: seg.Ack + wire.Seq(data[9]), Right: seg.Ack + 20}
		}
		segs = append(segs, seg)
	}
	return segs
}

func fuzzSeq(high, low byte) wire.Seq {
	switch {
	case high < 128:
		return wire.Seq(low&31) - 8
	case high < 192:
		return wire.Seq(1<<31) + wire.Seq(low)
	}
	return wire.Seq(high)<<24 | wire.Seq(low)
}

// FuzzAnalyzer: whatever comes, nothing panics and the sums add up.
func FuzzAnalyzer(f *testing.F) {
	f.Add([]byte{}, uint8(0))
	f.Add([]byte("0123456789abcdefghijABCDEFGHIJ0123456789"), uint8(3))
	for seed := uint64(1); seed < 12; seed++ {
		var data []byte
		for _, c := range simDraw(seed, simLossy).tapped {
			b := make([]byte, 10)
			b[0], b[1] = byte(c.from), byte(c.seg.Flags)
			binary.BigEndian.PutUint16(b[2:], uint16(c.seg.Seq)&31)
			binary.BigEndian.PutUint16(b[4:], uint16(c.seg.Ack)&31)
			b[6], b[7], b[9] = byte(min(c.seg.Len<<4, 199)), 4, byte(c.seg.IPID)
			data = append(data, b...)
		}
		f.Add(data, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte, most uint8) { fuzzRun(t, fuzzSegments(data), int(most%16)) })
}

// fuzzRun feeds segments and checks what must hold for any input.
func fuzzRun(t *testing.T, segs []wire.Segment, most int) {
	var packets, evicted, handed uint64
	given := map[uint64]int{}
	var a *analyze.Analyzer
	next := uint64(1)
	inOrder := order.New(func(c *analyze.Connection) {
		if c.Number != next {
			t.Fatalf("connection %d comes in place of %d", c.Number, next)
		}
		next++
	})
	seen := 0
	a = analyze.New(analyze.Config{
		MaxConnections: most,
		Packet: func(o *analyze.Observation) {
			seen++
			if o.Connection == 0 || o.Connection > a.Stats().Connections || given[o.Connection] > 0 {
				t.Fatalf("an observation of connection %d of %d", o.Connection, a.Stats().Connections)
			}
			checkLegal(t, o.ClientState)
			checkLegal(t, o.ServerState)
			phases := 0
			o.Labels.Each(func(id label.ID) {
				if label.All[id].Group == label.Phase {
					phases++
				}
			})
			if phases != 1 || o.Evidence.Len > label.MaxEvidence {
				t.Fatalf("%d phases, %d reasons", phases, o.Evidence.Len)
			}
		},
		Connection: func(c *analyze.Connection) {
			if given[c.Number]++; given[c.Number] > 1 {
				t.Fatalf("connection %d is handed over twice", c.Number)
			}
			handed++
			if c.Evicted {
				evicted++
			}
			packets += c.FromClient.Packets + c.FromServer.Packets
			checkBounded(t, c)
			inOrder.Connection(c)
		},
	})
	for i := range segs {
		a.Segment(&segs[i])
		if live := a.Stats().Live; most > 0 && live > most {
			t.Fatalf("%d connections live, at most %d wanted", live, most)
		}
	}
	a.Flush()
	s := a.Stats()
	if packets != uint64(len(segs)) || seen != len(segs) || s.Segments != uint64(len(segs)) {
		t.Fatalf("%d segments: %d in records, %d observed, %d counted", len(segs), packets, seen, s.Segments)
	}
	if handed != s.Connections || next != s.Connections+1 || s.Live != 0 || evicted != s.Evicted {
		t.Fatalf("%d handed over, %d in order, %d evicted: %+v", handed, next-1, evicted, s)
	}
}

func checkLegal(t *testing.T, s state.State) {
	t.Helper()
	if s.Base() >= state.Count || s&^state.Inferred != s.Base() {
		t.Fatalf("state %d", s)
	}
}

// checkBounded: nothing in a record grows with the packets.
func checkBounded(t *testing.T, c *analyze.Connection) {
	t.Helper()
	if len(c.Steps) > analyze.MaxSteps || len(c.ZeekHistory) > 512 || len(c.Closing.FinPackets) > analyze.MaxSteps ||
		len(c.Opening.SynPackets)+len(c.Opening.SynAckPackets) > analyze.MaxSteps {
		t.Fatalf("a record without bounds: %d steps, %d letters of history", len(c.Steps), len(c.ZeekHistory))
	}
	for _, d := range []analyze.Direction{c.FromClient, c.FromServer} {
		if d.UniqueOctets > d.PayloadOctets || d.Retransmissions > d.Packets || d.RTT.Min > d.RTT.Avg || d.RTT.Avg > d.RTT.Max {
			t.Fatalf("a direction that does not add up: %+v", d)
		}
	}
	if c.FirstPacket > c.LastPacket || c.FirstPacket == 0 {
		t.Fatalf("packets %d to %d", c.FirstPacket, c.LastPacket)
	}
	_ = c.Opening.Outcome.String() + c.Closing.Outcome.String() + c.Closing.RstAfter.String() + c.TimeWait.Reuse.String() +
		c.Opening.Form.String() + c.TimeWait.Holders.String() + c.Closing.ActiveCloser.String()
}
