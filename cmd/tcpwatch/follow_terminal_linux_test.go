package main

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

const followed = "../../testdata/pcaps/kernel/halfclose.snd.pcap"

// TestRawOnTerminal: raw octets do not reach a terminal by accident.
func TestRawOnTerminal(t *testing.T) {
	s := newScreen(t, 80)
	p := program([]string{"follow", "--connection", "1", "--raw", followed})
	var errs bytes.Buffer
	p.Stdout, p.Stderr = s.tty, &errs
	err := p.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage || !strings.Contains(errs.String(), "may spoil the terminal") {
		t.Errorf("%v: %s", err, &errs)
	}
	if out := s.close(); out != "" {
		t.Errorf("on the terminal: %q", out)
	}
}

// TestFollowOnTerminal: lines are broken where the terminal ends, in colour.
func TestFollowOnTerminal(t *testing.T) {
	for _, columns := range []int{80, 200} {
		s := newScreen(t, uint16(columns))
		p := program([]string{"follow", "--connection", "1", followed}, "TERM=xterm")
		p.Stdout = s.tty
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		out := s.close()
		if n := widest(out); n > columns {
			t.Errorf("%d columns on a terminal of %d", n, columns)
		}
		if !strings.Contains(out, sideColor) {
			t.Errorf("no colour: %q", out)
		}
	}
}

// sideColor begins what the client sent.
const sideColor = "\x1b[36m> "
