package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignalsTwice: of two signals one behind the other, as timeout(1) sends them,
// the second is no second request: what is known is printed. One that comes later
// ends a program that cannot write what it knows.
func TestSignalsTwice(t *testing.T) {
	capture, err := os.Open(filepath.Join("../../testdata/pcaps/kernel", "short.rcv.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer capture.Close()
	for _, c := range []struct {
		name   string
		behind time.Duration // from the first signal to the second
		ends   bool
	}{
		{"at once", oneRequest / 5, false},
		{"later", 3 * oneRequest / 2, true},
	} {
		for try := 1; ; try++ {
			took, err := signalledTwice(t, capture, c.behind)
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("%s: %v", c.name, err)
			}
			status := exit.Sys().(syscall.WaitStatus)
			if try < 5 && (!c.ends && took >= oneRequest || c.ends && !status.Signaled()) {
				continue // the machine stalled between the two, or behind the first
			}
			if c.ends != status.Signaled() || !c.ends && status.ExitStatus() != exitPartial {
				t.Errorf("%s: signals %v apart: %v", c.name, took, err)
			}
			break
		}
	}
}

// signalledTwice interrupts a program twice while it waits for somebody to read
// what it writes, and says how far apart at most, and how it ended.
func signalledTwice(t *testing.T, capture *os.File, behind time.Duration) (time.Duration, error) {
	t.Helper()
	if _, err := capture.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	packets, hold, err := os.Pipe() // never ends by itself
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	defer hold.Close()
	cmd := program([]string{"read", "--view", "packets", "--format", "ndjson", "-"})
	cmd.Stdin = packets
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	go io.Copy(hold, capture)
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil { // it writes
		t.Fatal(err)
	}
	began := time.Now()
	cmd.Process.Signal(os.Interrupt)
	time.Sleep(behind)
	cmd.Process.Signal(os.Interrupt)
	took := time.Since(began)
	time.Sleep(oneRequest / 5) // for a signal that ends it to do so
	io.Copy(io.Discard, out)
	return took, cmd.Wait()
}
