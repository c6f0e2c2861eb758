package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
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

// Packets do not go to the file that standard output is, unless the results go
// elsewhere: each would write over the other.
func TestKeepSparesStandardOutput(t *testing.T) {
	const capture = "../../testdata/pcaps/kernel/refused.snd.pcap"
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var errs bytes.Buffer
	if status := run([]string{"read", "-w", file.Name(), capture}, strings.NewReader(""), file, &errs); status != exitUsage || !strings.Contains(errs.String(), "in use here") {
		t.Errorf("status %d, %s", status, errs.String())
	}
	if info, err := file.Stat(); err != nil || info.Size() > 0 {
		t.Errorf("%d octets, %v", info.Size(), err)
	}
	errs.Reset()
	if status := run([]string{"read", "-w", file.Name(), "-o", filepath.Join(folder, "results"), capture}, strings.NewReader(""), file, &errs); status != 0 {
		t.Errorf("status %d, %s", status, errs.String())
	}
}
