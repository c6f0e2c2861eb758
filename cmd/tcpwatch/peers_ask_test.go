package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// command runs a program of the peers. Its exit status is ignored: damaged
// captures end with one that says so, after the results.
func command(t testing.TB, name string, args ...string) (out, complaints string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("-update needs %s: %v", name, err)
	}
	var o, e bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &o, &e
	_ = cmd.Run()
	return o.String(), e.String()
}

// askTshark counts TCP frames and streams. An ICMP error quotes a TCP header,
// which tshark counts as TCP: those frames are left out. With two passes (-2)
// tcp.completeness stands for the whole stream.
func askTshark(t testing.TB, path string) counts {
	out, _ := command(t, "tshark", "-2", "-n", "-r", path, "-Y", "tcp && !icmp && !icmpv6", "-T", "fields",
		"-E", "occurrence=l", "-e", "tcp.stream", "-e", "tcp.completeness")
	c := counts{}
	streams := map[string]int{}
	for line := range strings.Lines(out) {
		stream, bits, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, _ := strconv.Atoi(bits)
		streams[stream] |= n
		c["packets"]++
	}
	for _, bits := range streams {
		c["connections"]++
		if bits&7 == 7 { // SYN, SYN-ACK, ACK
			c["handshakes"]++
		}
		if bits&16 != 0 {
			c["with FIN"]++
		}
		if bits&32 != 0 {
			c["reset"]++
		}
	}
	return c
}

// The lines of tcptrace -l that are counted.
var (
	tcptraceComplete = regexp.MustCompile(`^\s+complete conn:\s+(\S+)`)
	tcptracePackets  = regexp.MustCompile(`^\s+total packets:\s+(\d+)\s+total packets:\s+(\d+)`)
	tcptraceOctets   = regexp.MustCompile(`^\s+rexmt data bytes:\s+(\d+)\s+rexmt data bytes:\s+(\d+)`)
)

// askTcptrace sums up what tcptrace says of the connections; nil where it
// cannot read the capture or finds no TCP in it. It reads pcap only, so the
// capture is converted first.
func askTcptrace(t testing.TB, path string) counts {
	plain := filepath.Join(t.TempDir(), "plain.pcap")
	if _, e := command(t, "editcap", "-F", "pcap", path, plain); strings.Contains(e, "can't be opened") {
		return nil
	}
	out, _ := command(t, "tcptrace", "-l", "-n", plain)
	c := counts{}
	add := func(measure string, m []string) {
		for _, s := range m[1:] {
			n, _ := strconv.Atoi(s)
			c[measure] += n
		}
	}
	for line := range strings.Lines(out) {
		if m := tcptraceComplete.FindStringSubmatch(line); m != nil {
			c["connections"]++
			switch m[1] {
			case "yes":
				c["complete"]++
			case "RESET":
				c["reset"]++
			}
		} else if m := tcptracePackets.FindStringSubmatch(line); m != nil {
			add("packets", m)
		} else if m := tcptraceOctets.FindStringSubmatch(line); m != nil {
			add("octets again", m)
		}
	}
	if c["connections"] == 0 {
		return nil
	}
	return c
}

// recordPeer asks a peer about every capture and writes its table.
func recordPeer(t *testing.T, p *peer, root string) {
	t.Helper()
	var lines []string
	for _, name := range captureFiles(t, root) {
		line := name
		c := p.ask(t, filepath.Join(root, filepath.FromSlash(name)))
		for _, m := range p.measures {
			if c == nil {
				line += "\t-"
				continue
			}
			line += fmt.Sprintf("\t%d", c[m])
		}
		lines = append(lines, line)
	}
	about := p.version(t) + ", asked by: go test ./cmd/tcpwatch -run TestAgainstPeers -update"
	writeRecord(t, p.file, about, p.measures, lines)
}

// peers are the programs that are compared with.
var peers = []*peer{
	{
		name: "tshark", file: "tshark.tsv", ask: askTshark,
		measures: []string{"packets", "connections", "handshakes", "with FIN", "reset"},
		version: func(t testing.TB) string {
			out, _ := command(t, "tshark", "--version")
			line, _, _ := strings.Cut(out, "\n")
			return strings.TrimSuffix(line, ".")
		},
	},
	{
		name: "tcptrace", file: "tcptrace.tsv", ask: askTcptrace,
		measures: []string{"packets", "connections", "complete", "reset", "octets again"},
		version: func(t testing.TB) string {
			_, out := command(t, "tcptrace", "-version")
			return "tcptrace " + regexp.MustCompile(`[0-9]+\.[0-9]+\.[0-9]+`).FindString(out)
		},
	},
}

type peer struct {
	name, file string
	measures   []string
	ask        func(testing.TB, string) counts
	version    func(testing.TB) string
}
