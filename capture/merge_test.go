package capture

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// writeTimes makes a capture with packets at the given seconds, which hold
// their file's name and their own place.
func writeTimes(t testing.TB, dir, name string, seconds ...uint32) string {
	f := &pcapFile{link: 1}
	for i, sec := range seconds {
		f.packet(sec, 0, fmt.Sprintf("%s%d", name, i))
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, f.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mergedData(t testing.TB, paths []string) (string, []*DamageError, Stats) {
	t.Helper()
	s, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	packets, damages := drain(t, s)
	var order []string
	for i, p := range packets {
		order = append(order, p.data)
		if p.Number != uint64(i+1) {
			t.Errorf("packet %d has number %d", i+1, p.Number)
		}
	}
	return strings.Join(order, " "), damages, s.Stats()
}

func TestMergeOrder(t *testing.T) {
	tests := []struct {
		name  string
		files map[string][]uint32
		want  string
		back  uint64
	}{
		{"rotated", map[string][]uint32{"a": {1, 2}, "b": {3, 4}, "c": {5}}, "a0 a1 b0 b1 c0", 0},
		{"rotated, named in reverse", map[string][]uint32{"a": {5}, "b": {3, 4}, "c": {1, 2}}, "c0 c1 b0 b1 a0", 0},
		{"interleaved", map[string][]uint32{"a": {1, 3, 5}, "b": {2, 4, 6}}, "a0 b0 a1 b1 a2 b2", 0},
		{"ties by file", map[string][]uint32{"a": {1, 2, 2}, "b": {1, 2}, "c": {1}}, "a0 b0 c0 a1 a2 b1", 0},
		{"order inside a file is kept", map[string][]uint32{"a": {5, 1, 6}, "b": {2, 4, 7}}, "b0 b1 a0 a1 a2 b2", 1},
		{"without packets", map[string][]uint32{"a": {}, "b": {1}, "c": {}}, "b0", 0},
		{"nothing at all", map[string][]uint32{"a": {}, "b": {}}, "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var paths []string
			for _, name := range []string{"a", "b", "c"} {
				if seconds, ok := test.files[name]; ok {
					paths = append(paths, writeTimes(t, dir, name, seconds...))
				}
			}
			got, damages, stats := mergedData(t, paths)
			if got != test.want || len(damages) > 0 || stats.BackwardsSteps != test.back {
				t.Errorf("%q, want %q; %v; %d steps back, want %d", got, test.want, damages, stats.BackwardsSteps, test.back)
			}
			for i, f := range stats.Files {
				name := filepath.Base(paths[i])
				if f.Name != paths[i] || f.Packets != uint64(len(test.files[name])) || f.Format != "pcap" {
					t.Errorf("file %d: %+v", i, f)
				}
			}
		})
	}
}

func TestMergeGoesOnBehindDamage(t *testing.T) {
	dir := t.TempDir()
	a := writeTimes(t, dir, "a", 1, 3, 9)
	b := writeTimes(t, dir, "b", 2, 4, 5)
	whole, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing")
	for _, paths := range [][]string{{missing, a, text, b}, {missing, a, b, text}} {
		got, damages, stats := mergedData(t, paths)
		if want := "a0 b0 a1 b1 b2"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		want := []string{
			missing + ": no such file or directory",
			text + `: not a capture: starts with "no"`,
			a + ": packet 3 (byte 60): the file ends in this packet: 17 of 18 octets are there",
		}
		var have []string
		for _, d := range damages {
			have = append(have, d.Error())
		}
		if !slices.Equal(have, want) {
			t.Errorf("damages %q, want %q", have, want)
		}
		places := []int{slices.Index(paths, a), slices.Index(paths, b)}
		if len(stats.Files) != 4 || stats.Files[places[0]].Packets != 2 || stats.Files[places[1]].Packets != 3 {
			t.Errorf("%+v", stats.Files)
		}
		for i, f := range stats.Interfaces {
			if f.File != places[i] {
				t.Errorf("interface %d is of file %d", i, f.File)
			}
		}
	}
}

// The first packet is damaged, so that its time is not known at the start.
func TestMergeDamageInTheFirstPacket(t *testing.T) {
	dir := t.TempDir()
	a := writeTimes(t, dir, "a", 5)
	b := write(t, "b", (&pcapFile{}).add(1, 0, 1<<31, 0, "").bytes())
	got, damages, _ := mergedData(t, []string{a, b})
	if got != "a0" || len(damages) != 1 || damages[0].Packet != 1 || damages[0].File != b {
		t.Errorf("%q %v", got, damages)
	}
}

// More files than descriptors may be open, all of them due all the time.
func TestMergeManyFilesAtOnce(t *testing.T) {
	dir := t.TempDir()
	const files, packets = 3 * maxOpenFiles, 40
	var paths []string
	body := strings.Repeat("x", 5000) // several buffers a file
	for i := range files {
		f := &pcapFile{}
		for k := range uint32(packets) {
			f.packet(k, uint32(i), body)
		}
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(path, f.bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	s, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	last, most := int64(-1), 0
	for range files * packets {
		if err := s.Next(&p); err != nil {
			t.Fatal(err)
		}
		if p.Time <= last {
			t.Fatalf("packet %d: time %d after %d", p.Number, p.Time, last)
		}
		last = p.Time
		most = max(most, len(s.(*timeline).opener.pool.open))
	}
	if most > maxOpenFiles {
		t.Errorf("%d files open", most)
	}
	if _, damages := drain(t, s); len(damages) > 0 {
		t.Error(damages)
	}
	if n := len(s.(*timeline).opener.pool.open); n != 0 {
		t.Errorf("%d files open at the end", n)
	}
}

// Rotated captures are open one at a time.
func TestMergeIsLazy(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i := range uint32(300) {
		paths = append(paths, writeTimes(t, dir, fmt.Sprintf("f%03d.", i), 10*i, 10*i+1, 10*i+5))
	}
	s, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pool := &s.(*timeline).opener.pool
	if n := len(pool.open); n != 0 {
		t.Errorf("%d files open after Open", n)
	}
	for range 900 {
		if err := s.Next(&Packet{}); err != nil {
			t.Fatal(err)
		}
		if n := len(pool.open); n != 1 {
			t.Fatalf("%d files open", n)
		}
	}
}

func TestFileReplacedWhileParked(t *testing.T) {
	dir := t.TempDir()
	path := writeTimes(t, dir, "a", 1)
	d := &diskFile{path: path, pool: &filePool{}}
	if _, err := d.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if err := os.Rename(writeTimes(t, dir, "b", 2), path); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(make([]byte, 4)); err != errReplaced {
		t.Errorf("read another file: %v", err)
	}
}

// The definition: repeatedly the file whose next packet is earliest.
func TestMergeAgainstDefinition(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		files := rapid.SliceOfN(rapid.SliceOfN(rapid.Uint32Range(0, 9), 0, 6), 2, 6).Draw(rt, "files")
		type queue struct {
			file  int
			times []uint32
		}
		var paths, want []string
		var queues []queue
		for i, seconds := range files {
			paths = append(paths, writeTimes(t, dir, string(rune('a'+i)), seconds...))
			queues = append(queues, queue{i, seconds})
		}
		for {
			queues = slices.DeleteFunc(queues, func(q queue) bool { return len(q.times) == 0 })
			if len(queues) == 0 {
				break
			}
			first := slices.MinFunc(queues, func(a, b queue) int {
				return cmp.Or(cmp.Compare(a.times[0], b.times[0]), a.file-b.file)
			})
			i := slices.IndexFunc(queues, func(q queue) bool { return q.file == first.file })
			want = append(want, fmt.Sprintf("%c%d", 'a'+first.file, len(files[first.file])-len(first.times)))
			queues[i].times = queues[i].times[1:]
		}
		if got, damages, _ := mergedData(t, paths); got != strings.Join(want, " ") || len(damages) > 0 {
			rt.Fatalf("%q, want %q; %v", got, want, damages)
		}
	})
}

// TestLongestUnreadIsClosed: where more files are read than may be open, the one
// that was not read for longest makes room, and is read on where it was left.
func TestLongestUnreadIsClosed(t *testing.T) {
	dir, pool := t.TempDir(), &filePool{}
	octet := make([]byte, 1)
	read := func(d *diskFile, want string) {
		t.Helper()
		if _, err := d.Read(octet); err != nil || string(octet) != want {
			t.Fatalf("%s: %q, %v; want %q", d.path, octet, err, want)
		}
	}
	var all []*diskFile
	for i := range maxOpenFiles + 1 {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
			t.Fatal(err)
		}
		all = append(all, &diskFile{path: path, pool: pool})
	}
	defer func() {
		for _, d := range all {
			d.Close()
		}
	}()
	for _, d := range all[:maxOpenFiles] {
		read(d, "a")
	}
	read(all[0], "b")
	read(all[1], "b")
	read(all[maxOpenFiles], "a")
	for i, d := range all {
		if open := d.file != nil; open != (i != 2) {
			t.Errorf("file %d is open: %t", i, open)
		}
	}
	read(all[2], "b")
	if all[2].file == nil || all[3].file != nil || len(pool.open) != maxOpenFiles {
		t.Errorf("file 2 open %t, file 3 open %t, %d in all", all[2].file != nil, all[3].file != nil, len(pool.open))
	}
}
