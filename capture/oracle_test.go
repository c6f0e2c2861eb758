package capture

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// sharedFolder finds the captures that are not part of the repository.
func sharedFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("TCPWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "pcaps")); err != nil {
		t.Skip("no folder of shared captures: set TCPWATCH_SHARED")
	}
	return dir
}

// reading is what one program makes of one capture.
type reading struct {
	packets     uint64
	damaged     bool
	first, last string // exact times; "" where the program does not say
	complaint   string
}

const oracleTime = "2006-01-02 15:04:05.000000000"

func readWithUs(path string) reading {
	s, err := Open([]string{path}, Options{})
	if err != nil {
		return reading{damaged: true, complaint: err.Error()}
	}
	defer s.Close()
	var r reading
	var p Packet
	first, last := int64(1<<63-1), int64(-1<<63)
	for {
		err := s.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			r.damaged, r.complaint = true, err.Error()
			continue
		}
		r.packets++
		first, last = min(first, p.Time), max(last, p.Time)
	}
	if r.packets > 0 {
		r.first = time.Unix(0, first).UTC().Format(oracleTime)
		r.last = time.Unix(0, last).UTC().Format(oracleTime)
	}
	return r
}

var (
	capinfosRow   = regexp.MustCompile(`(?m)^(Number of packets|First packet time|Last packet time):\s*(.*)$`)
	capinfosAfter = regexp.MustCompile(`after reading (\d+) packet`)
)

func readWithCapinfos(path string) reading {
	cmd := exec.Command("capinfos", "-c", "-a", "-e", path)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	r := reading{damaged: err != nil, complaint: errs.String()}
	if m := capinfosAfter.FindStringSubmatch(r.complaint); m != nil {
		fmt.Sscan(m[1], &r.packets)
		r.damaged = true
	}
	for _, m := range capinfosRow.FindAllStringSubmatch(string(out), -1) {
		switch v := strings.TrimSpace(m[2]); {
		case m[1] == "Number of packets":
			fmt.Sscan(v, &r.packets)
		case v == "n/a":
		case m[1] == "First packet time":
			r.first = v
		default:
			r.last = v
		}
	}
	return r
}

func readWithTcpdump(t *testing.T, path string) reading {
	t.Helper()
	cmd := exec.Command("tcpdump", "-r", path, "--count")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if strings.Contains(errs.String(), "Couldn't change to") {
		t.Skip(errs.String()) // a user namespace in which tcpdump's own user does not exist
	}
	r := reading{damaged: err != nil, complaint: errs.String()}
	fmt.Sscanf(string(out), "%d packet", &r.packets)
	return r
}

// tcpdumpRefuses are complaints about what libpcap does not read and we do.
var tcpdumpRefuses = []string{
	"unknown file format",    // compressed
	"unknown data link type", // of the whole file
	"different from",         // several link types or snaplens in one pcapng
}

// differences from capinfos that are meant; the key is the end of a file's name.
var differences = map[string]string{
	"pcapng-example.pcapng":        "times beyond the year 2262 become the last that int64 nanoseconds hold",
	"timestamp_invalid_micro.pcap": "a fraction above a second: we add it, capinfos prints it as it is",
	"timestamp_invalid_nano.pcap":  "the same",
	"-4829420752470016":            "the same",
	"-5165927376355328":            "the same",
	"-5487001111429120":            "the same",
	"-5696447256461312":            "the same",
	"-5631583764873216":            "reserved bits above the link type: we ignore them, capinfos refuses",
	"-5685520970809344":            "the same",
	"-5752969003008000":            "the same",
	"-5766899836387328":            "a 2.3 file that capinfos takes for another variant; tcpdump agrees with us",
	"bug-6875-01__fuzz.pcap":       "record headers that capinfos takes for another variant; tcpdump agrees with us",
}

func meant(path string) string {
	for suffix, reason := range differences {
		if strings.HasSuffix(path, suffix) {
			return reason
		}
	}
	return ""
}

// Every capture at hand, against tcpdump and capinfos: the same number of
// packets, damage in the same files, the same first and last times.
func TestAgainstOtherReaders(t *testing.T) {
	dir := sharedFolder(t)
	for _, tool := range []string{"capinfos", "tcpdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	files, withTcpdump := 0, 0
	walk := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".json", ".tsv", ".md":
			return nil
		}
		files++
		us := readWithUs(path)
		switch cap := readWithCapinfos(path); {
		case agree(us, cap) && meant(path) != "":
			t.Errorf("%s: agrees with capinfos; its entry in differences is stale", path)
		case !agree(us, cap) && meant(path) == "":
			t.Errorf("%s:\n us       %+v\n capinfos %+v", path, us, cap)
		}
		dump := readWithTcpdump(t, path)
		for _, c := range tcpdumpRefuses {
			if dump.damaged && strings.Contains(dump.complaint, c) && (dump.packets == 0 || dump.packets < us.packets) {
				return nil
			}
		}
		withTcpdump++
		if !agree(us, dump) {
			t.Errorf("%s:\n us      %+v\n tcpdump %+v", path, us, dump)
		}
		return nil
	}
	if err := filepath.WalkDir(filepath.Join(dir, "pcaps"), walk); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d captures, %d of them read by tcpdump", files, withTcpdump)
}

// agree compares us with another program, as exactly as it prints.
func agree(us, other reading) bool {
	return us.packets == other.packets && us.damaged == other.damaged &&
		strings.HasPrefix(us.first, other.first) && strings.HasPrefix(us.last, other.last)
}
