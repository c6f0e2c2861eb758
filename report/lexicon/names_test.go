package lexicon

import (
	"testing"

	"tcpwatch/capture/wire"
)

// TestFlagTexts: the spellings made of each other are those that Flags gives.
func TestFlagTexts(t *testing.T) {
	for f := range wire.Flags(len(flagTexts)) {
		if got := Flags(f); got != f.String() {
			t.Errorf("%#x: %q, want %q", uint16(f), got, f)
		}
	}
}
