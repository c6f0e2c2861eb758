package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestEventsOfKernelCaptures pins the timelines of connections between Linux
// hosts, as both ends' taps have them.
func TestEventsOfKernelCaptures(t *testing.T) {
	atRoot(t)
	t.Setenv("COLUMNS", "150")
	captures, err := filepath.Glob("testdata/pcaps/kernel/*.pcap")
	if err != nil || len(captures) < 20 {
		t.Fatalf("%d captures, %v", len(captures), err)
	}
	for _, path := range captures {
		if strings.HasPrefix(filepath.Base(path), "short.") {
			continue // 150 connections that do the same
		}
		var out, errs bytes.Buffer
		if status := run([]string{"read", "--view", "events", path}, nil, &out, &errs); status != exitOK || errs.Len() > 0 {
			t.Errorf("%s: exit status %d, %s", path, status, &errs)
		}
		compare(t, "cmd/tcpwatch/testdata/events/"+strings.TrimSuffix(filepath.Base(path), ".pcap"), out.String())
	}
}
