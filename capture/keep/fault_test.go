package keep

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tcpwatch/capture"
)

// faulty is a disk that takes so many octets and then fails. It fails t where it is asked again and
// again nevertheless, as a Writer would do that tries at each packet, or for ever.
type faulty struct {
	t       *testing.T
	f       *os.File
	left    int
	err     error
	refused int
}

// mostRefused is how often a disk refuses in one test: a few times for each moment at which the Writer
// may try, with pieces half as long each time.
const mostRefused = 50

func (d *faulty) Write(b []byte) (int, error) {
	if len(b) <= d.left {
		d.left -= len(b)
		return d.f.Write(b)
	}
	if d.refused++; d.refused > mostRefused {
		d.t.Fatalf("the disk was asked %d times although it had failed", d.refused)
	}
	n, _ := d.f.Write(b[:d.left])
	d.left = 0
	return n, &os.PathError{Op: "write", Path: d.f.Name(), Err: d.err}
}

// breaking opens a Writer on a disk that breaks after n octets.
func breaking(t *testing.T, name string, n int, err error, o Options) (*Writer, *faulty) {
	t.Helper()
	w, e := Open(filepath.Join(t.TempDir(), name), o)
	if e != nil {
		t.Fatal(e)
	}
	d := &faulty{t: t, f: w.out.file, left: n, err: err}
	w.out.w = d
	return w, d
}

// longestWrite bounds a Writer that does not come to an end. It is no measure of speed: packets of a test,
// compressed, take half a minute under the race detector on a busy machine.
const longestWrite = 3 * time.Minute

func writeNumbered(t *testing.T, w *Writer, from, n int) {
	t.Helper()
	for i, begun := from, time.Now(); i < n; i++ {
		if time.Since(begun) > longestWrite {
			t.Fatalf("%d of %d packets took %v", i-from, n-from, time.Since(begun))
		}
		p := numbered(i, 50+i%100, int64(i)*1e6)
		_ = w.Write(&p)
	}
}

var formats = []string{"a.pcapng", "a.pcap", "a.pcapng.zst", "a.pcap.gz", "a.pcapng.lz4", "a.pcapng.xz"}

// The disk breaks at every octet of a buffer: what is in the file is whole, and
// written and lost packets add up.
func TestBrokenDisk(t *testing.T) {
	for _, name := range formats {
		for n := 0; n < 3000; n += 131 {
			w, _ := breaking(t, name, n, syscall.EIO, Options{})
			writeNumbered(t, w, 0, 20)
			w.Tick(1e9)
			writeNumbered(t, w, 20, 40)
			r, err := w.Close(capture.Stats{})
			if !errors.Is(err, syscall.EIO) && r.Lost.Packets > 0 || r.Packets+r.Lost.Packets != 40 {
				t.Fatalf("%s, %d octets: %+v, %v", name, n, r, err)
			}
			if n == 0 || r.Packets == 0 && w.c != nil {
				continue // an empty file is no capture
			}
			if info, err := os.Stat(r.Name); err != nil || info.Size() == 0 {
				continue
			}
			if got := numbers(t, unlessTorn(t, torn, r.Name)); !slices.Equal(got, upTo(0, int(r.Packets))) {
				t.Fatalf("%s, %d octets: %v in the file, %+v", name, n, got, r)
			}
			if r.Lost.Packets > 0 && (r.Lost.Since != int64(r.Packets)*1e6 || r.Lost.Octets == 0) {
				t.Fatalf("%s, %d octets: %+v", name, n, r)
			}
		}
	}
}

