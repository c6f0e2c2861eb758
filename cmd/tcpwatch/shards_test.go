package main

import (
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tcpwatch/bench/traffic"
	"tcpwatch/capture"
)

// TestSameForAnyShards: read prints the same octets for 1, 2 and 7 shards.
func TestSameForAnyShards(t *testing.T) {
	dir, packets := t.TempDir(), 20_000
	if testing.Short() {
		packets = 5000
	}
	for _, k := range append(traffic.Kinds(), traffic.Lossy(50), traffic.Live(300)) {
		path := filepath.Join(dir, k.Name+".pcap")
		writeGenerated(t, path, k, packets)
		sameForAnyShards(t, path)
	}
	own, err := filepath.Glob(filepath.Join("..", "..", "testdata", "pcaps", "*", "*.pcap*"))
	if err != nil || len(own) == 0 {
		t.Fatalf("no captures in testdata (%v)", err)
	}
	for i, path := range own {
		if testing.Short() && i%4 > 0 {
			continue
		}
		sameForAnyShards(t, path)
	}
	t.Run("shared", func(t *testing.T) {
		root := sharedCaptures(t)
		for _, name := range captureFiles(t, root) {
			sameForAnyShards(t, filepath.Join(root, name))
		}
	})
}

func sameForAnyShards(t *testing.T, path string) {
	t.Helper()
	for _, flags := range []string{
		"--view summary,connections,packets,windows",
		"--view packets --format ndjson",
		"--view connections --format ndjson --max-connections 3",
	} {
		args := append([]string{"-q"}, strings.Fields(flags)...)
		want := read(t, path, append(args, "--shards", "1")...)
		for _, n := range []string{"2", "7"} {
			if read(t, path, append(args, "--shards", n)...) != want {
				t.Errorf("%s: %s: --shards %s prints something else than --shards 1", path, flags, n)
			}
		}
		if testing.Short() {
			return
		}
	}
}

// TestShardsOfRead: one goroutine analyses what is captured live.
func TestShardsOfRead(t *testing.T) {
	if readCommand().Flags().Lookup("shards") == nil || liveCommand().Flags().Lookup("shards") != nil {
		t.Error("read has --shards, and live has not")
	}
}

// TestDefaultShards: small files are analysed by one shard, everything else by one for
// each processor, unless --shards says otherwise.
func TestDefaultShards(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	t.Chdir(t.TempDir())
	for name, size := range map[string]int64{
		"half": smallInput / 2, "full": smallInput, "over": smallInput + 1, "-": 1, "full.gz": smallInput / inflated, "over.gz": smallInput/inflated + 1,
	} {
		if err := errors.Join(os.WriteFile(name, nil, 0o600), os.Truncate(name, size)); err != nil {
			t.Fatal(err)
		}
	}
	shards := func(given int, paths string) int {
		o, list := readOptions{shards: given}, strings.Fields(paths)
		files := make([]capture.FileStats, len(list))
		for i, path := range list {
			files[i].Format = "pcap"
			if strings.HasSuffix(path, ".gz") {
				files[i].Format = "pcap, gzip"
			}
		}
		return o.shardsFor(list, files)
	}
	for paths, want := range map[string]int{
		"half": 1, "full": 1, "half half": 1, "over": 3, "half full": 3, "full half": 3, "-": 3, "half -": 3, "half none": 3, "half .": 3, os.DevNull: 3,
		"full.gz": 1, "over.gz": 3, "full full.gz": 3,
	} {
		if got := shards(0, paths); got != want {
			t.Errorf("%s: %d shards, want %d", paths, got, want)
		}
	}
	for paths, given := range map[string]int{"half": 2, "over": 1, "-": 7} {
		if got := shards(given, paths); got != given {
			t.Errorf("%s: %d shards, --shards says %d", paths, got, given)
		}
	}
	if runtime.GOMAXPROCS(usefulShards + 1); shards(0, "over") != usefulShards {
		t.Error("more shards than are useful")
	}
}

// TestFormatsKnown: what the number of shards depends on is known once inputs are open.
func TestFormatsKnown(t *testing.T) {
	text, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(t.TempDir(), "packed")
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	_, err = z.Write(text)
	if err := errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, paths := range [][]string{{packed}, {packed, sample}, {sample, packed}, {packed, "none"}} {
		src, err := capture.Open(paths, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		files := src.Stats().Files
		src.Close()
		if len(files) != len(paths) {
			t.Fatalf("%v: %d files", paths, len(files))
		}
		for i, path := range paths {
			if compressed := strings.Contains(files[i].Format, ", "); compressed != (path == packed) {
				t.Errorf("%v: %s is %q", paths, path, files[i].Format)
			}
		}
	}
}
