package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// Under load, by hand: they take minutes and all of the machine.
//
//	go test ./cmd/tcpwatch -run TestLoad -load -v
var (
	load      = flag.Bool("load", false, "run the tests of live under load, which take minutes")
	loadRates = flag.String("load.rates", "100000,200000,300000,topspeed,topspeed*10", "with -load: packets a second that TestLoadDrops replays")
)

func needLoad(t *testing.T, tools ...string) {
	t.Helper()
	if !*load {
		t.Skip("needs -load: it takes minutes and all of the machine")
	}
	for _, name := range tools {
		tool(t, name)
	}
}

// quietPair is a wire on which nothing sends but the test.
const quietPair = `link add name va type veth peer name vb
link set va addrgenmode none
link set vb addrgenmode none
link set va mtu 9000
link set vb mtu 9000
link set va up
link set vb up`

// capturer is a program that captures from vb and says how much it lost.
type capturer struct {
	name    string
	args    []string
	ready   string
	counted func(b *beside) (received, dropped int, err error)
}

var (
	tcpdumpCaptured = regexp.MustCompile(`(\d+) packets? captured`)
	tcpdumpDropped  = regexp.MustCompile(`(\d+) packets? dropped by kernel`)
	dumpcapCounts   = regexp.MustCompile(`interface '?vb'?: (\d+)/(\d+)`)
)

// capturers are compared; path is the program of this repository.
func capturers(path string) []capturer {
	live := func(b *beside) (int, int, error) {
		var s struct {
			Packets    struct{ Total int }
			Interfaces []struct{ Dropped int }
		}
		err := json.Unmarshal(b.stdout.Bytes(), &s)
		if err == nil && len(s.Interfaces) != 1 {
			err = errors.New("not one interface")
		}
		if err != nil {
			return 0, 0, fmt.Errorf("%w: %s%s", err, b.stdout.String(), b.said())
		}
		return s.Packets.Total, s.Interfaces[0].Dropped, nil
	}
	said := func(b *beside, received, dropped *regexp.Regexp) (int, int, error) {
		r, d := received.FindStringSubmatch(b.said()), dropped.FindStringSubmatch(b.said())
		if r == nil || d == nil {
			return 0, 0, errors.New(b.said())
		}
		n, _ := strconv.Atoi(r[1])
		m, _ := strconv.Atoi(d[len(d)-1])
		return n, m, nil
	}
	return []capturer{
		{"tcpwatch", []string{path, "live", "-i", "vb", "--format", "json"}, capturing, live},
		{"tcpwatch 2 rings", []string{path, "live", "-i", "vb", "--format", "json", "--rings", "2"}, capturing, live},
		{"tcpdump", []string{"tcpdump", "-i", "vb", "-w", "/dev/null"}, "listening on", func(b *beside) (int, int, error) {
			return said(b, tcpdumpCaptured, tcpdumpDropped)
		}},
		{"tcpdump 32 MiB", []string{"tcpdump", "-i", "vb", "-B", "32768", "-w", "/dev/null"}, "listening on", func(b *beside) (int, int, error) {
			return said(b, tcpdumpCaptured, tcpdumpDropped)
		}},
		{"dumpcap", []string{"dumpcap", "-i", "vb", "-w", "/dev/null"}, "Capturing on", func(b *beside) (int, int, error) {
			return said(b, dumpcapCounts, dumpcapCounts)
		}},
	}
}

// TestLoadDrops replays packets at rising rates and prints what each program lost.
// Each runs alone with the replay. tcpwatch analyses what it captures; the others
// throw it away.
func TestLoadDrops(t *testing.T) {
	needLoad(t, "tcpreplay", "tcpdump", "dumpcap")
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "tcpwatch"), ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	path := filepath.Join(dir, "mix.pcap")
	const packets = 300_000
	writeGenerated(t, path, kind(t, "long"), packets)
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rate\tprogram\tsent\tpackets/s\tgiven\tdropped\t")
	for rate := range strings.SplitSeq(*loadRates, ",") {
		for _, c := range capturers(filepath.Join(dir, "tcpwatch")) {
			sent, speed, received, dropped := replay(t, &c, path, rate)
			fmt.Fprintf(w, "%s\t%s\t%d\t%.0f\t%d\t%d\t\n", rate, c.name, sent, speed, received, dropped)
			if strings.HasPrefix(c.name, "tcpwatch") && received+dropped != sent {
				t.Errorf("%s at %s: %d given and %d dropped of %d sent", c.name, rate, received, dropped, sent)
			}
		}
	}
	w.Flush()
	t.Logf("\n%s", table.String())
}

var (
	replaySent  = regexp.MustCompile(`Actual: (\d+) packets`)
	replaySpeed = regexp.MustCompile(`([\d.]+) pps`)
)

func replay(t *testing.T, c *capturer, path, rate string) (sent int, speed float64, received, dropped int) {
	t.Helper()
	n := newNet(t, quietPair)
	b, err := startBeside(n, exec.Command(c.args[0], c.args[1:]...), c.ready)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	how := []string{"-q", "-K", "-i", "va", "--pps=" + rate, path}
	switch rate {
	case "topspeed":
		how[4] = "--topspeed"
	case "topspeed*10":
		how[4] = "--topspeed"
		how = append([]string{"--loop=10", "--unique-ip"}, how...) // connections of their own each time
	}
	var out []byte
	n.Do(func() { out, err = exec.Command("tcpreplay", how...).CombinedOutput() })
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if m := replaySent.FindSubmatch(out); m != nil {
		sent, _ = strconv.Atoi(string(m[1]))
	}
	if m := replaySpeed.FindSubmatch(out); m != nil {
		speed, _ = strconv.ParseFloat(string(m[1]), 64)
	}
	time.Sleep(1500 * time.Millisecond) // what is in the buffer may be read
	if err := b.stop(); err != nil {
		t.Fatalf("%s: %v: %s", c.name, err, b.said())
	}
	if received, dropped, err = c.counted(b); err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	return sent, speed, received, dropped
}

