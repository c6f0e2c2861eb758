package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/lesson"
	"tcpwatch/report"
)

// Every word that explains a lesson is one that explain knows.
func TestLessonWords(t *testing.T) {
	known := report.Names()
	for _, l := range lesson.All() {
		for _, w := range l.Words {
			if !slices.Contains(known, w) {
				t.Errorf("%s: explain knows no %s", l.Name, w)
			}
		}
		var out bytes.Buffer
		s := report.NewLabStory(&out, report.Options{})
		for _, w := range l.Words {
			s.Meaning(w)
		}
		if n := strings.Count(out.String(), "RFC"); n < len(l.Words) {
			t.Errorf("%s: the clause of a word is missing in %q", l.Name, out.String())
		}
	}
}

// nobodysProgram copies the test binary, which is tcpwatch under that name, to
// where everybody may run it.
func nobodysProgram(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "tcpwatch-lab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "tcpwatch")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(path, program, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

// asNobody is a command of somebody who may nothing.
func asNobody(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LANG=C.UTF-8", "COLUMNS=80"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	return cmd
}

// needUserNamespace skips where nobody may make one.
func needUserNamespace(t *testing.T) {
	t.Helper()
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	cmd := asNobody("/bin/true")
	lab.Isolate(cmd)
	cmd.SysProcAttr.Credential = nil
	if err := cmd.Run(); err != nil {
		t.Skipf("needs user namespaces: %v", err)
	}
}

// Without root, and without /dev/net/tun where it is closed, a lesson is the same.
func TestLabWithoutRoot(t *testing.T) {
	needUserNamespace(t)
	cmd := asNobody(nobodysProgram(t), "lab", "four-segments")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "server LAST-ACK = LAST-ACK") {
		t.Errorf("%v\n%s", err, out)
	}
}

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
	path := nobodysProgram(t)
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
		io.Copy(io.Discard, out) // until the last one has closed it
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

// Where nothing is allowed, what is missing is said.
func TestLabForbidden(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	path := nobodysProgram(t)
	cmd := asNobody(path, "lab", "refused")
	cmd.Env = append(cmd.Env, labIsolated+"=1") // as if the namespace had no rights
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "no network namespace can be made") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where user namespaces are used up, the setting is named.
func TestLabNamesTheSetting(t *testing.T) {
	for _, tool := range []string{"unshare", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s", tool)
		}
	}
	// max_user_namespaces is counted for each user namespace by itself.
	cmd := exec.Command("unshare", "--user", "--map-root-user", "sh", "-c",
		`echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$0" lab refused`, nobodysProgram(t))
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "unshare failed") {
		t.Skipf("needs user namespaces: %s", out)
	}
	if err == nil || !strings.Contains(string(out), "sysctl user.max_user_namespaces is 0") || strings.Contains(string(out), "\n\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Every object is JSON with the schema's members, and every state is there.
func TestLabObjects(t *testing.T) {
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	var out, errs bytes.Buffer
	if status := run([]string{"lab", "--format", "ndjson", "udp-echo"}, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	kinds := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var o struct{ Schema, Scenario, Kind string }
		if err := json.Unmarshal([]byte(line), &o); err != nil || o.Schema != "tcpwatch.lab/1" || o.Scenario != "udp-echo" {
			t.Errorf("%v: %s", err, line)
		}
		kinds[o.Kind]++
	}
	if kinds["datagram"] != 2 || kinds["action"] < 4 {
		t.Errorf("%v", kinds)
	}
}
