package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/report/summary"
)

// TestKeepingEnds: nothing runs on once the file is finished, or was not begun.
func TestKeepingEnds(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // it waits for every goroutine
		k := keepFlags{name: filepath.Join(folder, "kept.pcap")}
		kept, err := k.open(t.Context(), nil, nil, keep.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.finish(capture.Stats{}, &summary.Input{}); err != nil {
			t.Error(err)
		}
		k.name = filepath.Join(folder, "no such folder", "kept.pcap")
		if _, err := k.open(t.Context(), nil, nil, keep.Options{}); err == nil {
			t.Error("a file in a folder that is not there was opened")
		}
	})
}

// Packets do not go to the file that standard output is, unless the results go
// elsewhere: each would write over the other.
func TestKeepSparesStandardOutput(t *testing.T) {
	const capture = "../../testdata/pcaps/kernel/refused.snd.pcap"
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var errs bytes.Buffer
	if status := run([]string{"read", "-w", file.Name(), capture}, strings.NewReader(""), file, &errs); status != exitUsage || !strings.Contains(errs.String(), "in use here") {
		t.Errorf("status %d, %s", status, errs.String())
	}
	if info, err := file.Stat(); err != nil || info.Size() > 0 {
		t.Errorf("%d octets, %v", info.Size(), err)
	}
	errs.Reset()
	if status := run([]string{"read", "-w", file.Name(), "-o", filepath.Join(folder, "results"), capture}, strings.NewReader(""), file, &errs); status != 0 {
		t.Errorf("status %d, %s", status, errs.String())
	}
}

