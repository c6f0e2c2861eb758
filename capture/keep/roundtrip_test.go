package keep

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tcpwatch/capture"
)

// packet is a packet kept beyond the next call.
type packet struct {
	capture.Packet
	data string
}

// packets reads a Source to its end.
func packets(t testing.TB, s capture.Source) (all []packet, damages []string) {
	t.Helper()
	defer s.Close()
	var p capture.Packet
	for {
		var damage *capture.DamageError
		switch err := s.Next(&p); {
		case err == io.EOF:
			return all, damages
		case errors.As(err, &damage):
			damages = append(damages, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			k := packet{p, string(p.Data)}
			k.Data = nil
			all = append(all, k)
		}
	}
}

func open(t testing.TB, names ...string) capture.Source {
	t.Helper()
	s, err := capture.Open(names, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// convert writes what src gives to name, and returns what it gave.
func convert(t testing.TB, src capture.Source, name string, o Options) (Result, error, []packet, capture.Stats) {
	t.Helper()
	o.Stats = src.Stats
	w, err := Open(name, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	all, _ := packets(t, &writing{src, w})
	r, err := w.Close(src.Stats())
	return r, err, all, src.Stats()
}

// writing is a Source whose packets are written.
type writing struct {
	capture.Source
	w *Writer
}

func (s *writing) Next(p *capture.Packet) error {
	err := s.Source.Next(p)
	if err == nil {
		_ = s.w.Write(p) // the Result says what was lost
	}
	return err
}

// captures are the captures of the repository and, where it is there, of the
// shared folder.
func captures(t testing.TB) (all []string) {
	t.Helper()
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	for _, root := range []string{"../../testdata/pcaps", "../testdata", filepath.Join(shared, "pcaps")} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			s, err := capture.Open([]string{path}, capture.Options{})
			if err == nil {
				s.Close()
				all = append(all, path)
			}
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			t.Logf("without %s", root)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// same compares packets.
func same(t testing.TB, got, want []packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d packets, want %d", len(got), len(want))
		return
	}
	for i := range got {
		if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			t.Errorf("packet %d: %+v, want %+v", i+1, got[i], want[i])
			return
		}
	}
}

// sameStats compares what the inputs say about themselves, apart from the names
// and forms of files.
func sameStats(t testing.TB, got, want capture.Stats) {
	t.Helper()
	if got.Packets != want.Packets || got.Octets != want.Octets || got.BackwardsSteps != want.BackwardsSteps ||
		got.CutPackets != want.CutPackets || got.CutAt != want.CutAt {
		t.Errorf("statistics %+v, want %+v", got, want)
	}
	for i := range got.Interfaces {
		got.Interfaces[i].File = 0
	}
	for i := range want.Interfaces {
		want.Interfaces[i].File = 0
	}
	if !slices.Equal(got.Interfaces, want.Interfaces) {
		t.Errorf("interfaces %+v\n want %+v", got.Interfaces, want.Interfaces)
	}
	if g, w := got.Files[0].Comments, want.Files[0].Comments; !slices.Equal(g, w) {
		t.Errorf("comments %q, want %q", g, w)
	}
}

// Every capture at hand is the same after it was written and read again.
func TestRoundTrip(t *testing.T) {
	all := captures(t)
	if len(all) < 50 {
		t.Fatalf("only %d captures", len(all))
	}
	count := 0
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "out.pcapng")
			r, err, want, stats := convert(t, open(t, path), name, Options{})
			if err != nil || r.Lost.Packets > 0 || r.Packets != uint64(len(want)) {
				t.Fatalf("%+v, %v", r, err)
			}
			src := open(t, name)
			got, damages := packets(t, src)
			if len(damages) > 0 {
				t.Error(damages)
			}
			for i := range want {
				want[i].Untimed = false // a kept packet has the time that it was shown at
			}
			stats.UntimedPackets = 0
			same(t, got, want)
			sameStats(t, src.Stats(), stats)
			count += len(got)
		})
	}
	t.Logf("%d captures, %d packets", len(all), count)
}

