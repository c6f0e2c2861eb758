package event_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// FuzzAgree: whatever comes, events and records agree. Seven octets make a
// segment: who sends, flags, number, acknowledgement, length, window, time.
func FuzzAgree(f *testing.F) {
	// A handshake, data, data again, a FIN each way, in octets.
	talk := []byte{
		0, 0x02, 0, 0, 0, 9, 1, 1, 0x12, 0, 1, 0, 9, 1, 0, 0x10, 1, 1, 0, 9, 1, 0, 0x18, 1, 1, 30, 9, 1, 0, 0x18, 1, 1, 30, 9, 80,
		1, 0x10, 1, 2, 0, 0, 1, 1, 0x10, 1, 2, 0, 9, 90, 0, 0x11, 2, 1, 0, 9, 1, 1, 0x10, 1, 3, 0, 9, 1, 1, 0x11, 1, 3, 0, 9, 1, 0, 0x10, 3, 2, 0, 9, 1,
	}
	f.Add(talk, uint8(0))
	f.Add(append(talk, talk...), uint8(2))
	f.Add(append(talk, 1, 0x14, 1, 3, 0, 9, 1, 0, 0x10, 2, 1, 40, 9, 200), uint8(0))
	f.Add([]byte{0, 0x02, 0, 0, 0, 9, 1, 1, 0x14, 0, 1, 0, 9, 1, 1, 0x12, 0, 1, 0, 9, 1, 0, 0x10, 1, 1, 0, 9, 1}, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, most uint8) {
		l, an, end := hold(analyze.Config{MaxConnections: int(most & 7)})
		l.lax = true
		now := int64(1e18)
		for n := uint64(1); len(data) >= 7 && n < 2000; n++ {
			s := wire.Segment{Packet: n, HasIPID: true, IPID: uint16(n)}
			s.Src, s.Dst = wire.AddrFrom4([4]byte{192, 0, 2, 1}), wire.AddrFrom4([4]byte{192, 0, 2, 2})
			s.SrcPort, s.DstPort = 40000+uint16(data[0]>>1&3), 80
			if data[0]&1 != 0 {
				s.Src, s.Dst, s.SrcPort, s.DstPort = s.Dst, s.Src, s.DstPort, s.SrcPort
			}
			s.Flags = wire.Flags(data[1] & 0x3f)
			s.Seq, s.Ack = 1000*wire.Seq(data[0]>>6)+wire.Seq(data[2]), wire.Seq(data[3])
			s.Len, s.Window = uint32(data[4]>>4), uint16(data[5])<<8
			switch d := int64(data[6]); {
			case d < 128:
				now += d * 1e6
			case d < 192:
				now += (d - 127) * 1e8
			case d < 240:
				now += (d - 191) * 10e9
			default:
				now -= d * 1e6
			}
			s.Time = now
			an.Segment(&s)
			data = data[7:]
		}
		end()
		for _, p := range l.problems {
			t.Error(p)
		}
	})
}
