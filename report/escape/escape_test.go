package escape

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tcpwatch/report/reporttest"
)

func TestText(t *testing.T) {
	for s, want := range map[string]string{
		"plain": "plain", "Grüße, 世界": "Grüße, 世界", "\x1b[1m": `\x1b[1m`, "\u009b": `\x9b`, "\x9b": `\x9b`, "\u202e": `\u202e`, "a\u034f\u3164\u115f\uffa0\ufe0f\U000e0100": `a\u034f\u3164\u115f\uffa0\ufe0f\U000e0100`,
		"\U000e0041": `\U000e0041`, "\x7f\x00": `\x7f\x00`, "a\\b": `a\b`,
	} {
		if got := Text(s); got != want {
			t.Errorf("Text(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestPlainForms: what this program writes itself has a form in ASCII, anything else
// shows which character it is.
func TestPlainForms(t *testing.T) {
	for s, want := range map[string]string{"": "", "a b": "a b", "→ 5 µs · §3.5": "-> 5 us | section 3.5", "ä": `\u00e4`, "\U0001f600": `\U0001f600`} {
		if got := string(AppendASCII([]byte("x"), []byte(s))); got != "x"+want {
			t.Errorf("%q in ASCII is %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"a-b.c": "a-b.c", "a|b": `a\|b`, "`*_<>[]~#&!\\": "\\`\\*\\_\\<\\>\\[\\]\\~\\#\\&\\!\\\\"} {
		if got := string(AppendMarkdown([]byte("x"), []byte(s))); got != "x"+want {
			t.Errorf("%q in Markdown is %q, want %q", s, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range reporttest.Hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := Text(s)
		if !utf8.ValidString(e) || strings.IndexFunc(e, Hidden) >= 0 {
			t.Fatalf("Text(%q) = %q", s, e)
		}
	})
}
