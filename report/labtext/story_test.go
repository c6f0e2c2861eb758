package labtext

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/rfc"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// scene is a SYN that is lost, one that is answered, and an answer of which
// the kernel says something else.
func scene() []*Step {
	at := func(n uint64, ms int, client bool, flags wire.Flags, seq, ack wire.Seq, phase label.ID) *Step {
		return &Step{Number: n, Connection: 1, At: time.Duration(ms) * time.Millisecond, FromClient: client, Labels: label.Set(0).With(phase), Window: 64240, Arrived: true,
			Step: analyze.Step{Seq: seq, Ack: ack, Flags: flags, FromClient: client, Phase: phase, Acceptable: true}}
	}
	lost := at(1, 0, true, wire.SYN, 1000, 0, label.SYN)
	lost.Lost, lost.Arrived = true, false
	lost.Ends = [2]End{{State: state.SynSent, Kernel: "SYN-SENT", Relation: 1}, {State: state.Listen.Infer(), Kernel: "LISTEN", Relation: 1}}
	again := at(2, 1000, true, wire.SYN, 1000, 0, label.SYN)
	again.Step.Repeated, again.Cause = true, label.CauseRTO
	again.Labels = again.Labels.With(label.Retransmission)
	again.Ends = lost.Ends
	answer := at(3, 1020, false, wire.SYN|wire.ACK, 8000, 1001, label.SynAck)
	answer.Ends = [2]End{{State: state.SynSent, Kernel: "SYN-SENT", Relation: 1}, {State: state.SynReceived, Kernel: "none", Relation: 0}}
	third := at(4, 1040, true, wire.ACK, 1001, 8001, label.HandshakeAck)
	third.Ends = [2]End{{State: state.Established, Kernel: "ESTABLISHED", Relation: 1}, {State: state.Established, Kernel: "SYN-RECEIVED", Relation: -1}}
	open := End{State: state.Established, Kernel: "ESTABLISHED", Relation: 1}
	closed := End{State: state.Closed, Kernel: "none", Relation: 1}
	data := func(n uint64, ms int, client bool, seq, ack wire.Seq, octets, acked uint32, server End) *Step {
		s := at(n, ms, client, wire.ACK, seq, ack, label.Data)
		s.Step.Len, s.Acked, s.Ends = octets, acked, [2]End{open, server}
		return s
	}
	unheard := at(8, 1080, false, wire.RST|wire.ACK, 8006, 3897, label.RST)
	unheard.Lost, unheard.Ends = true, [2]End{open, closed}
	reset := at(10, 1100, false, wire.RST, 8006, 0, label.RST)
	reset.Ends = [2]End{closed, closed}
	reused := at(11, 2000, true, wire.SYN, 9000, 0, label.SYN)
	reused.Connection, reused.Past = 2, Past{Known: true, Next: 4000, Stamped: true, TSVal: 500}
	reused.Options = wire.Options{Set: wire.OptTimestamps, TSVal: 750}
	reused.Ends = [2]End{lost.Ends[0], {State: state.Listen.Infer(), Kernel: "none", Guessed: true}}
	return []*Step{lost, again, answer, third,
		data(5, 1050, true, 1001, 8001, 1448, 0, open), data(6, 1060, true, 2449, 8001, 1448, 0, open), data(7, 1070, false, 8001, 3897, 5, 2896, open),
		unheard, data(9, 1090, true, 3897, 8006, 10, 5, closed), reset, reused}
}

