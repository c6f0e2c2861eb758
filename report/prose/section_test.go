package prose

import (
	"strings"
	"testing"
)

// TestParts wants parts on as few lines as hold them, none wider than the terminal, and nothing of
// a part to be lost that is wider itself.
func TestParts(t *testing.T) {
	s := &Style{Width: 80}
	for length := 1; length < 180; length++ {
		parts := []string{strings.Repeat("x", length) + " (pcap)", "7 packets", "1 connection in 4.29 ms"}
		var out strings.Builder
		if err := s.WriteParts(&out, parts); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if w := Width(strings.TrimSuffix(line, "\n")); w > 80 {
				t.Errorf("a name of %d: %d columns: %q", length, w, line)
			}
		}
		flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := flat(out.String()); got != flat(strings.Join(parts, "")) {
			t.Errorf("a name of %d: %q", length, got)
		}
		if one := len(strings.Join(parts, "   ")) <= 80; one != (strings.Count(out.String(), "\n") == 1) {
			t.Errorf("a name of %d:\n%s", length, &out)
		}
	}
}

// TestSection wants the sentence beside its name, its other lines below its beginning, and a name
// that fills its room apart from it.
func TestSection(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"DATA", "one two three four five", "DATA       one two three\n           four five\n"},
		{"", "one", "           one\n"},
		{"ALSO SEEN", "5" + NBSP + "B", "ALSO SEEN  5 B\n"},
		{"ELEVEN LONG", "one", "ELEVEN LONG one\n"},
	} {
		var out strings.Builder
		if err := (&Style{Width: 25}).WriteSection(&out, c.name, c.text, Plain); err != nil || out.String() != c.want {
			t.Errorf("%q, want %q (%v)", out.String(), c.want, err)
		}
	}
}
