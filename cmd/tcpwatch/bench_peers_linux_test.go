package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var benchRounds = flag.Int("peers-rounds", 0, "compare speed and memory with other programs, this many rounds")

// contender is a program that reads the same capture. packets and connections
// are patterns in its standard output: where there is a group it is the count,
// else every line that matches counts; "" where it does not say.
type contender struct {
	name                 string
	args                 []string // in front of the file
	version              []string
	packets, connections string
}

var contenders = []contender{
	{"tcpwatch", []string{"read", "-q", "--view", "summary", "--format", "json"}, []string{"--version"},
		`"segments":(\d+)`, `"connections":\{"total":(\d+)`},
	{"tcptrace", []string{"-n"}, []string{"-version"}, `(\d+) TCP packets traced`, `^ *\d+: `},
	{"tcpdump", []string{"-w", os.DevNull, "-r"}, []string{"--version"}, "", ""},
	{"tshark", []string{"-n", "-q", "-z", "conv,tcp", "-r"}, []string{"--version"}, "", `<->`},
	{"capinfos", []string{"-c", "-M"}, []string{"--version"}, `Number of packets:\s+(\d+)`, ""},
	// The least that the measurement gives: what a program of no size needs.
	{"true", nil, nil, "", ""},
}

// figure finds what a pattern says, reading by lines: what this process holds
// in memory is where the peak of its children begins. -1: nothing.
func figure(r io.Reader, pattern string) int {
	if pattern == "" {
		return -1
	}
	find := regexp.MustCompile(pattern)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	n := -1
	for lines.Scan() {
		m := find.FindSubmatch(lines.Bytes())
		switch {
		case m == nil:
		case len(m) == 1:
			n = max(n, 0) + 1
		default:
			n, _ = strconv.Atoi(string(m[1]))
		}
	}
	return n
}

// outlay is what one run cost.
type outlay struct {
	wall, cpu time.Duration
	peak      int64 // octets
}

// TestBenchmarkPeers measures tcpwatch and the others on the same generated
// captures, in turns, and prints a table of medians:
//
//	go test ./cmd/tcpwatch -run TestBenchmark -peers-rounds 5 -packets 1000000 -timeout 30m -v
//
// -update keeps the single runs in testdata/bench and writes BENCHMARKS.md. Two peers do less than
// tcpwatch: tcpdump and capinfos only read.
func TestBenchmarkPeers(t *testing.T) {
	if *benchRounds == 0 {
		t.Skip("no -peers-rounds")
	}
	dir := t.TempDir()
	buildProgram(t, dir)
	for _, k := range []string{"mix", "small"} {
		// Another process writes the capture: a child's peak memory begins at
		// its parent's.
		path := filepath.Join(dir, k+".pcap")
		made := runOnce(t, os.Args[0], "-test.run=^TestGenerate$", "-test.v", "-generate="+k,
			fmt.Sprintf("-packets=%d", *packetCount), fmt.Sprintf("-seed=%d", *generateSeed), "-out="+path)
		connections := figure(strings.NewReader(made), `(\d+) connections`)
		runs := measure(t, dir, k, path, connections)
		t.Logf("%s: %d packets, %d connections, %d rounds\n%s", k, *packetCount, connections, *benchRounds, benchTable(runs))
		if *update {
			keepRuns(t, k, runs, versions(t, dir))
		}
	}
	t.Log(versions(t, dir))
}

// buildProgram puts a tcpwatch into dir.
func buildProgram(t *testing.T, dir string) {
	t.Helper()
	runOnce(t, "go", "build", "-trimpath", "-o", filepath.Join(dir, "tcpwatch"), ".")
}

