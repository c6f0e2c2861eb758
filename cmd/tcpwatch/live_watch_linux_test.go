package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
	"tcpwatch/report"
)

// startOnTerminal starts live with standard output and standard error on a screen.
func startOnTerminal(t *testing.T, n *lab.Net, columns uint16, args ...string) (*screen, *beside) {
	t.Helper()
	s := newScreen(t, columns)
	cmd := program(append([]string{"live"}, args...))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.tty, s.tty, s.tty
	if err := n.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	b := &beside{cmd: cmd, ended: make(chan error, 1)}
	go func() { b.ended <- cmd.Wait() }()
	if err := s.waitFor(capturing); err != nil {
		t.Fatalf("%v: %s", err, s)
	}
	return s, b
}

// shown is what a terminal of 40 lines shows of out in the end: the codes that
// live uses are followed.
func shown(out string) string {
	var lines []string
	line := ""
	for len(out) > 0 {
		switch {
		case strings.HasPrefix(out, "\x1b[K"), strings.HasPrefix(out, "\x1b[J"):
			line, out = "", out[3:]
		case strings.HasPrefix(out, "\x1b["):
			end := strings.IndexAny(out, "mA")
			out = out[end+1:]
		case out[0] == '\n':
			lines, line, out = append(lines, line), "", out[1:]
		case out[0] == '\r':
			out = out[1:]
			if !strings.HasPrefix(out, "\n") && !strings.HasPrefix(out, "\x1b[K") && out != "" {
				lines, line = append(lines, "OVERWRITTEN "+line), ""
			}
		default:
			line += out[:1]
			out = out[1:]
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// TestLiveOnTerminal: events as lines and a status line while it runs; notes do
// not garble it; then the tables, and no trace of the status line.
func TestLiveOnTerminal(t *testing.T) {
	client, server := wired(t)
	for _, c := range []struct {
		args       []string
		watch, end string // what is shown while it runs, and at the end
		not        string
	}{
		{nil, "opened in", "\nCAPTURE ", "\nSUMMARY"},
		{[]string{"--view", "connections,closes"}, "opened in", "\nCLOSES\n", "\nCAPTURE "},
		{[]string{"--view", "packets"}, "SYN-ACK", "SYN-ACK", "opened in"},
		{[]string{"--view", "packets,summary"}, "SYN-ACK", "\nCAPTURE ", "opened in"},
		{[]string{"--view", "events"}, "opened in", "TIME-WAIT", "\nCAPTURE "},
		{[]string{"-w", "/dev/null", "--streams", t.TempDir()}, "opened in", "packets written to /dev/null", "\nSUMMARY"},
		{[]string{"--format", "markdown"}, "opened in", "| OPENED |", "\nSUMMARY"},
		{[]string{"--compat", "wireshark", "--view", "retransmissions,packets"}, "opened in", "RETRANSMISSIONS", "\nCAPTURE "},
	} {
		s, b := startOnTerminal(t, client, 100, append(c.args, "-i", "vc,lo")...)
		if err := s.waitFor(" · 0 open"); err != nil {
			t.Errorf("%v: %v", c.args, err)
		}
		askAll(t, client, server, 5)
		if err := s.waitFor(c.watch); err != nil {
			t.Errorf("%v: %v: %s", c.args, err, s)
		}
		if err := client.IP("link set lo down"); err != nil {
			t.Fatal(err)
		}
		if err := s.waitFor("note: lo went down"); err != nil {
			t.Errorf("%v: %v", c.args, err)
		}
		if err := client.IP("link set lo up"); err != nil {
			t.Fatal(err)
		}
		if err := s.waitForTimes(" opening · ", 4); err != nil {
			t.Errorf("%v: no status line: %v: %s", c.args, err, s)
		}
		b.cmd.Process.Signal(os.Interrupt)
		if got := b.status(); got != exitOK {
			t.Errorf("%v: status %d", c.args, got)
		}
		raw := s.close()
		out := colors.ReplaceAllString(shown(raw), "")
		if !strings.Contains(out, c.end) || strings.Contains(out, c.not) || !strings.Contains(out, "\ntcpwatch: note: lo went down\n") {
			t.Errorf("%v:\n%s", c.args, out)
		}
		if strings.Contains(out, " opening · ") || strings.Contains(out, "OVERWRITTEN") {
			t.Errorf("%v: the status line is left:\n%s\n%q", c.args, out, raw)
		}
	}
}

// untilCaptures waits until a socket of the host that a program runs on takes packets:
// with -q it does not say that it captures.
func untilCaptures(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	for range 1000 {
		// The kernel's list has the EtherType of what each socket takes; all are 3.
		list, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/packet", cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(list, []byte(" 0003 ")) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it does not capture")
}

// TestLiveQuiet: -q leaves the results alone.
func TestLiveQuiet(t *testing.T) {
	client, server := wired(t)
	s := newScreen(t, 100)
	cmd := program([]string{"live", "-q", "-i", "vc", "--for", "3", "--view", "connections"})
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.tty, s.tty, s.tty
	if err := client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	untilCaptures(t, cmd)
	askAll(t, client, server, 3)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	out := s.close()
	if strings.Contains(out, "opened in") || strings.Contains(out, capturing) || strings.Contains(out, "packets · ") || strings.Count(out, "10.9.0.2:") != 3 || strings.HasPrefix(out, "\r\n") {
		t.Errorf("%s", out)
	}
}

// TestLiveQuietInterrupted: the results begin on a line of their own, after the ^C
// that the terminal shows, and are as wide as the terminal is by then.
func TestLiveQuietInterrupted(t *testing.T) {
	client, server := wired(t)
	s := newScreen(t, 100)
	cmd := program([]string{"live", "-q", "-i", "vc", "--view", "connections"})
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.tty, s.tty, s.tty
	if err := client.Start(cmd); err != nil {
		t.Fatal(err)
	}
	untilCaptures(t, cmd)
	askAll(t, client, server, 1)
	time.Sleep(300 * time.Millisecond)
	if err := unix.IoctlSetWinsize(int(s.ctrl.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 300}); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if out := s.close(); !strings.HasPrefix(out, "\r\n") || strings.Count(out, "10.9.0.2:") != 1 || !strings.Contains(out, "TIME-WAIT") || strings.Contains(out, "no room for") {
		t.Errorf("%q", out)
	}
}

// TestLiveInPipe: a program gets each row while live runs, and without --view the
// summary as the last one.
func TestLiveInPipe(t *testing.T) {
	client, server := wired(t)
	for _, c := range []struct {
		args       []string
		rows, last string
		least      int
	}{
		{nil, "tcpwatch.event/1", "tcpwatch.summary/1", 3},
		{[]string{"--format", "ndjson", "--connection", "1"}, "tcpwatch.event/1", "tcpwatch.summary/1", 3},
		{[]string{"--view", "events", "--format", "ndjson"}, "tcpwatch.event/1", "tcpwatch.event/1", 3},
		{[]string{"--view", "packets,windows,retransmissions,events", "--format", "ndjson"}, "tcpwatch.packet/1", "", 8},
		{[]string{"--view", "connections", "--format", "ndjson", "--msl", "1ms"}, "tcpwatch.connection/1", "tcpwatch.connection/1", 0},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := program(slices.Concat([]string{"live", "-i", "vc"}, c.args))
		cmd.Stdout = w
		b, err := startBeside(client, cmd, capturing)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		askAll(t, client, server, 1)
		lines := bufio.NewReader(r)
		schema := func(line string) string {
			var row struct{ Schema string }
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Errorf("%v: %v: %q", c.args, err, line)
			}
			return row.Schema
		}
		r.SetReadDeadline(time.Now().Add(5 * time.Second))
		for i := range c.least {
			line, err := lines.ReadString('\n') // while it runs
			if err != nil || i == 0 && schema(line) != c.rows {
				t.Fatalf("%v: %v: %q", c.args, err, line)
			}
		}
		b.cmd.Process.Signal(os.Interrupt)
		rest, err := io.ReadAll(lines)
		if err != nil || b.status() != exitOK {
			t.Errorf("%v: %v: %s", c.args, err, b.said())
		}
		r.Close()
		last := rest[bytes.LastIndexByte(bytes.TrimRight(rest, "\n"), '\n')+1:]
		if c.last != "" && len(rest) > 0 && schema(string(last)) != c.last {
			t.Errorf("%v: the last is %s", c.args, last)
		}
	}
}

// TestLiveLeftAlone: when nobody reads the rows any more the capture ends, without
// a word; with -o the results are written all the same.
func TestLiveLeftAlone(t *testing.T) {
	client, server := wired(t)
	file := t.TempDir() + "/results"
	for _, args := range [][]string{nil, {"--view", "packets"}, {"-o", file, "--for", "4"}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := program(slices.Concat([]string{"live", "-i", "vc"}, args))
		cmd.Stdout = w
		b, err := startBeside(client, cmd, capturing)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		r.Close()
		askAll(t, client, server, 4)
		if got := b.status(); got != exitOK || strings.Count(b.said(), "\n") != 1 {
			t.Errorf("%v: status %d: %s", args, got, b.said())
		}
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte("OPENED")) {
		t.Errorf("%v: %s", err, text)
	}
}

// TestLiveFilters: only what the filter chooses is captured, on a named interface
// and on all of them, and the summary says by which one.
func TestLiveFilters(t *testing.T) {
	client, server := wired(t)
	one, other := serve(t, server, "10.9.0.2"), serve(t, server, "10.9.0.2")
	port := func(a interface{ String() string }) string {
		return a.String()[strings.LastIndexByte(a.String(), ':')+1:]
	}
	for _, args := range [][]string{
		{"-i", "vc", "tcp", "port", port(one)}, {"-i", "vc", "-f", "tcp port " + port(one)}, {"-i", "any", "--", "not", "port", port(other), "and", "ip"},
	} {
		b := startLive(t, client, append(slices.Clone(both2), args...)...)
		for range 3 {
			if err := ask(client, one); err != nil {
				t.Fatal(err)
			}
			if err := ask(client, other); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.stop(); err != nil {
			t.Errorf("%v: %s", err, b.said())
		}
		out := b.stdout.String()
		// Only a row of a connection has roles: the summary may name a connection
		// once more, as notable.
		if strings.Count(out, `"server":"`+one.String()+`","roles":`) != 3 || strings.Contains(out, other.String()) {
			t.Errorf("%v: %s", args, out)
		}
		if want := `"filter":"` + strings.TrimPrefix(strings.Join(args[2:], " "), args[2][:0]); !strings.Contains(out, strings.NewReplacer("-f ", "", "-- ", "").Replace(want)+`"`) {
			t.Errorf("%v: no %s", args, want)
		}
	}
	b := startLive(t, client, "-i", "vc", "--view", "summary", "--duration", "200ms", "udp")
	if got := b.status(); got != exitOK || !regexp.MustCompile(`only packets that match the filter: udp\n`).MatchString(b.stdout.String()) {
		t.Errorf("status %d: %s", got, b.stdout.String())
	}
}

// TestShowing: what is written where and when.
func TestShowing(t *testing.T) {
	views := func(list ...report.View) []report.View { return list }
	for _, c := range []struct {
		name           string
		o              readOptions
		given, screen  bool
		watched, as    string
		results, whole string
		only, late     bool
	}{
		{name: "terminal", screen: true, watched: "events", as: "table", whole: "table", late: true},
		{name: "pipe", watched: "events", as: "ndjson", results: "summary", whole: "ndjson", late: true},
		{name: "pipe, as table", given: true, whole: "table"},
		{name: "pipe, a view", o: readOptions{views: views(report.ViewConnections)}, results: "connections", whole: "table"},
		{name: "pipe, packets", o: readOptions{views: views(report.ViewPackets)}, watched: "packets", as: "table", whole: "table", results: "packets", only: true},
		{name: "terminal, quiet", o: readOptions{quiet: true}, screen: true, whole: "table"},
		{name: "terminal, file", o: readOptions{output: "f"}, screen: true, watched: "events", as: "table", whole: "table"},
		{name: "pipe, file", o: readOptions{output: "f"}, watched: "events", as: "ndjson", whole: "table"},
		{name: "terminal, ndjson", o: readOptions{format: report.FormatNDJSON}, given: true, screen: true, watched: "events", as: "ndjson", whole: "ndjson", results: "summary", late: true},
		{name: "terminal, both", o: readOptions{views: views(report.ViewSummary, report.ViewEvents)}, screen: true, watched: "events", as: "table", results: "summary", whole: "table", late: true},
		{name: "pipe, json", o: readOptions{format: report.FormatJSON}, given: true, whole: "json"},
	} {
		if c.o.format == "" {
			c.o.format = report.FormatTable
		}
		o := liveOptions{readOptions: c.o}
		s := o.show(c.given, c.screen)
		join := func(list []report.View) string {
			var all []string
			for _, v := range list {
				all = append(all, string(v))
			}
			return strings.Join(all, ",")
		}
		if join(s.watched) != c.watched || string(s.watchedAs) != c.as || join(s.results) != c.results || string(s.as) != c.whole || s.only != c.only || s.late != c.late {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}
