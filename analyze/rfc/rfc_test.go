package rfc

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestHas(t *testing.T) {
	for _, c := range []struct {
		number  int
		section string
		want    bool
	}{
		{9293, "3.5.2", true}, {9293, "3.5.4", false}, {9293, "3", true}, {9293, "", false},
		{6298, "5.5", true}, {768, "", true}, {768, "1", false}, {793, "3.4", false}, {793, "", false},
		{3168, "6.2", false}, {4987, "2.3", false}, {5961, "5.3", false}, {6675, "12", false}, {6675, "11.2", true},
	} {
		if got := Has(c.number, c.section); got != c.want {
			t.Errorf("RFC %d §%s: %v", c.number, c.section, got)
		}
	}
}

// No section is listed twice.
func TestContents(t *testing.T) {
	for number, all := range contents {
		list := strings.Fields(all)
		slices.Sort(list)
		if len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("RFC %d: a section stands there twice", number)
		}
	}
}

func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		"nothing is cited": "",
		"the ACK (RFC 9293 §3.5.1, figure 10, and §3.10.7.1).": "",
		"it doubles (RFC 6298 §2.1, §5.5; RFC 768).":           "",
		"RFC 9293 §3.5, figure 10":                             "RFC 9293 §3.5, figure 10",
		"RFC 9293 §3.5.9 and RFC 6298 §5.":                     "RFC 9293 §3.5.9",
		"as RFC 9293 says":                                     "RFC 9293",
		"§3.5 of nothing":                                      "RFC 0 §3.5",
		"RFC 99999999999999999999 §1":                          fmt.Sprintf("RFC %d §1", math.MaxInt),
	} {
		if got := strings.Join(Wrong(text), "; "); got != want {
			t.Errorf("%q: %q, expected %q", text, got, want)
		}
	}
}
