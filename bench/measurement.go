package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"tcpwatch/bench/traffic"
)

// measurement is one call of the command.
type measurement struct {
	ctx      context.Context // done: Ctrl-C
	out      io.Writer
	tcpwatch string // the program that is measured
	dir      string // captures
	scratch  string // what the programs write
	scale    float64
	rounds   int
	seed     uint64
	keep     bool
	shards   bool    // the program has --shards
	load     float64 // of the machine, before the first part
	wrong    []error // who counted otherwise
}

// begin makes directories and builds the program. end, which is never nil,
// removes what is temporary.
func (s *measurement) begin() (end func(), err error) {
	end = func() {}
	if _, err := os.Stat("bench/main.go"); err != nil {
		return end, errors.New("this is not the root of the repository")
	}
	if s.scratch, err = os.MkdirTemp("", "tcpwatch-bench-"); err != nil {
		return end, err
	}
	end = func() { os.RemoveAll(s.scratch) }
	if s.dir == "" {
		s.dir = s.scratch
	} else if err := os.MkdirAll(s.dir, 0o777); err != nil {
		return end, err
	}
	if s.tcpwatch == "" {
		s.tcpwatch = filepath.Join(s.scratch, "tcpwatch")
		build := exec.Command("go", "build", "-trimpath", "-o", s.tcpwatch, "./cmd/tcpwatch")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return end, fmt.Errorf("go build ./cmd/tcpwatch: %w\n%s", err, out)
		}
	}
	fmt.Sscan(find("/proc/loadavg", `^(\S+)`), &s.load)
	help, err := exec.Command(s.tcpwatch, "read", "--help").CombinedOutput()
	s.shards = strings.Contains(string(help), "--shards")
	return end, err
}

// sized is a number of packets at the scale of the measurement.
func (s *measurement) sized(packets int) int { return max(100, int(float64(packets)*s.scale)) }

// a capture is a file and what was generated into it.
type capture struct {
	path, name           string
	packets, connections int
	octets               int64
}

var generated = regexp.MustCompile(`(\d+) packets, (\d+) connections`)

// capture generates a capture, unless it exists. Another process writes it: the
// peak memory of a child begins at that of its parent.
func (s *measurement) capture(k traffic.Kind, packets int) (*capture, error) {
	c := &capture{name: k.Name, path: filepath.Join(s.dir, fmt.Sprintf("%s-%d-%d.pcap", k.Name, packets, s.seed))}
	said, err := os.ReadFile(c.path + ".txt")
	if err != nil {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		said, err = exec.Command(self, "generate", k.Name, fmt.Sprint(packets), c.path, fmt.Sprint(s.seed)).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", c.path, err, said)
		}
		if err := os.WriteFile(c.path+".txt", said, 0o666); err != nil {
			return nil, err
		}
	}
	m := generated.FindSubmatch(said)
	if m == nil {
		return nil, fmt.Errorf("%s: %q", c.path, said)
	}
	fmt.Sscan(string(m[1]), &c.packets)
	fmt.Sscan(string(m[2]), &c.connections)
	info, err := os.Stat(c.path)
	if err != nil {
		return nil, err
	}
	c.octets = info.Size()
	return c, nil
}

// drop removes a capture that is large and not needed any more.
func (s *measurement) drop(c *capture) {
	if s.dir == s.scratch {
		os.Remove(c.path)
		os.Remove(c.path + ".txt")
	}
}

// about says what was measured on what machine.
func (s *measurement) about() []string {
	list := []string{
		"date: " + time.Now().UTC().Format(time.DateOnly),
		"machine: " + machine(),
		fmt.Sprintf("scale: %g, seed %d", s.scale, s.seed),
	}
	if s.load > 0.5 {
		list = append(list, fmt.Sprintf("load: other programs kept it busy (load average %.1f), so that wall clock says less than CPU", s.load))
	}
	for _, p := range s.programs() {
		if _, err := exec.LookPath(s.path(p.args[0])); err != nil {
			list = append(list, "not installed: "+p.args[0])
			continue
		}
		list = append(list, "command: "+strings.Join(p.args, " ")+s.version(p))
	}
	return list
}

var versionNumber = regexp.MustCompile(`\d+\.\d+(\.\d+)*|devel`)

// version is what a program says of itself, and where tcpwatch was built here
// which commit it is.
func (s *measurement) version(p program) string {
	if p.version == "" {
		return ""
	}
	out, _ := exec.Command(s.path(p.args[0]), p.version).CombinedOutput()
	said := string(versionNumber.Find(out))
	if commit, err := exec.Command("git", "describe", "--always").Output(); err == nil && filepath.Dir(s.path(p.args[0])) == s.scratch {
		said += " " + strings.TrimSpace(string(commit))
	}
	return "   (" + said + ")"
}

// machine describes the computer, as far as that is known.
func machine() string {
	said := []string{fmt.Sprintf("%d CPUs", runtime.NumCPU())}
	if m := find("/proc/cpuinfo", `model name\s*: (.*)`); m != "" {
		said[0] += " (" + m + ")"
	}
	if find("/proc/cpuinfo", `(?m)^flags.* (hypervisor)`) != "" {
		said = append(said, "a virtual machine")
	}
	var kilo float64
	if fmt.Sscan(find("/proc/meminfo", `MemTotal:\s*(\d+)`), &kilo); kilo > 0 {
		said = append(said, fmt.Sprintf("%.0f GiB", kilo/(1<<20)))
	}
	if m := find("/etc/os-release", `PRETTY_NAME="(.*)"`); m != "" {
		said = append(said, m)
	}
	if m := find("/proc/sys/kernel/osrelease", `(\d+\.\d+)`); m != "" {
		said = append(said, "Linux "+m)
	}
	return strings.Join(append(said, runtime.GOOS+"/"+runtime.GOARCH, runtime.Version()), ", ")
}

// find returns the first group of a pattern in a file; "" where there is none.
func find(path, pattern string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	m := regexp.MustCompile(pattern).FindSubmatch(b)
	if m == nil {
		return ""
	}
	return string(m[1])
}
