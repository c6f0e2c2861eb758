package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// kernelCloses says how the hosts closed in the scenarios in which every
// connection closes alike: closing.outcome and closing.active_closer.
var kernelCloses = map[string][2]string{
	"short": {"normal", "client"}, "halfclose": {"normal", "client"}, "serverclose": {"normal", "server"},
	"simclose": {"simultaneous", "both"}, "abort": {"reset", "none"}, "reuse": {"normal", "server"},
	"synloss": {"normal", "client"}, "synackloss": {"normal", "client"}, "refused": {"reset", "none"},
}

// TestKernelCloses wants every close told as the hosts did it, whatever of it
// was lost before the tap.
func TestKernelCloses(t *testing.T) {
	type connection struct {
		Connection int
		Closing    struct {
			Outcome      string
			ActiveCloser string `json:"active_closer"`
			Inferred     bool
		}
	}
	seen := 0
	for _, path := range kernelCaptures(t) {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		want, ok := kernelCloses[name]
		if !ok {
			continue
		}
		for _, c := range readNDJSON[connection](t, "connections", path) {
			seen++
			if got := [2]string{c.Closing.Outcome, c.Closing.ActiveCloser}; got != want || c.Closing.Inferred {
				t.Errorf("%s: connection %d: %v, inferred: %t, want %v", filepath.Base(path), c.Connection, got, c.Closing.Inferred, want)
			}
		}
	}
	if seen < 400 {
		t.Errorf("only %d connections", seen)
	}
}
