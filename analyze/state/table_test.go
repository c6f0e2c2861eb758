package state

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/matrix.txt")

// arrow is an arrow of RFC 9293 figure 5 as it is drawn: what happens, and
// where it leads.
type arrow struct {
	from State
	what string
	to   State
}

// figure5 is copied from the figure by hand. Where the figure joins two events
// in one arrow ("rcv SYN,ACK"), steps holds them one after the other.
var figure5 = []arrow{
	{Closed, "passive OPEN", Listen},
	{Closed, "active OPEN", SynSent},
	{Listen, "CLOSE", Closed},
	{Listen, "rcv SYN", SynReceived},
	{Listen, "SEND", SynSent},
	{SynSent, "CLOSE", Closed},
	{SynSent, "rcv SYN", SynReceived},
	{SynSent, "rcv SYN,ACK", Established},
	{SynReceived, "rcv RST", Listen}, // note 1
	{SynReceived, "rcv ACK of SYN", Established},
	{SynReceived, "CLOSE", FinWait1},
	{Established, "CLOSE", FinWait1},
	{Established, "rcv FIN", CloseWait},
	{FinWait1, "rcv FIN", Closing},
	{FinWait1, "rcv ACK of FIN", FinWait2},
	{FinWait1, "rcv FIN,ACK of FIN", TimeWait}, // note 2
	{FinWait2, "rcv FIN", TimeWait},
	{CloseWait, "CLOSE", LastAck},
	{Closing, "rcv ACK of FIN", TimeWait},
	{LastAck, "rcv ACK of FIN", Closed},
	{TimeWait, "Timeout=2MSL", Closed},
}

// steps are the events that a capture shows of what the figure says.
var steps = map[string][]Event{
	"active OPEN": {SendSYN}, "SEND": {SendSYN}, "rcv SYN": {GetSYN}, "rcv SYN,ACK": {GetSYN, GetAckOfSYN},
	"rcv RST": {GetRST}, "rcv ACK of SYN": {GetAckOfSYN}, "rcv FIN": {GetFIN}, "rcv ACK of FIN": {GetAckOfFIN},
	"rcv FIN,ACK of FIN": {GetAckOfFIN, GetFIN}, "Timeout=2MSL": {TwoMSL}, "CLOSE": {SendFIN},
}

// TestFigure5 checks that every arrow of the figure is in Table or in Unseen,
// never in both, and that neither calls an arrow the figure's that is not.
func TestFigure5(t *testing.T) {
	drawn := map[Row]bool{} // by From, On and To
	for _, a := range figure5 {
		unseen := false
		for _, r := range Unseen {
			unseen = unseen || r.From == a.from && r.To == a.to && strings.HasPrefix(r.Why, a.what)
		}
		if unseen {
			drawn[Row{From: a.from, On: EventCount, To: a.to}] = true
			if a.what == "CLOSE" && a.from.After(SendFIN) == a.to {
				t.Errorf("%v %s: both seen and unseen", a.from, a.what)
			}
			continue
		}
		s := a.from
		for _, e := range steps[a.what] {
			to := s.After(e)
			if len(steps[a.what]) == 1 {
				drawn[Row{From: s, On: e, To: to}] = true
			}
			s = to
		}
		if s != a.to || len(steps[a.what]) == 0 {
			t.Errorf("%v -- %s -> %v: the table leads to %v", a.from, a.what, a.to, s)
		}
	}
	for _, r := range append(append([]Row(nil), Table...), Unseen...) {
		if got := drawn[Row{From: r.From, On: r.On, To: r.To}]; got != r.Figure5 {
			t.Errorf("%v on %d to %v: Figure5 is %v, drawn %v", r.From, r.On, r.To, r.Figure5, got)
		}
	}
}

