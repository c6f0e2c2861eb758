package object

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"tcpwatch/report/reporttest"
)

// TestJSONKeepsText reads hostile text back: programs get what was there, as
// far as it is text.
func TestJSONKeepsText(t *testing.T) {
	for _, s := range reporttest.Hostile {
		var back string
		if err := json.Unmarshal(AppendString(nil, s), &back); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	}
}

func FuzzString(f *testing.F) {
	for _, s := range reporttest.Hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid(AppendString(nil, s)) {
			t.Fatalf("%q is no JSON string: %s", s, AppendString(nil, s))
		}
	})
}
