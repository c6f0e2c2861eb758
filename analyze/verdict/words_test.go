package verdict_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze/verdict"
)

var update = flag.Bool("update", false, "rewrite testdata/words.txt")

// TestWords holds what is said of every example and every case, word for word: each piece of
// evidence, its packets and its numbers.
func TestWords(t *testing.T) {
	var b strings.Builder
	for _, s := range verdict.All {
		b.WriteString("example of " + s.Name + "\n")
		for _, line := range names(judge(t, s.Example)) {
			b.WriteString("\t" + line + "\n")
		}
	}
	for _, c := range slices.Concat(openingCases, resetCases, unansweredCases) {
		b.WriteString(c.name + "\n")
		for _, line := range names(judge(t, c.script)) {
			b.WriteString("\t" + line + "\n")
		}
	}
	const path = "testdata/words.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(wanted)) {
		if got[i] != wanted[i] {
			t.Errorf("line %d of %s: %s\nwant %s", i+1, path, got[i], wanted[i])
		}
	}
	if len(got) != len(wanted) {
		t.Errorf("%d lines, %s has %d", len(got), path, len(wanted))
	}
}
