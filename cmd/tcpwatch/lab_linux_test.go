package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/lab/lesson"
	"tcpwatch/report/explain"
	"tcpwatch/report/labtext"
	"tcpwatch/report/prose"
)

// Every word that explains a lesson is one that explain knows.
func TestLessonWords(t *testing.T) {
	known := explain.Names()
	for _, l := range lesson.All() {
		for _, w := range l.Words {
			if !slices.Contains(known, w) {
				t.Errorf("%s: explain knows no %s", l.Name, w)
			}
		}
		var out bytes.Buffer
		s := labtext.NewStory(&out, prose.Style{})
		s.Conclude(&labtext.Conclusion{Words: l.Words})
		if n := strings.Count(out.String(), "RFC"); n < len(l.Words) {
			t.Errorf("%s: the clause of a word is missing in %q", l.Name, out.String())
		}
	}
}

// nobodysProgram copies the test binary, which is tcpwatch under that name, to a new
// folder of that name, where everybody may run it. It skips where root makes temporary
// files out of the reach of others.
func nobodysProgram(t *testing.T, folder string) string {
	t.Helper()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "tcpwatch")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(path, program, 0o755)); err != nil {
		t.Fatal(err)
	}
	for above := filepath.Dir(dir); os.Getuid() == 0; above = filepath.Dir(above) {
		if info, err := os.Stat(above); err != nil || info.Mode()&1 == 0 {
			t.Skipf("needs temporary files that others than root can reach: TMPDIR leads through %s", above)
		}
		if above == filepath.Dir(above) {
			break
		}
	}
	return path
}

// asNobody is a command of somebody who may nothing.
func asNobody(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LANG=C.UTF-8", "COLUMNS=80", "GORACE=" + os.Getenv("GORACE")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	return cmd
}

// needNobody skips where no program can be run as somebody else: without root, and in
// a user namespace that has no other users.
func needNobody(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	if err := asNobody("/bin/true").Run(); err != nil {
		t.Skipf("needs to become somebody else: %v", err)
	}
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
	path := nobodysProgram(t, "tcpwatch-lab")
	var out []byte
	var err error
	for range 5 {
		out, err = asNobody(path, "lab", "four-segments").CombinedOutput()
		if err == nil || !strings.Contains(strings.Join(strings.Fields(string(out)), " "), "as where the machine is busy") {
			break // else a kernel's timer ran out while the machine stood still
		}
	}
	if err != nil || !strings.Contains(string(out), "server LAST-ACK = LAST-ACK") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where nothing is allowed, what is missing is said.
func TestLabForbidden(t *testing.T) {
	needNobody(t)
	path := nobodysProgram(t, "tcpwatch-lab")
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
		`echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$0" lab refused`, nobodysProgram(t, "tcpwatch-lab"))
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "unshare failed") {
		t.Skipf("needs user namespaces: %s", out)
	}
	if err == nil || !strings.Contains(string(out), "sysctl user.max_user_namespaces is 0") || strings.Contains(string(out), "\n\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// objectsOf runs a lesson and returns its objects, each of which is JSON with the
// schema.
func objectsOf(t *testing.T, name string, flags ...string) (all []map[string]any) {
	t.Helper()
	status, out, errs := runLab(t, append([]string{"--format", "ndjson", name}, flags...)...)
	if status != 0 {
		t.Fatalf("%s: status %d: %s", name, status, errs.String())
	}
	for line := range strings.Lines(out.String()) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil || o["schema"] != "tcpwatch.lab/1" || o["scenario"] != name {
			t.Errorf("%v: %s", err, line)
		}
		all = append(all, o)
	}
	return all
}

// Programs are told all that the terminal shows: the figure, the settings, what
// happened, and at the end why, with the counts.
func TestLabObjects(t *testing.T) {
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	for _, c := range []struct {
		name  string
		kinds map[string]int // at the least
	}{
		{"udp-echo", map[string]int{"datagram": 2, "action": 4}},
		{"figure", map[string]int{"drawn": 7, "segment": 7, "action": 4}},
		{"mss", map[string]int{"setting": 1, "segment": 6}},
	} {
		all := objectsOf(t, c.name)
		kinds := map[string]int{}
		for _, o := range all {
			kinds[o["kind"].(string)]++
			if o["kind"] == "setting" && (o["setting"] != "net.ipv4.tcp_timestamps" || o["value"] != "0" || o["default"] != "1" || o["reason"] == "") {
				t.Errorf("%s: %v", c.name, o)
			}
		}
		for kind, n := range c.kinds {
			if kinds[kind] < n {
				t.Errorf("%s: %v", c.name, kinds)
			}
		}
		end := all[len(all)-1]
		for _, o := range all {
			if at := o["at"]; o["kind"] != "drawn" && at.(float64) > end["at"].(float64) {
				t.Errorf("%s: the end at %v, after it %v", c.name, end["at"], o)
			}
		}
		l := lesson.Find(c.name)
		if end["kind"] != "end" || kinds["end"] != 1 || end["why"] != l.Why || end["as_expected"] == (end["unexpected"] != nil) {
			t.Errorf("%s: %v", c.name, end)
		}
		if sent := end["client"].(map[string]any)["sent"].(float64) + end["server"].(map[string]any)["sent"].(float64); int(sent) != kinds["segment"]+kinds["datagram"] {
			t.Errorf("%s: %v packets sent, %v", c.name, sent, kinds)
		}
	}
}

