package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tcpwatch/capture"
	"tcpwatch/lab"
)

// askAll makes n connections.
func askAll(t *testing.T, client, server *lab.Net, n int) {
	t.Helper()
	to := serve(t, server, "10.9.0.2")
	for range n {
		if err := ask(client, to); err != nil {
			t.Fatal(err)
		}
	}
}

// summed splits NDJSON into the rows of connections and the summary after them,
// of which it returns packets and drops of each interface, and the packets.
func summed(t *testing.T, out []byte) (rows []byte, drops string, packets int) {
	t.Helper()
	at := bytes.LastIndex(bytes.TrimRight(out, "\n"), []byte("\n")) + 1
	var s struct {
		Schema     string
		Packets    struct{ Total int }
		Interfaces []struct {
			Name    string
			Packets int
			Dropped *int
		}
	}
	if err := json.Unmarshal(out[at:], &s); err != nil || s.Schema != "tcpwatch.summary/1" {
		t.Fatalf("%v: %s", err, out)
	}
	var list []string
	for _, i := range s.Interfaces { // of rotated files each has its own
		if i.Dropped == nil {
			i.Dropped = new(int)
			*i.Dropped = -1
		}
		if len(list) > 0 && strings.HasPrefix(list[len(list)-1], i.Name+" ") {
			var n, d int
			fmt.Sscanf(list[len(list)-1], i.Name+" %d, %d", &n, &d)
			i.Packets, *i.Dropped, list = i.Packets+n, *i.Dropped+d, list[:len(list)-1]
		}
		list = append(list, fmt.Sprintf("%s %d, %d", i.Name, i.Packets, *i.Dropped))
	}
	return out[:at], strings.Join(list, "; "), s.Packets.Total
}

// howCaptured finds what a summary says of the capture, with its filter.
var howCaptured = regexp.MustCompile(`"capture":\{[^}]*\}`)

var both2 = []string{"--view", "connections,summary", "--format", "ndjson"}

// readAgain is what read says of files.
func readAgain(t *testing.T, args []string, files ...string) []byte {
	t.Helper()
	out, err := program(slices.Concat([]string{"read"}, args, files)).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out
}

