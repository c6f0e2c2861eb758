package lab

import (
	"os"
	"path/filepath"
	"testing"
)

// What a tap writes beside its capture has a line for each packet, in the form of
// testdata/pcaps/kernel, and names what the link did.
func TestTap(t *testing.T) {
	dir := t.TempDir()
	tap, err := newTap(dir, "name", "rcv", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1500)
	packet[0] = 0x45
	lost, odd := fate{lost: true, held: true}, fate{corrupt: true, held: true, copied: true}
	tap.record(1, packet, deed{class: Orig})
	tap.record(2, packet, deed{class: Rexmit, fate: lost.String()})
	tap.record(3, packet, deed{class: Orig, fate: odd.String()})
	tap.record(4, packet, deed{class: NetDup, overtaken: true, came: 12})
	if err := tap.close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"name.rcv.truth.tsv": "1\torig\t0\n2\trexmit\t0\n3\torig\t0\n4\tnetdup\t1\n",
		"name.rcv.link.tsv":  "1\tsent\t-\t-\n2\tsent\tlost\t-\n3\tsent\tdamaged,held,copied\t-\n4\tcame\t-\t12\n",
	} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	// Whole packets: without the payload nobody can tell a wrong checksum.
	if info, err := os.Stat(filepath.Join(dir, "name.rcv.pcap")); err != nil || info.Size() < 4*1500 {
		t.Errorf("%v, %v", info.Size(), err)
	}
}
