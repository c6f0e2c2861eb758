package main

import (
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("documents", false, "rewrite the documents from the kept runs")

// TestDocuments keeps BENCHMARKS.md, its plots and the table in README.md equal
// to the kept runs.
func TestDocuments(t *testing.T) {
	t.Chdir("..")
	if *rewrite {
		if err := writeDocuments(); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := documents()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range texts {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what bench/runs says (%v): go test ./bench -documents", path, err)
		}
	}
}

func TestRunsComeBack(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("bench/runs", 0o777); err != nil {
		t.Fatal(err)
	}
	want := []run{
		{"packets", "long", 100, 7, 12345, "tcpwatch, 1 shard", 2, outlay{1500 * time.Millisecond, 2 * time.Second, 64 << 20}, "a note"},
		{"peers", "mix", 1, 0, 40, "true", 1, outlay{}, ""},
	}
	if err := keepRuns("peers", []string{"date: today", "machine: this"}, want); err != nil {
		t.Fatal(err)
	}
	about, got, err := keptRuns("peers")
	if err != nil || !reflect.DeepEqual(got, want) || len(about) != 2 || about[1] != "machine: this" {
		t.Errorf("%v %v %v", about, got, err)
	}
	for _, bad := range []string{"a\tb", "s\tc\tx\t0\t0\tp\t1\t0\t0\t0\t", "s\tc\t1\t0\t0\tp\t1\tx\t0\t0\t"} {
		if _, err := parseRun(strings.Split(bad, "\t")); err == nil {
			t.Errorf("%q is a run", bad)
		}
	}
}

func TestMedians(t *testing.T) {
	at := func(program string, s int) run {
		return run{capture: "mix", program: program, outlay: outlay{time.Duration(s), time.Duration(10 - s), int64(s)}}
	}
	got := groups([]run{at("a", 5), at("b", 1), at("a", 1), at("a", 3)})
	if len(got) != 2 || got[0].round != 3 || got[0].outlay != (outlay{3, 7, 3}) || got[1].program != "b" {
		t.Errorf("%+v", got)
	}
}

// TestAims: what is met and what is not follows from the figures.
func TestAims(t *testing.T) {
	g := func(program string, wall time.Duration) group {
		return group{run{capture: "mix", program: program, outlay: outlay{wall: wall, cpu: 3 * wall}}}
	}
	k := kept{"peers": {groups: []group{g("tcpwatch", 100), g("capinfos", 90), g("tcptrace", 510), g("tshark", 2900)}}}
	var got []string
	for _, a := range k.aims() {
		got = append(got, a.what+" "+a.measured+map[bool]string{true: " yes", false: " no"}[a.met])
	}
	want := []string{
		"mix: wall at most 1 × that of capinfos 1.11 × no",
		"mix: CPU at most 2 × that of capinfos, one shard 1.11 × yes",
		"mix: at least 5 × as fast as tcptrace 5.1 × yes",
		"mix: at least 30 × as fast as tshark 29.0 × no",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestReadmeNamesRows: the line below the table says nothing of a program that was not there.
func TestReadmeNamesRows(t *testing.T) {
	groups := []group{{run{capture: "mix", program: "tcpwatch"}}}
	for range 2 {
		text := kept{"peers": {groups: groups}}.readmeTable()
		if there := strings.Contains(text, "| argus |"); there != strings.Contains(text, "and argus tell less") || there != strings.Contains(text, "argus pauses") {
			t.Error(text)
		}
		groups = append(groups, group{run{capture: "mix", program: "argus"}})
	}
}

// TestPlot: a plot is well-formed, and a point stands where its figure says.
func TestPlot(t *testing.T) {
	text := plot("title", "packets", []line{{"a", []point{{1e4, 0.01, 1e7}, {1e6, 1, 1e8}}}, {"b", []point{{1e5, 0.1, 0}}}})
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"10⁴", "10⁶", "10 ms", "1 s", "100 MB", `cx="70.0" cy="258.0"`, `cx="400.0" cy="48.0"`, `cx="235.0" cy="153.0"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the plot", want)
		}
	}
	if a := newAxis([]float64{20, 3000}, 0, 300); a.low != 1 || a.high != 4 || math.Abs(a.at(100)-100) > 1e-9 {
		t.Errorf("%+v", a)
	}
}

func TestUnits(t *testing.T) {
	for got, want := range map[string]string{
		seconds(0.00001): "10 µs", seconds(0.01): "10 ms", seconds(1): "1 s", megabytes(1e8): "100 MB", megabytes(1e9): "1 GB",
		thousands(12): "12", thousands(1234567): "1,234,567", thousands(123456): "123,456", power(-3): "10⁻³",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFigure: counts are found in what programs print.
func TestFigure(t *testing.T) {
	for _, c := range []struct {
		text, pattern string
		want          int
	}{
		{"Number of packets:   12\n", capinfos.packets, 12},
		{`{"packets":{"segments":7},"connections":{"total":3,`, tcpwatchRead.connections, 3},
		{"a <-> b\nx\nc <-> d\n", "<->", 2},
		{"nothing\n", "<->", -1},
	} {
		if got := figure(strings.NewReader(c.text), c.pattern); got != c.want {
			t.Errorf("%q in %q: %d, want %d", c.pattern, c.text, got, c.want)
		}
	}
}

// TestManyAddsUp: a row or a packet too few is found.
func TestManyAddsUp(t *testing.T) {
	row := `{"client_to_server":{"packets":3,"x":1},"server_to_client":{"packets":2,"x":1},"evicted":true}` + "\n"
	for _, c := range []struct {
		connections, packets int
		ok                   bool
	}{{2, 10, true}, {3, 10, false}, {2, 11, false}} {
		note, err := counted(strings.NewReader(row+row), &capture{connections: c.connections, packets: c.packets})
		if (err == nil) != c.ok {
			t.Errorf("%+v: %q, %v", c, note, err)
		}
	}
}

// TestUntil: an interrupted run must say so in both ways.
func TestUntil(t *testing.T) {
	summary := func(interrupted string) *beginning {
		out := &beginning{most: 1000}
		io.WriteString(out, `{"schema":"tcpwatch.summary/1","packets":{"total":5},"connections":{"total":2},"capture":{"interrupted":`+interrupted+`}}`)
		return out
	}
	for _, c := range []struct {
		out         *beginning
		interrupted bool
		note        string
	}{
		{summary("true"), true, "5 packets and 2 connections until then"},
		{summary("false"), false, "was done before"},
		{summary("true"), false, ""},
		{summary("false"), true, ""},
	} {
		note, err := until(c.out, c.interrupted)
		if note != c.note || (err == nil) != (c.note != "") {
			t.Errorf("%s, %v: %q, %v", c.out.kept, c.interrupted, note, err)
		}
	}
	b := beginning{most: 3}
	io.WriteString(&b, "ab")
	io.WriteString(&b, "cd")
	io.WriteString(&b, "ef")
	if string(b.kept) != "abc" || b.all != 6 {
		t.Errorf("%q of %d", b.kept, b.all)
	}
}
