package explain

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
)

func TestCases(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"the RST bit is set", []string{"the RST bit is set"}},
		{"one of these: (a) x; or (b) y, z; (c) w: v", []string{"one of these:", "(a) x; or", "(b) y, z;", "(c) w: v"}},
		{"in case (a) x; or in case (b) y", []string{"in case (a) x; or in case (b) y"}},
		{"one of these: (a) as soon as in (b), or sooner; (b) y", []string{"one of these:", "(a) as soon as in (b), or sooner;", "(b) y"}},
		{"x; (b) y", []string{"x; (b) y"}},
	} {
		if got := cases(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.text, got)
		}
	}
}

// TestCasesAreLines: of every definition that has cases each begins a line, in the order of the
// alphabet, and what goes on below it stands further right.
func TestCasesAreLines(t *testing.T) {
	names := map[string]int{}
	count := func(name, text string) { names[name] += max(0, len(cases(text))-1) }
	for _, s := range label.All {
		for _, c := range s.Conditions {
			count(s.Name, c.Text)
		}
	}
	for _, s := range verdict.All {
		for _, c := range s.Conditions {
			count(s.Name, c.Text)
		}
	}
	for _, least := range []string{"RETRANSMISSION", "SHOWN-SPURIOUS", "DUPLICATE-PACKET", "ACCEPT-QUEUE-FULL", "SYN-ACK-LOST", "SYN-COOKIE", "MTU-BLACK-HOLE"} {
		if names[least] < 2 {
			t.Errorf("%s has %d cases", least, names[least])
		}
	}
	for name, n := range names {
		var out bytes.Buffer
		if err := Write(&out, name, prose.Style{Width: 80}); err != nil {
			t.Fatal(err)
		}
		begun := 0
		for l := range strings.Lines(out.String()) {
			if strings.HasPrefix(l, "     ("+string(rune('a'+begun))+") ") {
				begun++
			}
		}
		if begun != n {
			t.Errorf("%s: %d cases begin a line, want %d:\n%s", name, begun, n, out.String())
		}
		if text := "(a) it is a D-SACK of a segment that was sent again (where the network\n         copied "; name == "SHOWN-SPURIOUS" && !strings.Contains(out.String(), text) {
			t.Errorf("%q is not in\n%s", text, out.String())
		}
	}
}
