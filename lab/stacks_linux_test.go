package lab_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestStacks scores the captures of other stacks than that of Linux. What such a stack
// leaves out no rule can make up for, so copies that nothing tells may be missed:
// RSTs, and bare ACKs without identification.
func TestStacks(t *testing.T) {
	found, err := filepath.Glob("../testdata/pcaps/stacks/*.json")
	if err != nil || len(found) < 4 {
		t.Fatalf("%d captures, %v", len(found), err)
	}
	var total tally
	for _, path := range found {
		for _, side := range []string{"snd", "rcv"} {
			d := load(t, strings.TrimSuffix(path, ".json"), side)
			s := d.score(t, d.packets, true)
			if bad := s.fp + s.fn + s.ofp + s.ofn + s.dfp; bad != 0 || s.timeWaitsRight != s.timeWaits {
				t.Errorf("%s: %d errors\n%s", d.name, bad, strings.Join(s.wrong, "\n"))
			}
			total.add(s)
		}
	}
	if total.tp < 25 || total.otp < 10 || total.dtp < 10 {
		t.Errorf("hardly anything was scored: %v", &total)
	}
	t.Log(&total)
}
