package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/lab/scenario"
)

// beside is a program that captures beside a test, in a namespace.
type beside struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	mu     sync.Mutex
	stderr strings.Builder
	ready  chan struct{}
	ended  chan error
}

// startBeside starts cmd and waits until it writes the word ready to standard
// error.
func startBeside(n *lab.Net, cmd *exec.Cmd, ready string) (*beside, error) {
	b := &beside{cmd: cmd, ready: make(chan struct{}), ended: make(chan error, 1)}
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if cmd.Stdout == nil {
		cmd.Stdout = &b.stdout
	}
	if err := n.Start(cmd); err != nil {
		return nil, err
	}
	go func() {
		lines := bufio.NewScanner(pipe)
		for said := false; lines.Scan(); {
			b.mu.Lock()
			fmt.Fprintln(&b.stderr, lines.Text())
			b.mu.Unlock()
			if !said && strings.Contains(lines.Text(), ready) {
				said = true
				close(b.ready)
			}
		}
		b.ended <- cmd.Wait()
	}()
	select {
	case <-b.ready:
		return b, nil
	case err := <-b.ended:
		return nil, fmt.Errorf("%s ended early: %v: %s", cmd.Path, err, b.said())
	case <-time.After(10 * time.Second):
		cmd.Process.Kill()
		return nil, fmt.Errorf("%s does not begin: %s", cmd.Path, b.said())
	}
}

func (b *beside) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stderr.String()
}

// stop sends an interrupt and waits for the end.
func (b *beside) stop() error {
	b.cmd.Process.Signal(os.Interrupt)
	return b.wait()
}

func (b *beside) wait() error {
	select {
	case err := <-b.ended:
		b.ended <- err
		return err
	case <-time.After(20 * time.Second):
		b.cmd.Process.Kill()
		return fmt.Errorf("%s does not end", b.cmd.Path)
	}
}

// settled waits until the program has read what there is, however slow the machine: until
// it has taken next to no time of a processor for a while, and for another one: others may have had them all.
func (b *beside) settled() {
	const idle = 2 // ticks of 10 ms
	for before, n, quiet := -idle-1, 0, 0; n < 60 && quiet < 2; n++ {
		time.Sleep(300 * time.Millisecond)
		now := b.ticks()
		if quiet++; now-before > idle {
			quiet = 0
		}
		before = now
	}
}

// ticks are the ticks of a processor that the program has taken: utime and stime of
// proc_pid_stat(5).
func (b *beside) ticks() (sum int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(text), ") ") // a name may have blanks
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0 // it has ended
	}
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(field)
		sum += n
	}
	return sum
}

// tool skips the test where a program is missing.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("needs %s", name)
	}
}

// newNet is a namespace in which commands of ip(8) were run.
func newNet(t *testing.T, commands string) *lab.Net {
	t.Helper()
	tool(t, "ip")
	n, err := lab.NewNet()
	if err != nil {
		t.Skipf("needs root or a user namespace: %v", err)
	}
	t.Cleanup(n.Close)
	if err := n.IP(commands); err != nil {
		t.Fatal(err)
	}
	return n
}

const capturing = "capturing from"

// liveCases are scenarios that together have every opening and close that the lab
// offers within a few seconds.
var liveCases = []string{
	"clean", "mixed-ipv6", "requests", "synloss", "synackloss", "acklost", "syncopied", "finlost", "finlost-server", "finheld", "lastacklost", "fincopied",
	"refused", "overflow-nocookies", "halfclose", "serverclose", "simclose", "simopen", "abort", "abort-server", "unread", "reuse", "zerowindow", "keepalive",
}

// TestLiveAsRead: what live says of the lab's connections is what read says of a
// file that tcpdump wrote at the same time.
func TestLiveAsRead(t *testing.T) {
	tool(t, "tcpdump")
	if err := lab.Available(); err != nil {
		t.Skipf("needs the lab: %v", err)
	}
	cases := liveCases
	if testing.Short() {
		cases = []string{"requests", "simopen", "abort"}
	}
	slots := make(chan struct{}, 8)
	var all sync.WaitGroup
	for _, name := range cases {
		sc := scenario.Find(name)
		if sc == nil {
			t.Errorf("there is no scenario %s", name)
			continue
		}
		if sc.IPv6 && !labtest.HasIPv6() {
			t.Logf("%s: this kernel has no IPv6", name)
			continue
		}
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			// An order that differs can show in what is said; not every time.
			for try := 1; ; try++ {
				wrong, err := liveAsRead(t.TempDir(), sc)
				if err == nil && len(wrong) == 0 {
					return
				}
				t.Logf("%s, draw %d: %v\n%s", name, try, err, strings.Join(wrong, "\n"))
				if try == 3 {
					t.Errorf("%s: live and read differ", name)
					return
				}
			}
		})
	}
	all.Wait()
}

