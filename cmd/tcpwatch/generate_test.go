package main

import (
	"bufio"
	"bytes"
	"container/heap"
	"crypto/sha256"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tcpwatch/capture/wire"
)

// Flags of the generator:
//
//	go test ./cmd/tcpwatch -run TestGenerate -generate mix -packets 1000000 -out mix.pcap
var (
	generateKind = flag.String("generate", "", "write a capture of this kind: mix, small or shared")
	packetCount  = flag.Int("packets", 1_000_000, "packets in generated captures")
	generateSeed = flag.Uint64("seed", 1, "seed of generated captures: the same seed gives the same octets")
	generateOut  = flag.String("out", "", "where -generate writes")
)

// kinds are the captures that can be generated.
var kinds = map[string]kind{
	// as mix, but every other host numbers the packets of all its connections
	// with one counter (IP ID), as Windows does
	"shared": {200, mix, true},
	// transfers with loss and reordering, requests, idle connections with
	// keep-alives, refused and unanswered ones: 200 of them at one time
	"mix": {200, mix, false},
	// one request and one answer a connection, 10 packets
	"small": {50, func(t *talk, _ *rand.Rand) { t.requests(1, 700) }, false},
}

type kind struct {
	atOneTime     int
	script        func(*talk, *rand.Rand)
	sharedCounter bool
}

func mix(t *talk, r *rand.Rand) {
	switch n := r.IntN(100); {
	case n < 12:
		t.transfer(200 + r.IntN(3000))
	case n < 80:
		t.requests(1+r.IntN(12), 4000)
	case n < 88:
		t.idle(2 + r.IntN(6))
	case n < 94:
		t.refused()
	default:
		t.unanswered()
	}
}

// generatedSnaplen keeps headers whole and files small.
const generatedSnaplen = 120

// generated is what a capture holds.
type generated struct {
	connections int
	marks       [markCount]int
}

// generate writes a capture of n packets.
func generate(w io.Writer, k kind, n int, seed uint64) (g generated, err error) {
	out, err := newFrameWriter(w, generatedSnaplen)
	if err != nil {
		return g, err
	}
	r := rand.New(rand.NewPCG(seed, 0x7463707761746368))
	var open talks
	begin := func(at int64) {
		t := newTalk(r, g.connections, at)
		if k.sharedCounter && g.connections%2 == 1 {
			t.end[client].shared, t.end[server].shared = true, true
		}
		g.connections++
		k.script(t, r)
		heap.Push(&open, t)
	}
	for at := int64(0); len(open) < k.atOneTime && len(open) < n; at += int64(r.IntN(2e6)) {
		begin(at)
	}
	unseen := len(open) // talks whose first packet is not written yet
	frame := make([]byte, 0, 2048)
	for range n {
		t := open[0]
		s := t.segments[0]
		if t.next == 0 {
			unseen--
		}
		t.next++
		t.segments = t.segments[1:]
		frame = wire.AppendFrame(frame[:0], &s)
		if err := out.write(generatedStart+s.Time, frame[:min(len(frame), generatedSnaplen)], len(frame)); err != nil {
			return g, err
		}
		g.marks[s.Packet]++
		if len(t.segments) > 0 {
			heap.Fix(&open, 0)
			continue
		}
		heap.Pop(&open)
		begin(s.Time + int64(r.IntN(2e6)))
		unseen++
	}
	g.connections -= unseen
	return g, out.end()
}

// generatedStart is 2026-01-01 00:00:00 UTC in nanoseconds.
const generatedStart = 1_767_225_600 * int64(1e9)

// talks is a heap of connections by the time of their next packet.
type talks []*talk

func (h talks) Len() int { return len(h) }
func (h talks) Less(i, j int) bool {
	if a, b := h[i].segments[0].Time, h[j].segments[0].Time; a != b {
		return a < b
	}
	return h[i].number < h[j].number
}
func (h talks) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *talks) Push(x any)   { *h = append(*h, x.(*talk)) }
func (h *talks) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	*h = (*h)[:last]
	return t
}

// TestGenerate writes a capture with -generate. Without, it checks that the
// same seed gives the same octets, and that tcpwatch finds the packets and
// connections that were generated.
func TestGenerate(t *testing.T) {
	if *generateKind != "" {
		k, ok := kinds[*generateKind]
		if !ok || *generateOut == "" {
			t.Fatalf("-generate mix, small or shared, with -out FILE")
		}
		writeGenerated(t, *generateOut, k, *packetCount)
		return
	}
	for name, k := range kinds {
		const n = 60_000
		var a, b bytes.Buffer
		want, err := generate(&a, k, n, 7)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := generate(&b, k, n, 7); err != nil || sha256.Sum256(a.Bytes()) != sha256.Sum256(b.Bytes()) {
			t.Errorf("%s: the same seed gave different octets (%v)", name, err)
		}
		path := filepath.Join(t.TempDir(), name+".pcap")
		if err := os.WriteFile(path, a.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		c := ourCounts(t, path)
		if c["packets"] != n || c["connections"] != want.connections {
			t.Errorf("%s: tcpwatch finds %d packets of %d, %d connections of %d", name, c["packets"], n, c["connections"], want.connections)
		}
		checkMarks(t, name, path, want)
	}
}

// checkMarks compares the labels with what the generated ends did.
func checkMarks(t *testing.T, name, path string, want generated) {
	t.Helper()
	found := map[string]int{}
	for _, p := range objects[packet](t, read(t, path, "-q", "--view", "packets", "--format", "ndjson").out) {
		for _, l := range p.Labels {
			found[l]++
		}
	}
	for mark, label := range markLabels {
		if label == "RETRANSMISSION" && name == "shared" && found[label] > want.marks[mark] {
			// A fault that waits for a remedy: a pause of an application is taken
			// for a loss where the counter of the host jumps.
			t.Logf("%s: %d segments labelled %s, generated %d", name, found[label], label, want.marks[mark])
			continue
		}
		if label != "" && found[label] != want.marks[mark] {
			t.Errorf("%s: %d segments labelled %s, generated %d", name, found[label], label, want.marks[mark])
		}
	}
}

func writeGenerated(t testing.TB, path string, k kind, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	g, err := generate(w, k, n, *generateSeed)
	if err == nil {
		err = w.Flush()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d packets, %d connections, seed %d", path, n, g.connections, *generateSeed)
}
