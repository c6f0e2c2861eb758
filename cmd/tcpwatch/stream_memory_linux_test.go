package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/bench/traffic"
	"tcpwatch/capture/wire"
)

var streamOctets = flag.Int64("stream", 192<<20, "octets of the stream of TestStreamMemory")

var streamEnds = wire.Tuple{
	Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), SrcPort: 40000,
	Dst: wire.AddrFrom4([4]byte{198, 51, 100, 1}), DstPort: 80,
}

// longStream writes a capture of one connection whose client sends n octets to
// w, some of them twice, overlapping or overtaken, and to sum what they are;
// where they are not acked, the other direction was not captured.
func longStream(w io.Writer, sum hash.Hash, n int64, acked bool) error {
	out, err := traffic.NewFrames(w, 0)
	if err != nil {
		return err
	}
	ends := streamEnds
	var frame []byte
	at := traffic.Start
	put := func(s wire.Segment) {
		if err != nil {
			return
		}
		at += 1000
		s.Window, s.Checksum, s.Time = 60000, wire.ChecksumGood, at
		frame = wire.AppendFrame(frame[:0], &s)
		err = out.Write(at, frame, len(frame))
	}
	scaled := wire.Options{Set: wire.OptWindowScale, WindowScale: 7}
	put(wire.Segment{Tuple: ends, Flags: wire.SYN, Seq: 99, Options: scaled})
	if acked {
		put(wire.Segment{Tuple: ends.Reverse(), Flags: wire.SYN | wire.ACK, Seq: 499, Ack: 100, Options: scaled})
	}
	ack := func(to int64) {
		if !acked {
			return
		}
		put(wire.Segment{Tuple: ends.Reverse(), Flags: wire.ACK, Seq: 500, Ack: 100 + wire.Seq(uint32(to))})
	}
	ack(0) // the window of a SYN is not scaled
	r := rand.New(rand.NewPCG(uint64(n), 1))
	block := make([]byte, 40*1448)
	for from := int64(0); from < n; from += int64(len(block)) {
		for i := 0; i+8 <= len(block); i += 8 {
			binary.LittleEndian.PutUint64(block[i:], r.Uint64())
		}
		block = block[:min(int64(len(block)), n-from)]
		sum.Write(block)
		data := func(first, size int) {
			first = max(min(first, len(block)), 0)
			part := block[first:min(first+size, len(block))]
			if len(part) > 0 {
				put(wire.Segment{Tuple: ends, Flags: wire.ACK, Seq: 100 + wire.Seq(uint32(from+int64(first))), Ack: 500, Len: uint32(len(part)), Payload: part})
			}
		}
		for i := 0; i < 40; i += 2 {
			switch r.IntN(8) {
			case 0: // overtaken
				data((i+1)*1448, 1448)
				data(i*1448, 1448)
			case 1: // twice, and overlapping
				data(i*1448, 1448)
				data(i*1448-700, 1448)
				data((i+1)*1448, 1448)
			default:
				data(i*1448, 1448)
				data((i+1)*1448, 1448)
			}
		}
		ack(from + int64(len(block)))
	}
	if err == nil {
		err = out.Close()
	}
	return err
}

// TestStreamMemory follows a long stream through a pipe and wants it back, in
// less than 64 MB of memory. By hand, of 2 GiB:
//
//	go test ./cmd/tcpwatch -run TestStreamMemory -v -stream 2147483648
func TestStreamMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("needs longer than -short allows: three long streams")
	}
	const allowed = 52 << 20 // of the 64 MB; what a longer stream adds has to fit in, too
	folder := filepath.Join(t.TempDir(), "streams")
	for _, c := range []struct {
		acked bool
		args  []string
	}{
		{true, []string{"follow", "-q", "--connection", "1", "--raw", "-"}},
		{false, []string{"follow", "-q", "--connection", "1", "--raw", "-"}},
		{true, []string{"read", "-q", "--view", "summary", "--streams", folder, "-"}},
	} {
		args := c.args
		cmd := exec.Command(os.Args[0])
		cmd.Args = append([]string{"tcpwatch"}, args...)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		got, want := sha256.New(), sha256.New()
		var complaints bytes.Buffer
		cmd.Stdout, cmd.Stderr = got, &complaints
		if args[0] == "read" {
			cmd.Stdout = nil
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		err = longStream(in, want, *streamOctets, c.acked)
		most := peakMemory(t, cmd.Process.Pid)
		in.Close()
		if e := cmd.Wait(); err != nil || e != nil {
			t.Fatalf("%s: %v, %v\n%s", args[0], err, e, complaints.String())
		}
		if args[0] == "read" {
			f, err := os.Open(filepath.Join(folder, "00000001-client-192.0.2.1_40000-198.51.100.1_80"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(got, f); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
		if !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
			t.Errorf("%s, acknowledged %v: other octets came back", args[0], c.acked)
		}
		t.Logf("%s, acknowledged %v: %.1f MB of memory for %d octets", args[0], c.acked, float64(most)/1e6, *streamOctets)
		if most > allowed && !raceEnabled {
			t.Errorf("%s, acknowledged %v: %d octets of memory", args[0], c.acked, most)
		}
	}
}

// peakMemory returns the most memory that a process has had, in octets. What
// getrusage says of a child counts its parent's, too.
func peakMemory(t *testing.T, pid int) (octets int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("needs /proc: ", err)
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &octets); err == nil {
			return octets << 10
		}
	}
	t.Fatalf("no VmHWM in %s", status)
	return 0
}
