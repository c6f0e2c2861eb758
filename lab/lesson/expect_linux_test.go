package lesson

import (
	"regexp"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/lab"
)

func labels(names ...string) (s label.Set) {
	for _, n := range names {
		id, ok := label.Find(n)
		if !ok {
			panic(n)
		}
		s = s.With(id)
	}
	return s
}

func row(from int, client, server state.State, names ...string) *Row {
	return &Row{From: from, Labels: labels(names...), Ends: [2]End{{Inferred: client}, {Inferred: server}}}
}

func TestMatches(t *testing.T) {
	lost := row(0, state.SynSent, state.Listen.Infer(), "SYN")
	lost.Lost = true
	again := row(0, state.SynSent, state.Listen.Infer(), "SYN", "RETRANSMISSION")
	again.Cause = label.CauseRTO
	answer := row(1, state.SynSent, state.SynReceived, "SYN-ACK")
	rows := []*Row{lost, again, answer}
	for _, c := range []struct{ expect, wrong string }{
		{"client SYN lost | SYN-SENT LISTEN\nclient RETRANSMISSION !lost cause=rto\nserver SYN-ACK | SYN-SENT SYN-RECEIVED", ""},
		{"client SYN\n...\nserver SYN-ACK", ""},
		{"...", ""},
		{"...\nserver SYN-ACK\n...", ""},
		{"client SYN // a comment\n...", ""},
		{"", "nothing is expected"},
		{"client SYN !lost\n...", "row 1"},
		{"server SYN\n...", "row 1"},
		{"client SYN\nclient SYN cause=tlp\n...", "row 2"},
		{"client SYN\nclient SYN\nserver SYN-ACK | ESTABLISHED *", "row 3"},
		{"client SYN\nclient SYN", "row 3"},
		{"client SYN\nclient SYN\nserver SYN-ACK\nclient HANDSHAKE-ACK", "row 4"},
		{"client NO-SUCH-LABEL\n...", "row 1"},
	} {
		if got := matches(c.expect, rows); c.wrong == "" && got != "" || !strings.Contains(got, c.wrong) {
			t.Errorf("%q: %q, expected %q", c.expect, got, c.wrong)
		}
	}
}

// A state that a segment led to when it arrived counts, and its Landing may be
// left out, but never another state.
func TestMatchesLanding(t *testing.T) {
	r := row(0, state.Established, state.SynReceived, "HANDSHAKE-ACK")
	l := row(0, state.Established, state.Established, "HANDSHAKE-ACK")
	l.Landing, r.landing = true, l
	for expect, ok := range map[string]bool{
		"client HANDSHAKE-ACK | ESTABLISHED ESTABLISHED":                               true,
		"client HANDSHAKE-ACK | ESTABLISHED SYN-RECEIVED":                              true,
		"client HANDSHAKE-ACK | * *\nclient HANDSHAKE-ACK landed | * ESTABLISHED":      true,
		"client HANDSHAKE-ACK | ESTABLISHED CLOSED":                                    false,
		"client HANDSHAKE-ACK | * *\nclient HANDSHAKE-ACK landed | * SYN-RECEIVED":     false,
		"client HANDSHAKE-ACK landed | * ESTABLISHED\nclient HANDSHAKE-ACK | * CLOSED": false,
	} {
		if got := matches(expect, []*Row{r, l}); (got == "") != ok {
			t.Errorf("%q: %q", expect, got)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		e    End
		want Verdict
	}{
		{End{state.Established, lab.KernelEstablished}, Equal},
		{End{state.Listen.Infer(), lab.KernelListen}, Equal},
		{End{state.SynReceived, lab.KernelSynReceived}, Equal},
		{End{state.Established, lab.KernelSynReceived}, Different},
		{End{state.Closed, lab.KernelNone}, Equal},
		{End{state.Closed, lab.KernelTimeWait}, Different},
		{End{state.TimeWait, lab.KernelNone}, NoSocket},
	} {
		if got := c.e.Verdict(); got != c.want {
			t.Errorf("%v, %v: %v", c.e.Inferred, c.e.Kernel, got)
		}
	}
}

// Every lesson is complete: a line that fits, an explanation with its clause,
// words that are known, something to be seen.
func TestEveryLesson(t *testing.T) {
	seen := map[string]bool{}
	clause := regexp.MustCompile(`RFC \d+|\(\w+\(2\)`)
	for _, l := range All() {
		if seen[l.Name] || l.Name == "" || l.Name != strings.ToLower(l.Name) {
			t.Errorf("lesson %q: the name is not one of its own", l.Name)
		}
		seen[l.Name] = true
		if n := len([]rune(l.About)); n == 0 || n > 58 {
			t.Errorf("%s: %d letters do not fit beside the name in 80 columns", l.Name, n)
		}
		if !clause.MatchString(l.Why) {
			t.Errorf("%s: no clause in %q", l.Name, l.Why)
		}
		if l.Expect == "" || l.play == nil {
			t.Errorf("%s: nothing to be seen", l.Name)
		}
		known := false
		for _, g := range Groups {
			known = known || g == l.Group
		}
		if !known {
			t.Errorf("%s: group %q", l.Name, l.Group)
		}
	}
}

// What is drawn has the numbers of the figure.
func TestRecite(t *testing.T) {
	l := &Lesson{Script: figure}
	var steps []analyze.Step
	if err := Recite(l, func(r *Row) { steps = append(steps, r.Step) }); err != nil {
		t.Fatal(err)
	}
	if len(steps) != 7 || steps[0].Seq != 1000 || steps[1].Seq != 8000 || steps[1].Ack != 1001 || steps[2].Ack != 8001 || steps[4].Ack != 1021 || steps[6].Ack != 8011 {
		t.Errorf("%+v", steps)
	}
	if err := Recite(&Lesson{Name: "bad", Script: "nonsense"}, func(*Row) {}); err == nil || !strings.Contains(err.Error(), "bad") {
		t.Errorf("%v", err)
	}
}

// datagram never panics, whatever the octets.
func FuzzDatagram(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2, 0, 7, 0, 9, 0, 13, 0, 0, 'h'})
	f.Add([]byte{0x4f, 0})
	f.Add([]byte{0x45, 19: 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if datagram(b) == "" {
			t.Error("nothing is said")
		}
	})
}
