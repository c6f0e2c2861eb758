package wireshark_test

import (
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze/wireshark"
)

const document = "DIFFERENCES.md"

// differences are the captures where some packets get other names, with the
// reason.
var differences = []struct {
	capture string
	packets []uint64
	reason  string
}{
	{"more/zeek+zeek__testing__btest__Traces__tcp__reassembly.pcap", []uint64{8, 9, 10, 12, 86, 87, 88, 105},
		"The IP headers of packets 7, 26, 35, 39 and 85 give more octets than the frames had on the wire. tshark shortens " +
			"these segments, and what follows looks lost to it. Here the header is believed: the sender's next sequence numbers prove it right."},
	{"more/zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", []uint64{3, 4, 22, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34, 35, 36},
		"The same in packets 1 and 20 of a damaged file. Packet 1 is a SYN, so that all numbers after it are judged by another length."},
	{"more/zeek+zeek__testing__btest__Traces__cisco-fabric-path.pcap",
		[]uint64{34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64},
		"tshark takes the last four octets of the TCP header for a frame check sequence, sees no length and leaves the analysis out. " +
			"Here these are SYNs that are sent again."},
}

// differs says why a packet of a capture gets other names, or "".
func differs(name string, packet uint64) string {
	for _, d := range differences {
		if d.capture == name && slices.Contains(d.packets, packet) {
			return d.reason
		}
	}
	return ""
}

// agreement counts by folder.
type agreement map[string]*counts

type counts struct {
	packets, same int
	names         [15]struct{ both, ours, theirs int }
}

func (a agreement) count(name string, ours, theirs wireshark.Set) {
	folder, _, _ := strings.Cut(name, "/")
	c := a[folder]
	if c == nil {
		c = &counts{}
		a[folder] = c
	}
	c.packets++
	if ours == theirs {
		c.same++
	}
	for set := ours | theirs; set != 0; set &= set - 1 {
		n := &c.names[bits.TrailingZeros16(uint16(set))]
		switch bit := set & -set; {
		case ours&theirs&bit != 0:
			n.both++
		case ours&bit != 0:
			n.ours++
		default:
			n.theirs++
		}
	}
}

// String is the table of the document.
func (a agreement) String() string {
	var b strings.Builder
	b.WriteString("| captures | packets | same names |\n|---|---:|---:|\n")
	var total counts
	for _, folder := range []string{"public", "more", "kernel"} {
		c := a[folder]
		if c == nil {
			continue
		}
		fmt.Fprintf(&b, "| %s | %d | %d |\n", folder, c.packets, c.same)
		for i, n := range c.names {
			total.names[i].both += n.both
			total.names[i].ours += n.ours
			total.names[i].theirs += n.theirs
		}
	}
	b.WriteString("\n| name | both | only here | only tshark |\n|---|---:|---:|---:|\n")
	for i, name := range allNames() {
		n := total.names[i]
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d |\n", name, n.both, n.ours, n.theirs)
	}
	return b.String()
}

// checkDocument holds the document to the list and the counts, which want all
// captures to be here; -update rewrites it.
func checkDocument(t *testing.T, a agreement) {
	t.Helper()
	var b strings.Builder
	b.WriteString("<!-- Written by: go test ./analyze/wireshark -run TestRecorded -update -->\n\n" +
		"# What differs from tshark " + version + "\n\n" +
		"Every packet of the captures that this is developed against, with the names that tshark " + version +
		" gives it by default settings (recorded in testdata/tshark-" + version + ").\n\n")
	b.WriteString(a.String())
	b.WriteString("\n## The packets that differ\n\nOnly where the two read a header differently:\n\n")
	for _, d := range differences {
		fmt.Fprintf(&b, "* `%s`, packets %s: %s\n", strings.TrimPrefix(d.capture, "more/"),
			strings.Trim(strings.ReplaceAll(fmt.Sprint(d.packets), " ", ", "), "[]"), d.reason)
	}
	b.WriteString("\n## What is left out on purpose\n\n" +
		"* The sequence number 0 stands for \"not known\" in Wireshark. That is kept where it decides a name; in rare orders of segments " +
		"around the very number 0 the names still differ.\n" +
		"* `tcp.analysis.initial_rtt` is known here from the segment on that ends it; tshark leaves it out on segments that it has nothing else to say of.\n" +
		"* `tcp.analysis.bytes_in_flight` and `tcp.analysis.rto` are wrong when more than four million segments of all connections together are unacknowledged.\n" +
		"* A connection that was forgotten to make room begins anew; tshark forgets nothing.\n" +
		"* Headers that ICMP errors quote are not analysed.\n" +
		"* Rules of 4.2 and 4.4: see the package comment.\n")
	if *update {
		if err := os.WriteFile(document, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile(document); err != nil || string(old) != b.String() {
		t.Errorf("%s is not up to date (%v); run with -update. It would be:\n%s", document, err, b.String())
	}
}
