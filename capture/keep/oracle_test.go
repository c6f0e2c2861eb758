package keep

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tcpwatch/capture"
)

var askAll = flag.Bool("keep.all", false, "compare with other programs over all captures and every container, not some: minutes")

// needTools skips where another program is missing.
func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s", name)
		}
	}
}

func tool(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, complaints.String())
	}
	return string(out), err
}

// tsharkPackets are time and lengths of all packets as tshark reads them.
func tsharkPackets(name string) (string, error) {
	return tool("tshark", "-n", "-r", name, "-o", "frame.generate_epoch_time:TRUE", "-T", "fields",
		"-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len", "-e", "frame.interface_id")
}

// ourPackets are the same as they were written.
func ourPackets(all []packet, interfaces bool) string {
	var b strings.Builder
	for _, p := range all {
		sec, nano := p.Time/second, p.Time%second
		id := ""
		if interfaces {
			id = strconv.Itoa(p.Interface)
		}
		fmt.Fprintf(&b, "%d.%09d\t%d\t%d\t%s\n", sec, nano, len(p.data), p.Length, id)
	}
	return b.String()
}

// oracleSkips says why other programs are not asked about a capture.
func oracleSkips(all []packet) string {
	for _, p := range all {
		switch {
		case len(p.data) > usualSnaplen:
			return "packets larger than other programs read"
		case p.Time < 0 || p.Time >= 1<<32*second:
			return "times that other programs do not agree on"
		case p.Length > 1<<31-1:
			return "lengths that other programs do not agree on"
		}
	}
	return ""
}

// libpcapRefuses are complaints about what libpcap does not read.
var libpcapRefuses = []string{
	"different from the type of the first interface", "different from the snapshot length", "bigger than snaplen", "unknown data link type", "unsupported",
}

// tsharkRefuses is the complaint about a link type that only a pcap file may not have.
const tsharkRefuses = "unknown or unsupported"

// drawn returns a number below n that a capture has wherever it lies.
func drawn(path string, n int) int {
	h := fnv.New32a()
	h.Write([]byte(filepath.Base(path)))
	return int(h.Sum32() % uint32(n))
}

// What is written is read by tshark and tcpdump as what it was: number, times to
// the nanosecond, lengths, interfaces.
func TestOtherProgramsAgree(t *testing.T) {
	needTools(t, "tshark", "tcpdump", "capinfos")
	asked, refused := 0, 0
	all := captures(t)
	if testing.Short() {
		all = slices.DeleteFunc(all, func(path string) bool { return drawn(path, 50) != 0 })
	} else if !*askAll {
		// Those longer than a buffer, and some of the others.
		all = slices.DeleteFunc(all, func(path string) bool {
			info, err := os.Stat(path)
			return err != nil || info.Size() < pieceOctets && drawn(path, 9) != 0
		})
	}
	names := []string{"a.pcapng", "a.pcap", "a.pcapng.gz", "a.pcapng.zst", "a.pcapng.lz4"}
	for _, path := range all {
		exts := names
		if !*askAll {
			exts = names[drawn(path, len(names)):][:1]
		}
		for _, ext := range exts {
			t.Run(filepath.Base(path)+"/"+ext, func(t *testing.T) {
				name := filepath.Join(t.TempDir(), ext)
				r, _, all, _ := convert(t, open(t, path), name, Options{})
				if r.Lost.Packets > 0 {
					return // TestRoundTripPcap looks at these
				}
				if why := oracleSkips(all); why != "" {
					t.Log(why)
					return
				}
				asked++
				got, err := tsharkPackets(name)
				if err != nil && strings.Contains(err.Error(), tsharkRefuses) {
					refused++
					return
				}
				want := ourPackets(all, strings.Contains(ext, "pcapng"))
				if !strings.Contains(ext, "pcapng") {
					got = strings.ReplaceAll(got, "\t0\n", "\t\n")
				}
				if got != want {
					t.Errorf("%s: tshark reads\n%.300s\nwant\n%.300s\n%v", path, got, want, err)
				}
				info, err := tool("capinfos", "-c", "-M", name)
				if !strings.Contains(info, fmt.Sprintf("Number of packets:   %d\n", len(all))) {
					t.Errorf("%s: %s %v", path, info, err)
				}
				if ext != "a.pcap" && ext != "a.pcapng" {
					return // tcpdump undoes no compression
				}
				out, err := tool("tcpdump", "-n", "-tt", "--nano", "-q", "-r", name, "--count")
				if err != nil && strings.Contains(err.Error(), "Couldn't change to") {
					t.Skip(err) // a user namespace in which tcpdump's own user does not exist
				}
				for _, c := range libpcapRefuses {
					if err != nil && strings.Contains(err.Error(), c) {
						refused++
						return
					}
				}
				if n, _, _ := strings.Cut(out, " "); n != strconv.Itoa(len(all)) {
					t.Errorf("%s: tcpdump counts %q, want %d: %v", path, out, len(all), err)
				}
			})
		}
	}
	t.Logf("%d captures; other programs do not read %d of them (unknown or several link types, several snaplens)", asked, refused)
}

