package capture

import (
	"io"
	"strings"
	"testing"
)

const benchPackets = 200_000

func benchSource(b *testing.B, file []byte) {
	path := write(b, "file", file)
	var p Packet
	var s Source
	b.SetBytes(int64(len(file) / benchPackets))
	b.ReportAllocs()
	b.ResetTimer()
	left := 0
	for range b.N {
		if left == 0 {
			var err error
			if s, err = Open([]string{path}, Options{}); err != nil {
				b.Fatal(err)
			}
			left = benchPackets
		}
		if err := s.Next(&p); err != nil {
			b.Fatal(err)
		}
		if left--; left == 0 {
			if err := s.Next(&p); err != io.EOF {
				b.Fatal(err)
			}
			s.Close()
		}
	}
}

// BenchmarkPcapNext reads packets of 120 octets from a file, opening included.
func BenchmarkPcapNext(b *testing.B) {
	f := &pcapFile{}
	data := strings.Repeat("x", 120)
	for i := range uint32(benchPackets) {
		f.packet(i, i, data)
	}
	benchSource(b, f.bytes())
}

func BenchmarkPcapngNext(b *testing.B) {
	f := (&ngFile{}).section().iface(1, 0)
	data := strings.Repeat("x", 120)
	for i := range uint64(benchPackets) {
		f.packet(0, i, data)
	}
	benchSource(b, f.b)
}
