package lab_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tcpwatch/lab/scenario"
)

// TestRemake makes every capture of testdata/pcaps/kernel again:
//
//	go test ./lab -run TestRemake -lab.remake FOLDER
//
// They show the same, with other numbers and times. A folder that is not that of
// the captures leaves these as they are, for the documents quote them.
func TestRemake(t *testing.T) {
	if *remake == "" {
		t.Skip("-lab.remake is not set")
	}
	needLab(t)
	kept, err := filepath.Glob("../testdata/pcaps/kernel/*.json")
	if err != nil || len(kept) == 0 {
		t.Fatalf("no captures, %v", err)
	}
	if err := os.MkdirAll(*remake, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		sc := scenario.Find(name)
		if sc == nil {
			t.Errorf("there is no scenario %q", name)
			continue
		}
		res, _, err := runOne(t, sc, *remake, uint64(time.Now().UnixNano()))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%-12s %d / %d packets", name, res.Packets[0], res.Packets[1])
	}
}

// TestRemakable keeps every capture of testdata one that can be made again.
func TestRemakable(t *testing.T) {
	kept, err := filepath.Glob("../testdata/pcaps/kernel/*.json")
	if err != nil || len(kept) < 14 {
		t.Fatalf("%d captures, %v", len(kept), err)
	}
	for _, path := range kept {
		if name := strings.TrimSuffix(filepath.Base(path), ".json"); scenario.Find(name) == nil {
			t.Errorf("there is no scenario %q", name)
		}
	}
}
