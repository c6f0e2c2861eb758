//go:build unix

package keep

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"tcpwatch/capture"
)

// A named pipe is written to as soon as it has a reader, who learns at once what
// it is, and then gets each packet by the next Tick.
func TestFIFO(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	type result struct {
		all []packet
		err error
	}
	done := make(chan result, 1)
	head := make(chan string, 1)
	go func() {
		f, err := os.Open(name)
		if err != nil {
			done <- result{err: err}
			return
		}
		defer f.Close()
		b := make([]byte, 12)
		_, err = io.ReadFull(f, b)
		head <- string(b[:4])
		rest, err2 := io.ReadAll(f)
		copied := filepath.Join(t.TempDir(), "copy")
		err = errors.Join(err, err2, os.WriteFile(copied, append(b, rest...), 0o600))
		done <- result{whole(t, copied), err}
	}()
	w, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Tick(1e9)
	if got := <-head; got != "\n\r\r\n" {
		t.Errorf("%q", got)
	}
	writeNumbered(t, w, 0, 5)
	r, err := w.Close(capture.Stats{})
	if err != nil || r.Packets != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := <-done; got.err != nil || !slices.Equal(numbers(t, got.all), upTo(0, 5)) {
		t.Error(got)
	}
}

// Nobody has to wait for a reader that does not come.
func TestFIFOWithoutReader(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := Open(name, Options{Context: ctx}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// The goroutine that waits is let go.
	if f, err := os.OpenFile(name, os.O_RDWR, 0); err == nil {
		f.Close()
	}
}

// Ticks may come from beside; every packet before one is in the file then.
func TestTickBeside(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.pcapng.zst")
	w, err := Open(name, Options{Stats: (&counting{}).Stats})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			w.Tick(int64(i) * 2e9)
			_ = w.Lost()
		}
	})
	writeNumbered(t, w, 0, 5000)
	wg.Wait()
	w.Tick(1e12)
	src := open(t, name)
	if got, _ := packets(t, src); len(got) != 5000 {
		t.Errorf("%d packets after the Tick", len(got))
	}
	w.Tick(1e12 + 1) // not a second later: nothing new is written
	p := numbered(5000, 60, 0)
	if err := w.Write(&p); err != nil {
		t.Fatal(err)
	}
	w.Tick(1e12 + 2)
	if got, _ := packets(t, open(t, name)); len(got) != 5000 {
		t.Errorf("%d packets before the next second", len(got))
	}
	if _, err := w.Close((&counting{}).Stats()); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, whole(t, name)); !slices.Equal(got, upTo(0, 5001)) {
		t.Error(len(got))
	}
}

// Directories and inputs are refused before anything is touched.
func TestRefusedNames(t *testing.T) {
	dir := t.TempDir()
	input := filepath.Join(dir, "in.pcap")
	if err := os.WriteFile(input, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(input)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(input, link); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{dir, input, link, filepath.Join(dir, "none", "a.pcap"), filepath.Join(input, "a.pcap")} {
		for _, size := range []int64{0, 1000} {
			w, err := Open(name, Options{Spare: []os.FileInfo{info}, Size: size})
			if err == nil && size > 0 && filepath.Dir(name) == dir {
				_, _ = w.Close(capture.Stats{})
				continue // its files have other names
			}
			if err == nil {
				t.Errorf("%s: no error", name)
				_, _ = w.Close(capture.Stats{})
			}
		}
	}
	// The name that rotation makes is an input.
	w, err := Open(filepath.Join(dir, "%Y"), Options{Spare: []os.FileInfo{info}, Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(input, filepath.Join(dir, time.Unix(0, 0).Format("2006"))); err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 3)
	r, err := w.Close(capture.Stats{})
	if err == nil || r.Lost.Packets != 3 || r.Files != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, time.Unix(0, 0).Format("2006"))); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := To(io.Discard, "-", Options{Size: 1}); err == nil {
		t.Error("rotates what is no file")
	}
	if _, err := Open(filepath.Join(dir, "x"), Options{Files: 2}); err == nil {
		t.Error("a number of files without a size")
	}
}
