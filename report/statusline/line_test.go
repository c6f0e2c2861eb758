package statusline

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tcpwatch/report/prose"
)

// TestOutputAbove: output that ends a line has the status line below it again; one that does not
// has none until the next drawing.
func TestOutputAbove(t *testing.T) {
	var out bytes.Buffer
	l := New(&out)
	l.Style = &prose.Style{Width: 80}
	take := func() string {
		defer out.Reset()
		return out.String()
	}
	now := time.Unix(1700000000, 0)
	if l.Draw(now, &Status{Packets: 7}); take() != "" {
		t.Error("a line that is not on is drawn")
	}
	l.On = true
	l.Draw(now, &Status{Packets: 7})
	line := take()
	if !strings.HasPrefix(line, "7 packets") {
		t.Fatalf("%q", line)
	}
	const erased = lineStart + eraseLine + eraseDown
	l.Write([]byte("row\n"))
	if got := take(); got != erased+"row\n"+line {
		t.Errorf("%q", got)
	}
	l.Write([]byte("part"))
	if got := take(); got != erased+"part" {
		t.Errorf("%q", got)
	}
	l.Write([]byte(" of a row\n"))
	if got := take(); got != " of a row\n" {
		t.Errorf("%q", got)
	}
	if l.Erase(); take() != "" {
		t.Error("a line that is not drawn is erased")
	}
	l.Draw(now, &Status{Packets: 7})
	take()
	if l.Erase(); take() != erased {
		t.Error("a drawn line is not erased")
	}
	l.Draw(now, &Status{Packets: 7})
	l.Style.Width = len(line)/3 + 1 // it occupies three lines now
	take()
	if l.Erase(); take() != "\x1b[2A"+erased {
		t.Error("a line is erased in part")
	}
}

// TestDrawnNowAndThen: a drawing that only the time asks for waits, unless the clock was set back.
func TestDrawnNowAndThen(t *testing.T) {
	var out bytes.Buffer
	l := New(&out)
	l.Style, l.On = &prose.Style{Width: 80}, true
	now := time.Unix(1700000000, 0)
	for _, c := range []struct {
		at   time.Duration
		want bool
	}{{0, true}, {redraw - 1, false}, {redraw, true}, {2*redraw - 1, false}, {0, true}} {
		out.Reset()
		if l.Draw(now.Add(c.at), &Status{}); out.Len() > 0 != c.want {
			t.Errorf("after %v: %q", c.at, &out)
		}
	}
}
