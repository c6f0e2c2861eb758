package keep

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tcpwatch/capture"
)

// ownDisk runs the test that calls it again in a process with mounts of its own,
// and returns true there. Elsewhere it reports what that process said and
// returns false.
func ownDisk(t *testing.T) bool {
	t.Helper()
	const inside = "KEEP_TEST_OWN_DISK"
	if os.Getenv(inside) != "" {
		return true
	}
	// What neither ends nor fails there says where it stands.
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		t.Errorf("%s", out)
	case err != nil:
		t.Skipf("needs root or user namespaces: %v", err)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	default:
		t.Logf("%s", out)
	}
	return false
}

// disk mounts a small file system of size octets. Only this process sees it.
func disk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		t.Skipf("needs mounts of its own: %v", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("needs a tmpfs: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// A disk runs full, has room again, and is full at the end.
func TestFullDisk(t *testing.T) {
	if !ownDisk(t) {
		return
	}
	for _, name := range formats {
		for _, o := range []Options{{}, {Size: 300_000, Files: 3}} {
			if strings.HasSuffix(name, ".xz") && o.Size > 0 || testing.Short() && name != "a.pcap" && name != "a.pcapng.zst" {
				continue // it takes its time
			}
			dir := disk(t, 1<<20)
			ballast := filepath.Join(dir, "ballast")
			if err := os.WriteFile(ballast, make([]byte, 400_000), 0o600); err != nil {
				t.Fatal(err)
			}
			w, err := Open(filepath.Join(dir, name), o)
			if err != nil {
				t.Fatal(err)
			}
			const n = 20_000
			writeNumbered(t, w, 0, n)
			before := w.result.Packets
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			w.Tick(1e9)
			writeNumbered(t, w, n, 2*n)
			r, err := w.Close(capture.Stats{})
			if !errors.Is(err, syscall.ENOSPC) || r.Packets+r.Lost.Packets != 2*n || r.Lost.Packets == 0 {
				t.Fatalf("%s: %+v, %v", name, r, err)
			}
			got := numbers(t, whole(t, files(t, dir)...))
			if !slices.IsSorted(got) || uint64(len(got)) != r.Packets-r.RemovedPackets {
				t.Errorf("%s: %d packets, sorted %t, %+v", name, len(got), slices.IsSorted(got), r)
			}
			if r.Packets <= before {
				t.Errorf("%s: did not go on when there was room", name)
			}
			t.Logf("%s: %d files, %d packets in them, %d lost", name, r.Files, len(got), r.Lost.Packets)
		}
	}
}

// A disk that is taken away while a file on it is open: what is written stays
// readable through the file, and nothing stops.
func TestLostMount(t *testing.T) {
	if !ownDisk(t) {
		return
	}
	dir := disk(t, 8<<20)
	w, err := Open(filepath.Join(dir, "a.pcapng"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 10_000)
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Skipf("needs umount: %v", err)
	}
	writeNumbered(t, w, 10_000, 20_000)
	w.Tick(1e9)
	link := fmt.Sprintf("/proc/self/fd/%d", w.out.file.Fd())
	copied, err := os.ReadFile(link)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Close(capture.Stats{})
	if err != nil || r.Packets != 20_000 {
		t.Errorf("%+v, %v", r, err)
	}
	name := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(name, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, whole(t, name)); !slices.Equal(got, upTo(0, 20_000)) {
		t.Error(len(got))
	}

	// With rotation the next file does not find its folder and is tried again.
	dir = disk(t, 8<<20)
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	w, err = Open(filepath.Join(sub, "a.pcapng"), Options{Size: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 5000)
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 5000, 20_000)
	if l := w.Lost(); l.Packets == 0 || !errors.Is(l.Why, os.ErrNotExist) {
		t.Errorf("%+v", l)
	}
	r, err = w.Close(capture.Stats{})
	if !errors.Is(err, os.ErrNotExist) || r.Packets+r.Lost.Packets != 20_000 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A descriptor that is not for writing any more (EBADF).
func TestBadDescriptor(t *testing.T) {
	for _, rotated := range []int64{0, 1 << 30} {
		dir := t.TempDir()
		w, err := Open(filepath.Join(dir, "a.pcapng"), Options{Size: rotated, PerPacket: true})
		if err != nil {
			t.Fatal(err)
		}
		writeNumbered(t, w, 0, 10)
		null, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Dup3(int(null.Fd()), int(w.out.file.Fd()), 0); err != nil {
			t.Skip(err)
		}
		null.Close()
		writeNumbered(t, w, 10, 20)
		r, err := w.Close(capture.Stats{})
		want := uint64(10)
		if rotated > 0 {
			want = 20
		}
		if !errors.Is(err, syscall.EBADF) || r.Packets != want || r.Packets+r.Lost.Packets != 20 {
			t.Errorf("%+v, %v", r, err)
		}
		if got := numbers(t, whole(t, files(t, dir)...)); !slices.Equal(got, upTo(0, int(want))) {
			t.Error(got)
		}
	}
}

// A file that is removed while it is written is gone, and that is said.
func TestRemovedFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.pcapng")
	w, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 10)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(capture.Stats{}); err == nil || !strings.Contains(err.Error(), "was removed while it was written") {
		t.Error(err)
	}
}
