package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// causeCounts are how often one host sent something again, by cause: what
// tcpwatch says at that host's tap, or what the host's kernel counted.
type causeCounts struct {
	all, fast, tlp, rto, answered int
}

// kernelCounters are the counters of one host that causes are held against.
type kernelCounters struct {
	TcpRetransSegs            int
	TcpExtTCPFastRetrans      int
	TcpExtTCPSlowStartRetrans int
	TcpExtTCPTimeouts         int
	TcpExtTCPLossProbes       int
}

// meantCauses are the differences that are understood: the capture and host, by
// how much tcpwatch says more or less than the kernel, and why.
var meantCauses = map[string]struct {
	more causeCounts
	why  string
}{
	"simopen client":    {causeCounts{all: 1}, "the SYN-ACK of a simultaneous open sends the SYN again and is not counted by the kernel"},
	"simopen server":    {causeCounts{all: 1}, "as for the client"},
	"zerowindow client": {causeCounts{tlp: -1}, "one of two probes carried octets that were not sent before"},
}

// TestKernelCauses compares why hosts sent something again with what their
// kernels counted. All causes together are TcpRetransSegs; a SYN-ACK that answers
// a SYN sent again is in that count, but of no timer.
func TestKernelCauses(t *testing.T) {
	dirs := []string{"../../testdata/pcaps/kernel"}
	if root := os.Getenv("TCPWATCH_SHARED"); root != "" {
		dirs = append(dirs, filepath.Join(root, "pcaps", "kernel"))
	} else {
		dirs = append(dirs, "../../../shared/pcaps/kernel") // nothing there: the captures of this repository only
	}
	seen := map[string]bool{}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".json")
			if seen[name] {
				continue
			}
			seen[name] = true
			checkCauses(t, strings.TrimSuffix(f, ".json"), name)
		}
	}
	if len(seen) < 14 {
		t.Errorf("only %d scenarios", len(seen))
	}
}

func checkCauses(t *testing.T, path, name string) {
	data, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var meta struct{ Kernel map[string]kernelCounters }
	if err := json.Unmarshal(data, &meta); err != nil {
		t.Fatal(err)
	}
	for side, tap := range map[string]string{"client": ".snd.pcap", "server": ".rcv.pcap"} {
		k := meta.Kernel[side]
		want := causeCounts{all: k.TcpRetransSegs, fast: k.TcpExtTCPFastRetrans, tlp: k.TcpExtTCPLossProbes,
			rto: k.TcpExtTCPTimeouts + k.TcpExtTCPSlowStartRetrans}
		got := countCauses(t, path+tap, side)
		if m, ok := meantCauses[name+" "+side]; ok {
			want.all, want.fast = want.all+m.more.all, want.fast+m.more.fast
			want.tlp, want.rto = want.tlp+m.more.tlp, want.rto+m.more.rto
		}
		want.answered = got.answered // the kernel does not count these apart
		if got != want {
			t.Errorf("%s %s: %+v, by its kernel %+v", name, side, got, want)
		}
	}
}

func countCauses(t *testing.T, path, side string) (c causeCounts) {
	type packet struct {
		From, Cause string
		Labels      []string
	}
	for _, p := range readNDJSON[packet](t, "packets", path) {
		if p.From != side || !slices.Contains(p.Labels, "RETRANSMISSION") {
			continue
		}
		c.all++
		switch p.Cause {
		case "fast":
			c.fast++
		case "tlp":
			c.tlp++
		case "rto":
			c.rto++
		case "unknown":
			c.answered++
		default:
			t.Errorf("%s: cause %q", path, p.Cause)
		}
	}
	return c
}