// A full disk that has room again costs what did not fit into the buffer; the
// file goes on, and says how much is missing.
func TestFullForAWhile(t *testing.T) {
	for _, name := range formats {
		t.Run(name, func(t *testing.T) {
			w, d := breaking(t, name, 100_000, syscall.ENOSPC, Options{})
			const n = 15_000 // more than the buffer holds
			writeNumbered(t, w, 0, n)
			if w.stopped != nil {
				t.Fatal(w.stopped)
			}
			if l := w.Lost(); !errors.Is(l.Why, syscall.ENOSPC) {
				t.Fatalf("%+v", l)
			}
			d.left = 1 << 30
			w.Tick(5e9)
			writeNumbered(t, w, n, n+100)
			if len(w.buf) < 100*50 {
				t.Error("when there is room again each packet is written by itself")
			}
			r, err := w.Close(capture.Stats{})
			if !errors.Is(err, syscall.ENOSPC) || r.Packets+r.Lost.Packets != n+100 || r.Lost.Packets == 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			src := open(t, r.Name)
			all, damages := packets(t, src)
			got := numbers(t, all)
			if len(damages) > 0 {
				t.Fatal(damages)
			}
			first := len(got) - 100
			if !slices.Equal(got, append(upTo(0, first), upTo(n, n+100)...)) || r.Packets != uint64(len(got)) {
				t.Errorf("%d packets in the file, %+v", len(got), r)
			}
			if r.Lost.Since != int64(first)*1e6 {
				t.Errorf("lost since %d, want %d", r.Lost.Since, first*1e6)
			}
			if i := src.Stats().Interfaces[0]; !strings.HasPrefix(name, "a.pcap.") && name != "a.pcap" && (i.Dropped != r.Lost.Packets || i.SystemDropped != i.Dropped) {
				t.Errorf("the file says %+v", i)
			}
		})
	}
}

// A disk that is full for less than a buffer's time costs nothing.
func TestFullForAMoment(t *testing.T) {
	for _, name := range formats {
		w, d := breaking(t, name, 500, syscall.EDQUOT, Options{PerPacket: true})
		writeNumbered(t, w, 0, 50)
		d.left = 1 << 20
		writeNumbered(t, w, 50, 100)
		r, err := w.Close(capture.Stats{})
		if err != nil || r.Packets != 100 || r.Lost.Packets != 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if got := numbers(t, whole(t, r.Name)); !slices.Equal(got, upTo(0, 100)) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// While the disk is full no other file is begun, which would have as little room: the same one
// goes on.
func TestFullBeginsNoFile(t *testing.T) {
	for _, name := range formats {
		dir := t.TempDir()
		ends := 0 // how often statistics are asked for, as at the end of a file
		w, err := Open(filepath.Join(dir, name), Options{Every: 1e9, PerPacket: true, Stats: func() (s capture.Stats) { ends++; return s }})
		if err != nil {
			t.Fatal(err)
		}
		writeNumbered(t, w, 0, 1)
		d := &faulty{t: t, f: w.out.file, err: syscall.ENOSPC}
		w.out.w = d
		writeNumbered(t, w, 1, 2) // shows that it is full
		ends = 0
		for i := 2; i < 5; i++ {
			p := numbered(i, 50, int64(i)*2e9)
			_ = w.Write(&p)
		}
		if names := files(t, dir); len(names) != 1 || ends != 0 {
			t.Errorf("%s: %q, statistics asked for %d times", name, names, ends)
		}
		d.left = 1 << 20
		w.Tick(20e9)
		p := numbered(5, 50, 20e9)
		_ = w.Write(&p)
		r, err := w.Close(capture.Stats{})
		if names := files(t, dir); err != nil || len(names) != 2 || r.Packets != 6 || r.Lost.Packets != 0 {
			t.Errorf("%s: %q, %+v, %v", name, names, r, err)
		}
	}
}

// With rotation the next file takes over from one that is broken, beginning with
// what that one did not take.
func TestNextFileTakesOver(t *testing.T) {
	for _, name := range formats {
		for i, broken := range []error{syscall.EIO, syscall.ESTALE, syscall.EFBIG, syscall.EFBIG} {
			dir := t.TempDir()
			w, err := Open(filepath.Join(dir, name), Options{Size: 1 << 30, PerPacket: true})
			if err != nil {
				t.Fatal(err)
			}
			writeNumbered(t, w, 0, 10)
			w.out.w = &faulty{t: t, f: w.out.file, left: []int{70, 10, 70, 10}[i], err: broken}
			for i := 10; i < 20; i++ {
				p := numbered(i, 50, 0)
				p.Interface = i - 10 // unknown so far
				_ = w.Write(&p)
			}
			r, err := w.Close(capture.Stats{})
			if names := files(t, dir); len(names) != 2 || r.Files != 2 {
				t.Fatalf("%q, %+v", names, r)
			}
			if r.Packets != 20 || r.Lost.Packets != 0 || (err != nil) != (broken != syscall.EFBIG) {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
			complaint := torn
			if broken == syscall.EFBIG && w.c == nil {
				complaint = ""
			}
			all := unlessTorn(t, complaint, files(t, dir)...)
			if got := numbers(t, all); !slices.Equal(got, upTo(0, 20)) {
				t.Errorf("%s: %v", name, got)
			}
			if strings.Contains(name, "pcapng") {
				last := open(t, files(t, dir)[1])
				packets(t, last)
				if n := len(last.Stats().Interfaces); n != 10 || all[19].Interface != 9 {
					t.Errorf("%s: %+v of %d interfaces", name, all[19], n)
				}
			}
		}
	}
}

// Where no file can be created any more the Writer does not try at each packet.
func TestNoNextFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w, err := Open(filepath.Join(dir, "a.pcapng"), Options{Size: 100_000, Files: 2})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 10)
	w.Tick(1e9)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	const n = 20_000
	writeNumbered(t, w, 10, n)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.Tick(3e9)
	writeNumbered(t, w, n, n+10)
	r, err := w.Close(capture.Stats{})
	if !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "removed while") || r.Packets+r.Lost.Packets != n+10 {
		t.Errorf("%+v, %v", r, err)
	}
	got := numbers(t, whole(t, files(t, dir)...))
	if got[len(got)-1] != n+9 {
		t.Errorf("ends with packet %d", got[len(got)-1])
	}
}

