package main

import (
	"fmt"
	"os"
	"os/exec"
)

// compressors are the programs whose files tcpwatch reads.
var compressors = []struct{ name, ending, compress, decompress string }{
	{"gzip", "gz", "gzip -c -6", "gzip -dc"},
	{"zstd", "zst", "zstd -c -q -3", "zstd -dcq"},
	{"xz", "xz", "xz -c -1", "xz -dc"},
	{"lz4", "lz4", "lz4 -c -q", "lz4 -dcq"},
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
		if _, err := exec.LookPath(z.name); err != nil {
			continue
		}
		c := *plain
		c.path += "." + z.ending
		c.name += "." + z.ending
		if out, err := exec.Command("sh", "-c", z.compress+` < "$1" > "$2"`, "sh", plain.path, c.path).CombinedOutput(); err != nil {
			return runs, fmt.Errorf("%s: %w\n%s", z.compress, err, out)
		}
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