// Names, filter, system and counters of an interface are what other programs
// find in the file.
func TestOtherProgramsFindTheRest(t *testing.T) {
	needTools(t, "tshark", "capinfos")
	name := filepath.Join(t.TempDir(), "a.pcapng")
	src := &described{open(t, "../../testdata/pcaps/kernel/short.snd.pcap")}
	begin := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC).UnixNano()
	_, err, _, _ := convert(t, src, name, Options{
		Application: "tcpwatch test", OS: "Plan 9", Hardware: "abacus", Filter: "tcp port 80", Local: true,
		Clock: func() int64 { begin += 1e9; return begin },
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := tool("capinfos", name)
	for _, want := range []string{
		"Capture application: tcpwatch test", "Capture oper-sys:    Plan 9", "Capture hardware:    abacus", "Name = eth0",
		"Time precision = nanoseconds (9)", "Filter string = tcp port 80", "Operating system = Plan 9", "Number of stat entries = 1",
		"Capture comment:     early", "Number of packets = 2133",
	} {
		if !strings.Contains(info, want) {
			t.Errorf("capinfos does not say %q: %v\n%s", want, err, info)
		}
	}
	// The file as a file: its statistics block.
	out, err := tool("tshark", "-r", name, "-X", "read_format:MIME Files Format", "-V")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Number of Received Packets = 1000", "Number of Dropped Packets = 4", "Packets Dropped by OS = 3",
		"May 18, 2033 03:33:20.000000000 UTC", // of the block, when the capture ended; begin and end are not shown
	} {
		if !strings.Contains(out, want) {
			_, tail, _ := strings.Cut(out, "Interface Statistics Block")
			t.Errorf("tshark does not say %q:\n%.3000s", want, tail)
		}
	}
}

// Times before 1970 and pieces of compressed files, as capinfos reads them.
func TestOtherProgramsAndPieces(t *testing.T) {
	needTools(t, "capinfos", "gzip", "zstd", "lz4", "xz")
	dir := t.TempDir()
	for _, ext := range []string{"", ".gz", ".zst", ".lz4", ".xz"} {
		name := filepath.Join(dir, "a.pcapng"+ext)
		w, err := Open(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := 40_000 // several buffers
		if ext == ".xz" {
			n = 4000
		}
		for i := range n {
			p := numbered(i, 60, -1_500_000_000+int64(i))
			if err := w.Write(&p); err != nil {
				t.Fatal(err)
			}
			if i%1000 == 0 {
				w.Tick(int64(i) * second)
			}
		}
		if _, err := w.Close(capture.Stats{}); err != nil {
			t.Fatal(err)
		}
		got := whole(t, name)
		if len(got) != n || got[0].Time != -1_500_000_000 {
			t.Errorf("%s: %d packets from %d on", name, len(got), got[0].Time)
		}
		plain := name
		if program := map[string]string{".gz": "gzip", ".zst": "zstd", ".lz4": "lz4", ".xz": "xz"}[ext]; program != "" {
			out, err := tool(program, "-dc", name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			plain = filepath.Join(dir, "plain")
			if err := os.WriteFile(plain, []byte(out), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{plain, name} {
			if strings.HasSuffix(name, ".xz") {
				continue // Wireshark does not read it
			}
			info, err := tool("capinfos", "-c", "-M", "-a", "-S", name)
			// -2 s and 500,000,000 ns: capinfos prints one after the other.
			if !strings.Contains(info, fmt.Sprintf("Number of packets:   %d\n", n)) || !strings.Contains(info, " -2.500000000") {
				t.Errorf("%s: %s %v", name, info, err)
			}
		}
	}
}