// A pcap keeps what it can hold: the packets, of one link type, since 1970.
func TestRoundTripPcap(t *testing.T) {
	refused := 0
	for _, path := range captures(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src := open(t, path)
			name := filepath.Join(t.TempDir(), "out.pcap")
			w, err := Open(name, Options{Stats: src.Stats})
			if err != nil {
				t.Fatal(err)
			}
			want, _ := packets(t, &writing{src, w})
			r, err := w.Close(src.Stats())
			if r.Lost.Packets > 0 {
				if refused++; err == nil || r.Packets+r.Lost.Packets != uint64(len(want)) {
					t.Errorf("%+v, %v", r, err)
				}
				t.Log(r.Lost)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, damages := packets(t, open(t, name))
			if len(damages) > 0 && !zeros(want) {
				t.Error(damages)
			}
			for i := range want {
				want[i].Interface = 0
			}
			if !zeros(want) {
				same(t, got, want)
			}
		})
	}
	t.Logf("%d captures do not fit into a pcap", refused)
}

// zeros: packets that are nothing but zeros in a pcap pass for a damaged end.
func zeros(all []packet) bool {
	return slices.ContainsFunc(all, func(p packet) bool { return p.Time == 0 && p.Length == 0 })
}

// Several captures become one file that holds all their interfaces.
func TestRoundTripOfSeveral(t *testing.T) {
	all, err := filepath.Glob("../../testdata/pcaps/kernel/s*.pcap")
	if err != nil || len(all) < 5 {
		t.Fatal(all, err)
	}
	first := filepath.Join(t.TempDir(), "eth0.pcapng")
	if _, err, _, _ := convert(t, &described{open(t, all[0])}, first, Options{}); err != nil {
		t.Fatal(err)
	}
	all[0] = first
	name := filepath.Join(t.TempDir(), "out.pcapng.zst")
	r, err, want, stats := convert(t, open(t, all...), name, Options{})
	if err != nil || r.Lost.Packets > 0 || r.Format != "pcapng, zstd" {
		t.Fatalf("%+v, %v", r, err)
	}
	src := open(t, name)
	got, damages := packets(t, src)
	if len(damages) > 0 {
		t.Error(damages)
	}
	same(t, got, want)
	stats.Interfaces = slices.Clone(stats.Interfaces)
	s := src.Stats()
	s.BackwardsSteps = stats.BackwardsSteps // counted in each file
	sameStats(t, s, stats)
	if i := s.Interfaces; !slices.ContainsFunc(i, func(i capture.InterfaceStats) bool {
		return i.Name == "eth0" && i.Dropped == 7 && i.SystemDropped == 3 && i.Received == 1000
	}) {
		t.Errorf("%+v", i)
	}
}

// described is a Source whose interface has a name and counters, and whose file
// has comments, of which one comes late.
type described struct{ capture.Source }

func (d *described) Stats() capture.Stats {
	s := d.Source.Stats()
	for i := range s.Interfaces {
		s.Interfaces[i].Name = "eth0"
		s.Interfaces[i].Dropped, s.Interfaces[i].DropsKnown, s.Interfaces[i].SystemDropped = 7, true, 3
		s.Interfaces[i].Received, s.Interfaces[i].ReceivedKnown = 1000, true
	}
	s.Files[0].Comments = []string{"early"}
	if s.Packets > 0 {
		s.Files[0].Comments = append(s.Files[0].Comments, "late")
		s.End = 2e18 // long after the last packet
	}
	return s
}

func TestStatistics(t *testing.T) {
	for _, name := range []string{"a.pcapng", "a.pcapng.gz", "a.pcapng.zst", "a.pcapng.lz4", "a.pcapng.xz"} {
		name := filepath.Join(t.TempDir(), name)
		src := &described{open(t, "../../testdata/pcaps/kernel/short.snd.pcap")}
		_, err, want, stats := convert(t, src, name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		again := open(t, name)
		got, damages := packets(t, again)
		if len(damages) > 0 {
			t.Error(damages)
		}
		same(t, got, want)
		sameStats(t, again.Stats(), stats)
		if again.Stats().End != stats.End || stats.End == 0 {
			t.Errorf("%s: ended at %d, want %d", name, again.Stats().End, stats.End)
		}
	}
}

// Writing takes no memory for each packet.
func TestWriteAllocatesNothing(t *testing.T) {
	for _, name := range []string{"a.pcapng", "a.pcap"} {
		w, err := To(io.Discard, name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := capture.Packet{Time: 1e18, Data: bytes.Repeat([]byte("x"), 1400), Length: 1500, Link: 1}
		if n := testing.AllocsPerRun(5000, func() {
			if err := w.Write(&p); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}
