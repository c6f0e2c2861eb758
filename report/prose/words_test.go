package prose

import (
	"strings"
	"testing"
)

// TestWords: numbers stand with their nouns, and stay with them when a line is broken.
func TestWords(t *testing.T) {
	for _, c := range [][2]string{
		{Plural(0, "segment"), "0 segments"}, {Plural(1, "segment"), "1 segment"}, {Plural(2000, "segment"), "2,000 segments"},
		{Times(1), "once"}, {Times(2), "twice"}, {Times(3), "3 times"}, {Times(0), "0 times"},
		{Duration(4_517_000), "4.52 ms"}, {Span(4_517_000), "4.517 ms"}, {Octets(1448), "1,448 B"},
	} {
		if got := Unglue(c[0]); got != c[1] || strings.Contains(c[0], " ") {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
	if got := JoinGlued([]string{"CLIENT IN", "ACK"}); got != "CLIENT"+NBSP+"IN, ACK" {
		t.Errorf("joined: %q", got)
	}
}

func TestFixWidth(t *testing.T) {
	for width, want := range map[int]int{-1: DefaultWidth, 0: DefaultWidth, 1: MinWidth, MinWidth: MinWidth, MinWidth + 1: MinWidth + 1, 500: 500} {
		s := Style{Width: width}
		if s.FixWidth(); s.Width != want {
			t.Errorf("%d becomes %d, want %d", width, s.Width, want)
		}
	}
}

// TestPaint: no code where there is no colour, nothing to emphasise or nothing at all; and
// both ways to paint are one.
func TestPaint(t *testing.T) {
	for _, c := range []struct {
		color bool
		tone  Tone
		text  string
		want  string
	}{
		{false, Bad, "x", "x"}, {true, Plain, "x", "x"}, {true, Bad, "", ""}, {true, Bad, "x", "\x1b[31mx" + ColorEnd},
	} {
		s := Style{Color: c.color}
		if got, same := s.Paint(c.tone, c.text), string(s.AppendPainted([]byte("a"), c.tone, c.text)); got != c.want || same != "a"+c.want {
			t.Errorf("%+v: %q and %q", c, got, same)
		}
	}
}

// TestWriteWrapped: each line is painted by itself, behind its indent, in what the
// terminal can show.
func TestWriteWrapped(t *testing.T) {
	s := Style{Width: 9, Color: true, ASCII: true}
	var b strings.Builder
	if err := s.WriteWrapped(&b, Quiet, "  ", "5"+NBSP+"µs → then"); err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[2m5 us ->" + ColorEnd + "\n  \x1b[2mthen" + ColorEnd + "\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