// runLab runs a lesson until it goes as it should, or the machine did not stall: where
// it does, a timer of the kernels may run out that does not on another one.
func runLab(t *testing.T, args ...string) (status int, out, errs *bytes.Buffer) {
	t.Helper()
	for try := 1; ; try++ {
		out, errs = new(bytes.Buffer), new(bytes.Buffer)
		stop := labtest.Lag()
		status = run(append([]string{"lab"}, args...), strings.NewReader(""), out, errs)
		stall := stop()
		if status == exitOK || stall <= labtest.MaxStall || try == labtest.Attempts {
			return status, out, errs
		}
		t.Logf("%v: played again, the machine stalled for %v", args, stall)
	}
}

// Over IPv6 the same is to be seen, with another MSS; of UDP there is nothing.
func TestLabIPv6(t *testing.T) {
	labtest.NeedIPv6(t)
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	dir := t.TempDir()
	end := objectsOf(t, "three-way", "--ipv6", "--keep", dir)
	if last := end[len(end)-1]; last["states_equal"] != 6.0 || last["states_compared"] != 6.0 {
		t.Errorf("%v", last)
	}
	var out, errs bytes.Buffer
	if status := run([]string{"read", "--view", "connections", "--format", "csv", filepath.Join(dir, "three-way.snd.pcap")}, strings.NewReader(""), &out, &errs); status != 0 || !strings.Contains(out.String(), "fd77::1") {
		t.Errorf("status %d: %s%s", status, out.String(), errs.String())
	}
	out.Reset()
	if status, out, errs := runLab(t, "--ipv6", "mss"); status != 0 || strings.Contains(out.String(), "MSS 1460") || !strings.Contains(out.String(), "1440 for one direction") || !strings.Contains(out.String(), "OVER IPv6") {
		t.Errorf("status %d: %s%s", status, out.String(), errs.String())
	}
	if status := run([]string{"lab", "--ipv6", "udp-echo"}, strings.NewReader(""), &out, &errs); status != exitUsage || !strings.Contains(errs.String(), "IPv4 only") {
		t.Errorf("status %d: %s", status, errs.String())
	}
}

// The sentences that a lesson is there for stand in its story.
func TestLabTells(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for seconds")
	}
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	for name, sentences := range map[string][]string{
		"half-open":         {"RST · seq = 1, the ack of the DATA that it answers ✓: ends the connection", "kernel of the server has sockets: none"},
		"refused":           {"server CLOSED (the tap: LISTEN?)", "ALSO SEEN LISTEN?: Inferred"},
		"simultaneous-open": {"2 by the link's own count (2 of them SYNs that a SYN-ACK repeats, which no kernel counts), 0 by the kernels'", "D-SACK: The receiver reports"},
		"tuple-reused":      {"net.ipv4.tcp_timestamps 0 (default 1): the ISN alone is to decide", "above the end of the connection before ("},
		"chat":              {"✓, carried by the data"},
		"udp-echo":          {"ON REAL SOCKETS", "no states, for there is no connection"},
	} {
		for try := 1; ; try++ { // on a machine that is busy the story may be another one
			var out, errs bytes.Buffer
			status := run([]string{"lab", name}, strings.NewReader(""), &out, &errs)
			text := strings.Join(strings.Fields(out.String()), " ")
			missing := slices.DeleteFunc(slices.Clone(sentences), func(s string) bool { return strings.Contains(text, s) })
			if name == "udp-echo" && strings.Contains(text, "inferred") {
				t.Errorf("a note on states where there are none: %s", out.String())
			}
			if len(missing) == 0 {
				break
			}
			if try == 5 {
				t.Errorf("%s: %q is missing in\n%s%s", name, missing, out.String(), errs.String())
				break
			}
			t.Logf("%s: status %d, %q is missing, played again", name, status, missing)
		}
	}
}

// Nobody can press Enter for a program.
func TestLabStepObjects(t *testing.T) {
	var out, errs bytes.Buffer
	status := run([]string{"lab", "--step", "--format", "ndjson", "three-way"}, strings.NewReader(""), &out, &errs)
	if status != exitUsage || out.Len() > 0 || !strings.Contains(errs.String(), "--step") {
		t.Errorf("status %d: %s%s", status, out.String(), errs.String())
	}
}