// TestLiveKeptIsRead: read says of the packets that live kept what live said,
// octet for octet, with the kernel's counts; also where TIME-WAIT ran out in the
// silence at the end.
func TestLiveKeptIsRead(t *testing.T) {
	client, server := wired(t)
	for _, c := range []struct {
		name, on string
		args     []string
	}{
		{"one file", "vc", []string{"-w", "a.pcapng"}},
		{"all interfaces", "any", []string{"-w", "a.pcapng"}},
		{"compressed", "vc", []string{"-w", "a.pcapng.zst"}},
		{"rotated", "vc", []string{"-w", "a.pcapng", "-C", "2k"}},
		{"filtered", "vc", []string{"-w", "a.pcapng", "tcp"}},
		{"a number of packets", "vc", []string{"-w", "a.pcapng", "-c", "55"}},
		{"a number of connections", "vc", []string{"-w", "a.pcapng", "--for", "7"}},
		{"TIME-WAIT run out", "vc", []string{"-w", "a.pcapng", "--msl", "100ms"}},
		{"TIME-WAIT not run out, pcap", "vc", []string{"-w", "a.pcap"}},
	} {
		dir := t.TempDir()
		cmd := program(slices.Concat([]string{"live", "-i", c.on}, both2, c.args))
		cmd.Dir = dir
		b, err := startBeside(client, cmd, capturing)
		if err != nil {
			t.Fatal(err)
		}
		askAll(t, client, server, 20)
		time.Sleep(400 * time.Millisecond)
		if !slices.Contains(c.args, "-c") && !slices.Contains(c.args, "--for") { // they end by themselves
			b.cmd.Process.Signal(os.Interrupt)
		}
		if got := b.status(); got != 0 {
			t.Errorf("%s: status %d: %s", c.name, got, b.said())
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(files) == 0 || (len(files) > 1) != (c.name == "rotated") {
			t.Errorf("%s: %v", c.name, files)
		}
		again := both2
		if i := slices.Index(c.args, "--msl"); i >= 0 {
			again = slices.Concat(again, c.args[i:])
		}
		rows, drops, packets := summed(t, b.stdout.Bytes())
		readRows, readDrops, readPackets := summed(t, readAgain(t, again, files...))
		if !bytes.Equal(rows, readRows) || packets != readPackets {
			t.Errorf("%s: live:\n%s%d packets\nread:\n%s%d packets", c.name, rows, packets, readRows, readPackets)
		}
		if drops != readDrops && !strings.HasSuffix(files[0], ".pcap") { // which has no room for them
			t.Errorf("%s: live %s, read %s", c.name, drops, readDrops)
		}
		said, readSaid := howCaptured.Find(b.stdout.Bytes()), howCaptured.Find(readAgain(t, again, files...))
		if !bytes.Equal(said, readSaid) || bytes.Contains(said, []byte(`"filter":null`)) == (c.name == "filtered") {
			t.Errorf("%s: live %s, read %s", c.name, said, readSaid)
		}
		inTimeWait := bytes.Contains(rows, []byte(`"client_state":"TIME-WAIT"`))
		if inTimeWait == (c.name == "TIME-WAIT run out") {
			t.Errorf("%s: TIME-WAIT at the end: %t", c.name, inTimeWait)
		}
	}
}

// TestLiveKeepsDrops: what the kernel lost while live stood still is in its
// summary and in the file.
func TestLiveKeepsDrops(t *testing.T) {
	client, server := wired(t)
	file := filepath.Join(t.TempDir(), "a.pcapng")
	b := startLive(t, server, append(both2, "-i", "vs", "-w", file, "--ring-size", "1MiB", "--block-size", "64KiB", "-s", "128")...)
	b.cmd.Process.Signal(syscall.SIGSTOP)
	flood(t, client, "vc", 20_000)
	b.cmd.Process.Signal(syscall.SIGCONT)
	time.Sleep(300 * time.Millisecond)
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	rows, drops, packets := summed(t, b.stdout.Bytes())
	readRows, readDrops, readPackets := summed(t, readAgain(t, both2, file))
	if !bytes.Equal(rows, readRows) || drops != readDrops || packets != readPackets {
		t.Errorf("live %d packets, %s; read %d packets, %s", packets, drops, readPackets, readDrops)
	}
	if strings.HasSuffix(drops, ", 0") || packets == 0 {
		t.Errorf("nothing was dropped: %d packets, %s", packets, drops)
	}
	t.Log(packets, "packets,", drops)
}

// inFile counts the packets that a file has so far.
func inFile(name string) (n int) {
	src, err := capture.Open([]string{name}, capture.Options{})
	if err != nil {
		return 0
	}
	defer src.Close()
	var p capture.Packet
	for src.Next(&p) == nil {
		n++
	}
	return n
}

// TestLiveKeptKilled: what was captured is in the file without anything more that happens, with -U
// at once, and when the program is killed it stays there, with no block torn.
func TestLiveKeptKilled(t *testing.T) {
	client, server := wired(t)
	to := serve(t, server, "10.9.0.2")
	for _, args := range [][]string{{"-U"}, nil} {
		file := filepath.Join(t.TempDir(), "a.pcapng")
		b := startLive(t, client, append(args, "-i", "vc", "-w", file)...)
		soonest, asked := time.Hour, 5
		if args == nil {
			asked = 2 // each takes a second
		}
		for n := 1; n <= asked; n++ {
			had, begun := inFile(file), time.Now()
			if err := ask(client, to); err != nil {
				t.Fatal(err)
			}
			for inFile(file) < had+9 {
				if time.Sleep(5 * time.Millisecond); time.Since(begun) > 20*time.Second {
					t.Fatalf("%v: the file has %d packets: %s", args, inFile(file), b.said())
				}
			}
			if n > 1 {
				soonest = min(soonest, time.Since(begun))
			}
		}
		// Without -U what is asked as soon as the file has grown waits for the next time, a second later. A
		// slow machine may be as late with -U, but hardly four times.
		if args != nil && soonest > 500*time.Millisecond {
			t.Errorf("%v: the file has a connection after %v at the soonest", args, soonest)
		}
		b.cmd.Process.Kill()
		if got := b.status(); got != -int(syscall.SIGKILL) {
			t.Errorf("status %d", got)
		}
		_, _, packets := summed(t, readAgain(t, both2, file))
		if packets < 9*asked {
			t.Errorf("%v: %d packets: %s", args, packets, b.said())
		}
	}
}

// TestLiveKeepInterfaceDeleted: the file is ended as it should where the interface
// is gone.
func TestLiveKeepInterfaceDeleted(t *testing.T) {
	client, server := wired(t)
	file := filepath.Join(t.TempDir(), "a.pcapng")
	b := startLive(t, client, append(both2, "-i", "vc", "-w", file)...)
	askAll(t, client, server, 10)
	if err := client.IP("link del vc"); err != nil {
		t.Fatal(err)
	}
	if got := b.status(); got != exitPartial {
		t.Errorf("status %d: %s", got, b.said())
	}
	rows, drops, packets := summed(t, b.stdout.Bytes())
	readRows, readDrops, readPackets := summed(t, readAgain(t, both2, file))
	if !bytes.Equal(rows, readRows) || drops != readDrops || packets != readPackets || packets < 90 {
		t.Errorf("live %d packets, %s; read %d packets, %s", packets, drops, readPackets, readDrops)
	}
}

// TestLiveRotates: confined and without capabilities but one, live makes and
// removes files in a folder that is not its own.
func TestLiveRotates(t *testing.T) {
	client, server := wired(t)
	dir := filepath.Join(t.TempDir(), "theirs")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	want := "CapEff:\t0000000000000000\n"
	if os.Getuid() == 0 {
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		want = "CapEff:\t0000000000000002\n" // CAP_DAC_OVERRIDE
	}
	b := startLive(t, client, "-i", "vc", "--view", "summary", "-w", filepath.Join(dir, "a.pcapng"), "-C", "4k", "-W", "3")
	time.Sleep(20 * time.Millisecond)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	if err != nil || !strings.Contains(string(text), want) {
		t.Errorf("not %q: %v %s", want, err, text)
	}
	askAll(t, client, server, 40)
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	files, _ := filepath.Glob(filepath.Join(dir, "a_*.pcapng"))
	if len(files) != 3 {
		t.Errorf("%v", files)
	}
	if out := b.stdout.String(); !regexp.MustCompile(`packets written to \S+ and\s+\d+ more files?; the\s+oldest`).MatchString(strings.ReplaceAll(out, "\n", " ")) && !strings.Contains(out, "removed again") {
		t.Errorf("%s", out)
	}
}

// TestLiveFullDisk: a full disk ends neither the capture nor the analysis; what is
// missing is said at once and at the end.
func TestLiveFullDisk(t *testing.T) {
	const inside = "TCPWATCH_TEST_OWN_DISK"
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit):
			t.Errorf("%s", out)
		case err != nil:
			t.Skipf("needs root: %v", err)
		case bytes.Contains(out, []byte("--- SKIP")):
			t.Skipf("%s", out)
		}
		return
	}
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		t.Skipf("needs mounts of its own: %v", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=65536"); err != nil {
		t.Skipf("needs a tmpfs: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	client, server := wired(t)
	for _, args := range [][]string{{"-w", filepath.Join(dir, "a.pcapng")}, {"-w", filepath.Join(dir, "a.pcapng"), "-C", "20k"}} {
		b := startLive(t, client, append(append(args, both2...), "-i", "vc", "-U")...)
		askAll(t, client, server, 150) // some 110 KiB
		flood(t, client, "vc", 6000)   // and more than waits in memory
		for range 500 {                // until it says so, on a machine however busy
			time.Sleep(20 * time.Millisecond)
			if strings.Contains(b.said(), "packets are lost") {
				break
			}
		}
		b.settled()
		b.cmd.Process.Signal(os.Interrupt)
		if got := b.status(); got != exitPartial {
			t.Errorf("status %d", got)
		}
		if !strings.Contains(b.said(), "packets are lost: no space left on device; the analysis goes on") ||
			!regexp.MustCompile(`[0-9,]+ packets \(.*\) from \S+ on could not be written: no space left on device`).MatchString(b.said()) {
			t.Errorf("%v: %s", args, b.said())
		}
		rows, _, packets := summed(t, b.stdout.Bytes())
		if bytes.Count(rows, []byte("\n")) < 6000 || !strings.Contains(b.stdout.String(), `"error":"no space left on device"`) {
			t.Errorf("%v: %d rows, %d packets", args, bytes.Count(rows, []byte("\n")), packets)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if _, _, kept := summed(t, readAgain(t, both2, files...)); kept == 0 || kept >= packets {
			t.Errorf("%v: %d packets kept of %d", args, kept, packets)
		}
		for _, f := range files {
			os.Remove(f)
		}
	}
}

// TestLiveToPipe: -w - gives the packets to the next program, the results go to
// standard error; nobody left to read ends the capture, without results: they
// would be those of a part.
func TestLiveToPipe(t *testing.T) {
	client, server := wired(t)
	b := startLive(t, client, "-i", "vc", "--view", "connections", "--format", "ndjson", "-w", "-")
	askAll(t, client, server, 3)
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	cmd := program([]string{"read", "--view", "connections", "--format", "ndjson", "-"})
	cmd.Stdin = bytes.NewReader(b.stdout.Bytes())
	out, err := cmd.Output()
	if err != nil || len(out) == 0 || !strings.HasSuffix(b.said(), "\n"+string(out)) {
		t.Errorf("%v: read:\n%s\nlive:\n%s", err, out, b.said())
	}

	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd = program([]string{"live", "-i", "vc", "--view", "summary", "-U", "-w", "-"})
	cmd.Stdout = w
	if b, err = startBeside(client, cmd, capturing); err != nil {
		t.Fatal(err)
	}
	w.Close()
	r.Close()
	askAll(t, client, server, 2)
	if got := b.status(); got != exitOK || strings.Contains(b.said(), "PACKETS") || strings.Contains(b.said(), "packets are lost") {
		t.Errorf("status %d: %s", got, b.said())
	}
}

// TestLiveStreams: the payload of each direction is in a file of its own.
func TestLiveStreams(t *testing.T) {
	client, server := wired(t)
	dir := filepath.Join(t.TempDir(), "payload")
	b := startLive(t, client, "-i", "vc", "--view", "connections", "--format", "ndjson", "--streams", dir)
	askAll(t, client, server, 3)
	if err := b.stop(); err != nil {
		t.Errorf("%v: %s", err, b.said())
	}
	files, _ := filepath.Glob(filepath.Join(dir, "0*"))
	if len(files) != 6 {
		t.Errorf("%v: %s", files, b.said())
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err != nil || string(text) != "hello" {
			t.Errorf("%s: %q, %v", f, text, err)
		}
	}
	if index, err := os.ReadFile(filepath.Join(dir, "index.ndjson")); err != nil || bytes.Count(index, []byte(`"kind":"end"`)) != 6 {
		t.Errorf("%v: %s", err, index)
	}
}
