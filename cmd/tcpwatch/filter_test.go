package main

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tcpwatch/capture"
	"tcpwatch/capture/filter"
)

// filters are asked of every capture.
var filters = []string{
	"tcp", "not tcp", "ip", "ip6", "udp or icmp", "port 80", "tcp port 443 or 80", "dst portrange 1-1023", "host 10.77.0.1", "net 10 or 192.168",
	"src net 10.0.0.0/8 and not dst port 22", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[tcpflags] = tcp-ack and len > 66", "greater 500", "less 66",
	"tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)", "ip[6:2] & 0x3fff != 0", "ip[8] < 64", "ip6 proto 6", "ether[0] & 1 = 1",
	"vlan", "vlan and tcp", "mpls and ip", "pppoes and tcp", "arp",
}

// TestFilterAsTcpdump: the packets that -f chooses are those that tcpdump -r
// writes, in every capture that it reads.
func TestFilterAsTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	var paths []string
	for _, pattern := range []string{"../../testdata/pcaps/*/*.pcap*", filepath.Join(sharedRoot(), "pcaps/*/*cap*")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	asked, chosen := 0, 0
	for i, path := range paths {
		if testing.Short() && i%4 > 0 {
			continue
		}
		// Every capture gets some of the filters, every filter some captures.
		for j := range 4 {
			text := filters[(i*4+j)%len(filters)]
			want, ok := byTcpdump(t, path, text)
			if !ok {
				continue // it does not read such a capture, or the filter not for its link type
			}
			got, ok := byFilter(t, path, text)
			if !ok {
				continue // ours refuses the link type: 802.11 and others
			}
			asked++
			chosen += len(want)
			// libpcap cuts a packet to the snaplen that the file claims, where the
			// file has more of it.
			if !slices.EqualFunc(got, want, bytes.HasPrefix) {
				t.Errorf("%s, %q: %d packets, tcpdump writes %d", path, text, len(got), len(want))
			}
		}
	}
	if asked < 100 || chosen < 1000 {
		t.Errorf("only %d filters asked, %d packets chosen", asked, chosen)
	}
	t.Logf("%d filters asked of %d captures: %d packets chosen, the same as by tcpdump", asked, len(paths), chosen)
}

// byTcpdump returns the packets that tcpdump chooses; ok is false if it refuses
// or the capture is damaged.
func byTcpdump(t *testing.T, path, text string) (packets [][]byte, ok bool) {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("tcpdump", "-r", path, "-w", "-", "--", text)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || strings.Contains(stderr.String(), "truncated") {
		if strings.Contains(stderr.String(), "Couldn't change to") {
			t.Skip(stderr.String()) // a user namespace in which tcpdump's own user does not exist
		}
		if strings.Contains(stderr.String(), "expression rejects all packets") {
			return nil, true
		}
		return nil, false
	}
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: bytes.NewReader(out)})
	if err != nil {
		t.Fatalf("what tcpdump writes of %s: %v", path, err)
	}
	return readAll(src)
}

func byFilter(t *testing.T, path, text string) (packets [][]byte, ok bool) {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return nil, false
	}
	return readAll(newFiltered(src, e))
}

func readAll(src capture.Source) (packets [][]byte, ok bool) {
	defer src.Close()
	var p capture.Packet
	for {
		switch err := src.Next(&p); err {
		case nil:
			packets = append(packets, bytes.Clone(p.Data))
		case io.EOF:
			return packets, true
		default:
			return nil, false
		}
	}
}
