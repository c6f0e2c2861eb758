package main

import (
	"fmt"
	"os"
	"os/exec"
)

// compressors are the programs whose files tcpwatch reads.
var compressors = []compressor{
	{"gzip", "gz", "gzip -c -6", "gzip -dc"},
	{"zstd", "zst", "zstd -c -q -3", "zstd -dcq"},
	{"xz", "xz", "xz -c -1", "xz -dc"},
	{"lz4", "lz4", "lz4 -c -q", "lz4 -dcq"},
}

type compressor struct{ name, ending, compress, decompress string }

// pack compresses a file into another one beside it, which the caller removes; its
// name is "" where the program is not installed.
func (z compressor) pack(path string) (packed string, err error) {
	if _, err := exec.LookPath(z.name); err != nil {
		return "", nil
	}
	packed = path + "." + z.ending
	if out, err := exec.Command("sh", "-c", z.compress+` < "$1" > "$2"`, "sh", path, packed).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", z.compress, err, out)
	}
	return packed, nil
}

// compressed reads compressed captures, beside what decompresses them alone.
func (s *measurement) compressed() (runs []run, err error) {
	const packets = 2_000_000
	plain, err := s.capture(named("small"), s.sized(packets))
	if err != nil {
		return nil, err
	}
	defer s.drop(plain)
	if runs, err = s.measure("compressed", plain, []program{tcpwatchRead, cat}); err != nil {
		return runs, err
	}
	for _, z := range compressors {
		packed, err := z.pack(plain.path)
		if err != nil {
			return runs, err
		}
		if packed == "" {
			continue
		}
		c := *plain
		c.path = packed
		c.name += "." + z.ending
		info, err := os.Stat(c.path)
		if err != nil {
			return runs, err
		}
		c.octets = info.Size()
		alone := program{name: z.decompress, args: []string{"sh", "-c", "exec " + z.decompress + " FILE"}}
		// Its other half of the work, in another process: what a pipe gives.
		piped := program{name: z.decompress + " | tcpwatch", args: []string{"sh", "-c", z.decompress + " FILE | " + s.tcpwatch + " read -q --view summary --format json -"}}
		r, err := s.measure("compressed", &c, []program{tcpwatchRead, alone, piped})
		os.Remove(c.path)
		if err != nil {
			return runs, err
		}
		runs = append(runs, r...)
	}
	return runs, nil
}