// TestNote3: a RST received or sent leaves no end where it was, except in
// CLOSED and LISTEN (RFC 9293 §3.5.3).
func TestNote3(t *testing.T) {
	for s := SynSent; s < Count; s++ {
		if to := s.After(GetRST); to != Closed && to != Listen {
			t.Errorf("%v: a RST received leads to %v", s, to)
		}
		// The note has TIME-WAIT; §3.10.5 deletes the TCB, and so do hosts.
		if to := s.After(SendRST); to != Closed {
			t.Errorf("%v: a RST sent leads to %v", s, to)
		}
	}
	if Listen.After(GetRST) != Listen || Closed.After(GetRST) != Closed {
		t.Error("CLOSED and LISTEN ignore a RST")
	}
}

// sections are the headings of RFC 9293 that rows may cite: those of its table
// of contents below 3.5, 3.6 and 3.10, and those below 3.10.7 in its text.
const sections = " 3.5 3.5.1 3.5.2 3.5.3 3.6 3.6.1 3.10.1 3.10.2 3.10.3 3.10.4 3.10.5 3.10.6 3.10.7 3.10.7.1 3.10.7.2 3.10.7.3 3.10.7.4 3.10.8 "

func TestRows(t *testing.T) {
	seen := map[[2]uint8]bool{}
	for _, r := range Table {
		key := [2]uint8{uint8(r.From), uint8(r.On)}
		if seen[key] {
			t.Errorf("two rows for %v on %v", r.From, r.On)
		}
		seen[key] = true
		if r.From >= Count || r.To >= Count || r.On >= EventCount || r.From == r.To {
			t.Errorf("row %+v", r)
		}
	}
	for _, r := range append(append([]Row(nil), Table...), Unseen...) {
		if !strings.HasPrefix(r.Clause, "RFC ") && !strings.Contains(sections, " "+r.Clause+" ") {
			t.Errorf("%v on %d: RFC 9293 has no section %s", r.From, r.On, r.Clause)
		}
		if r.Why == "" {
			t.Errorf("%v on %d: no reason", r.From, r.On)
		}
	}
}

// TestMatrix compares the whole table, state by event, with a snapshot that a
// reader can check against the RFC.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What becomes of each state (rows) by each event (columns); \".\" where it stays.\n")
	fmt.Fprintf(&b, "%-13s", "")
	for e := range EventCount {
		fmt.Fprintf(&b, "%-21s", e)
	}
	for s := range Count {
		fmt.Fprintf(&b, "\n%-13s", s)
		for e := range EventCount {
			to := "."
			if s.After(e) != s {
				to = s.After(e).String()
			}
			fmt.Fprintf(&b, "%-21s", to)
		}
	}
	got := strings.ReplaceAll(b.String(), " \n", "\n") + "\n"
	for strings.Contains(got, " \n") {
		got = strings.ReplaceAll(got, " \n", "\n")
	}
	const path = "testdata/matrix.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not up to date; run go test ./analyze/state -update (%v)\n%s", path, err, got)
	}
}

func TestState(t *testing.T) {
	if Count != 12 || len(names) != 12 {
		t.Errorf("%d states: RFC 9293 §3.3.2 has eleven, and UNKNOWN is ours", Count)
	}
	for s := range Count {
		i := s | Inferred
		if i.Base() != s || i.IsInferred() != (s != Unknown) || s.IsInferred() {
			t.Errorf("%v: Base %v, IsInferred %v", s, i.Base(), i.IsInferred())
		}
		if want := s.String() + "?"; s != Unknown && i.String() != want || s == Unknown && i.String() != "UNKNOWN" {
			t.Errorf("%v inferred is written %s", s, i)
		}
		if s.Synchronized() != (s >= Established) {
			t.Errorf("%v: Synchronized %v", s, s.Synchronized())
		}
		for e := range EventCount {
			if i.After(e) != s.After(e)|Inferred {
				t.Errorf("%v on %v: an inferred state does not stay inferred", i, e)
			}
		}
	}
	for _, bad := range []State{Count, Count | Inferred, Count + 1} {
		if bad.String() != "?" || bad.After(SendSYN) != bad {
			t.Errorf("the impossible state %d is not left alone", bad)
		}
	}
}