// TestOneTakesStandardOutput: packets and results do not go to one pipe, or one file, by whatever
// name it is called.
func TestOneTakesStandardOutput(t *testing.T) {
	const capture = "../../testdata/pcaps/kernel/refused.snd.pcap"
	folder := t.TempDir()
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer pipe.Close()
	named := fmt.Sprintf("/proc/self/fd/%d", pipe.Fd())
	if _, err := os.Stat(named); err != nil {
		t.Skip("open files have no names here")
	}
	file, err := os.Create(filepath.Join(folder, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	elsewhere := filepath.Join(folder, "elsewhere")
	for _, test := range []struct {
		stdout *os.File
		args   []string
		want   string // "": it is done
	}{
		{pipe, []string{"-w", named}, "is a pipe that is in use here"},
		{pipe, []string{"-w", elsewhere, "-o", named}, ""},
		{pipe, []string{"-w", named, "-o", elsewhere}, ""},
		{pipe, []string{"-w", named, "-o", named}, "in use here"},
		{pipe, []string{"-w", "-", "-o", named}, "standard output can take one"},
		{pipe, []string{"-w", "-", "-o", elsewhere}, ""},
		{file, []string{"-w", "-", "-o", file.Name()}, "standard output can take one"},
		{file, []string{"-w", "-", "-o", elsewhere}, ""},
		{null, []string{"-w", "-", "-o", os.DevNull}, ""},
	} {
		var errs bytes.Buffer
		status := run(append([]string{"read", capture}, test.args...), strings.NewReader(""), test.stdout, &errs)
		if want := test.want; (status == exitUsage) != (want != "") || !strings.Contains(errs.String(), want) || want == "" && status != 0 {
			t.Errorf("%s: status %d, %s", test.args, status, errs.String())
		}
	}
}

// TestKeptEndsAlike: a pcap says nothing of its end, but it did not end before its last
// packet, whatever that is: its copy as pcapng, which says the end, shows the same.
func TestKeptEndsAlike(t *testing.T) {
	const capture = "../../testdata/pcaps/kernel/halfclose.snd.pcap"
	all, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	first := all[24 : 24+16+binary.LittleEndian.Uint32(all[32:])]
	last := slices.Clone(first)
	last[16+14+9] = 17 // UDP
	folder := t.TempDir()
	for seconds, state := range map[uint32]string{30: "TIME-WAIT", 120: "CLOSED"} {
		binary.LittleEndian.PutUint32(last, binary.LittleEndian.Uint32(first)+seconds)
		path, kept := filepath.Join(folder, state+".pcap"), filepath.Join(folder, state+".pcapng")
		if err := os.WriteFile(path, append(slices.Clone(all), last...), 0o666); err != nil {
			t.Fatal(err)
		}
		var results [2]string
		for i, args := range [][]string{{"-w", kept, path}, {kept}} {
			var out, errs bytes.Buffer
			if status := run(append([]string{"read", "--format", "ndjson"}, args...), strings.NewReader(""), &out, &errs); status != 0 {
				t.Fatalf("status %d, %s", status, errs.String())
			}
			results[i] = out.String()
		}
		if results[0] != results[1] || strings.Count(results[0], `"client_state":"`+state+`"`) != 3 {
			t.Errorf("%d s later, want %s:\n%s%s", seconds, state, results[0], results[1])
		}
	}
}

// TestInUse: standard output takes no packets where results, or the rows of live, are shown there.
func TestInUse(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var c cobra.Command
	c.SetOut(file)
	for _, test := range []struct {
		shown   bool
		results string
		want    bool
	}{{false, "", true}, {true, "", true}, {true, "elsewhere", true}, {false, "elsewhere", false}} {
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		same := func(other os.FileInfo) bool { return os.SameFile(info, other) }
		if got := slices.ContainsFunc(inUse(&c, test.shown, test.results), same); got != test.want {
			t.Errorf("shown %t, results to %q: in use %t", test.shown, test.results, got)
		}
	}
}

// TestUntimedSaid: where packets have no time (pcapng simple packet blocks) it is said with any
// view, and that a copy of them has times.
func TestUntimedSaid(t *testing.T) {
	u32 := binary.LittleEndian.AppendUint32
	var f []byte
	block := func(kind uint32, words ...uint32) {
		f = u32(u32(f, kind), uint32(12+4*len(words)))
		for _, w := range words {
			f = u32(f, w)
		}
		f = u32(f, uint32(12+4*len(words)))
	}
	block(0x0A0D0D0A, 0x1A2B3C4D, 1, 0xFFFFFFFF, 0xFFFFFFFF)
	block(1, 101, 0)                                                                                 // raw IP
	block(3, 40, 0x28000045, 0, 0x00000640, 0x010200C0, 0x020200C0, 0x5000409C, 1, 0, 0xFFFF0250, 0) // a SYN
	folder := t.TempDir()
	path, kept := filepath.Join(folder, "untimed.pcapng"), filepath.Join(folder, "kept.pcap")
	if err := os.WriteFile(path, f, 0o666); err != nil {
		t.Fatal(err)
	}
	const note = "tcpwatch: note: 1 packet without a time, or with one before 1824 or after 2115, shown at that of the packet before, 1970 if there is none: times and what follows from them are not reliable\n"
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{path}, note},
		{[]string{"--view", "packets", path}, note},
		{[]string{"-q", path}, ""},
		{[]string{"-w", kept, path}, strings.Replace(note, "shown", "shown and written", 1)},
		{[]string{kept}, ""},
	} {
		var out, errs bytes.Buffer
		if status := run(append([]string{"read"}, test.args...), strings.NewReader(""), &out, &errs); status != 0 || errs.String() != test.want || !strings.Contains(out.String(), "SYN") {
			t.Errorf("%s: status %d, %q\n%s", test.args, status, errs.String(), out.String())
		}
	}
	for format, want := range map[string]string{"ndjson": note, "text": ""} {
		var out, errs bytes.Buffer
		if status := run([]string{"follow", "--connection", "1", "--format", format, path}, strings.NewReader(""), &out, &errs); status != 0 || errs.String() != want {
			t.Errorf("follow as %s: status %d, %q", format, status, errs.String())
		}
	}
}
