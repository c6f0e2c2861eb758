package lesson

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/rfc"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
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
	clause := regexp.MustCompile(`RFC \d+`)
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
		if !slices.Contains(Groups, l.Group) {
			t.Errorf("%s: group %q", l.Name, l.Group)
		}
		for _, s := range l.Settings {
			if s.Why == "" || s.Value == "" || !strings.HasPrefix(s.Sysctl(), "net.ipv4.") {
				t.Errorf("%s: setting %+v", l.Name, s)
			}
		}
		for word, note := range l.Notes {
			if !strings.HasSuffix(note, ".") || slices.Contains(l.Words, word) {
				t.Errorf("%s: the note on %s is no sentence, or nobody reads it: %q", l.Name, word, note)
			}
		}
	}
}

// Every clause that a lesson cites is one that there is.
func TestClauses(t *testing.T) {
	for _, l := range All() {
		texts := []string{l.About, l.Why, l.Shortened, l.Differs}
		for _, s := range l.Settings {
			texts = append(texts, s.Why)
		}
		for _, note := range l.Notes {
			texts = append(texts, note)
		}
		for _, text := range texts {
			for _, wrong := range rfc.Wrong(text) {
				t.Errorf("%s: there is no %s, cited in %q", l.Name, wrong, text)
			}
		}
	}
}

// A setting that this kernel need not have is told and not made.
func TestAdopt(t *testing.T) {
	settings := []Setting{{Name: "a", Value: "1"}, {Name: "b", Value: "2", Since: "Linux 9"}}
	for _, there := range []bool{false, true} {
		told, sysctls := adopt(settings, func(string) bool { return there })
		if len(told) != 2 || told[0].Absent || told[1].Absent == there || sysctls["a"] != "1" || (sysctls["b"] == "2") != there {
			t.Errorf("%v: %+v, %v", there, told, sysctls)
		}
	}
}

// Whoever acknowledges data with data of its own is seen to do so, and what a
// tuple's end sent last is known when it is used again.
func TestNumbers(t *testing.T) {
	var n numbers
	send := func(flags wire.Flags, seq, ack wire.Seq, octets, stamp uint32) uint32 {
		seg := wire.Segment{Seq: seq, Ack: ack, Flags: flags, Len: octets}
		if stamp > 0 {
			seg.Options = wire.Options{Set: wire.OptTimestamps, TSVal: stamp}
		}
		return n.send(&seg)
	}
	for i, c := range []struct{ got, want uint32 }{
		{send(wire.SYN, 4294967290, 0, 0, 7), 0},
		{send(wire.ACK, 4294967291, 8001, 0, 8), 0}, // the SYN's own
		{send(wire.ACK, 4294967291, 8101, 20, 9), 100},
		{send(wire.ACK, 15, 8101, 20, 0), 0},
		{send(wire.ACK, 4294967291, 8050, 20, 0), 0}, // again, and late
		{send(wire.RST|wire.ACK, 35, 9000, 0, 0), 0},
	} {
		if c.got != c.want {
			t.Errorf("segment %d acknowledges %d, not %d", i+1, c.got, c.want)
		}
	}
	if want := (Past{Next: 35, Stamped: true, TSVal: 9}); n.past != want {
		t.Errorf("%+v, expected %+v", n.past, want)
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
