package wireshark_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze/script"
	"tcpwatch/analyze/wireshark"
)

// none stands in a script for no name at all.
const none = "NONE"

// labels are the names as scripts spell them.
func labels(s wireshark.Set) []string {
	var out []string
	for _, name := range wireshark.Names(s) {
		out = append(out, label(name))
	}
	if out == nil {
		return []string{none}
	}
	return out
}

func label(field string) string {
	name := strings.TrimPrefix(field, "tcp.analysis.")
	return strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
}

// readScripts returns the scripts by name: one for each name of tshark.
func readScripts(t *testing.T) map[string]*script.Script {
	t.Helper()
	found := map[string]*script.Script{}
	for _, field := range allNames() {
		name := strings.TrimPrefix(field, "tcp.analysis.")
		text, err := os.ReadFile(scriptPath(name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := script.Parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found[name] = s
	}
	return found
}

func scriptPath(name string) string { return filepath.Join("testdata", "script", name+".txt") }

// TestScripts holds each name to its script: what carries it, and near misses
// where one condition fails.
func TestScripts(t *testing.T) {
	for name, s := range readScripts(t) {
		f := wireshark.New(100)
		with, without := 0, 0
		for i := range s.Events {
			e := &s.Events[i]
			got := labels(f.Segment(&e.Segment))
			if slices.Contains(got, label(name)) {
				with++
			} else {
				without++
			}
			if *update {
				e.Expect = &script.Expect{Labels: got, States: [2]string{script.Any, script.Any}}
				continue
			}
			if e.Expect == nil || !slices.Equal(e.Expect.Labels, got) {
				t.Errorf("%s line %d: %v", scriptPath(name), e.Line, got)
			}
		}
		if with == 0 || without == 0 {
			t.Errorf("%s: %d segments with the name, %d without", name, with, without)
		}
		if *update {
			if err := os.WriteFile(scriptPath(name), []byte(s.Format()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestScriptsAgainstTshark lays the scripts before tshark, where it is
// installed.
func TestScriptsAgainstTshark(t *testing.T) {
	haveTshark(t)
	for name, s := range readScripts(t) {
		path := filepath.Join(t.TempDir(), name+".pcap")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Pcap(file); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		ours, theirs := follow(path), askTshark(t, path)
		for i := range s.Events {
			n := uint64(i + 1)
			if ours[n].names != theirs[n].names || !ours[n].sameValues(theirs[n]) {
				t.Errorf("%s line %d:\nours   %v\ntshark %v", scriptPath(name), s.Events[i].Line, ours[n], theirs[n])
			}
		}
	}
}
