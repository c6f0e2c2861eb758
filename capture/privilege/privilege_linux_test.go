package privilege

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"unsafe"
)

// TestMain is, in the second process of TestConfined, a process that gives up
// what it may and then tries it.
func TestMain(m *testing.M) {
	if own := os.Getenv("PRIVILEGE_TEST_FOLDER"); own != "" {
		if errs := try(own); len(errs) > 0 {
			fmt.Println(errors.Join(errs...))
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// try gives everything up and returns what is not as it should be.
func try(own string) (wrong []error) {
	var wait sync.WaitGroup
	hold := make(chan struct{})
	for range 5 { // threads that exist before
		wait.Go(func() { syscall.Syscall(syscall.SYS_GETTID, 0, 0, 0); <-hold })
	}
	before, err := os.Create(filepath.Join(own, "../open-before"))
	if err != nil {
		return []error{err}
	}
	version, landlocked := landlockVersion()
	if err := Drop(false); err != nil {
		return []error{err}
	}
	if err := Confine(own, "/there/is/no/such/folder"); err != nil && landlocked == nil {
		return []error{err}
	}
	// /proc cannot be read any more, so the capabilities are asked for.
	header := [2]uint32{0x20080522, 0}
	var sets [6]uint32
	syscall.Syscall(syscall.SYS_CAPGET, uintptr(unsafe.Pointer(&header[0])), uintptr(unsafe.Pointer(&sets[0])), 0)
	if sets != [6]uint32{} {
		wrong = append(wrong, fmt.Errorf("capabilities are left: %x", sets))
	}
	if _, err := before.WriteString("x"); err != nil {
		wrong = append(wrong, fmt.Errorf("a file open before: %w", err))
	}
	if err := os.WriteFile(filepath.Join(own, "file"), nil, 0o600); err != nil {
		wrong = append(wrong, fmt.Errorf("a file in its folder: %w", err))
	}
	if err := errors.Join(os.Rename(filepath.Join(own, "file"), filepath.Join(own, "other")), os.Remove(filepath.Join(own, "other"))); err != nil {
		wrong = append(wrong, fmt.Errorf("renaming and removing in its folder: %w", err))
	}
	if landlocked != nil {
		fmt.Println("without Landlock")
		close(hold)
		return wrong
	}
	var mu sync.Mutex
	for range 8 { // whatever thread it is
		wait.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			if err := os.WriteFile(filepath.Join(own, "../elsewhere"), nil, 0o600); !errors.Is(err, os.ErrPermission) {
				wrong = append(wrong, fmt.Errorf("writing elsewhere: %v", err))
			}
			if _, err := os.ReadFile("/etc/passwd"); !errors.Is(err, os.ErrPermission) {
				wrong = append(wrong, fmt.Errorf("reading elsewhere: %v", err))
			}
		})
	}
	const network = 4 // the first version that denies TCP
	if _, err := net.Dial("tcp", "127.0.0.1:9"); version >= network && !errors.Is(err, os.ErrPermission) {
		wrong = append(wrong, fmt.Errorf("connecting: %v", err))
	}
	close(hold)
	wait.Wait()
	return wrong
}

func TestConfined(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PRIVILEGE_TEST_FOLDER="+own)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestForeign: a folder of somebody else, or below one that only they may enter,
// is foreign.
func TestForeign(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to give folders away")
	}
	dir := t.TempDir()
	for p := dir; p != "/"; p = filepath.Dir(p) {
		if Foreign(p) {
			t.Skipf("needs temporary folders of its own: %s", p)
		}
	}
	inner := filepath.Join(dir, "theirs", "ours")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Dir(inner), 65534, 65534); errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EPERM) {
		t.Skipf("needs somebody to give folders to: %v", err) // a user namespace without other users
	}
	for _, c := range []struct {
		mode          os.FileMode
		theirs, inner bool
	}{{0o755, true, false}, {0o700, true, true}, {0o777, false, false}, {0o711, true, false}} {
		if err := errors.Join(os.Chown(filepath.Dir(inner), 65534, 65534), os.Chmod(filepath.Dir(inner), c.mode)); err != nil {
			t.Fatal(err)
		}
		if got := Foreign(filepath.Dir(inner)); got != c.theirs {
			t.Errorf("%o: %t", c.mode, got)
		}
		if got := Foreign(inner); got != c.inner {
			t.Errorf("below %o: %t", c.mode, got)
		}
	}
}
