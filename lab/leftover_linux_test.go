package lab_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/lab/scenario"
)

const ms = time.Millisecond

func tiny(f func(*lab.Session) error) *lab.Scenario {
	return &lab.Scenario{Name: "tiny", Link: [2]lab.Path{{Delay: ms}, {Delay: ms}}, Settle: 10 * ms, Program: f}
}

// Nothing remains of a run, whether it succeeds or fails early or late.
func TestNothingIsLeftBehind(t *testing.T) {
	needLab(t)
	dir := t.TempDir()
	if _, err := lab.Run(tiny(scenario.Requests(2, 2, 500)), dir, 1); err != nil { // opens what the runtime keeps
		t.Fatal(err)
	}
	time.Sleep(100 * ms)
	before := labtest.Count(t)
	failed := errors.New("the program failed")
	runs := []struct {
		name string
		sc   *lab.Scenario
		dir  string
		want string
	}{
		{"good", tiny(scenario.Requests(5, 5, 500)), dir, ""},
		{"good over veth", &lab.Scenario{Name: "tiny", Link: [2]lab.Path{{Delay: ms}, {Delay: ms}}, Settle: 10 * ms, Veth: true, Program: scenario.Requests(5, 5, 500)}, dir, ""},
		{"program fails with sockets open", tiny(func(s *lab.Session) error {
			l, err := s.Listen(1)
			if err != nil {
				return err
			}
			if _, err := s.Dial(0); err != nil {
				return err
			}
			if _, err := l.Accept(); err != nil {
				return err
			}
			return failed
		}), dir, failed.Error()},
		{"no such setting", &lab.Scenario{Name: "tiny", Settings: map[string]string{"ipv4/no_such_thing": "1"}, Program: scenario.Refused(1)}, dir, "setting ipv4.no_such_thing"},
		{"no such folder", tiny(scenario.Refused(1)), filepath.Join(dir, "none"), "no such file"},
	}
	for _, r := range runs {
		_, err := lab.Run(r.sc, r.dir, 1)
		if r.want == "" && err != nil || r.want != "" && (err == nil || !strings.Contains(err.Error(), r.want)) {
			t.Errorf("%s: %v", r.name, err)
		}
	}
	before.Unchanged(t)
}

// A user namespace is enough, as far as /dev/net/tun is open to the user.
func TestUserNamespace(t *testing.T) {
	needLab(t)
	if os.Getenv("LAB_ISOLATED") != "" {
		if _, err := lab.Run(tiny(scenario.Requests(2, 2, 500)), t.TempDir(), 1); err != nil {
			t.Fatal(err)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestUserNamespace$", "-test.v")
	cmd.Env = append(os.Environ(), "LAB_ISOLATED=1")
	lab.Isolate(cmd)
	out, err := cmd.CombinedOutput()
	if errors.Is(err, os.ErrPermission) {
		t.Skipf("user namespaces are forbidden here: %v", err)
	}
	if err != nil || strings.Contains(string(out), "SKIP") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Over veth devices the truth is as good: the kernel's count agrees, and packets
// of full length pass.
func TestVethTruth(t *testing.T) {
	needLab(t)
	for _, family := range labtest.Both(t, "IPv4", "IPv6") {
		ipv6 := family == "IPv6"
		sc := &lab.Scenario{Name: "veth", Link: [2]lab.Path{{Delay: 2 * ms, Loss: .02}, {Delay: 2 * ms, Loss: .02}}, Veth: true, IPv6: ipv6, Settle: 300 * ms, Program: scenario.Bulk(300000)}
		res, err := lab.Run(sc, t.TempDir(), 1)
		if err != nil {
			t.Fatal(err)
		}
		checkTruth(t, sc, res)
		if res.Widest != 1500 || res.Lost[0] == 0 {
			t.Errorf("widest %d, lost %d", res.Widest, res.Lost[0])
		}
	}
}

// Who may make nothing is told what is missing.
func TestUnavailable(t *testing.T) {
	if os.Getenv("LAB_UNAVAILABLE") != "" {
		if err := lab.Available(); err == nil || !strings.Contains(err.Error(), "root or a user namespace is needed") {
			t.Errorf("%v", err)
		}
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lab.test")
	for dir := filepath.Dir(path); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // where nobody may go
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-test.run=^TestUnavailable$", "-test.v")
	cmd.Dir, cmd.Env = "/", append(os.Environ(), "LAB_UNAVAILABLE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, os.ErrPermission) {
		t.Skipf("nobody may not run the test: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
