package report

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/statusline"
	"tcpwatch/report/summary"
)

// TestBusy: of a busy second no more lines are shown than asked for, trouble has
// its share, and every event is either shown or counted.
func TestBusy(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Lines: 10, Options: Options{Style: prose.Style{Width: 100}}})
	now := time.Unix(1700000000, 0)
	w.Tick(now, statusline.Status{})
	v4, v6 := reporttest.HalfClose(t), reporttest.Refused6(t)
	opened, refused := momentOf(analyze.MomentOpened, v4, 3, 0), momentOf(analyze.MomentRefused, v6, 23, 0)
	many := func(m *analyze.Moment, n int) { // each of another connection
		for range n {
			m.Number++
			w.Moment(m)
		}
	}
	many(&opened, 1234)
	many(&refused, 8)
	w.Tick(now.Add(900*time.Millisecond), statusline.Status{})
	if out := b.String(); strings.Count(out, "opened in") != 5 || strings.Count(out, "refused") != 5 || strings.Contains(out, "more") {
		t.Errorf("in the first second:\n%s", out)
	}
	b.Reset()
	w.Tick(now.Add(time.Second), statusline.Status{})
	if got, want := b.String(), "… 1,229 more opened, 3 refused\n"; got != want {
		t.Errorf("after it %q, want %q", got, want)
	}
	b.Reset()
	w.Moment(&opened)
	w.Tick(now.Add(2*time.Second), statusline.Status{})
	if out := b.String(); strings.Count(out, "\n") != 1 || !strings.Contains(out, "opened in") {
		t.Errorf("in the next second %q", out)
	}
	b.Reset()
	many(&refused, 30)
	// A clock that goes back does not stop the seconds.
	w.Tick(now.Add(-time.Hour), statusline.Status{})
	if out := b.String(); strings.Count(out, "refused") != 11 || !strings.Contains(out, "… 20 more refused") {
		t.Errorf("%q", out)
	}
	many(&refused, 13)
	b.Reset()
	if err := w.Close(summary.Input{}); err != nil || !strings.HasPrefix(b.String(), "… 3 more refused\n") {
		t.Errorf("at the end %q, %v", &b, err)
	}
}

// TestBusyConnection: one connection does not take all lines of a second for events of
// one kind; other kinds, other connections and the next second have theirs.
func TestBusyConnection(t *testing.T) {
	l := newLimiter(0)
	one, two := event.Event{Kind: analyze.MomentZeroWindow, Connection: 1}, event.Event{Kind: analyze.MomentZeroWindow, Connection: 2}
	reset, none := event.Event{Kind: analyze.MomentClosed, Connection: 1}, event.Event{Kind: analyze.MomentZeroWindow}
	shown := func(ev event.Event, n int) (shown int) {
		for range n {
			if l.allow(&ev) {
				shown++
			}
		}
		return shown
	}
	for _, second := range []string{"first", "next"} {
		got := []int{shown(one, 9), shown(two, 9), shown(reset, 1), shown(one, 9), shown(none, 5)}
		if want := []int{3, 3, 1, 0, 5}; !slices.Equal(got, want) {
			t.Errorf("in the %s second %v shown, want %v", second, got, want)
		}
		if left := l.takeLeft(); left[analyze.MomentZeroWindow] != 6+6+9 {
			t.Errorf("%d left out", left[analyze.MomentZeroWindow])
		}
		l.over(time.Time{})
	}
}

// TestAllLines: the largest number of lines that there is leaves nothing out.
func TestAllLines(t *testing.T) {
	l := newLimiter(math.MaxInt)
	for range 3 {
		if ev := (event.Event{Kind: analyze.MomentOpened}); !l.allow(&ev) {
			t.Error("left out")
		}
	}
}