const sceneText = `   1       0 s  client → server  SYN  seq 1000, window 64,240
                SYN · ISN of the client · lost on the way
     client SYN-SENT = SYN-SENT          server LISTEN? = LISTEN
   2    1.00 s  client → server  SYN again  seq 1000, window 64,240
                SYN RETRANSMISSION (rto) · the same ISN · 1.00 s after packet 1
     client SYN-SENT = SYN-SENT          server LISTEN? = LISTEN
   3    1.02 s  server → client  SYN-ACK  seq 8000, ack 1001, window 64,240
                SYN-ACK · ack = 1000 + 1 ✓; ISN of the server
     client SYN-SENT = SYN-SENT          server SYN-RECEIVED (no socket)
   4    1.04 s  client → server  ACK  seq 1001, ack 8001, window 64,240
                HANDSHAKE-ACK · ack = 8000 + 1 ✓
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED ≠ SYN-RECEIVED
   5    1.05 s  client → server  DATA, 1,448 B  seq 1, ack 1, window 64,240
                DATA
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED = ESTABLISHED
   6    1.06 s  client → server  DATA, 1,448 B  seq 1,449, ack 1, window 64,240
                DATA
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED = ESTABLISHED
   7    1.07 s  server → client  DATA, 5 B  seq 1, ack 2,897, window 64,240
                DATA · ack = 1,449 + 1,448 ✓, carried by the data
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED = ESTABLISHED
   8    1.08 s  server → client  RST  seq 6, ack 2,897
                RST · would end the connection · lost on the way
     client ESTABLISHED = ESTABLISHED    server CLOSED = no socket
   9    1.09 s  client → server  DATA, 10 B  seq 2,897, ack 6, window 64,240
                DATA · ack = 1 + 5 ✓, carried by the data
     client ESTABLISHED = ESTABLISHED    server CLOSED = no socket
  10    1.10 s  server → client  RST  seq 6
                RST · seq = 6, the ack of the DATA that it answers ✓: ends the
                connection
     client CLOSED = no socket           server CLOSED = no socket
  11    2.00 s  client → server (2)  SYN  seq 9000, window 64,240
                SYN · ISN of the client, 5,000 above the end of the connection
                before (4000), TSval 250 above its last (500) ✓
     client SYN-SENT = SYN-SENT          server CLOSED (the tap: LISTEN?)
`

func TestStory(t *testing.T) {
	var out bytes.Buffer
	l := NewStory(&out, prose.Style{Width: 80})
	for _, s := range scene() {
		l.Step(s)
	}
	if out.String() != sceneText {
		t.Errorf("got\n%s\nexpected\n%s", out.String(), sceneText)
	}
	if !slices.Equal(l.words, []string{"RETRANSMISSION (rto)", "LISTEN?"}) {
		t.Errorf("words to be explained: %q", l.words)
	}
}

// Acknowledgements that say nothing new, and what is sent again, show what they
// mean: what the receiver has, and how the waits grow.
func TestReckoningOfLoss(t *testing.T) {
	r := newReckoning()
	r.sums.Relative = true
	for _, isn := range []wire.Seq{1000, 8000} {
		r.base(&analyze.Step{Seq: isn, Flags: wire.SYN, FromClient: isn == 1000})
	}
	step := func(n uint64, ms int, client bool, seq, ack wire.Seq, octets uint32, labels ...label.ID) *Step {
		s := &Step{Number: n, At: time.Duration(ms) * time.Millisecond, FromClient: client,
			Step: analyze.Step{Seq: seq, Ack: ack, Len: octets, Flags: wire.ACK, FromClient: client, Phase: label.Ack}}
		for _, l := range labels {
			s.Labels = s.Labels.With(l)
			if l == label.Retransmission {
				s.Step.Repeated, s.Cause = true, label.CauseRTO
			}
		}
		return s
	}
	sacks := step(3, 20, false, 8001, 1001, 0, label.DupAck)
	sacks.Options = wire.Options{SACKBlocks: 2, SACK: [4]wire.SACKBlock{{Left: 1101, Right: 1201}, {Left: 1301, Right: 1302}}}
	twice := step(7, 2500, false, 8001, 1201, 0, label.DSACK)
	twice.Options = wire.Options{SACKBlocks: 1, SACK: [4]wire.SACKBlock{{Left: 1001, Right: 1101}}}
	twice.Acked = 200
	for _, c := range []struct {
		s    *Step
		want string
	}{
		{step(1, 0, true, 1001, 8001, 100, label.Data), ""},
		{step(2, 1, true, 1101, 8001, 100, label.Data), ""},
		{sacks, "ack = 1, as before; has 101 to 200, has 301 (SACK)"},
		{step(4, 200, true, 1001, 8001, 100, label.Data, label.Retransmission), "200 ms after packet 1"},
		{step(5, 600, true, 1001, 8001, 100, label.Data, label.Retransmission), "400 ms after packet 4, 2.0 times the wait before"},
		{step(6, 700, true, 1200, 8001, 0, label.KeepAlive), "seq = 201 - 1, before the next octet"},
		{twice, "ack = 101 + 100 ✓; 1 to 100 came twice (SACK)"},
	} {
		check, _ := r.check(c.s)
		var parts []string
		for _, text := range []string{check, r.sacked(c.s), r.waited(c.s)} {
			if text != "" {
				parts = append(parts, strings.ReplaceAll(text, prose.NBSP, " "))
			}
		}
		if got := strings.Join(parts, "; "); got != c.want {
			t.Errorf("packet %d: %q, expected %q", c.s.Number, got, c.want)
		}
		r.saw(c.s, "DATA")
	}
}

