package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// screen is a pseudo-terminal and everything that was written to it.
type screen struct {
	tty  *os.File
	ctrl *os.File

	mu   sync.Mutex
	text bytes.Buffer
	done chan struct{}
}

func newScreen(t *testing.T, columns uint16) *screen {
	t.Helper()
	ctrl, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals: ", err)
	}
	fd := int(ctrl.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skip("no pseudo-terminals: ", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals: ", err)
	}
	s := &screen{tty: tty, ctrl: ctrl, done: make(chan struct{})}
	go s.read()
	t.Cleanup(func() { s.close() })
	return s
}

func (s *screen) read() {
	defer close(s.done)
	buf := make([]byte, 4096)
	for {
		n, err := s.ctrl.Read(buf)
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return // EIO when nobody has the terminal open any more
		}
	}
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// close ends the terminal and returns all that was written to it.
func (s *screen) close() string {
	s.tty.Close()
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
	}
	s.ctrl.Close()
	return s.String()
}

// waitFor waits until the screen holds what.
func (s *screen) waitFor(what string) error { return s.waitForTimes(what, 1) }

func (s *screen) waitForTimes(what string, times int) error {
	for range 500 {
		if strings.Count(s.String(), what) >= times {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("never shown: " + what)
}

// program returns the command in an environment without what could change its
// looks, but for env.
func program(args []string, env ...string) *exec.Cmd {
	c := exec.Command("tcpwatch", args...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm", "GORACE=" + os.Getenv("GORACE")}, env...)
	return c
}

func TestColorOnTerminal(t *testing.T) {
	for _, c := range []struct {
		name string
		env  string
		args []string
		want bool
	}{
		{"by default", "A=1", nil, true},
		{"NO_COLOR", "NO_COLOR=1", nil, false},
		{"NO_COLOR empty means nothing", "NO_COLOR=", nil, true},
		{"TERM=dumb", "TERM=dumb", nil, false},
		{"never", "A=1", []string{"--color", "never"}, false},
		{"always", "NO_COLOR=1", []string{"--color", "always"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t, 100)
			p := program(append([]string{"read", sample}, c.args...), c.env)
			p.Stdout, p.Stderr = s.tty, s.tty
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			out := s.close()
			if !strings.Contains(out, "HANDSHAKE") || strings.Contains(out, "\x1b[") != c.want {
				t.Errorf("colour %t, want %t in %q", !c.want, c.want, out)
			}
		})
	}
}

var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// widest returns the columns of the longest line.
func widest(out string) (n int) {
	for line := range strings.Lines(colors.ReplaceAllString(out, "")) {
		n = max(n, utf8.RuneCountInString(strings.TrimRight(line, "\r\n")))
	}
	return n
}

func TestWidthOfTerminal(t *testing.T) {
	args := []string{"read", "--view", "packets", sample}
	for _, columns := range []uint16{70, 160} { // without a terminal there are 120
		s := newScreen(t, columns)
		p := program(args)
		p.Stdout, p.Stderr = s.tty, s.tty
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if w := widest(s.close()); w > int(columns) || w < int(columns)-20 {
			t.Errorf("terminal of %d columns: the longest line has %d", columns, w)
		}

		// Before a pager the terminal is that of standard error.
		s = newScreen(t, columns)
		p = program(args)
		var out bytes.Buffer
		p.Stdout, p.Stderr = &out, s.tty
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if w := widest(out.String()); w > int(columns) || w < int(columns)-20 {
			t.Errorf("pipe near a terminal of %d columns: the longest line has %d", columns, w)
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Error("colour in a pipe")
		}
	}
}

// slowly runs the program on a capture that comes slowly, until the screen
// shows something or the time is over, and returns what it showed in the end.
// With sameScreen the results go to the terminal, too.
func slowly(t *testing.T, sameScreen bool, wait func(*screen), args ...string) (shown, out string) {
	t.Helper()
	capture, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	s := newScreen(t, 80)
	p := program(append([]string{"read", "--view", "summary", "-"}, args...))
	var results bytes.Buffer
	p.Stdout, p.Stderr = &results, s.tty
	if sameScreen {
		p.Stdout = s.tty
	}
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	go func() {
		defer in.Close()
		in.Write(capture[:24])
		for rest := capture[24:]; len(rest) > 0; rest = rest[min(40, len(rest)):] {
			select {
			case <-stop:
				io.Copy(in, bytes.NewReader(rest))
				return
			case <-time.After(20 * time.Millisecond):
				in.Write(rest[:min(40, len(rest))])
			}
		}
	}()
	wait(s)
	close(stop)
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	return s.close(), results.String()
}

// TestProgress wants a line after a second of work, erased at the end, and none
// with -q.
func TestProgress(t *testing.T) {
	wait := func(s *screen) {
		if err := s.waitFor("reading"); err != nil {
			t.Error(err)
		}
	}
	shown, out := slowly(t, false, wait)
	if !strings.Contains(out, "57 ") {
		t.Errorf("results: %q", out)
	}
	// What is left when the cursor has gone up and erased (ECMA-48 ED) is empty.
	erased := strings.LastIndex(shown, "\x1b[J")
	if erased < 0 || strings.TrimSpace(shown[erased+len("\x1b[J"):]) != "" {
		t.Errorf("left on the terminal: %q", shown)
	}

	// Where the results follow on the same terminal, they come after that.
	shown, _ = slowly(t, true, wait)
	if erased := strings.LastIndex(shown, "\x1b[J"); erased < 0 || strings.Contains(shown[:erased], "57 ") || !strings.Contains(shown[erased:], "57 ") {
		t.Errorf("the progress line and the results mix: %q", shown)
	}

	shown, out = slowly(t, false, func(*screen) { time.Sleep(progressDelay + 500*time.Millisecond) }, "-q")
	if shown != "" || !strings.Contains(out, "57 ") {
		t.Errorf("with -q: %q on the terminal, results %q", shown, out)
	}
}

func TestTerminalIsNoCapture(t *testing.T) {
	s := newScreen(t, 80)
	p := program([]string{"read", "-"})
	var errs bytes.Buffer
	p.Stdin, p.Stderr = s.tty, &errs
	err := p.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage || !strings.Contains(errs.String(), "standard input is a terminal") {
		t.Errorf("%v: %s", err, &errs)
	}
}
