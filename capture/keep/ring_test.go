package keep

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tcpwatch/capture"
)

// TestIntervals: by the clock of the capture each file's statistics cover the time since the one
// before it ended, the last one up to what the capture knows of its own end; without a clock, the
// times of its packets.
func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		name  string
		clock bool
		end   int64 // of the capture, as its Source says
		want  [][2]int64
	}{
		{"by the clock", true, 0, [][2]int64{{1e9, 2e9}, {2e9, 3e9}, {3e9, 4e9}}},
		{"by the clock, and an end after it", true, 9e9, [][2]int64{{1e9, 2e9}, {2e9, 3e9}, {3e9, 9e9}}},
		{"by the clock, and an end before it", true, 3.5e9, [][2]int64{{1e9, 2e9}, {2e9, 3e9}, {3e9, 4e9}}},
		{"by the packets", false, 0, [][2]int64{{100e9, 105e9}, {110e9, 115e9}, {120e9, 125e9}}},
		{"by the packets, and an end after them", false, 200e9, [][2]int64{{100e9, 105e9}, {110e9, 115e9}, {120e9, 200e9}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, now := t.TempDir(), int64(0)
			o := Options{Every: 10e9}
			if c.clock {
				o.Clock = func() int64 { now += 1e9; return now }
			}
			w, err := Open(filepath.Join(dir, "out.pcapng"), o)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 6 {
				p := numbered(i, 100, 100e9+int64(i)*5e9)
				if err := w.Write(&p); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.Close(capture.Stats{End: c.end}); err != nil {
				t.Fatal(err)
			}
			var got [][2]int64
			for _, name := range files(t, dir) {
				got = append(got, intervals(t, name)...)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// intervals returns the begin and the end that each block of statistics of a file covers, in
// nanoseconds.
func intervals(t *testing.T, name string) (all [][2]int64) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) >= 12 {
		size := le.Uint32(b[4:])
		if le.Uint32(b) == blockStatistics {
			var of [2]int64
			for o := b[20 : size-4]; len(o) >= 12; o = o[4+(le.Uint16(o[2:])+3)&^3:] {
				if code := le.Uint16(o); code == isbBegin || code == isbEnd {
					of[code-isbBegin] = int64(uint64(le.Uint32(o[4:]))<<32 | uint64(le.Uint32(o[8:])))
				}
			}
			all = append(all, of)
		}
		b = b[size:]
	}
	return all
}

// TestRingCannotRemove: a file that is gone already is as good as removed; one that stays is
// reported, and the others go on.
func TestRingCannotRemove(t *testing.T) {
	for _, stays := range []bool{false, true} {
		dir := t.TempDir()
		w, err := Open(filepath.Join(dir, "out.pcapng"), Options{Every: 10e9, Files: 2})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			p := numbered(i, 100, int64(i)*5e9)
			if err := w.Write(&p); err != nil {
				t.Fatal(err)
			}
			if i != 3 {
				continue
			}
			first := files(t, dir)[0]
			if err := os.Remove(first); err != nil {
				t.Fatal(err)
			}
			if stays { // nobody can remove a folder that is not empty
				if err := os.MkdirAll(filepath.Join(first, "full"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
		}
		r, err := w.Close(capture.Stats{})
		if stays && (err == nil || !strings.Contains(err.Error(), "could not be removed")) || !stays && err != nil {
			t.Errorf("stays %t: %v", stays, err)
		}
		if r.Packets != 6 || r.Files != 3 || r.Removed != 1 || r.RemovedPackets != 2 {
			t.Errorf("%+v", r)
		}
	}
}
