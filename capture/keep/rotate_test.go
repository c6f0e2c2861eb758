package keep

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tcpwatch/capture"
)

// numbered is a packet that tells its number and has n octets, of which every
// second is as good as random.
func numbered(number, n int, t int64) capture.Packet {
	data := make([]byte, max(n, 8))
	le.PutUint64(data, uint64(number))
	x := uint32(number)*2654435761 + 1
	for i := 8; i < len(data); i += 2 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		data[i] = byte(x)
	}
	return capture.Packet{Time: t, Data: data, Length: len(data), Link: 1}
}

// numbers are the numbers of packets that numbered made.
func numbers(t testing.TB, all []packet) (n []int) {
	t.Helper()
	for _, p := range all {
		k := int(le.Uint64([]byte(p.data)))
		if want := numbered(k, len(p.data), 0); string(want.Data) != p.data || p.Length != len(p.data) {
			t.Fatalf("packet %d is damaged", k)
		}
		n = append(n, k)
	}
	return n
}

// files lists a folder in the order of names.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, filepath.Join(dir, e.Name()))
	}
	return names
}

// whole reads files one after the other and wants none of them damaged.
func whole(t testing.TB, names ...string) []packet {
	t.Helper()
	return unlessTorn(t, "", names...)
}

// torn is how the complaint about compressed data ends that go no further than
// the last whole block, where a disk broke for good.
const torn = "data end too early"

// unlessTorn is whole that takes a complaint with the ending complaint.
func unlessTorn(t testing.TB, complaint string, names ...string) (all []packet) {
	t.Helper()
	for _, name := range names {
		got, damages := packets(t, open(t, name))
		if len(damages) > 1 || len(damages) == 1 && (complaint == "" || !strings.HasSuffix(damages[0], complaint)) {
			t.Fatalf("%s: %v", name, damages)
		}
		all = append(all, got...)
	}
	return all
}

func upTo(from, n int) (all []int) {
	for i := from; i < n; i++ {
		all = append(all, i)
	}
	return all
}

func TestRotateBySize(t *testing.T) {
	const size = 64 << 10
	for _, ext := range []string{".pcapng", ".pcap", ".pcapng.gz", ".pcapng.zst", ".pcap.lz4", ".pcapng.xz"} {
		t.Run(ext, func(t *testing.T) {
			if testing.Short() && strings.HasSuffix(ext, ".xz") {
				t.Skip("takes its time")
			}
			dir := t.TempDir()
			w, err := Open(filepath.Join(dir, "out"+ext), Options{Size: size})
			if err != nil {
				t.Fatal(err)
			}
			const n = 3000
			for i := range n {
				p := numbered(i, 60+i%1400, int64(i)*int64(time.Millisecond))
				if err := w.Write(&p); err != nil {
					t.Fatal(err)
				}
			}
			r, err := w.Close(capture.Stats{})
			if err != nil || r.Packets != n || r.Lost.Packets != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			names := files(t, dir)
			if len(names) != int(r.Files) || len(names) < 2 || names[0] != r.Name {
				t.Errorf("%d files, %+v", len(names), r)
			}
			for i, name := range names {
				info, err := os.Stat(name)
				if err != nil || info.Size() > size || i < len(names)-1 && info.Size() < size*7/10 {
					t.Errorf("%s has %d octets, %v", name, info.Size(), err)
				}
			}
			if got := numbers(t, whole(t, names...)); !slices.Equal(got, upTo(0, n)) {
				t.Errorf("%d packets, or in another order", len(got))
			}
		})
	}
}

