package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "ask the other programs again and rewrite testdata/peers and DIFFERENCES.md")

// sharedCaptures returns the folder with the captures public/, more/ and
// kernel/, or skips the test where there is none.
func sharedCaptures(t testing.TB) string {
	t.Helper()
	root := os.Getenv("TCPWATCH_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	root = filepath.Join(root, "pcaps")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no folder of shared captures: set TCPWATCH_SHARED")
	}
	return root
}

// captureFiles lists the shared captures by name, such as "kernel/loss.snd.pcap".
func captureFiles(t testing.TB, root string) (names []string) {
	t.Helper()
	for _, folder := range []string{"public", "more", "kernel"} {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			switch filepath.Ext(e.Name()) {
			case ".tsv", ".json", ".md":
				continue
			}
			names = append(names, folder+"/"+e.Name())
		}
	}
	return names
}

// reading is what one run of the program gave.
type reading struct {
	status      int
	out, errors string
}

// hangs is far beyond what the largest of the captures takes.
const hangs = 2 * time.Minute

// read runs `tcpwatch read` with arguments before the file.
func read(t testing.TB, path string, args ...string) reading {
	t.Helper()
	done := make(chan reading, 1)
	go func() {
		var out, complaints bytes.Buffer
		args := append(append([]string{"read"}, args...), path)
		status := run(args, strings.NewReader(""), &out, &complaints)
		done <- reading{status, out.String(), complaints.String()}
	}()
	select {
	case r := <-done:
		return r
	case <-time.After(hangs):
		t.Fatalf("tcpwatch read %s %s: no end after %v", strings.Join(args, " "), path, hangs)
	}
	return reading{}
}

// connection is what the comparisons need of a connection object.
type connection struct {
	Connection     uint64
	Client, Server string
	FirstPacket    uint64 `json:"first_packet"`
	Opening        struct{ Outcome string }
	Closing        struct {
		Outcome  string
		FinCount int `json:"fin_count"`
	}
	ClientToServer direction `json:"client_to_server"`
	ServerToClient direction `json:"server_to_client"`
	Zeek           struct {
		ConnState string `json:"conn_state"`
		History   string
	}
}

type direction struct {
	Payload int `json:"payload_bytes"`
	Unique  int `json:"unique_bytes"`
}

// packet is what the comparisons need of a packet object.
type packet struct {
	Packet, Connection uint64
	Flags              string
	SeenBefore         bool `json:"seen_before"`
	Labels             []string
}

func (p *packet) has(flag string) bool {
	return strings.Contains(","+p.Flags+",", ","+flag+",")
}

// objects decodes NDJSON.
func objects[T any](t testing.TB, text string) (all []T) {
	t.Helper()
	for line := range strings.Lines(text) {
		var o T
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, o)
	}
	return all
}

// counts are the figures of one capture that are compared, by measure.
type counts map[string]int

// ourCounts counts what tcpwatch makes of a capture.
func ourCounts(t testing.TB, path string) counts {
	t.Helper()
	c := counts{}
	for _, k := range objects[connection](t, read(t, path, "-q", "--view", "connections", "--format", "ndjson").out) {
		c["connections"]++
		open := k.Opening.Outcome == "complete" || k.Opening.Outcome == "simultaneous"
		if open {
			c["handshakes"]++
		}
		if k.Closing.FinCount > 0 {
			c["with FIN"]++
		}
		switch k.Closing.Outcome {
		case "reset":
			c["reset"]++
		case "normal", "simultaneous":
			if open {
				c["complete"]++
			}
		}
		for _, d := range []direction{k.ClientToServer, k.ServerToClient} {
			c["octets again"] += d.Payload - d.Unique
		}
	}
	for _, p := range objects[packet](t, read(t, path, "-q", "--view", "packets", "--format", "ndjson").out) {
		c["packets"]++
		for _, f := range []string{"SYN", "FIN"} { // each occupies one number, as tcptrace counts
			if p.SeenBefore && p.has(f) {
				c["octets again"]++
			}
		}
	}
	return c
}

// readRecord reads a table of testdata/peers: a header line that names the
// measures, then one line a capture.
func readRecord(t testing.TB, file string) (measures []string, rows map[string][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "peers", file))
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string][]string{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case measures == nil:
			measures = f[1:]
		default:
			rows[f[0]] = f[1:]
		}
	}
	return measures, rows
}

func writeRecord(t testing.TB, file, about string, measures []string, lines []string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", about)
	fmt.Fprintf(&b, "capture\t%s\n%s\n", strings.Join(measures, "\t"), strings.Join(lines, "\n"))
	if err := os.WriteFile(filepath.Join("testdata", "peers", file), []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}
