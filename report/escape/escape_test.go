package escape

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tcpwatch/report/reporttest"
)

func TestEscape(t *testing.T) {
	for s, want := range map[string]string{
		"plain": "plain", "Grüße, 世界": "Grüße, 世界", "\x1b[1m": `\x1b[1m`, "\u009b": `\x9b`, "\x9b": `\x9b`, "\u202e": `\u202e`, "a\u034f\u3164\u115f\uffa0\ufe0f\U000e0100": `a\u034f\u3164\u115f\uffa0\ufe0f\U000e0100`,
		"\U000e0041": `\U000e0041`, "\x7f\x00": `\x7f\x00`, "a\\b": `a\b`,
	} {
		if got := Text(s); got != want {
			t.Errorf("Escape(%q) = %q, want %q", s, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range reporttest.Hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := Text(s)
		if !utf8.ValidString(e) || strings.IndexFunc(e, Hidden) >= 0 {
			t.Fatalf("Escape(%q) = %q", s, e)
		}
	})
}
