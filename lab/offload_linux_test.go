package lab

import (
	"testing"
)

// Large segments are cut as a device cuts them: the kernel's count of what it sent again
// agrees, no packet that arrives is longer than the MTU, and all their checksums are right.
func TestOffloadTruth(t *testing.T) {
	needLab(t)
	sc := &Scenario{Name: "cut", Link: forward(Path{Delay: 2 * ms, Loss: .01}), Offload: Cut, Settle: 300 * ms, Program: bulk(1e6)}
	res, err := Run(sc, t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	checkTruth(t, sc, res)
	if res.Widest <= 1500 || res.Lost[0] == 0 {
		t.Errorf("the longest packet has %d octets, %d were lost", res.Widest, res.Lost[0])
	}
	for _, p := range load(t, res.Base, "rcv").packets {
		if p.Length > 1500 {
			t.Fatalf("packet %d arrived with %d octets", p.Number, p.Length)
		}
	}
}

// Where large segments arrive as they are, the receiver takes them.
func TestOffloadWhole(t *testing.T) {
	needLab(t)
	sc := &Scenario{Name: "whole", Link: symmetric(Path{Delay: 2 * ms}), Offload: Whole, Settle: 300 * ms, Program: bulk(1e6)}
	res, err := Run(sc, t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	checkTruth(t, sc, res)
	widest := 0
	for _, p := range load(t, res.Base, "rcv").packets {
		widest = max(widest, p.Length)
	}
	if widest <= 1500 || widest != res.Widest {
		t.Errorf("the longest packet has %d octets when it is sent, %d when it arrives", res.Widest, widest)
	}
}

// A mark is part of the header, whose checksum stays right (RFC 1624); what is not of an
// ECN-capable transport gets none.
func TestCongested(t *testing.T) {
	for _, field := range []byte{0, 1, 2, 3} {
		b := []byte{0x45, 0xb8 | field, 0, 40, 1, 2, 0x40, 0, 64, 6, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2}
		c := ^fold(sum(b))
		b[10], b[11] = byte(c>>8), byte(c)
		congested(b)
		want := byte(3)
		if field == 0 {
			want = 0
		}
		if b[1] != 0xb8|want || fold(sum(b)) != 0xffff {
			t.Errorf("ECN field %d became %d, checksum over the header %#x", field, b[1]&3, fold(sum(b)))
		}
		b = []byte{0x6b, 0x8f | field<<4, 0, 0}
		if congested(b); b[0] != 0x6b || b[1] != 0x8f|want<<4 {
			t.Errorf("IPv6, ECN field %d: the header begins with %x", field, b)
		}
	}
}