// A RST shows why it is believed: it has the number that is expected.
func TestResets(t *testing.T) {
	for _, c := range []struct {
		flags wire.Flags
		seq   wire.Seq
		lost  bool
		over  bool
		want  string
	}{
		{wire.RST, 8001, false, false, "seq = 8001, the ack of the DATA that it answers ✓: ends the connection"},
		{wire.RST | wire.ACK, 8001, false, false, "seq = 8001, the next octet expected ✓: ends the connection"},
		{wire.RST | wire.ACK, 8001, true, false, "seq = 8001, the next octet expected ✓: would end the connection"},
		{wire.RST | wire.ACK, 8101, false, false, "acceptable: ends the connection"},
		{wire.RST, 8001, false, true, "the connection had ended already"},
	} {
		r := newReckoning()
		r.saw(&Step{FromClient: true, Step: analyze.Step{FromClient: true, Flags: wire.ACK, Seq: 1001, Ack: 8001, Len: 20}}, "DATA, 20 B")
		r.sums.Over = c.over
		s := &Step{Lost: c.lost, Step: analyze.Step{Flags: c.flags, Seq: c.seq, Acceptable: true, Phase: label.RST}}
		if got, _ := r.reset(s); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// A SYN whose numbers do not lie above those of the connection before is not said
// to be newer.
func TestReuse(t *testing.T) {
	for _, c := range []struct {
		past  Past
		stamp uint32
		want  string
	}{
		{Past{Known: true, Next: 500}, 0, ", 500 above the end of the connection before (500) ✓"},
		{Past{Known: true, Next: 1500}, 0, ", 500 below the end of the connection before (1500)"},
		{Past{Known: true, Next: 1500, Stamped: true, TSVal: 10}, 30, ", 500 below the end of the connection before (1500), TSval 20 above its last (10) ✓"},
		{Past{Known: true, Next: 500, Stamped: true, TSVal: 40}, 30, ", 500 above the end of the connection before (500), TSval 10 below its last (40)"},
		{Past{Known: true, Next: 500, Stamped: true, TSVal: 30}, 30, ", 500 above the end of the connection before (500), TSval equal to its last (30) ✓"},
		{Past{}, 30, ""},
	} {
		s := &Step{Step: analyze.Step{Seq: 1000, Flags: wire.SYN}, Past: c.past, Options: wire.Options{Set: wire.OptTimestamps, TSVal: c.stamp}}
		if got := (&reckoning{}).reuse(s); got != c.want {
			t.Errorf("%+v: %q", c.past, got)
		}
	}
}

// atEnd is the end of a lesson in which everything was to be said.
func atEnd() *Conclusion {
	return &Conclusion{
		At: time.Second, Why: "Because (RFC 9293 §3.5).", Words: []string{"TIME-WAIT"}, Notes: map[string]string{"RETRANSMISSION (rto)": "why here."},
		Reached: "by the client", Shortened: "all", Differs: "much", Kept: "there\x1b[31m",
		Compared: 11, Equal: 10, NoSocket: 1, Again: [2]uint64{2, 1}, Crossed: [2]uint64{1, 1}, KernelAgain: [2]uint64{1, 0},
		Unexpected: "at row 3",
	}
}

// The conclusion explains every word of the steps, and counts as it should.
func TestConclude(t *testing.T) {
	var out bytes.Buffer
	l := NewStory(&out, prose.Style{Width: 80})
	for _, s := range scene() {
		l.Step(s)
	}
	out.Reset()
	l.Conclude(atEnd())
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"WHY Because (RFC 9293 §3.5). TIME-WAIT: The end",
		"ALSO SEEN RETRANSMISSION (rto): Sent again because the sender's timer had run out. (RFC 6298 §5) Here: why here. LISTEN?: Inferred: an end that listens",
		"REACHED by the client SHORTENED all DIFFERS much CHECKED 10 of 11 states are those of the kernels, which have no socket for 1 more",
		"segments sent again: 3 by the link's own count (2 of them SYNs that a SYN-ACK repeats, which no kernel counts), 1 by the kernels' (TcpRetransSegs); not as expected",
		`KEPT there\x1b[31m.*: what the client saw`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

// Every word that a story may want explained has a meaning.
func TestMeanings(t *testing.T) {
	for id, spec := range label.All {
		if meaning(lexicon.Label(label.ID(id))) == "" {
			t.Errorf("%s has no meaning", spec.Name)
		}
	}
	for c := label.CauseRTO; c < label.CauseCount; c++ {
		text := meaning("RETRANSMISSION (" + c.String() + ")")
		if text == "" || len(rfc.Wrong(text)) > 0 {
			t.Errorf("the cause %v has no meaning, or a wrong clause: %q", c, text)
		}
	}
	if meaning("LISTEN?") == "" || meaning("no such word") != "" {
		t.Error("LISTEN? has no meaning, or nonsense has one")
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		s    Setting
		want string
	}{
		{Setting{"net.x", "0", "1", "so that"}, "both hosts: net.x 0 (default 1): so that"},
		{Setting{"net.x", "1", "1", "so that"}, "both hosts: net.x 1 (the default): so that"},
		{Setting{"net.x", "1", "", "so that"}, "both hosts: net.x is not in this kernel, which does the same without: so that"},
	} {
		var out bytes.Buffer
		NewStory(&out, prose.Style{Width: 200}).Setting(0, &c.s)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%q, expected %q", out.String(), c.want)
		}
	}
}

// However narrow the terminal, no line is wider, and nothing but ASCII is written
// where that is asked for. What a program says cannot reach a terminal as it is.
func TestStoryFits(t *testing.T) {
	for _, width := range []int{40, 60, 80, 100, 140} {
		for _, ascii := range []bool{false, true} {
			var out bytes.Buffer
			l := NewStory(&out, prose.Style{Width: width, ASCII: ascii})
			l.Title("name", "what is to be seen in this scenario, in a line that is rather long")
			l.Heading("PART", "how to read it, in a note that is rather long, too")
			for _, s := range scene() {
				l.Step(s)
			}
			l.Step(&Step{Number: 7, Datagram: "UDP 10.77.0.1:40000 → 10.77.0.2:7799, 5 octets", Lost: true})
			l.Say(time.Second, "client: the answer is \"\x1b[31mred\"")
			l.sentence("WHY", "Because of this and that, which takes more than a line on a narrow terminal.")
			l.Setting(0, &Setting{"net.ipv4.name", "0", "1", "a reason that is rather long, so that it takes more than a line"})
			l.Conclude(atEnd())
			for line := range strings.Lines(out.String()) {
				line = strings.TrimRight(line, "\n")
				if prose.Width(line) > width {
					t.Errorf("%d columns: %q", width, line)
				}
				if strings.Contains(line, "\x1b") {
					t.Errorf("not escaped: %q", line)
				}
				if ascii && strings.IndexFunc(line, func(r rune) bool { return r > 126 }) >= 0 {
					t.Errorf("not ASCII: %q", line)
				}
			}
		}
	}
}

type shortPipe struct{ left int }

func (w *shortPipe) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, errors.New("broken")
	}
	return len(p), nil
}