// memory is a figure of /proc/PID/status, in MiB.
func memory(b *beside, name string) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n >> 10
		}
	}
	return 0
}

// flood sends n SYNs, each of a source of its own, to nobody's address.
func flood(t *testing.T, n *lab.Net, name string, count int) {
	t.Helper()
	var fd int
	var err error
	ifr, _ := unix.NewIfreq(name)
	n.Do(func() {
		if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err == nil {
			err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	to := unix.SockaddrLinklayer{Ifindex: int(ifr.Uint32())}
	b := make([]byte, 54)
	copy(b, []byte{2, 9, 9, 9, 9, 9, 2, 8, 8, 8, 8, 8, 8, 0, 0x45, 0, 0, 40})
	b[22], b[23] = 64, 6
	copy(b[30:], []byte{10, 9, 0, 2})
	b[37], b[46], b[47] = 80, 5<<4, 2
	for i := range count {
		binary.BigEndian.PutUint32(b[26:], 11<<24|uint32(i))
		binary.BigEndian.PutUint16(b[34:], uint16(1024+i%50000))
		binary.BigEndian.PutUint32(b[38:], uint32(i)*2654435761)
		if err := unix.Sendto(fd, b, 0, &to); err != nil && !errors.Is(err, unix.ENOBUFS) {
			t.Error(err)
			return
		}
	}
}

// TestLoadFlood: two million SYNs of different sources do not fill the memory, and
// connections among them are reported.
func TestLoadFlood(t *testing.T) {
	needLoad(t)
	const sources = 2_000_000
	for _, most := range []string{"50000", "1048576"} {
		client, server := wired(t)
		to := serve(t, server, "10.9.0.2")
		b := startLive(t, server, "-i", "vs", "--view", "summary", "--format", "json", "--max-connections", most, "--ring-size", "256MiB")
		began := time.Now()
		var done atomic.Bool
		var asking sync.WaitGroup
		real := 0
		asking.Go(func() {
			for !done.Load() {
				if err := ask(client, to); err != nil {
					t.Error(err)
					return
				}
				real++
				time.Sleep(10 * time.Millisecond)
			}
		})
		flood(t, client, "vc", sources)
		done.Store(true)
		asking.Wait()
		took := time.Since(began)
		time.Sleep(4 * time.Second)
		peak := memory(b, "VmHWM")
		if err := b.stop(); err != nil {
			t.Fatalf("%v: %s", err, b.said())
		}
		var s struct {
			Packets     struct{ Total int }
			Connections struct{ Total, Evicted int }
			Opened      struct{ Complete, Unanswered int }
			Interfaces  []struct{ Dropped int }
		}
		if err := json.Unmarshal(b.stdout.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		t.Logf("--max-connections %s: %d SYNs in %v beside %d connections: %+v; at most %d MiB resident, of them 256 of the ring",
			most, sources, took.Round(time.Millisecond), real, s, peak)
		if dropped := s.Interfaces[0].Dropped; dropped == 0 && s.Opened.Complete != real || s.Opened.Complete < real-dropped {
			t.Errorf("%d connections complete, %d were", s.Opened.Complete, real)
		}
		if most == "50000" && peak > 256+250 { // about 2.5 KiB a connection
			t.Errorf("%d MiB", peak)
		}
	}
}

// TestLoadSoak: hundreds of thousands of connections open and close; memory does
// not grow with them.
func TestLoadSoak(t *testing.T) {
	needLoad(t, "tcpreplay")
	dir := t.TempDir()
	path := filepath.Join(dir, "small.pcap")
	const packets, loops = 1_000_000, 4
	writeGenerated(t, path, kind(t, "short"), packets)
	n := newNet(t, quietPair)
	b := startLive(t, n, "-i", "vb", "--view", "summary", "--format", "json", "--max-connections", "20000", "--ring-size", "64MiB")
	cmd := exec.Command("tcpreplay", "-q", "-K", "--pps=60000", "--unique-ip", fmt.Sprintf("--loop=%d", loops), "-i", "va", path)
	if err := n.Start(cmd); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var samples []int
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			running = false
		case <-time.After(500 * time.Millisecond):
			samples = append(samples, memory(b, "VmRSS"))
		}
	}
	time.Sleep(time.Second)
	if err := b.stop(); err != nil {
		t.Fatalf("%v: %s", err, b.said())
	}
	var s struct {
		Packets     struct{ Total int }
		Connections struct{ Total, Evicted int }
		Interfaces  []struct{ Dropped int }
	}
	if err := json.Unmarshal(b.stdout.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	third := len(samples) / 3
	middle, last := 0, 0
	for i, m := range samples {
		if i >= third && i < 2*third {
			middle = max(middle, m)
		} else if i >= 2*third {
			last = max(last, m)
		}
	}
	t.Logf("%+v; MiB resident: %v", s, samples)
	if s.Connections.Total < 200_000 || last > middle+middle/10+5 {
		t.Errorf("%d connections; at most %d MiB in the second third, %d in the last", s.Connections.Total, middle, last)
	}
}
