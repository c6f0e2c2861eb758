package main

import (
	"path/filepath"
	"testing"
	"testing/synctest"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/report"
)

// TestKeepingEnds: nothing runs on once the file is finished, or was not begun.
func TestKeepingEnds(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // it waits for every goroutine
		k := keepFlags{name: filepath.Join(folder, "kept.pcap")}
		kept, err := k.open(t.Context(), nil, nil, keep.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.finish(capture.Stats{}, &report.Input{}); err != nil {
			t.Error(err)
		}
		k.name = filepath.Join(folder, "no such folder", "kept.pcap")
		if _, err := k.open(t.Context(), nil, nil, keep.Options{}); err == nil {
			t.Error("a file in a folder that is not there was opened")
		}
	})
}