func TestStoryBroken(t *testing.T) {
	l := NewStory(&shortPipe{left: 2}, prose.Style{})
	for _, s := range scene() {
		l.Step(s)
	}
	if l.Err() == nil {
		t.Error("the error is lost")
	}
}

// Every member of an object is one that the document names, and the other way
// round.
func TestMembers(t *testing.T) {
	var declared []string
	for _, m := range members {
		declared = append(declared, m.name)
	}
	var b []byte
	for _, s := range scene() {
		b = AppendItem(b, "scene", s.At, "", s)
	}
	b = AppendItem(b, "scene", 0, "client: says \"\x1b\"", nil)
	b = AppendItem(b, "scene", 0, "", &Step{Number: 8, Datagram: "UDP"})
	b = AppendSetting(b, "scene", 0, &Setting{"net.ipv4.name", "0", "", "a reason"})
	b = AppendEnding(b, "scene", atEnd())
	used := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		names := slices.Collect(maps.Keys(o))
		for _, side := range []string{"client", "server"} {
			counts, _ := o[side].(map[string]any)
			for name := range counts {
				names = append(names, "client."+name) // the server's are the same
			}
		}
		for _, name := range names {
			used[name] = true
			if !slices.Contains(declared, name) {
				t.Errorf("%s is not declared", name)
			}
		}
	}
	for _, name := range declared {
		if !used[name] {
			t.Errorf("%s is never there", name)
		}
	}
}
