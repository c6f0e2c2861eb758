package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tcpwatch/bench/traffic"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// streamPeer is a program that puts streams together.
type streamPeer struct {
	name, file string
	holes      bool // it fills gaps with zeros
	ask        func(testing.TB, string) payloads
	version    func(testing.TB) string
}

var streamPeers = []*streamPeer{
	{name: "tshark", file: "tshark-streams.tsv", ask: askTsharkStreams, version: peers[0].version},
	{name: "tcpflow", file: "tcpflow-streams.tsv", holes: true, ask: askTcpflow, version: func(t testing.TB) string {
		out, _ := command(t, "tcpflow", "--version")
		return strings.TrimSpace(out)
	}},
}

// tsharkMissing is what tshark writes into a stream in place of a gap.
var tsharkMissing = regexp.MustCompile(`\[\d+ bytes missing in capture file\]\x00?`)

// askTsharkStreams follows every stream of a capture.
func askTsharkStreams(t testing.TB, path string) payloads {
	out, _ := command(t, "tshark", "-n", "-r", path, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l", "-e", "tcp.stream")
	var numbers []int
	for f := range strings.FieldsSeq(out) {
		if n, err := strconv.Atoi(f); err == nil && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	s := payloads{}
	for chunk := range slices.Chunk(numbers, 200) {
		args := []string{"-n", "-q", "-r", path}
		for _, n := range chunk {
			args = append(args, "-z", fmt.Sprint("follow,tcp,raw,", n))
		}
		out, _ := command(t, "tshark", args...)
		for _, block := range strings.Split(out, "Filter: tcp.stream eq ")[1:] {
			tsharkStream(t, s, block)
		}
	}
	return s
}

// tsharkStream takes the text of one stream: two lines that name the nodes, then
// octets in hexadecimal, those of node 1 after a TAB.
func tsharkStream(t testing.TB, s payloads, block string) {
	lines := strings.Split(block, "\n")
	var node [2]string
	for i := range node {
		_, name, _ := strings.Cut(lines[1+i], ": ")
		at := strings.LastIndexByte(name, ':')
		node[i] = endpoint(name[:at], name[at+1:])
	}
	var octets [2][]byte
	for _, line := range lines[3:] {
		if strings.HasPrefix(line, "=") {
			break
		}
		digits, second := strings.CutPrefix(line, "\t")
		b, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		i := 0
		if second {
			i = 1
		}
		octets[i] = append(octets[i], b...)
	}
	for i, o := range octets {
		s.add(node[i]+">"+node[1-i], tsharkMissing.ReplaceAll(o, nil))
	}
}

// tcpflowName is a file of tcpflow: addresses of three-digit octets, ports of
// five digits, the VLAN, and which connection of the tuple it is.
var tcpflowName = regexp.MustCompile(`^([0-9a-f.:]+)\.(\d{5})-([0-9a-f.:]+)\.(\d{5})(--\d+)?(c\d+)?$`)

// askTcpflow lets tcpflow write its files. It knows few link types and takes the
// padding of Ethernet frames for payload, so it gets the segments in frames of
// their own: what is compared is how they are put together.
func askTcpflow(t testing.TB, path string) payloads {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.pcap")
	writeSegments(t, path, plain)
	flows := filepath.Join(dir, "flows")
	command(t, "tcpflow", "-r", plain, "-o", flows)
	entries, err := os.ReadDir(flows)
	if err != nil {
		return nil
	}
	s := payloads{}
	for _, e := range entries {
		m := tcpflowName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		octets, err := os.ReadFile(filepath.Join(flows, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		s.add(tcpflowEnd(m[1], m[2])+">"+tcpflowEnd(m[3], m[4]), octets)
	}
	return s
}

func tcpflowEnd(addr, port string) string {
	n, _ := strconv.Atoi(port)
	if !strings.Contains(addr, ":") {
		var parts []string
		for p := range strings.SplitSeq(addr, ".") {
			k, _ := strconv.Atoi(p)
			parts = append(parts, strconv.Itoa(k))
		}
		addr = strings.Join(parts, ".")
	}
	return endpoint(addr, strconv.Itoa(n))
}

// writeSegments writes the segments of a capture as Ethernet frames that hold
// nothing else.
func writeSegments(t testing.TB, from, to string) {
	t.Helper()
	var b bytes.Buffer
	w, err := traffic.NewFrames(&b, 0)
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open([]string{from}, capture.Options{})
	if err == nil {
		defer src.Close()
		dec := capture.NewDecoder(capture.DecoderOptions{})
		var (
			p     capture.Packet
			seg   wire.Segment
			frame []byte
			at    = traffic.Start
		)
		for {
			if err := src.Next(&p); err == io.EOF {
				break
			} else if err != nil || dec.Decode(&p, &seg) != wire.Segmented {
				continue
			}
			if seg.IPv6 {
				seg.HasIPID = false // no fragment header, which tcpflow does not read
			}
			frame = wire.AppendFrame(frame[:0], &seg)
			data := frame[:len(frame)-int(seg.Len)+min(len(seg.Payload), int(seg.Len))]
			at += 1e6 // a clock of its own: tcpflow splits where that of the file jumps
			if err := w.Write(at, data, len(frame)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