// liveAsRead plays a scenario and returns where live and read differ.
func liveAsRead(dir string, sc *lab.Scenario) (wrong []string, err error) {
	var here, dump [2]*beside
	file := func(i int) string { return filepath.Join(dir, fmt.Sprintf("tcpdump%d.pcap", i)) }
	begin := func(hosts [2]*lab.Net) (func() error, error) {
		for i, n := range hosts {
			device := [2]string{lab.Device, "any"}[i]
			var err error
			if dump[i], err = startBeside(n, exec.Command("tcpdump", "-i", device, "--time-stamp-precision", "nano", "-s", "0", "-B", "16384", "-U", "-w", file(i)), "listening on"); err != nil {
				return nil, err
			}
			if here[i], err = startBeside(n, program([]string{"live", "-i", device, "--view", "connections", "--format", "ndjson"}), capturing); err != nil {
				return nil, err
			}
		}
		time.Sleep(50 * time.Millisecond)
		return func() (err error) {
			for i := range hosts {
				err = errors.Join(err, here[i].stop(), dump[i].stop())
			}
			return err
		}, nil
	}
	if _, err := lab.RunBeside(sc, dir, 1, begin); err != nil {
		return nil, err
	}
	for i := range here {
		read, err := program([]string{"read", "--format", "ndjson", file(i)}).Output()
		if err != nil {
			return nil, err
		}
		got, err := liveObjects(here[i].stdout.Bytes())
		if err != nil {
			return nil, err
		}
		want, err := liveObjects(read)
		if err != nil {
			return nil, err
		}
		if len(want) == 0 {
			wrong = append(wrong, fmt.Sprintf("side %d: tcpdump has no connection", i))
		}
		if len(got) != len(want) {
			wrong = append(wrong, fmt.Sprintf("side %d: %d connections live, %d of tcpdump's file", i, len(got), len(want)))
			continue
		}
		for k := range want {
			for _, d := range differences("", got[k], want[k]) {
				wrong = append(wrong, fmt.Sprintf("side %d, connection %d: %s", i, k+1, d))
			}
		}
	}
	return wrong, nil
}

// loose are members that hold packet numbers, or sentences with such numbers:
// where two processors deliver at the same time, each socket has an order of its
// own. Only how many there are is compared.
var loose = map[string]bool{
	"first_packet": true, "last_packet": true, "syn_packets": true, "syn_ack_packets": true, "ack_packet": true, "fin_packets": true, "rst_packet": true, "cut_by": true,
	"evidence": true, "idle_end": true, "answer_packet": true,
}

// times are members that hold seconds. They may differ by a millisecond, for the
// same reason.
var times = map[string]bool{
	"duration": true, "rtt_server": true, "rtt_client": true, "rtt_min": true, "rtt_avg": true, "rtt_max": true, "half_closed_for": true, "idle_max": true,
	"zero_window_time": true, "window_full_time": true, "resend_wait": true, "answer_max": true, "rtt_smoothed": true, "rto": true,
	"rtt_timestamps_min": true, "rtt_timestamps_avg": true, "rtt_timestamps_max": true,
}

const loosely = 1e-3

// liveObjects reads connections in NDJSON, without moments.
func liveObjects(b []byte) (all []map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		var m map[string]any
		if err := d.Decode(&m); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("%w in %s", err, b)
		}
		loosen(m)
		all = append(all, m)
	}
}

func loosen(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			list, isList := x.([]any)
			switch {
			case k == "start" || k == "since" || k == "until":
				delete(v, k)
			case (loose[k] || k == "packets") && isList:
				v[k] = len(list)
			case loose[k]:
				v[k] = x != nil
			default:
				loosen(x)
			}
		}
	case []any:
		for _, x := range v {
			loosen(x)
		}
	}
}

// differences lists the members in which two values differ.
func differences(path string, a, b any) (list []string) {
	x, isMap := a.(map[string]any)
	y, both := b.(map[string]any)
	if !isMap || !both {
		f, isTime := a.(float64)
		g, also := b.(float64)
		if times[path[strings.LastIndexByte(path, '.')+1:]] && isTime && also && math.Abs(f-g) < loosely {
			return nil
		}
		if !reflect.DeepEqual(a, b) {
			list = append(list, fmt.Sprintf("%s: live %v, read %v", path, a, b))
		}
		return list
	}
	for k := range x {
		list = append(list, differences(path+"."+k, x[k], y[k])...)
	}
	for k := range y {
		if _, met := x[k]; !met {
			list = append(list, path+"."+k+": only read")
		}
	}
	return list
}

// status waits for the end and returns the exit status; a signal is negative.
func (b *beside) status() int {
	if err := b.wait(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
				return -int(s.Signal())
			}
			return exit.ExitCode()
		}
		return -1000
	}
	return 0
}
