package wireshark_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze/wireshark"
)

// version is the tshark whose results are recorded.
const version = "4.0.17"

// row is what tshark, or the Follower, says of one frame.
type row struct {
	names  wireshark.Set
	values wireshark.Values
}

// valueFields are tshark's fields of row.values, in the order of the record.
var valueFields = []string{
	"tcp.analysis.duplicate_ack_num", "tcp.analysis.duplicate_ack_frame", "tcp.analysis.bytes_in_flight",
	"tcp.analysis.initial_rtt", "tcp.analysis.rto", "tcp.analysis.rto_frame",
}

// haveTshark skips the test where the recorded version is not installed.
func haveTshark(t *testing.T) {
	t.Helper()
	out, err := exec.Command("tshark", "--version").Output()
	if err != nil || !strings.Contains(string(out), " "+version) {
		t.Skip("tshark " + version + " is not installed")
	}
}

// askTshark returns what tshark says of every TCP frame. TCP headers that an
// ICMP error quotes are not asked for. Damaged files end tshark with an error
// after the frames that it could read, so that its exit status says nothing.
func askTshark(t *testing.T, path string) map[uint64]row {
	t.Helper()
	args := []string{"-n", "-r", path, "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=l", "-e", "frame.number"}
	for _, name := range allNames() {
		args = append(args, "-e", name)
	}
	for _, field := range valueFields {
		args = append(args, "-e", field)
	}
	out, _ := exec.Command("tshark", args...).Output()
	rows := map[uint64]row{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		number, err := strconv.ParseUint(f[0], 10, 64)
		if err != nil || len(f) != 1+len(allNames())+len(valueFields) {
			t.Fatalf("%s: tshark wrote %q", filepath.Base(path), line)
		}
		var r row
		for i := range allNames() {
			if f[1+i] != "" {
				r.names |= 1 << i
			}
		}
		if r.values, err = parseValues(f[1+len(allNames()):]); err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		rows[number] = r
	}
	return rows
}

func allNames() []string { return wireshark.Names(^wireshark.Set(0)) }

func parseValues(f []string) (v wireshark.Values, err error) {
	number := func(s string) (n uint64) {
		if s != "" && err == nil {
			n, err = strconv.ParseUint(s, 10, 64)
		}
		return n
	}
	seconds := func(s string) time.Duration {
		if s == "" || err != nil {
			return 0
		}
		var d time.Duration
		d, err = time.ParseDuration(s + "s")
		return d
	}
	v.DuplicateAckNumber = uint32(number(f[0]))
	v.DuplicateAckPacket = number(f[1])
	v.BytesInFlight = uint32(number(f[2]))
	v.InitialRTT = seconds(f[3])
	v.RTO = seconds(f[4])
	v.RTOPacket = number(f[5])
	return v, err
}

// recordPath is where the record of a capture is; long ones are compressed.
func recordPath(name string) string {
	return filepath.Join("testdata", "tshark-"+version, name+".tsv")
}

// writeRecord keeps the frames that have a name.
func writeRecord(t *testing.T, name string, rows map[uint64]row) {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "# tshark %s: %d TCP frames\n", version, len(rows))
	last := uint64(0)
	for n := range rows {
		last = max(last, n)
	}
	for n := uint64(1); n <= last; n++ {
		if r := rows[n]; r.names != 0 {
			fmt.Fprintf(&b, "%d\t%s\n", n, r)
		}
	}
	path := recordPath(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if b.Len() < 32<<10 {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	z.Write(b.Bytes())
	z.Close()
	if err := os.WriteFile(path+".gz", packed.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// String is a line of the record without the frame number.
func (r row) String() string {
	var short []string
	for _, name := range wireshark.Names(r.names) {
		short = append(short, strings.TrimPrefix(name, "tcp.analysis."))
	}
	v := r.values
	return fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%d\t%d", strings.Join(short, ","), v.DuplicateAckNumber, v.DuplicateAckPacket,
		v.BytesInFlight, v.InitialRTT.Nanoseconds(), v.RTO.Nanoseconds(), v.RTOPacket)
}

// readRecord returns the recorded rows; ok is false where there is no record.
func readRecord(t *testing.T, name string) (rows map[uint64]row, ok bool) {
	t.Helper()
	b, err := os.ReadFile(recordPath(name))
	if err != nil {
		packed, err := os.Open(recordPath(name) + ".gz")
		if err != nil {
			return nil, false
		}
		defer packed.Close()
		z, err := gzip.NewReader(packed)
		if err == nil {
			b, err = io.ReadAll(z)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rows = map[uint64]row{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line[0] == '#' {
			continue
		}
		n, r, err := parseRow(line)
		if err != nil {
			t.Fatalf("%s: %q: %v", name, line, err)
		}
		rows[n] = r
	}
	return rows, true
}

func parseRow(line string) (n uint64, r row, err error) {
	f := strings.Split(line, "\t")
	if len(f) != 8 {
		return 0, r, fmt.Errorf("%d columns", len(f))
	}
	var num [8]uint64
	for i := range f {
		if i != 1 && err == nil {
			num[i], err = strconv.ParseUint(strings.TrimPrefix(f[i], "-"), 10, 64)
		}
	}
	for name := range strings.SplitSeq(f[1], ",") {
		i := slices.Index(allNames(), "tcp.analysis."+name)
		if i < 0 {
			return 0, r, fmt.Errorf("no name %q", name)
		}
		r.names |= 1 << i
	}
	sign := func(i int) time.Duration {
		if strings.HasPrefix(f[i], "-") {
			return -time.Duration(num[i])
		}
		return time.Duration(num[i])
	}
	r.values = wireshark.Values{
		DuplicateAckNumber: uint32(num[2]), DuplicateAckPacket: num[3], BytesInFlight: uint32(num[4]),
		InitialRTT: sign(5), RTO: sign(6), RTOPacket: num[7],
	}
	return num[0], r, err
}
