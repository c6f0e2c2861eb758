package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// profile prints which functions take the time of mix and small, and keeps that.
func (s *measurement) profile() ([]run, error) {
	for _, c := range []struct {
		kind    string
		packets int
	}{{"mix", mixPackets}, {"small", smallPackets}} {
		prof, test := filepath.Join(s.scratch, "cpu.prof"), filepath.Join(s.scratch, "tcpwatch.test")
		bench := exec.Command("go", "test", "./cmd/tcpwatch", "-run", "XXX", "-bench", "Read/"+c.kind+"$", "-benchtime", fmt.Sprint(s.rounds, "x"),
			"-packets", fmt.Sprint(s.sized(c.packets)), "-cpuprofile", prof, "-o", test)
		said, err := bench.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(bench.Args, " "), err, said)
		}
		top, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount", "40", test, prof).Output()
		if err != nil {
			return nil, fmt.Errorf("go tool pprof: %w", err)
		}
		var text strings.Builder
		for line := range strings.Lines(string(said)) {
			if strings.HasPrefix(line, "Benchmark") {
				text.WriteString(line)
			}
		}
		text.Write(top)
		fmt.Fprintf(s.out, "%s\n%s\n", c.kind, text.String())
		if s.keep {
			if err := os.WriteFile(filepath.Join("bench", "runs", "profile-"+c.kind+".txt"), []byte(text.String()), 0o666); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}
