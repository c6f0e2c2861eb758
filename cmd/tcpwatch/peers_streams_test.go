package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var updatePeer = flag.String("peer", "", "with -update: ask only this one")

// TestStreamsAgainstPeers compares the payload of every direction in every
// shared capture with what tshark's follow and tcpflow make of it. Their answers
// are recorded, so that they are needed only for
//
//	go test ./cmd/tcpwatch -run TestStreamsAgainstPeers -update
//
// What differs stands in streamDifferences with the reason.
func TestStreamsAgainstPeers(t *testing.T) {
	root := sharedCaptures(t)
	if *update {
		for _, p := range streamPeers {
			if *updatePeer != "" && *updatePeer != p.name {
				continue
			}
			recordStreams(t, p, root)
		}
	}
	seen := map[streamKey]bool{}
	equal := map[string]int{}
	for _, p := range streamPeers {
		_, rows := readStreams(t, p.file)
		for _, name := range streamCaptures(t, root) {
			compareStreams(t, p, name, rows[name], ourStreams(t, filepath.Join(root, filepath.FromSlash(name)), p.holes), seen, equal)
		}
		t.Logf("%s: %d directions with payload are equal", p.name, equal[p.name])
		if equal[p.name] < 200 {
			t.Errorf("%s: only %d directions are equal: is the comparison right?", p.name, equal[p.name])
		}
	}
	for _, d := range streamDifferences {
		if !seen[d.streamKey] {
			t.Errorf("%v: listed, but not different", d.streamKey)
		}
	}
}

// payloads are the octets of each direction of a capture that carried any:
// "192.0.2.1:40000>192.0.2.2:80" to a digest for each connection, sorted. A
// digest is "LENGTH:CRC-32".
type payloads map[string][]string

func (s payloads) add(way string, octets []byte) {
	if len(octets) > 0 {
		s[way] = append(s[way], fmt.Sprintf("%d:%08x", len(octets), crc32.ChecksumIEEE(octets)))
		slices.Sort(s[way])
	}
}

// streamCaptures lists the captures that were made by others: those of the
// kernel folder hold no full payload.
func streamCaptures(t testing.TB, root string) []string {
	return slices.DeleteFunc(captureFiles(t, root), func(name string) bool { return strings.HasPrefix(name, "kernel/") })
}

// ourStreams runs `tcpwatch read --streams`.
func ourStreams(t testing.TB, path string, holes bool) payloads {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "streams")
	gaps := "skip"
	if holes {
		gaps = "hole"
	}
	read(t, path, "-q", "--view", "connections", "--format", "csv", "--streams", dir, "--gaps", gaps)
	defer os.RemoveAll(dir)
	index, err := os.ReadFile(filepath.Join(dir, "index.ndjson"))
	if err != nil {
		return nil // nothing could be opened
	}
	s := payloads{}
	hole := map[string]int64{} // offset of the gap that a direction ends with, so far
	for line := range strings.Lines(string(index)) {
		var o struct {
			Connection                            int
			From, Kind, Source, Destination, File string
			Offset, Len                           int64
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		way := fmt.Sprint(o.Connection, o.From)
		if o.Kind == "gap" {
			if hole[way+"end"] != o.Offset || o.Offset == 0 {
				hole[way] = o.Offset
			}
			hole[way+"end"] = o.Offset + o.Len
		}
		if o.Kind != "end" || o.File == "" {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, o.File))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 1<<26 {
			s[o.Source+">"+o.Destination] = append(s[o.Source+">"+o.Destination], fmt.Sprintf("%d:huge", info.Size()))
			continue
		}
		octets, err := os.ReadFile(filepath.Join(dir, o.File))
		if err != nil {
			t.Fatal(err)
		}
		if holes && hole[way+"end"] == o.Len && o.Len > 0 {
			octets = octets[:hole[way]] // tcpflow's files end with the last octet captured
		}
		s.add(o.Source+">"+o.Destination, octets)
	}
	return s
}

func compareStreams(t *testing.T, p *streamPeer, name string, theirs, ours payloads, seen map[streamKey]bool, equal map[string]int) {
	t.Helper()
	ways := map[string]bool{}
	for w := range theirs {
		ways[w] = true
	}
	for w := range ours {
		ways[w] = true
	}
	for w := range ways {
		key := streamKey{filepath.Base(name), p.name, w}
		a, b := strings.Join(theirs[w], " "), strings.Join(ours[w], " ")
		i := slices.IndexFunc(streamDifferences, func(d streamDifference) bool { return d.streamKey == key })
		switch {
		case a == b:
			equal[p.name] += len(ours[w])
		case i < 0:
			t.Errorf("%q: {%q, %q}, tcpwatch %q", []string{key.capture, key.peer, key.way}, a, b, "")
		default:
			seen[key] = true
			if d := streamDifferences[i]; d.theirs != a || d.ours != b {
				t.Errorf("%v: %s has %q, tcpwatch %q; listed as %q and %q", key, p.name, a, b, d.theirs, d.ours)
			}
		}
	}
}

// readStreams reads a table of testdata/peers: a capture, a direction and its
// digests on each line.
func readStreams(t testing.TB, file string) (about string, rows map[string]payloads) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "peers", file))
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string]payloads{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			about = line
			continue
		}
		f := strings.Split(line, "\t")
		if rows[f[0]] == nil {
			rows[f[0]] = payloads{}
		}
		rows[f[0]][f[1]] = strings.Fields(f[2])
	}
	return about, rows
}

// recordStreams asks a peer about every capture and writes its table.
func recordStreams(t *testing.T, p *streamPeer, root string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, asked by: go test ./cmd/tcpwatch -run TestStreamsAgainstPeers -update\n", p.version(t))
	for _, name := range streamCaptures(t, root) {
		s := p.ask(t, filepath.Join(root, filepath.FromSlash(name)))
		ways := make([]string, 0, len(s))
		for w := range s {
			ways = append(ways, w)
		}
		slices.Sort(ways)
		for _, w := range ways {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", name, w, strings.Join(s[w], " "))
		}
	}
	if err := os.WriteFile(filepath.Join("testdata", "peers", p.file), []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// endpoint writes an address and a port as the objects have them.
func endpoint(addr, port string) string {
	a, err := netip.ParseAddr(strings.Trim(addr, "[]"))
	if err != nil || a.Is4() { // tshark has streams without addresses, too
		return addr + ":" + port
	}
	return "[" + a.String() + "]:" + port
}
