package capture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNotACapture(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"empty", "", "the file is empty"},
		{"text", "Hello, this is no capture", `not a capture: starts with "Hello, this "...`},
		{"short", "a", `not a capture: starts with "a"`},
		{"control characters", "\x1b]0;x\a\u202e|", `not a capture: starts with "\x1b]0;x\a\u202e|"`},
		{"zeros", strings.Repeat("\x00", 1<<20), `not a capture: starts with "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...`},
		{"snoop", "snoop\x00\x00\x00\x00\x00\x00\x02", "not a capture that can be read: looks like a Sun snoop capture"},
		{"netmon 1", "RTSS\x01\x01", "not a capture that can be read: looks like a Microsoft Network Monitor 1 capture"},
		{"netmon 2", "GMBU\x00\x02", "not a capture that can be read: looks like a Microsoft Network Monitor 2 capture"},
		{"bzip2", "BZh91AY&SY", "not a capture that can be read: looks like bzip2-compressed data"},
		{"zip", "PK\x03\x04\x14", "not a capture that can be read: looks like a zip archive"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := openError(t, []byte(test.file)); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.pcap")
	if _, err := Open([]string{missing}, Options{}); !errors.Is(err, fs.ErrNotExist) || err.Error() != missing+": no such file or directory" {
		t.Errorf("missing: %v", err)
	}
	if _, err := Open([]string{dir}, Options{}); err == nil || err.Error() != dir+": is a directory" {
		t.Errorf("directory: %v", err)
	}
	if _, err := Open(nil, Options{}); err == nil {
		t.Error("no path: no error")
	}
	if _, err := Open([]string{missing, dir}, Options{}); err == nil || strings.Count(err.Error(), "\n") != 1 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("neither can be opened: %v", err)
	}
	if os.Getuid() == 0 {
		t.Log("permissions are not checked for root")
		return
	}
	secret := write(t, "secret", (&pcapFile{}).bytes())
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open([]string{secret}, Options{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("unreadable: %v", err)
	}
}

func TestStandardInput(t *testing.T) {
	b := (&pcapFile{link: 1}).packet(1, 0, "abcd").packet(2, 0, "ef").bytes()
	path := write(t, "file", b)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]io.Reader{
		"reader":      bytes.NewReader(b),
		"octetwise":   &slowReader{b: b},
		"plain file":  file,
		"cut, in end": bytes.NewReader(b[:len(b)-1]),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open([]string{"-"}, Options{Stdin: in})
			if err != nil {
				t.Fatal(err)
			}
			packets, damages := drain(t, s)
			if name == "cut, in end" {
				checkDamage(t, damages, "standard input", "packet 2 (byte 44): the file ends in this packet: 17 of 18 octets are there")
				return
			}
			if len(packets) != 2 || len(damages) > 0 || packets[1].data != "ef" {
				t.Errorf("%v %v", packets, damages)
			}
		})
	}
	if _, err := file.Stat(); err != nil {
		t.Errorf("standard input was closed: %v", err)
	}
}

// slowReader gives one octet a read, and now and then none.
type slowReader struct {
	b []byte
	n int
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.n++; r.n%3 == 0 {
		return 0, nil
	}
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	p[0], r.b = r.b[0], r.b[1:]
	return 1, nil
}

func TestNamedPipe(t *testing.T) {
	file := (&pcapFile{}).packet(1, 0, "abcd").packet(3, 0, "gh").bytes()
	other := write(t, "file", (&pcapFile{}).packet(2, 0, "ef").bytes())
	for _, also := range [][]string{nil, {other}} {
		// A pipe of its own for each: a reader that is just letting go of the
		// one before would otherwise take the next writer's octets.
		path := filepath.Join(t.TempDir(), "pipe")
		if err := makePipe(path); err != nil {
			t.Skip(err)
		}
		go func() {
			_ = os.WriteFile(path, file, 0o600)
		}()
		s, err := Open(append([]string{path}, also...), Options{})
		if err != nil {
			t.Fatal(err)
		}
		packets, damages := drain(t, s)
		if len(packets) != 2+len(also) || len(damages) > 0 {
			t.Errorf("%d more inputs: %v %v", len(also), packets, damages)
		}
	}
}

