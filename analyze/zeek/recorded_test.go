package zeek_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// recorded are rows of conn.log that Zeek's own tests keep for its sample
// captures (zeek/testing/btest/Baseline, run with -C: checksums unchecked), the
// TCP connections of each.
var recorded = []struct {
	file string
	rows []string
}{
	{"public/zeek+zeek__testing__btest__Traces__wikipedia.pcap", []string{
		"141.142.220.118:35634 208.80.152.2:80 OTH DdA",
		"141.142.220.118:35642 208.80.152.2:80 S1 ShADad",
		"141.142.220.118:49996 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:49997 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:49998 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:49999 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:50000 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:50001 208.80.152.3:80 S1 ShADad",
		"141.142.220.118:48649 208.80.152.118:80 S1 ShADad",
		"141.142.220.235:6705 173.192.163.128:80 OTH ^h",
	}},
	{"public/zeek+zeek__testing__btest__Traces__mixed-vlan-mpls.pcap", []string{
		"10.1.2.1:11001 10.34.0.1:23 SH SADF",
		"141.42.64.125:56730 125.190.109.199:80 SF ShADdFaf",
		"10.20.80.1:50343 10.0.0.15:80 SF ShADadfF",
	}},
	{"more/zeek+zeek__testing__btest__Traces__cisco-fabric-path.pcap", []string{
		"1.1.1.6:57005 2.2.2.2:48879 S0 S",
		"[1234::e]:57005 [5678::]:48879 S0 S",
	}},
	// That test prints the states of the ends, SYN sent and reset, not the history.
	{"public/zeek+zeek__testing__btest__Traces__tcp__rst-inject-rae.pcap", []string{
		"1.2.0.2:2527 1.2.0.3:6649 REJ",
	}},
}

// TestRecorded compares with what Zeek itself said.
func TestRecorded(t *testing.T) {
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	for _, c := range recorded {
		path := filepath.Join(shared, "pcaps", c.file)
		if _, err := os.Stat(path); err != nil {
			t.Skip("the captures of others are not here (TCPWATCH_SHARED)")
		}
		found := rows(t, path)
		for _, want := range c.rows {
			if !found[want] {
				t.Errorf("%s: no row %s among %v", filepath.Base(path), want, found)
			}
		}
	}
}

func rows(t *testing.T, path string) map[string]bool {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	found := map[string]bool{}
	a := analyze.New(analyze.Config{Connection: func(c *analyze.Connection) {
		row := fmt.Sprintf("%v %v %s", c.Client, c.Server, c.ZeekState)
		found[row], found[row+" "+c.ZeekHistory] = true, true
	}})
	decode := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: true})
	var p capture.Packet
	var seg wire.Segment
	for src.Next(&p) == nil {
		if decode.Decode(&p, &seg) == wire.Segmented {
			a.Segment(&seg)
		}
	}
	a.Flush()
	return found
}
