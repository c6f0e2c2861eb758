package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spuriousPacket is what TestKernelSpurious uses of the NDJSON.
type spuriousPacket struct {
	Packet   int
	From     string
	Flags    string
	SeqRaw   uint32 `json:"seq_raw"`
	Labels   []string
	Evidence map[string]string
}

// copiedBehind are the D-SACKs that the network caused, by capture and packet: it
// copied the retransmission after the tap, which a D-SACK does not tell from a
// first copy that had arrived.
var copiedBehind = map[string]bool{"mixed.snd.pcap 386": true}

// TestKernelSpurious: what SHOWN-SPURIOUS says at the sender's tap is so at the
// receiver's, where both the first copy and the retransmission arrived.
func TestKernelSpurious(t *testing.T) {
	files := map[string]string{}
	for _, dir := range []string{"../../testdata/pcaps/kernel", filepath.Join(sharedRoot(), "pcaps", "kernel")} {
		found, err := filepath.Glob(filepath.Join(dir, "*.snd.pcap"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			files[filepath.Base(f)] = f
		}
	}
	said := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		client, server := files[name], strings.Replace(files[name], ".snd.", ".rcv.", 1)
		said += checkSpurious(t, client, server, "client") + checkSpurious(t, server, client, "server")
	}
	t.Logf("%d retransmissions shown to be spurious in %d captures", said, 2*len(files))
	if said == 0 {
		t.Error("no retransmission was shown to be spurious")
	}
}

// sharedRoot is where the captures lie that are not in this repository.
func sharedRoot() string {
	if root := os.Getenv("TCPWATCH_SHARED"); root != "" {
		return root
	}
	return "../../../shared"
}

var inPacket = regexp.MustCompile(`packet (\d+)`)

// checkSpurious checks what a capture at the host of one end says of what that
// end sent, and returns how often it says so.
func checkSpurious(t *testing.T, near, far, end string) (said int) {
	t.Helper()
	type number struct {
		seq  uint32
		bare bool
	}
	arrived := map[number]int{}
	of := func(p *spuriousPacket) number {
		return number{p.SeqRaw, !slices.Contains(p.Labels, "DATA") && !slices.Contains(p.Labels, "FIN")}
	}
	for _, p := range readNDJSON[spuriousPacket](t, "packets", far) {
		if p.From == end && !slices.Contains(p.Labels, "DUPLICATE-PACKET") {
			arrived[of(&p)]++
		}
	}
	packets := map[int]spuriousPacket{}
	for _, p := range readNDJSON[spuriousPacket](t, "packets", near) {
		packets[p.Packet] = p
		if !slices.Contains(p.Labels, "SHOWN-SPURIOUS") || p.From == end {
			continue
		}
		said++
		m := inPacket.FindStringSubmatch(p.Evidence["SHOWN-SPURIOUS"])
		if m == nil {
			t.Errorf("%s: packet %d names no packet: %v", near, p.Packet, p.Evidence)
			continue
		}
		n, _ := strconv.Atoi(m[1])
		again := packets[n]
		if where := filepath.Base(near) + " " + strconv.Itoa(p.Packet); arrived[of(&again)] < 2 != copiedBehind[where] {
			t.Errorf("%s: packet %d was sent again for nothing by %v; %d copies of it arrived", where, n, p.Evidence, arrived[of(&again)])
		}
	}
	return said
}