// A writer that cannot be cut and fails is at its end.
func TestBrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	k, err := To(w, "-", Options{PerPacket: true})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, k, 0, 3)
	r.Close()
	writeNumbered(t, k, 3, 6)
	if !errors.Is(k.stopped, syscall.EPIPE) {
		t.Error(k.stopped)
	}
	res, err := k.Close(capture.Stats{})
	if !errors.Is(err, syscall.EPIPE) || res.Packets != 3 || res.Lost.Packets != 3 || res.Files != 1 {
		t.Errorf("%+v, %v", res, err)
	}
}

// What cannot be written is refused by itself; the rest is written.
func TestRefusedPackets(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.pcap")
	w, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	good := numbered(1, 60, 1)
	for _, p := range []capture.Packet{
		good,
		{Link: 2, Data: good.Data, Length: 60, Time: 2},
		{Link: 1, Interface: 1, Data: good.Data, Length: 60, Time: 3},
		{Link: 1, Interface: -1, Data: good.Data, Length: 60, Time: 4},
		{Link: 1, Interface: maxInterfaces, Data: good.Data, Length: 60, Time: 5},
		{Link: 1, Data: good.Data, Length: 60, Time: -1},
		{Link: 1, Data: good.Data, Length: 60, Time: 1 << 32 * second},
		{Link: 1, Data: make([]byte, usualSnaplen+1), Length: usualSnaplen + 1},
		good,
	} {
		if err := w.Write(&p); (err == nil) != (p.Time == 1 || p.Interface == 1) {
			t.Errorf("%d: %v", p.Time, err)
		}
	}
	r, err := w.Close(capture.Stats{})
	if err == nil || r.Packets != 3 || r.Lost.Packets != 6 || r.Lost.Since != 2 || r.Lost.Why != errLinkChanged {
		t.Errorf("%+v, %v", r, err)
	}
	if got := whole(t, name); len(got) != 3 {
		t.Error(got)
	}
	if err := w.Write(&good); err != errClosed {
		t.Error(err)
	}
}

func TestPcapAdmits(t *testing.T) {
	stats := func(i ...capture.InterfaceStats) capture.Stats { return capture.Stats{Interfaces: i} }
	eth0, lo, tun := capture.InterfaceStats{Name: "eth0", Link: 1}, capture.InterfaceStats{Name: "lo", Link: 1}, capture.InterfaceStats{Name: "eth0", Link: 101}
	for _, test := range []struct {
		name string
		s    capture.Stats
		want error
	}{
		{"a.pcap", stats(), nil},
		{"a.pcap", stats(eth0), nil},
		{"a.PCAP.gz", stats(eth0, eth0), nil},
		{"a.pcap.zst", stats(eth0, lo), errPcapNames},
		{"a.pcap", stats(eth0, tun), errPcapLink},
		{"a.pcapng", stats(eth0, tun, lo), nil},
		{"a.cap", stats(eth0, tun, lo), nil},
	} {
		if got := Admit(test.name, test.s); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		name := filepath.Join(t.TempDir(), test.name)
		w, err := Open(name, Options{Stats: func() capture.Stats { return test.s }})
		if err != test.want {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if _, missing := os.Stat(name); (missing != nil) != (test.want != nil) {
			t.Errorf("%s: %v", test.name, missing)
		}
		if err == nil {
			w.Close(test.s)
		}
	}
}