func runOnce(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// program returns where a contender is.
func (c *contender) program(dir string) string {
	if c.name == "tcpwatch" {
		return filepath.Join(dir, c.name)
	}
	return c.name
}

func measure(t *testing.T, dir, k, path string, connections int) map[string][]outlay {
	t.Helper()
	runs := map[string][]outlay{}
	for round := range *benchRounds + 1 {
		for i := range contenders {
			c := &contenders[i]
			if _, err := exec.LookPath(c.program(dir)); err != nil {
				continue
			}
			o, out := spend(t, c, dir, path)
			if round == 0 { // warms the file cache up; what they found is checked once
				check(t, c, k, out, *packetCount, c.packets)
				check(t, c, k, out, connections, c.connections)
				continue
			}
			runs[c.name] = append(runs[c.name], o)
		}
	}
	return runs
}

// spend runs a contender once. Its output goes to the file whose name is
// returned.
func spend(t *testing.T, c *contender, dir, path string) (outlay, string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var complaints bytes.Buffer
	cmd := exec.Command(c.program(dir), append(slices.Clone(c.args), path)...)
	cmd.Stdout, cmd.Stderr = f, &complaints
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", c.name, err, complaints.String())
	}
	wall := time.Since(begin)
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return outlay{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), use.Maxrss * 1024}, f.Name()
}

// check wants a count in the output to be what was generated.
func check(t *testing.T, c *contender, k, out string, want int, pattern string) {
	t.Helper()
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n := figure(f, pattern); pattern != "" && n != want {
		t.Errorf("%s: %s counts %d (%s), generated %d", k, c.name, n, pattern, want)
	}
}

// benchTable prints medians, and how many times as much as tcpwatch.
func benchTable(runs map[string][]outlay) string {
	var b strings.Builder
	own := medians(runs["tcpwatch"])
	fmt.Fprintf(&b, "%-10s %9s %9s %9s   %s\n", "program", "wall s", "CPU s", "peak MB", "of tcpwatch's: wall, CPU, peak")
	for i := range contenders {
		name := contenders[i].name
		m := medians(runs[name])
		if m.wall == 0 {
			continue
		}
		fmt.Fprintf(&b, "%-10s %9.3f %9.3f %9.1f   %.2f  %.2f  %.2f\n", name, m.wall.Seconds(), m.cpu.Seconds(), float64(m.peak)/1e6,
			float64(m.wall)/float64(own.wall), float64(m.cpu)/float64(own.cpu), float64(m.peak)/float64(own.peak))
	}
	return b.String()
}

func medians(all []outlay) (m outlay) {
	if len(all) == 0 {
		return m
	}
	middle := func(of func(outlay) int64) int64 {
		v := make([]int64, len(all))
		for i, o := range all {
			v[i] = of(o)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	m.wall = time.Duration(middle(func(o outlay) int64 { return int64(o.wall) }))
	m.cpu = time.Duration(middle(func(o outlay) int64 { return int64(o.cpu) }))
	m.peak = middle(func(o outlay) int64 { return o.peak })
	return m
}

// versions says what was run, on what.
func versions(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for i := range contenders {
		c := &contenders[i]
		b.WriteString(strings.Join(append(append([]string{c.name}, c.args...), "FILE"), " "))
		if c.version != nil {
			out, _ := exec.Command(c.program(dir), c.version...).CombinedOutput()
			fmt.Fprintf(&b, "   (%s)", strings.TrimRight(regexp.MustCompile(`(?i)version.*|.*\d\.\d.*|tcpwatch.*`).FindString(string(out)), ". "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func keepRuns(t *testing.T, k string, runs map[string][]outlay, versions string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, %d packets, seed %d, %s, %d CPUs, %s\n", k, *packetCount, *generateSeed, runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	for line := range strings.Lines(versions) {
		b.WriteString("# " + line)
	}
	b.WriteString("program\tround\twall_s\tcpu_s\tpeak_bytes\n")
	for i := range contenders {
		for round, o := range runs[contenders[i].name] {
			fmt.Fprintf(&b, "%s\t%d\t%.3f\t%.3f\t%d\n", contenders[i].name, round+1, o.wall.Seconds(), o.cpu.Seconds(), o.peak)
		}
	}
	if err := os.WriteFile(filepath.Join("testdata", "bench", k+".tsv"), []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}
