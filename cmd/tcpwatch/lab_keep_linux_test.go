package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/lab"
)

// What --keep could not write is an error, although the story was told.
func TestLabKeepFails(t *testing.T) {
	if err := lab.Available(); err != nil {
		t.Skipf("needs a lab: %v", err)
	}
	for _, file := range []string{"snd.pcap", "rcv.truth.tsv", "snd.link.tsv", "json"} {
		dir := t.TempDir()
		if err := os.Symlink("/dev/full", filepath.Join(dir, "three-way."+file)); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		status := run([]string{"lab", "--keep", dir, "three-way"}, strings.NewReader(""), &out, &errs)
		if status != exitPartial || !strings.Contains(errs.String(), file+": no space left on device") || !strings.Contains(out.String(), "HANDSHAKE-ACK") {
			t.Errorf("%s: status %d, %q", file, status, errs.String())
		}
	}
}
