package keep

import (
	"os"
	"path/filepath"
	"testing"

	"tcpwatch/capture"
)

// BenchmarkWrite writes packets of 120 octets to a file that is none.
func BenchmarkWrite(b *testing.B) {
	for _, name := range []string{"a.pcap", "a.pcapng", "a.pcapng.zst", "a.pcapng.lz4", "a.pcapng.gz"} {
		b.Run(filepath.Ext(name), func(b *testing.B) {
			null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer null.Close()
			w, err := To(null, name, Options{})
			if err != nil {
				b.Fatal(err)
			}
			var all [1024]capture.Packet
			for i := range all {
				all[i] = numbered(i, 120, 0)
			}
			b.SetBytes(120)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				p := &all[i%len(all)]
				p.Time = int64(i)
				if err := w.Write(p); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := w.Close(capture.Stats{}); err != nil {
				b.Fatal(err)
			}
		})
	}
}
