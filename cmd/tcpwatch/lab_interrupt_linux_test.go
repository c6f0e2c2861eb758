package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// processes counts those that run a program.
func processes(path string) (n int) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && to == path {
			n++
		}
	}
	return n
}

// Interrupted, with or without a user namespace around it, the lab ends soon with
// status 1, and nothing of it is left: its hosts are the namespaces of its own
// threads.
func TestLabInterrupted(t *testing.T) {
	needUserNamespace(t)
	path := nobodysProgram(t, "tcpwatch-lab")
	for _, c := range []struct {
		name string
		root bool
		stop func(*os.Process)
	}{
		{"Ctrl-C as root", true, func(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGINT) }},
		{"Ctrl-C as nobody", false, func(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGINT) }},
		{"the parent alone", false, func(p *os.Process) { p.Signal(syscall.SIGTERM) }},
		{"the parent killed", false, func(p *os.Process) { p.Kill() }},
	} {
		if testing.Short() && (c.root || c.name == "the parent alone") {
			continue
		}
		cmd := asNobody(path, "lab", "filtered")
		if c.root {
			cmd.SysProcAttr.Credential = nil
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAtLeast(out, make([]byte, 500), 500); err != nil { // it is under way
			t.Fatalf("%s: %v, %s", c.name, err, said.String())
		}
		c.stop(cmd.Process)
		rest, _ := io.ReadAll(out) // until the last one has closed it
		if bytes.Contains(rest, []byte("fails")) {
			t.Errorf("%s: a reason that is none: %s", c.name, rest)
		}
		err = cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() == 1 != (c.name != "the parent killed") {
			t.Errorf("%s: %v, %q", c.name, err, said.String())
		}
		for range 100 {
			if processes(path) == 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if n := processes(path); n != 0 {
			t.Errorf("%s: %d processes are left", c.name, n)
		}
	}
}

// Ctrl-C may come before the second process can take it, or exists. Each time the first
// one ends as interrupted, soon, and says so, unless it could not take the signal itself.
func TestLabInterruptedEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a lesson forty times")
	}
	needUserNamespace(t)
	path := nobodysProgram(t, "tcpwatch-lab")
	for i := range 40 {
		cmd := asNobody(path, "lab", "filtered")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wait := time.Duration(i+4) * 700 * time.Microsecond
		time.Sleep(wait)
		syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		err := cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("after %v: %v", wait, err)
		}
		killed := exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT
		if !killed && (exit.ExitCode() != exitPartial || strings.Count(said.String(), errInterrupted.Error()) != 1) {
			t.Errorf("after %v: %v, %q", wait, err, said.String())
		}
	}
}

// called is a writer that calls a function.
type called func()

func (f called) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

// The second process ends with a status, having said why, or by a signal: one that
// interrupts, or another. Where the first one is interrupted before, there is none.
func TestLabElsewhereEnds(t *testing.T) {
	const (
		how  = "TCPWATCH_TEST_ENDS"  // by a signal; as a status where it is negative
		when = "TCPWATCH_TEST_AFTER" // set: after SIGTERM
	)
	if by, err := strconv.Atoi(os.Getenv(how)); err == nil {
		if os.Getenv(when) != "" {
			terminated := make(chan os.Signal, 1)
			signal.Notify(terminated, syscall.SIGTERM)
			fmt.Println("it can be taken")
			<-terminated
		}
		if by <= 0 {
			os.Exit(-by)
		}
		syscall.Kill(os.Getpid(), syscall.Signal(by))
		select {}
	}
	needUserNamespace(t)
	args := os.Args
	t.Cleanup(func() { os.Args = args })
	os.Args = []string{args[0], "-test.run=^TestLabElsewhereEnds$"}
	const never, before, meanwhile, after = "", "before", "meanwhile", "after"
	for _, c := range []struct {
		interrupted string
		by          syscall.Signal
		status      int
		says        string
	}{
		{never, 0, 0, ""},
		{never, -3, 3, ""},
		{never, syscall.SIGINT, exitPartial, errInterrupted.Error()},
		{never, syscall.SIGTERM, exitPartial, errInterrupted.Error()},
		{never, syscall.SIGHUP, exitPartial, errInterrupted.Error()},
		{never, syscall.SIGKILL, exitPartial, "the lab has ended: signal: killed"},
		{before, 0, exitPartial, errInterrupted.Error()},
		{meanwhile, -3, 3, ""},
		{meanwhile, syscall.SIGKILL, exitPartial, errInterrupted.Error()},
		{after, syscall.SIGKILL, exitPartial, errInterrupted.Error()},
	} {
		t.Setenv(how, strconv.Itoa(int(c.by)))
		t.Setenv(when, "")
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		cmd := &cobra.Command{}
		cmd.SetContext(ctx)
		switch c.interrupted {
		case before:
			cancel()
		case meanwhile: // as soon as the second process can take it
			t.Setenv(when, "1")
			cmd.SetOut(called(cancel))
		case after: // as this process learns of it later
			time.AfterFunc(oneRequest/2, cancel)
		}
		status, says := 0, ""
		if err := labElsewhere(cmd, errors.New("no lab here")); err != nil {
			var exit *exitError
			if !errors.As(err, &exit) {
				t.Fatalf("ended by %d: %v", c.by, err)
			}
			status = exit.status
			if exit.err != nil {
				says = exit.err.Error()
			}
		}
		if status != c.status || says != c.says {
			t.Errorf("interrupted %q, ended by %d: status %d, %q; want %d, %q", c.interrupted, c.by, status, says, c.status, c.says)
		}
	}
}

// Who interrupts while Enter is waited for is not told the end, although the
// experiment itself has long come to it.
func TestLabStepInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a second")
	}
	needUserNamespace(t)
	cmd := asNobody(nobodysProgram(t, "tcpwatch-lab"), "lab", "--step", "refused")
	stdin, err := cmd.StdinPipe() // stays open: nobody presses anything
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	for b := make([]byte, 1<<12); !strings.Contains(said.String(), "SYN-SENT ="); {
		n, err := out.Read(b)
		if err != nil {
			t.Fatalf("%v in %q", err, said.String())
		}
		said.Write(b[:n])
	}
	time.Sleep(time.Second)
	syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	io.Copy(&said, out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitPartial || strings.Contains(said.String(), "CHECKED") {
		t.Errorf("%v\n%s", err, said.String())
	}
}
