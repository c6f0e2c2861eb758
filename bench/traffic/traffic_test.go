package traffic

import (
	"bytes"
	"crypto/sha256"
	"math"
	"runtime"
	"testing"
)

// all are the kinds, with numbers where they take one.
func all() []Kind { return append(Kinds(), Lossy(10), Live(100)) }

func TestSameSeedSameOctets(t *testing.T) {
	for _, k := range all() {
		var sums [3][sha256.Size]byte
		for i, seed := range []uint64{7, 7, 8} {
			var b bytes.Buffer
			made, err := k.Write(&b, 20_000, seed)
			if err != nil || made.Packets != 20_000 {
				t.Fatalf("%s: %d packets, %v", k.Name, made.Packets, err)
			}
			sums[i] = sha256.Sum256(b.Bytes())
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: the same seed gave different octets", k.Name)
		}
		if sums[0] == sums[2] {
			t.Errorf("%s: different seeds gave the same octets", k.Name)
		}
	}
}

func TestNames(t *testing.T) {
	for _, k := range all() {
		if found, err := ByName(k.Name); err != nil || found.About != k.About {
			t.Errorf("%s: found %q, %v", k.Name, found.About, err)
		}
	}
	for _, name := range []string{"", "lossy-101", "live-0", "live", "mix-1"} {
		if k, err := ByName(name); err == nil {
			t.Errorf("%q is %q", name, k.Name)
		}
	}
}

// counter counts octets and throws them away.
type counter int64

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

// TestShapes holds the kinds to the sizes that their sentences say.
func TestShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("generates a million packets")
	}
	for _, want := range []struct {
		name              string
		packets, octets   int
		perConnection     float64
		frame, connection float64 // how far off they may be
	}{
		{"mix", 680_000, 678, 23.4, 7, 0.5},
		{"small", 500_000, 73, 6.68, 0.5, 0.05},
		{"open", 50_000, 113, 5, 0.5, 0.05},
	} {
		k, err := ByName(want.name)
		if err != nil {
			t.Fatal(err)
		}
		var n counter
		made, err := k.Write(&n, want.packets, 1)
		if err != nil {
			t.Fatal(err)
		}
		frame := float64(n-24)/float64(made.Packets) - 16
		each := float64(made.Packets) / float64(made.Connections)
		t.Logf("%s: %d octets, %d connections: %.1f octets a frame, %.2f packets a connection", k.Name, n, made.Connections, frame, each)
		if math.Abs(frame-float64(want.octets)) > want.frame || math.Abs(each-want.perConnection) > want.connection {
			t.Errorf("%s: wanted %d octets a frame and %.2f packets a connection", k.Name, want.octets, want.perConnection)
		}
	}
}

// heldWriter throws away what is written and notes the most that is held meanwhile.
type heldWriter struct {
	writes int
	most   uint64
}

func (h *heldWriter) Write(b []byte) (int, error) {
	if h.writes++; h.writes%4 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		h.most = max(h.most, m.HeapAlloc)
	}
	return len(b), nil
}

// TestMemoryDoesNotGrow: six times the packets are not six times the memory.
func TestMemoryDoesNotGrow(t *testing.T) {
	for _, k := range []Kind{kinds[1], Live(1000)} {
		held := func(packets int) uint64 {
			var h heldWriter
			if _, err := k.Write(&h, packets, 1); err != nil || h.most == 0 {
				t.Fatal(h.writes, "writes,", err)
			}
			return h.most
		}
		few, many := held(50_000), held(300_000)
		if many > few+few/2 {
			t.Errorf("%s: %d octets were held for 50,000 packets, %d for 300,000", k.Name, few, many)
		}
	}
}
