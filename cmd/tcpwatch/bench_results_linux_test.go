package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const benchmarksDocument = "../../BENCHMARKS.md"

const benchmarksHead = `# Benchmarks

What a million packets cost, beside other programs that read the same file.
Figures are medians; the single runs are kept in cmd/tcpwatch/testdata/bench.
Measured again, and this text written, by

    go test ./cmd/tcpwatch -run TestBenchmark -peers-rounds 3 -packets 1000000 -update -timeout 15m -v

The captures are generated, with a seed, so that everybody measures the same
octets: *mix* has transfers with loss and reordering, requests, idle connections
with keep-alives, refused and unanswered ones; *small* has one request and one
answer a connection, ten packets each. Every program reads the file once before
it is measured, then all take turns, and what they count is compared with what
was generated. Time is wall clock and CPU of all threads, memory the largest
resident set. *true* shows what the measurement itself costs: memory below its
figure cannot be told.

The machine: a virtual machine with 2 CPUs (AMD EPYC) and 23 GB, Debian 12,
Linux 6.18.
`

const benchmarksTail = `
## What is unfair

* capinfos and tcpdump only read: they follow no connection. They are here as the
  least that reading can cost.
* tcptrace prints one line for a connection, and follows neither states nor
  labels.
* tshark decodes every protocol, and its table conv,tcp is a small part of what
  it computes. Its memory grows with the packets, that of tcpwatch with the
  connections that it remembers (--max-connections).
* tcpwatch decompresses, decodes and analyses in one pass on one thread; that
  the Go runtime collects garbage on another shows in CPU above wall clock.
* One machine, generated captures, a file in the page cache: a disk or a
  compressed file moves all figures towards each other.

## What is promised and not met

The aim is to be no slower than capinfos -c, which counts packets. It is not met
yet: tcpwatch takes %.1f times as long on mix and %.1f times as long on small.
`

// recordedRuns reads what keepRuns has written: the first line and the runs.
func recordedRuns(t *testing.T, k string) (about []string, runs map[string][]outlay) {
	t.Helper()
	text := readText(t, filepath.Join("testdata", "bench", k+".tsv"))
	runs = map[string][]outlay{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			about = append(about, rest)
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 || f[0] == "program" {
			continue
		}
		wall, err1 := strconv.ParseFloat(f[2], 64)
		cpu, err2 := strconv.ParseFloat(f[3], 64)
		peak, err3 := strconv.ParseInt(f[4], 10, 64)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatalf("%s: %q", k, line)
		}
		runs[f[0]] = append(runs[f[0]], outlay{seconds(wall), seconds(cpu), peak})
	}
	return about, runs
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// benchmarksText is the document over the recorded runs.
func benchmarksText(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(benchmarksHead)
	var slower []any
	for _, k := range []string{"mix", "small"} {
		about, runs := recordedRuns(t, k)
		if len(about) == 0 {
			t.Fatalf("%s.tsv does not say what was measured", k)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s, %d rounds.\n\n", k, about[0], len(runs["tcpwatch"]))
		b.WriteString("| program | wall s | CPU s | peak MB | wall, of tcpwatch's | CPU | peak |\n|---|---:|---:|---:|---:|---:|---:|\n")
		own := medians(runs["tcpwatch"])
		for i := range contenders {
			name := contenders[i].name
			m := medians(runs[name])
			if m.wall == 0 {
				continue
			}
			fmt.Fprintf(&b, "| %s | %.3f | %.3f | %.1f | %.2f | %.2f | %.2f |\n", name, m.wall.Seconds(), m.cpu.Seconds(), float64(m.peak)/1e6,
				float64(m.wall)/float64(own.wall), float64(m.cpu)/float64(own.cpu), float64(m.peak)/float64(own.peak))
		}
		slower = append(slower, float64(own.wall)/float64(max(1, medians(runs["capinfos"]).wall)))
		if k == "small" {
			b.WriteString("\n## The command lines\n\n")
			for _, line := range about[1:] {
				b.WriteString("    " + line + "\n")
			}
		}
	}
	fmt.Fprintf(&b, benchmarksTail, slower...)
	return b.String()
}

// TestBenchmarksDocument keeps BENCHMARKS.md equal to the recorded runs. It
// stands behind TestBenchmarkPeers, so that one run of both with -update writes
// what was measured.
func TestBenchmarksDocument(t *testing.T) {
	want := benchmarksText(t)
	if *update {
		if err := os.WriteFile(benchmarksDocument, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := readText(t, benchmarksDocument); got != want {
		t.Error("BENCHMARKS.md is not what testdata/bench says: go test ./cmd/tcpwatch -run TestBenchmarksDocument -update")
	}
}
