package wireshark_test

import (
	"encoding/binary"
	"testing"

	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture/wire"
)

// FuzzFollower feeds arbitrary segments of few connections and wants what holds
// for all: no panic, no more streams than allowed, values only where they
// belong, names that can be together, and the same again on a second Follower.
func FuzzFollower(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x10\x00\x01\x02\x01\x12\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x10\x00\x01\x02"))
	f.Add([]byte("00\x00000\x0000000000000\x00000\x00000000000"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, b := wireshark.New(3), wireshark.New(3)
		at := int64(0)
		for n := uint64(1); len(data) >= 16; n++ {
			seg := fuzzSegment(data)
			data = data[16:]
			at += int64(seg.Time)
			seg.Time, seg.Packet = at, n
			s, v := a.Segment(&seg), a.Values()
			if b.Segment(&seg) != s || b.Values() != v {
				t.Fatal("not the same again")
			}
			check(t, s, v, n)
			if a.Len() > 3 {
				t.Fatalf("%d streams", a.Len())
			}
		}
	})
}

func fuzzSegment(d []byte) (seg wire.Segment) {
	seg.SrcPort, seg.DstPort = uint16(d[0]&3), 9
	if d[0]&4 != 0 {
		seg.Tuple = seg.Tuple.Reverse()
	}
	seg.IPv6 = d[0]&8 != 0
	if d[0]&16 != 0 {
		seg.Options.Set = wire.OptWindowScale | wire.OptSACK
		seg.Options.WindowScale = d[15]
		seg.Options.SACKBlocks = d[15] // more than there can be
		seg.Options.SACK[0] = wire.SACKBlock{Left: 3, Right: wire.Seq(d[14])}
	}
	seg.Flags = wire.Flags(d[1])
	seg.Seq = wire.Seq(int8(d[2])) + wire.Seq(binary.BigEndian.Uint32(d[2:])&0x80000000)
	seg.Ack = wire.Seq(int8(d[6])) + wire.Seq(binary.BigEndian.Uint32(d[6:])&0x80000000)
	seg.Window = uint16(d[10]) & 31
	seg.Len = uint32(d[11]) & 15
	if d[11]&128 != 0 {
		seg.Len = binary.BigEndian.Uint32(d[10:]) // more than a packet holds
	}
	seg.Time = int64(int16(binary.BigEndian.Uint16(d[12:]))) << (d[14] & 31)
	return seg
}

func check(t *testing.T, s wireshark.Set, v wireshark.Values, packet uint64) {
	t.Helper()
	repairs := wireshark.Retransmission | wireshark.FastRetransmission | wireshark.SpuriousRetransmission
	again := s & (repairs | wireshark.OutOfOrder)
	switch again {
	case 0, wireshark.OutOfOrder, wireshark.Retransmission, wireshark.Retransmission | wireshark.FastRetransmission,
		wireshark.Retransmission | wireshark.SpuriousRetransmission:
	default:
		t.Fatalf("together: %v", wireshark.Names(s))
	}
	if again != 0 && s.Has(wireshark.KeepAlive) {
		t.Fatalf("together: %v", wireshark.Names(s))
	}
	repeats := s & (wireshark.DuplicateAck | wireshark.WindowUpdate | wireshark.KeepAliveAck | wireshark.ZeroWindowProbeAck)
	if repeats&(repeats-1) != 0 {
		t.Fatalf("together: %v", wireshark.Names(s))
	}
	// A first ACK of number 0 counts as a duplicate of none: the packet is 0.
	if dup := s.Has(wireshark.DuplicateAck); dup != (v.DuplicateAckNumber != 0) || !dup && v.DuplicateAckPacket != 0 || v.DuplicateAckPacket >= packet {
		t.Fatalf("%v: %+v", wireshark.Names(s), v)
	}
	if (v.RTO != 0) != (v.RTOPacket != 0) || v.RTOPacket >= packet || v.RTOPacket != 0 && again != wireshark.Retransmission {
		t.Fatalf("%v: %+v", wireshark.Names(s), v)
	}
}
