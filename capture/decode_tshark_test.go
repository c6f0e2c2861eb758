package capture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

var update = flag.Bool("update", false, "ask tshark again and rewrite testdata/tshark")

const tsharkRecord = "testdata/tshark/segments.tsv"

// tsharkFields are what is compared of every TCP frame.
var tsharkFields = []string{
	"frame.number", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport",
	"tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.window_size_value", "tcp.flags",
}

// TestAgainstTshark compares, frame by frame, which packets hold TCP, or quote it in an ICMP error, and what
// their headers say with what tshark 4.0.17 made of the same captures:
// addresses, ports, sequence and acknowledgement numbers, length, window, flags.
// The record holds a digest for each capture over the frames that
// tsharkDifferences does not name; it is rewritten by
//
//	go test ./capture -run TestAgainstTshark -update
func TestAgainstTshark(t *testing.T) {
	root := os.Getenv("TCPWATCH_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	root = filepath.Join(root, "pcaps")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no folder of shared captures: set TCPWATCH_SHARED")
	}
	record := readTsharkRecord(t)
	var lines []string
	for _, folder := range []string{"public", "more", "kernel"} {
		files, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			switch filepath.Ext(f.Name()) {
			case ".tsv", ".json", ".md":
				continue
			}
			name := folder + "/" + f.Name()
			path := filepath.Join(root, folder, f.Name())
			ours := segmentRows(path)
			if *update {
				theirs := tsharkRows(t, path)
				compareRows(t, name, ours, theirs)
				lines = append(lines, recordLine(name, theirs))
				continue
			}
			if want, ok := record[name]; !ok {
				t.Errorf("%s: not recorded; run with -update", name)
			} else if got := recordLine(name, ours); got != want {
				t.Errorf("%s:\nours   %s\ntshark %s", name, got, want)
			}
		}
	}
	if *update {
		if err := os.WriteFile(tsharkRecord, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// rows are by frame number.
type rows map[uint64]string

// recordLine sums up a capture: name, frames, digest of the frames' rows.
func recordLine(name string, r rows) string {
	h := sha256.New()
	count := 0
	numbers := make([]uint64, 0, len(r))
	for n := range r {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		if tsharkDiffers(name, n) == "" {
			fmt.Fprintln(h, n, r[n])
			count++
		}
	}
	return fmt.Sprintf("%s\t%d\t%s", name, count, hex.EncodeToString(h.Sum(nil)[:12]))
}

func readTsharkRecord(t *testing.T) map[string]string {
	record := make(map[string]string)
	b, err := os.ReadFile(tsharkRecord)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		name, _, _ := strings.Cut(line, "\t")
		record[name] = line
	}
	return record
}

// segmentRows decodes a capture with Decoder.
func segmentRows(path string) rows {
	r := rows{}
	src, err := Open([]string{path}, Options{})
	if err != nil {
		return r
	}
	defer src.Close()
	d := NewDecoder(DecoderOptions{})
	var p Packet
	var seg wire.Segment
	for {
		var damage *DamageError
		if err := src.Next(&p); errors.As(err, &damage) {
			continue
		} else if err != nil {
			return r
		}
		switch d.Decode(&p, &seg) {
		case wire.Segmented:
		case wire.ICMPError:
			q := d.Quote()
			r[p.Number] = fmt.Sprint("quoted ", q.Source(), " ", q.Destination())
			continue
		default:
			continue
		}
		r[p.Number] = fmt.Sprint(seg.Source(), " ", seg.Destination(), " ",
			uint32(seg.Seq), uint32(seg.Ack), seg.Len, seg.Window, uint16(seg.Flags))
	}
}

// tsharkRows asks tshark. TCP headers that ICMP errors quote are told apart.
func tsharkRows(t *testing.T, path string) rows {
	args := []string{"-n", "-r", path, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l", "-o", "ip.defragment:TRUE"}
	for _, f := range tsharkFields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		t.Logf("%s: tshark: %v", filepath.Base(path), err) // damaged files end so
	}
	r := rows{}
	for line := range strings.Lines(out.String()) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.ParseUint(f[0], 10, 64)
		if err != nil || len(f) != len(tsharkFields) {
			t.Fatalf("%s: tshark wrote %q", path, line)
		}
		flags, _ := strconv.ParseUint(strings.TrimPrefix(f[12], "0x"), 16, 16)
		src, dst, format := f[2], f[3], "%s:%s %s:%s %s %s %s %s %d"
		if strings.LastIndex(f[1], "ipv6:") > strings.LastIndex(f[1], "ip:") {
			src, dst, format = f[4], f[5], "[%s]:%s [%s]:%s %s %s %s %s %d"
		}
		if strings.Contains(f[1], ":icmp") {
			format = "quoted %s:%s %s:%s" // no sequence number below 20 octets
			if strings.LastIndex(f[1], "ipv6:") > strings.LastIndex(f[1], "ip:") {
				format = "quoted [%s]:%s [%s]:%s"
			}
			r[n] = fmt.Sprintf(format, src, f[6], dst, f[7])
			continue
		}
		r[n] = fmt.Sprintf(format, src, f[6], dst, f[7], f[8], f[9], f[10], f[11], flags&0x1ff)
	}
	return r
}

// compareRows reports what differs and is not listed, and what is listed and
// does not differ.
func compareRows(t *testing.T, name string, ours, theirs rows) {
	for n := uint64(1); n <= maxFrame(ours, theirs); n++ {
		listed := tsharkDiffers(name, n) != ""
		if differs := ours[n] != theirs[n]; differs && !listed {
			t.Errorf("%s frame %d:\nours   %s\ntshark %s", name, n, ours[n], theirs[n])
		} else if !differs && listed {
			t.Errorf("%s frame %d is listed as different and is not", name, n)
		}
	}
}

func maxFrame(maps ...rows) (last uint64) {
	for _, m := range maps {
		for n := range m {
			last = max(last, n)
		}
	}
	return last
}

// tsharkDiffers says why our reading of a frame differs from tshark's, or "".
func tsharkDiffers(name string, frame uint64) string {
	for _, d := range tsharkDifferences {
		if strings.HasSuffix(name, d.capture) && (len(d.frames) == 0 || slices.Contains(d.frames, frame)) {
			return d.reason
		}
	}
	return ""
}
