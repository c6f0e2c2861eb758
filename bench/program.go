package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// program is a command line that is measured. FILE in it stands for the capture.
type program struct {
	name    string
	args    []string
	version string // flag that prints a version
	// counts is a shell's command line whose output holds the counts, where that
	// of args does not; "$1" is the capture, "$2" a file to write.
	counts string
	// packets and connections are patterns in the output: where there is a group
	// it is the count, else every line that matches counts; "" where it does not
	// say.
	packets, connections string
	// misses is how many packets it may count less than there are.
	misses int
}

var tcpwatchRead = program{
	name: "tcpwatch", args: []string{"tcpwatch", "read", "-q", "--view", "summary", "--format", "json", "FILE"}, version: "--version",
	packets: `"segments":(\d+)`, connections: `"connections":\{"total":(\d+)`,
}

// with is the program with other flags before the capture.
func (p program) with(name string, flags ...string) program {
	p.name = name
	p.args = append(slices.Clone(p.args[:len(p.args)-1]), append(flags, "FILE")...)
	return p
}

var capinfos = program{
	name: "capinfos", args: []string{"capinfos", "-c", "-M", "FILE"}, version: "--version",
	packets: `Number of packets:\s+(\d+)`,
}

// cat costs little more than reading, and true little more than the
// measurement.
var cat = program{name: "cat", args: []string{"cat", "FILE"}}

var others = []program{
	capinfos,
	{name: "tcpdump", args: []string{"tcpdump", "-r", "FILE", "-w", os.DevNull}, version: "--version"},
	{name: "argus", args: []string{"argus", "-r", "FILE", "-w", os.DevNull}, version: "-h",
		// It counts one packet less in some captures: seen with 15,900 packets of
		// small, not with 1,000.
		counts: `argus -r "$1" -w "$2" && racount -r "$2"`, packets: `sum +\d+ +(\d+)`, misses: 1},
	{name: "tcptrace", args: []string{"tcptrace", "-n", "FILE"}, version: "-version",
		packets: `(\d+) TCP packets traced`, connections: `^ *\d+: `},
	{name: "tshark", args: []string{"tshark", "-n", "-q", "-z", "conv,tcp", "-r", "FILE"}, version: "--version", connections: `<->`},
	cat,
	{name: "true", args: []string{"true", "FILE"}},
}

// oneShard is tcpwatch on one core, where it could use more.
func (s *measurement) oneShard() []program {
	if !s.shards {
		return nil
	}
	return []program{tcpwatchRead.with("tcpwatch, 1 shard", "--shards", "1")}
}

// programs are those that read the captures of the first part.
func (s *measurement) programs() []program {
	return slices.Concat([]program{tcpwatchRead}, s.oneShard(), others)
}

func (s *measurement) path(name string) string {
	if name == "tcpwatch" {
		return s.tcpwatch
	}
	return name
}

// line is the command line for a capture.
func (s *measurement) line(p *program, path string) []string {
	args := slices.Clone(p.args)
	args[0] = s.path(args[0])
	for i, a := range args {
		args[i] = strings.Replace(a, "FILE", path, 1)
	}
	return args
}

// spend runs a program once; what it prints goes to out.
func (s *measurement) spend(p *program, path string, out io.Writer) (o outlay, err error) {
	line := s.line(p, path)
	var complaints bytes.Buffer
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdout, cmd.Stderr = out, &complaints
	begin := time.Now()
	err = cmd.Run()
	o.wall = time.Since(begin)
	if s.ctx.Err() != nil {
		return o, errors.New("interrupted")
	}
	if err != nil {
		return o, fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, complaints.String())
	}
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	o.peak = peak(cmd.ProcessState)
	return o, nil
}

// oneRun is the CPU time above which a program is measured once.
const oneRun = 10 * time.Second

// measure lets programs read a capture: each once, to fill the cache of files
// and to compare what they count with what was generated, then in turns.
func (s *measurement) measure(series string, c *capture, programs []program) (runs []run, err error) {
	template := run{series: series, capture: c.name, packets: c.packets, connections: c.connections, octets: c.octets}
	notes := map[string]string{}
	add := func(p *program, round int, o outlay) {
		r := template
		r.program, r.round, r.outlay, r.note = p.name, round, o, notes[p.name]
		runs = append(runs, r)
	}
	var again []program
	for i := range programs {
		p := &programs[i]
		if _, err := exec.LookPath(s.path(p.args[0])); err != nil {
			continue
		}
		o, wrong, err := s.first(p, c)
		if err != nil {
			return runs, fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s, %d packets: %s: %.1f s\n", c.name, c.packets, p.name, o.wall.Seconds())
		if wrong != "" {
			notes[p.name] = wrong
			s.wrong = append(s.wrong, fmt.Errorf("%s: %s %s", c.name, p.name, wrong))
		}
		if o.cpu > oneRun {
			add(p, 1, o)
		} else {
			again = append(again, *p)
		}
	}
	for round := range s.rounds {
		for i := range again {
			o, err := s.spend(&again[i], c.path, nil)
			if err != nil {
				return runs, err
			}
			add(&again[i], round+1, o)
		}
	}
	place := func(r run) int {
		return slices.IndexFunc(programs, func(p program) bool { return p.name == r.program })
	}
	slices.SortStableFunc(runs, func(a, b run) int { return place(a) - place(b) })
	return runs, nil
}

// first runs a program and compares what it counts; wrong says what differs.
func (s *measurement) first(p *program, c *capture) (o outlay, wrong string, err error) {
	f, err := os.CreateTemp(s.scratch, "counts-")
	if err != nil {
		return o, "", err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if o, err = s.spend(p, c.path, f); err != nil {
		return o, "", err
	}
	if p.counts != "" {
		beside := f.Name() + ".out"
		defer os.Remove(beside)
		cmd := exec.Command("sh", "-c", p.counts, "sh", c.path, beside)
		cmd.Stdout = f
		if err := cmd.Run(); err != nil {
			return o, "", fmt.Errorf("%s: %w", p.counts, err)
		}
	}
	for _, want := range []struct {
		what, pattern string
		count, misses int
	}{{"packets", p.packets, c.packets, p.misses}, {"connections", p.connections, c.connections, 0}} {
		if want.pattern == "" {
			continue
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return o, "", err
		}
		if n := figure(f, want.pattern); n > want.count || n < want.count-want.misses {
			wrong += fmt.Sprintf("counts %d %s, generated %d; ", n, want.what, want.count)
		}
	}
	return o, strings.TrimSuffix(wrong, "; "), nil
}

// figure finds what a pattern says, reading by lines: what this process holds
// in memory is where the peak of its children begins. -1: nothing.
func figure(r io.Reader, pattern string) int {
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
