package prose

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tcpwatch/report/escape"
	"tcpwatch/report/reporttest"
)

func FuzzWrap(f *testing.F) {
	for _, s := range reporttest.Hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, line := range Wrap(escape.Text(s), 20, "  ") {
			if Width(line) > 20 && strings.Contains(strings.Trim(line, " "), " ") && Width(line) > 20+1 {
				t.Fatalf("a line of several words is too wide: %q", line)
			}
		}
	})
}

func TestWrapWords(t *testing.T) {
	for _, c := range []struct {
		s    string
		want string
	}{
		{"", ""}, {"one", "one"}, {"aaaa bbbb cccc", "aaaa bbbb|cccc"}, {"aaaaaaaaaaaaaaa b", "aaaaaaaaa|aaaaaa b"}, {"a bbbbbbbbbbbb c", "a|bbbbbbbbb|bbb c"},
		{"a  b", "a  b"}, {"äääää ööööö", "äääää|ööööö"}, {"12 " + Glue("34 567 89"), "12|" + Glue("34 567 89")},
	} {
		if got := strings.Join(Wrap(c.s, 9, ""), "|"); got != c.want {
			t.Errorf("%q at 9 columns = %q, want %q", c.s, got, c.want)
		}
	}
	if !utf8.ValidString(strings.Join(Wrap("öööööööööö ö", 3, ""), "")) {
		t.Error("a character was cut in two")
	}
}