// stops wants call to return the context's error soon after cancel.
func stops(t *testing.T, cancel context.CancelFunc, call func() error) {
	t.Helper()
	time.AfterFunc(20*time.Millisecond, cancel)
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("not stopped")
	}
}

func TestStopWhileWaiting(t *testing.T) {
	t.Run("for the first octets", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		in, _ := io.Pipe()
		stops(t, cancel, func() error {
			_, err := Open([]string{"-"}, Options{Stdin: in, Context: ctx})
			return err
		})
	})
	t.Run("for the writer of a pipe", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pipe")
		if err := makePipe(path); err != nil {
			t.Skip(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		stops(t, cancel, func() error {
			_, err := Open([]string{path}, Options{Context: ctx})
			return err
		})
	})
	for _, files := range []int{1, 2} {
		t.Run(map[int]string{1: "for a packet", 2: "for a packet of several inputs"}[files], func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			in, out := io.Pipe()
			go out.Write((&pcapFile{}).packet(1, 0, "abcd").bytes())
			paths := []string{"-", write(t, "file", (&pcapFile{}).packet(0, 1, "ef").bytes())}[:files]
			s, err := Open(paths, Options{Stdin: in, Context: ctx})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var p Packet
			for range files {
				if err := s.Next(&p); err != nil {
					t.Fatal(err)
				}
			}
			stops(t, cancel, func() error { return s.Next(&p) })
			if err := s.Next(&p); !errors.Is(err, context.Canceled) {
				t.Errorf("after the stop: %v", err)
			}
			if n := s.Stats().Packets; n != uint64(files) {
				t.Errorf("%d packets", n)
			}
		})
	}
}

// endless gives one packet after the other.
type endless struct{ at int }

func (e *endless) Read(b []byte) (int, error) {
	record := string((&pcapFile{}).packet(1, 0, "abcd").bytes())
	if e.at >= len(record) {
		e.at = pcapFileHeader
	}
	n := copy(b, record[e.at:])
	e.at += n
	return n, nil
}

func TestStopWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Open([]string{"-"}, Options{Stdin: &endless{}, Context: ctx})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stops(t, cancel, func() error {
		for {
			if err := s.Next(&Packet{}); err != nil {
				return err
			}
		}
	})
}

func TestProgress(t *testing.T) {
	f := &pcapFile{}
	for range 4 {
		f.packet(1, 0, strings.Repeat("x", 200_000))
	}
	file := f.bytes()
	path := write(t, "file", file)
	for name, test := range map[string]struct {
		paths []string
		total int64
		done  int64
	}{
		"one file":    {[]string{path}, int64(len(file)), int64(len(file))},
		"three files": {[]string{path, path, path}, int64(3 * len(file)), int64(3 * len(file))},
		"a pipe":      {[]string{"-"}, 0, int64(len(file))},
		"with a pipe": {[]string{path, "-"}, 0, int64(2 * len(file))},
	} {
		t.Run(name, func(t *testing.T) {
			calls, done := 0, int64(0)
			s, err := Open(test.paths, Options{Stdin: bytes.NewReader(file), Progress: func(d, total int64) {
				if calls++; total != test.total || d < done {
					t.Errorf("progress %d of %d after %d", d, total, done)
				}
				done = d
			}})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			drain(t, s)
			if done != test.done || calls > 3+int(time.Since(start)/progressInterval) {
				t.Errorf("%d calls, %d octets at last, want %d", calls, done, test.done)
			}
		})
	}
}

func TestCloseBeforeTheEnd(t *testing.T) {
	path := write(t, "file", (&pcapFile{}).packet(1, 0, "abcd").packet(2, 0, "ef").bytes())
	for _, paths := range [][]string{{path}, {path, path}} {
		s, err := Open(paths, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Next(&Packet{}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Next(&Packet{}); err != io.EOF {
			t.Errorf("Next after Close: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if n := s.Stats().Packets; n != 1 {
			t.Errorf("%d packets", n)
		}
	}
}
