package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The kernel captures come with what both hosts really did. These tests run the
// whole program on each capture and compare.

// kernelPacket and kernelConnection are what these tests use of the NDJSON.
type kernelPacket struct {
	Packet     int
	SeqDelta   int  `json:"seq_delta"`
	SeenBefore bool `json:"seen_before"`
	Labels     []string
}

type kernelConnection struct {
	Client, Server string
	TimeWait       *struct{ Holders []string } `json:"time_wait"`
}

func kernelCaptures(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/pcaps/kernel/*.pcap")
	if err != nil || len(files) < 28 {
		t.Fatalf("%d captures, %v", len(files), err)
	}
	return files
}

// readNDJSON runs tcpwatch read and returns its rows.
func readNDJSON[T any](t *testing.T, view, path string) []T {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run([]string{"read", "--view", view, "--format", "ndjson", path}, nil, &out, &errs); code != exitOK {
		t.Fatalf("%s: exit status %d: %s", path, code, &errs)
	}
	var rows []T
	for d := json.NewDecoder(&out); d.More(); {
		var row T
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// sentAgain reads which packets their senders sent again.
func sentAgain(t *testing.T, capture string) map[int]bool {
	t.Helper()
	b, err := os.ReadFile(strings.TrimSuffix(capture, "pcap") + "truth.tsv")
	if err != nil {
		t.Fatal(err)
	}
	again := map[int]bool{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		n, err := strconv.Atoi(f[0])
		if err != nil || len(f) != 3 {
			t.Fatalf("%s: %q", capture, line)
		}
		if f[1] == "rexmit" {
			again[n] = true
		}
	}
	return again
}

// score counts how well a tool finds what was sent again. A retransmission is
// hidden when its original was lost before the tap and nothing sent later had
// passed: at this tap it looks like any new segment.
type score struct{ found, missed, wrong, hidden, hiddenFound int }

func (s score) String() string {
	return fmt.Sprintf("%d of %d found, %d wrongly; %d of %d hidden ones", s.found, s.found+s.missed, s.wrong, s.hiddenFound, s.hidden)
}

// TestKernelRetransmissions wants every retransmission that left a trace at the
// tap, and nothing else, to be labelled. With -v it prints the counts, and those
// of tshark where that is installed.
func TestKernelRetransmissions(t *testing.T) {
	var ours, theirs score
	_, missing := exec.LookPath("tshark")
	for _, path := range kernelCaptures(t) {
		again := sentAgain(t, path)
		rows := readNDJSON[kernelPacket](t, "packets", path)
		if len(rows) == 0 && len(again) > 0 {
			t.Errorf("%s: no packets", path)
		}
		var peer map[int]bool
		if missing == nil && testing.Verbose() {
			peer = tsharkRetransmissions(t, path)
		}
		for _, p := range rows {
			hidden := p.SeqDelta == 0 && !p.SeenBefore
			said := slices.Contains(p.Labels, "RETRANSMISSION")
			ours.add(again[p.Packet], hidden, said)
			theirs.add(again[p.Packet], hidden, peer[p.Packet])
			if said != again[p.Packet] && !(again[p.Packet] && hidden) {
				t.Errorf("%s: packet %d: labels %v, sent again: %t", filepath.Base(path), p.Packet, p.Labels, again[p.Packet])
			}
		}
	}
	t.Logf("tcpwatch: %v", ours)
	if missing == nil && testing.Verbose() {
		t.Logf("tshark:   %v", theirs)
	}
}

func (s *score) add(again, hidden, said bool) {
	switch {
	case !again && said:
		s.wrong++
	case again && hidden:
		s.hidden++
		if said {
			s.hiddenFound++
		}
	case again && said:
		s.found++
	case again:
		s.missed++
	}
}

// tsharkRetransmissions returns the packets that tshark takes for any kind of
// retransmission.
func tsharkRetransmissions(t *testing.T, path string) map[int]bool {
	t.Helper()
	out, err := exec.Command("tshark", "-r", path, "-Y", "tcp.analysis.retransmission", "-T", "fields", "-e", "frame.number").Output()
	if err != nil {
		t.Logf("tshark: %v", err)
	}
	found := map[int]bool{}
	for f := range strings.FieldsSeq(string(out)) {
		if n, err := strconv.Atoi(f); err == nil {
			found[n] = true
		}
	}
	return found
}

// TestKernelTimeWait wants the ends that tcpwatch leaves in TIME-WAIT to be the
// sockets that the kernels' own ss listed there.
func TestKernelTimeWait(t *testing.T) {
	sockets := 0
	for _, path := range kernelCaptures(t) {
		var got []string
		for _, c := range readNDJSON[kernelConnection](t, "connections", path) {
			if c.TimeWait == nil {
				continue
			}
			for _, h := range c.TimeWait.Holders {
				local, peer := c.Client, c.Server
				if h == "server" {
					local, peer = peer, local
				}
				got = append(got, local+" "+peer)
			}
		}
		want := kernelTimeWait(t, path)
		sockets += len(want)
		slices.Sort(got)
		got = slices.Compact(got) // one socket, however often its port was used
		if !slices.Equal(got, want) {
			t.Errorf("%s: in TIME-WAIT %q, ss listed %q", filepath.Base(path), got, want)
		}
	}
	t.Logf("%d sockets in TIME-WAIT, all agree", sockets)
}

// kernelTimeWait reads the sockets that ss listed, each as "local peer".
func kernelTimeWait(t *testing.T, capture string) []string {
	t.Helper()
	scenario := strings.TrimSuffix(strings.TrimSuffix(capture, ".snd.pcap"), ".rcv.pcap")
	b, err := os.ReadFile(scenario + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		TimeWait map[string][]string `json:"time_wait"`
	}
	if err := json.Unmarshal(b, &said); err != nil || len(said.TimeWait) != 2 {
		t.Fatalf("%s: %v", scenario, err)
	}
	var out []string
	for _, lines := range said.TimeWait {
		for _, l := range lines {
			f := strings.Fields(l) // Recv-Q, Send-Q, local, peer
			out = append(out, f[2]+" "+f[3])
		}
	}
	slices.Sort(out)
	return out
}