// A packet that is larger than a file may be has a file of its own.
func TestRotateLargePackets(t *testing.T) {
	dir := t.TempDir()
	w, err := Open(filepath.Join(dir, "out.pcapng"), Options{Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{20, 5000, 20, 20, 400_000, 20} {
		p := numbered(i, n, 0)
		if err := w.Write(&p); err != nil {
			t.Fatal(err)
		}
	}
	r, err := w.Close(capture.Stats{})
	if names := files(t, dir); err != nil || r.Files != 5 || len(names) != 5 {
		t.Errorf("%+v, %v: %q", r, err, names)
	}
	if got := numbers(t, whole(t, files(t, dir)...)); !slices.Equal(got, upTo(0, 6)) {
		t.Error(got)
	}
}

func TestRotateByTime(t *testing.T) {
	second := int64(time.Second)
	times := []int64{100, 105, 109, 110, 111, 135, 90, 139, 140, 3000}
	want := [][]int{{0, 1, 2}, {3, 4}, {5, 6, 7}, {8}, {9}}
	dir := t.TempDir()
	w, err := Open(filepath.Join(dir, "out.pcapng"), Options{Every: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range times {
		p := numbered(i, 60, at*second)
		if err := w.Write(&p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(capture.Stats{}); err != nil {
		t.Fatal(err)
	}
	names := files(t, dir)
	var got [][]int
	for _, name := range names {
		got = append(got, numbers(t, whole(t, name)))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if base := filepath.Base(names[2]); base != "out_19700101T000215Z_00003.pcapng" {
		t.Error(base)
	}
}

// The extremes of time do not keep files from following each other.
func TestRotateOddTimes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		every := time.Duration(rapid.Int64Range(1, 1<<62).Draw(rt, "every"))
		w, err := Open(filepath.Join(dir, "x"), Options{Every: every})
		if err != nil {
			rt.Fatal(err)
		}
		times := rapid.SliceOfN(rapid.Int64(), 1, 12).Draw(rt, "times")
		for i, at := range times {
			p := numbered(i, 8, at)
			if err := w.Write(&p); err != nil {
				rt.Fatal(err)
			}
			if w.next < at && w.next != 1<<63-1 || at >= w.begin && uint64(at-w.begin) >= uint64(every) && w.packets > 1 {
				rt.Fatalf("packet of time %d in the file from %d to %d", at, w.begin, w.next)
			}
		}
		if _, err := w.Close(capture.Stats{}); err != nil {
			rt.Fatal(err)
		}
		if got := numbers(t, whole(t, files(t, dir)...)); !slices.Equal(got, upTo(0, len(times))) {
			rt.Fatal(got)
		}
	})
}

func TestRing(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "out_0.pcapng")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	src := &counting{}
	w, err := Open(filepath.Join(dir, "out.pcapng"), Options{Size: 20_000, Files: 3, Stats: src.Stats})
	if err != nil {
		t.Fatal(err)
	}
	const n = 2000
	for i := range n {
		p := numbered(i, 100, int64(i)*1e9)
		src.received, src.dropped = uint64(i+1), uint64(i/10)
		if err := w.Write(&p); err != nil {
			t.Fatal(err)
		}
		if got := len(files(t, dir)); i%100 == 0 && got > 3+1 {
			t.Fatalf("%d files", got)
		}
	}
	r, err := w.Close(src.Stats())
	if err != nil {
		t.Fatal(err)
	}
	names := files(t, dir)
	if !slices.Contains(names, other) || len(names) != 4 {
		t.Fatalf("%q", names)
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == other })
	got := numbers(t, whole(t, names...))
	if !slices.Equal(got, upTo(n-len(got), n)) || r.Packets != n || r.RemovedPackets != uint64(n-len(got)) || r.Removed != r.Files-3 {
		t.Errorf("%d packets from %d, %+v", len(got), got[0], r)
	}
	// Each file tells what was counted while it was written.
	var received, dropped uint64
	for _, name := range names {
		s := open(t, name)
		packets(t, s)
		i := s.Stats().Interfaces[0]
		// The packet that made the next file begin was counted already.
		if i.Received+1 < i.Packets || i.Received > i.Packets+1 {
			t.Errorf("%s: %+v", name, i)
		}
		received += i.Received
		dropped += i.Dropped
	}
	if received+1 < uint64(len(got)) || received > uint64(len(got)) || dropped < received/10-1 || dropped > received/10+1 {
		t.Errorf("%d received, %d dropped in %d packets", received, dropped, len(got))
	}
}

// counting describes an interface whose counters grow.
type counting struct{ received, dropped uint64 }

func (c *counting) Stats() capture.Stats {
	return capture.Stats{Interfaces: []capture.InterfaceStats{{
		Name: "eth0", Link: 1, Received: c.received, ReceivedKnown: true, Dropped: c.dropped, DropsKnown: true,
	}}}
}

func TestNames(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("here", 3600)
	defer func() { time.Local = local }()
	for name, want := range map[string][3]string{
		"out":                {"out_20260102T030405Z_00001", "out_20260102T030405Z_00002", "out_20260102T030407Z_00003"},
		"a/out.pcapng.zst":   {"a/out_20260102T030405Z_00001.pcapng.zst", "a/out_20260102T030405Z_00002.pcapng.zst", "a/out_20260102T030407Z_00003.pcapng.zst"},
		"a.b/out.PCAP":       {"a.b/out_20260102T030405Z_00001.PCAP", "a.b/out_20260102T030405Z_00002.PCAP", "a.b/out_20260102T030407Z_00003.PCAP"},
		".gz":                {".gz_20260102T030405Z_00001", ".gz_20260102T030405Z_00002", ".gz_20260102T030407Z_00003"},
		"%F-%H%M%S.pcap":     {"2026-01-02-040405.pcap", "2026-01-02-040404.pcap", "2026-01-02-040407.pcap"},
		"100%%-%Y-%j.pcapng": {"100%-2026-002.pcapng", "100%-2026-002_00002.pcapng", "100%-2026-002_00003.pcapng"},
		"%s":                 {"1767323045", "1767323044", "1767323047"},
	} {
		n, err := newNames(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for i, at := range []int64{5, 4, 7} { // the clock runs backwards once
			if got := n.next((1_767_323_040 + at) * second); got != want[i] {
				t.Errorf("%s: %q, want %q", name, got, want[i])
			}
		}
	}
	for _, name := range []string{"a%", "a%Q.pcap"} {
		if _, err := Open(name, Options{Size: 1000}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
