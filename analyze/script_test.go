package analyze_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/state"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scripts and the captures compiled from them")

const (
	scriptDir  = "testdata/script"
	captureDir = "../testdata/pcaps/script"
)

// scripts returns the names of all scripts, without the ending, in order.
func scripts(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(scriptDir, func(path string, d os.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(path, ".txt"); ok && err == nil {
			rel, err := filepath.Rel(scriptDir, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	sort.Strings(names)
	return names
}

// someScripts returns the scripts, or one of four where there is little time: what
// is compared there is how the analyzer keeps a connection, which many of them share.
func someScripts(t *testing.T) (some []string) {
	t.Helper()
	for i, name := range scripts(t) {
		if i%8 == 0 || !testing.Short() {
			some = append(some, name)
		}
	}
	return some
}

func readScript(t *testing.T, name string) *script.Script {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(scriptDir, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := script.Parse(string(text))
	if err != nil {
		t.Fatalf("%s.txt: %v", name, err)
	}
	return s
}

// TestScripts feeds every script to an Analyzer and compares what it says with
// what the script expects.
func TestScripts(t *testing.T) {
	for _, name := range scripts(t) {
		t.Run(name, func(t *testing.T) {
			s := readScript(t, name)
			checkScript(t, s)
			if *update && !t.Failed() {
				path := filepath.Join(scriptDir, name+".txt")
				if err := os.WriteFile(path, []byte(s.Format()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkScript runs one script. With -update it changes the script's
// expectations to what was found; what they leave open stays open.
func checkScript(t testing.TB, s *script.Script) {
	t.Helper()
	next := 0
	records := map[uint64]map[string]string{}
	a := analyze.New(analyze.Config{
		Packet: func(o *analyze.Observation) {
			for s.Events[next].Quote != nil {
				next++
			}
			checkEvent(t, &s.Events[next], o)
			next++
		},
		Connection: func(c *analyze.Connection) { records[c.Number] = describe(s, c) },
	})
	for i := range s.Events {
		if q := s.Events[i].Quote; q != nil {
			a.Quote(q)
			continue
		}
		a.Segment(&s.Events[i].Segment)
		if next != i+1 {
			t.Fatalf("line %d: the segment has no observation", s.Events[i].Line)
		}
	}
	a.Flush()
	for i := range s.Connections {
		c := &s.Connections[i]
		found, ok := records[c.Number]
		if !ok {
			t.Errorf("line %d: no connection %d among %d", c.Line, c.Number, len(records))
			continue
		}
		checkRecord(t, c, found)
	}
}

func checkEvent(t testing.TB, e *script.Event, o *analyze.Observation) {
	t.Helper()
	if e.Expect == nil {
		return
	}
	x := e.Expect
	checkNames(t, e)
	var labels []string
	o.Labels.Each(func(id label.ID) { labels = append(labels, label.All[id].Name) })
	states := [2]string{o.ClientState.String(), o.ServerState.String()}
	// The sender is the client or the server, and its letter the first or the
	// second.
	if o.FromClient == e.Swapped() {
		states[0], states[1] = states[1], states[0]
	}
	found := script.Expect{Labels: labels, States: states, Open: x.Open, Absent: x.Absent}
	if x.Open {
		found.Labels = nil
		for _, name := range x.Labels {
			if slices.Contains(labels, name) {
				found.Labels = append(found.Labels, name)
			}
		}
	}
	for i, want := range x.States {
		if want == script.Any {
			found.States[i] = script.Any
		}
	}
	for _, name := range x.Absent {
		if slices.Contains(labels, name) {
			t.Errorf("line %d: %s is set and must not be", e.Line, name)
		}
	}
	if found.String() == x.String() {
		return
	}
	if *update {
		*x = found
		return
	}
	t.Errorf("line %d: %c>%c %v\n got | %s\nwant | %s", e.Line, e.From, e.To, o.Segment.Flags, found.String(), x.String())
}

// checkNames fails for a label or state that does not exist.
func checkNames(t testing.TB, e *script.Event) {
	t.Helper()
	for _, name := range append(append([]string(nil), e.Expect.Labels...), e.Expect.Absent...) {
		if _, ok := label.Find(name); !ok {
			t.Fatalf("line %d: there is no label %s", e.Line, name)
		}
	}
	for _, name := range e.Expect.States {
		if !stateNames[name] {
			t.Fatalf("line %d: there is no state %s", e.Line, name)
		}
	}
}

var stateNames = func() map[string]bool {
	names := map[string]bool{script.Any: true}
	for s := range state.Count {
		names[s.String()] = true
		names[(s | state.Inferred).String()] = true
	}
	return names
}()

func checkRecord(t testing.TB, c *script.Connection, found map[string]string) {
	t.Helper()
	for i, want := range c.Pairs {
		got, ok := found[want.Key]
		switch {
		case !ok:
			t.Fatalf("line %d: there is no key %s", c.Line, want.Key)
		case got == want.Value:
		case *update:
			c.Pairs[i].Value = got
		default:
			t.Errorf("line %d: connection %d: %s is %s, want %s", c.Line, c.Number, want.Key, got, want.Value)
		}
	}
}

// TestScriptCaptures checks that the captures under testdata/pcaps/script are
// what the scripts compile to, so that other tools read the same packets.
func TestScriptCaptures(t *testing.T) {
	var index strings.Builder
	index.WriteString("# Captures compiled from test scripts\n\n" +
		"Made by `go test ./analyze -update` from the scripts in `analyze/testdata/script`, for other tools to read.\n" +
		"Addresses are those set aside for documentation (RFC 5737, RFC 3849). Do not edit.\n\n" +
		"| file | what it shows | source |\n|---|---|---|\n")
	known := map[string]bool{"README.md": true}
	for _, name := range scripts(t) {
		s := readScript(t, name)
		file := strings.ReplaceAll(name, "/", "-") + ".pcap"
		known[file] = true
		fmt.Fprintf(&index, "| %s | %s | %s |\n", file, cell(s.Title), cell(strings.Join(s.Cites, "; ")))
		var b bytes.Buffer
		if err := s.Pcap(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compare(t, file, b.Bytes())
	}
	compare(t, "README.md", []byte(index.String()))
	entries, err := os.ReadDir(captureDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if known[e.Name()] {
			continue
		}
		if !*update {
			t.Errorf("%s belongs to no script", e.Name())
		} else if err := os.Remove(filepath.Join(captureDir, e.Name())); err != nil {
			t.Error(err)
		}
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func compare(t *testing.T, file string, want []byte) {
	t.Helper()
	path := filepath.Join(captureDir, file)
	got, err := os.ReadFile(path)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if !*update {
		t.Errorf("%s is not up to date; run go test ./analyze -update (%v)", file, err)
		return
	}
	if err := os.MkdirAll(captureDir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

func itoa[T ~uint8 | ~uint16 | ~uint32 | ~uint64](n T) string {
	return strconv.FormatUint(uint64(n), 10)
}
