package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkRead reads a generated capture in every kind, for the summary. With
// the profiles of go test:
//
//	go test ./cmd/tcpwatch -run XXX -bench Read/mix -packets 1000000 -cpuprofile cpu.prof -memprofile mem.prof
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"mix", "small"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name+".pcap")
			writeGenerated(b, path, kind(b, name), *packetCount)
			b.ReportAllocs()
			for b.Loop() {
				var complaints strings.Builder
				args := []string{"read", "-q", "--view", "summary", "--format", "json", path}
				if status := run(args, strings.NewReader(""), io.Discard, &complaints); status != exitOK {
					b.Fatalf("exit status %d: %s", status, complaints.String())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(*packetCount), "ns/packet")
		})
	}
}
