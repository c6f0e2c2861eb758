//go:build unix

package keep

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tcpwatch/capture"
)

// childTask is the variable that makes a process of the test binary do a task
// instead of the tests.
const childTask = "KEEP_TEST_CHILD"

// between parts the words of a task, among which are names of files.
const between = "\n"

func TestMain(m *testing.M) {
	task := strings.Split(os.Getenv(childTask), between)
	switch task[0] {
	case "write":
		childWrites(task[1], task[2])
	case "limited":
		childIsLimited(task[1], task[2])
	case "":
		os.Exit(m.Run())
	}
}

// child is a process that does a task, with what it needs of the system.
func child(task ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childTask+"="+strings.Join(task, between))
	cmd.Stderr = os.Stderr
	return cmd
}

// crashOptions are ways of writing, by name.
var crashOptions = map[string]Options{
	"buffered": {}, "unbuffered": {PerPacket: true}, "rotated": {Size: 100_000},
}

// childWrites writes packets without end, and says after each Tick how many
// there were.
func childWrites(name, how string) {
	w, err := Open(name, crashOptions[how])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i, tick := 0, int64(0); ; i++ {
		p := numbered(i, 40+i%1460, int64(i)*1e6)
		if err := w.Write(&p); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if i%500 == 499 {
			tick += 2e9
			w.Tick(tick)
			fmt.Println(i + 1)
		}
	}
}

// Killed at any moment, a process leaves whole blocks: everything before
// the last Tick, and at most one cut block at the end of the last file.
func TestKilled(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cut, runs := 0, 60
	if testing.Short() {
		runs = 20
	}
	for run := range runs {
		name := formats[run%len(formats)]
		how := []string{"buffered", "unbuffered", "rotated"}[run/len(formats)%3]
		if how == "unbuffered" && strings.HasSuffix(name, ".xz") {
			how = "buffered" // a stream a packet is too slow to get anywhere
		}
		dir := t.TempDir()
		cmd := child("write", filepath.Join(dir, name), how)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said := bufio.NewScanner(out)
		said.Scan()
		wait := time.AfterFunc(time.Duration(r.IntN(20_000))*time.Microsecond, func() { cmd.Process.Kill() })
		flushed := 0
		for ok := true; ok; ok = said.Scan() {
			if n, err := strconv.Atoi(said.Text()); err == nil {
				flushed = n
			}
		}
		_ = cmd.Wait() // killed
		wait.Stop()
		if flushed == 0 {
			t.Fatalf("%s, %s: it wrote nothing", name, how)
		}
		var got []int
		names := files(t, dir)
		for i, file := range names {
			src, err := capture.Open([]string{file}, capture.Options{})
			if err != nil && i == len(names)-1 && i > 0 {
				continue // the file that was just created
			} else if err != nil {
				t.Fatal(err)
			}
			all, damages := packets(t, src)
			got = append(got, numbers(t, all)...)
			if len(damages) > 1 || len(damages) == 1 && (i < len(names)-1 || !strings.Contains(damages[0], "end")) {
				t.Errorf("%s, %s: %q", name, how, damages)
			}
			cut += len(damages)
		}
		if !slices.Equal(got, upTo(0, len(got))) || len(got) < flushed {
			t.Errorf("%s, %s: %d packets of at least %d", name, how, len(got), flushed)
		}
	}
	t.Logf("%d of %d files end in a cut block", cut, runs)
}

// fileLimit is what a limited process may write to one file, octets.
const fileLimit = 200_000

// childIsLimited writes more than the system lets it.
func childIsLimited(name, how string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fail(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: fileLimit, Max: fileLimit}))
	w, err := Open(name, Options{Size: map[string]int64{"rotated": 1 << 30}[how]})
	fail(err)
	for i := range 4000 {
		p := numbered(i, 200, int64(i)*1e6)
		_ = w.Write(&p)
	}
	r, err := w.Close(capture.Stats{})
	fmt.Printf("%d %d %v %v\n", r.Packets, r.Lost.Packets, r.Lost.Why, err)
}

// A file that may not grow (EFBIG) ends with a whole block; with rotation the
// next one goes on and nothing is lost.
func TestFileSizeLimit(t *testing.T) {
	for _, name := range formats {
		if testing.Short() && strings.HasSuffix(name, ".xz") {
			continue // it takes its time
		}
		for _, how := range []string{"alone", "rotated"} {
			dir := t.TempDir()
			out, err := child("limited", filepath.Join(dir, name), how).Output()
			if err != nil {
				t.Fatalf("%s: %v", out, err)
			}
			var got []int
			for _, file := range files(t, dir) {
				if info, err := os.Stat(file); err != nil || info.Size() > fileLimit {
					t.Error(file, info.Size(), err)
				} else if info.Size() > 0 { // no frame of the compressed ones fitted
					got = append(got, numbers(t, whole(t, file))...)
				}
			}
			if !slices.Equal(got, upTo(0, len(got))) {
				t.Errorf("%s, %s: not in order", name, how)
			}
			want := fmt.Sprintf("%d %d file too large file too large\n", len(got), 4000-len(got))
			if how == "rotated" {
				if got, want := len(files(t, dir)), 2; got < want {
					t.Errorf("%s: %d files", name, got)
				}
				want = "4000 0 <nil> <nil>\n"
			}
			if string(out) != want {
				t.Errorf("%s, %s: %q, want %q", name, how, out, want)
			}
		}
	}
}
