package lab_test

import (
	"testing"

	"tcpwatch/lab"
	"tcpwatch/lab/scenario"
)

// Large segments are cut as a device cuts them: the kernel's count of what it sent again
// agrees, no packet that arrives is longer than the MTU, and all their checksums are right.
func TestOffloadTruth(t *testing.T) {
	needLab(t)
	sc := &lab.Scenario{Name: "cut", Link: [2]lab.Path{{Delay: 2 * ms, Loss: .01}, {Delay: 2 * ms}}, Offload: lab.Cut, Settle: 300 * ms, Program: scenario.Bulk(1e6)}
	res, err := lab.Run(sc, t.TempDir(), 1)
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
	sc := &lab.Scenario{Name: "whole", Link: [2]lab.Path{{Delay: 2 * ms}, {Delay: 2 * ms}}, Offload: lab.Whole, Settle: 300 * ms, Program: scenario.Bulk(1e6)}
	res, err := lab.Run(sc, t.TempDir(), 1)
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
