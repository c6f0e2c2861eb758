package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// labScene is a SYN that is lost, one that is answered, and an answer of which
// the kernel says something else.
func labScene() []*LabStep {
	at := func(n uint64, ms int, client bool, flags wire.Flags, seq, ack wire.Seq, phase label.ID) *LabStep {
		return &LabStep{Number: n, Connection: 1, At: time.Duration(ms) * time.Millisecond, FromClient: client, Labels: label.Set(0).With(phase), Window: 64240, Arrived: true,
			Step: analyze.Step{Seq: seq, Ack: ack, Flags: flags, FromClient: client, Phase: phase, Acceptable: true}}
	}
	lost := at(1, 0, true, wire.SYN, 1000, 0, label.SYN)
	lost.Lost, lost.Arrived = true, false
	lost.Ends = [2]LabEnd{{state.SynSent, "SYN-SENT", 1}, {state.Listen.Infer(), "LISTEN", 1}}
	again := at(2, 1000, true, wire.SYN, 1000, 0, label.SYN)
	again.Step.Repeated, again.Cause = true, label.CauseRTO
	again.Labels = again.Labels.With(label.Retransmission)
	again.Ends = lost.Ends
	answer := at(3, 1020, false, wire.SYN|wire.ACK, 8000, 1001, label.SynAck)
	answer.Ends = [2]LabEnd{{state.SynSent, "SYN-SENT", 1}, {state.SynReceived, "none", 0}}
	third := at(4, 1040, true, wire.ACK, 1001, 8001, label.HandshakeAck)
	third.Ends = [2]LabEnd{{state.Established, "ESTABLISHED", 1}, {state.Established, "SYN-RECEIVED", -1}}
	data := at(5, 1050, true, wire.ACK, 1001, 8001, label.Data)
	data.Step.Len = 20
	data.Ends = [2]LabEnd{{state.Established, "ESTABLISHED", 1}, {state.Established, "ESTABLISHED", 1}}
	acked := at(6, 1070, false, wire.ACK, 8001, 1021, label.Ack)
	acked.Ends = data.Ends
	return []*LabStep{lost, again, answer, third, data, acked}
}

const labText = `   1       0 s  client → server  SYN  seq 0, window 64,240
                SYN · ISN of the client: 1000 · lost on the way
     client SYN-SENT = SYN-SENT          server LISTEN? = LISTEN
   2    1.00 s  client → server  SYN again  seq 0, window 64,240
                SYN RETRANSMISSION (rto) · the same ISN: 1000
     client SYN-SENT = SYN-SENT          server LISTEN? = LISTEN
   3    1.02 s  server → client  SYN-ACK  seq 0, ack 1, window 64,240
                SYN-ACK · ack = 1000 + 1 ✓; ISN of the server: 8000
     client SYN-SENT = SYN-SENT          server SYN-RECEIVED (no socket)
   4    1.04 s  client → server  ACK  seq 1, ack 1, window 64,240
                HANDSHAKE-ACK · ack = 8000 + 1 ✓
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED ≠ SYN-RECEIVED
   5    1.05 s  client → server  DATA, 20 B  seq 1, ack 1, window 64,240
                DATA
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED = ESTABLISHED
   6    1.07 s  server → client  ACK  seq 1, ack 21, window 64,240
                ACK · ack = 1 + 20 ✓
     client ESTABLISHED = ESTABLISHED    server ESTABLISHED = ESTABLISHED
`

func TestLabStory(t *testing.T) {
	var out bytes.Buffer
	l := NewLabStory(&out, Options{Width: 80})
	for _, s := range labScene() {
		l.Step(s)
	}
	if out.String() != labText {
		t.Errorf("got\n%s\nexpected\n%s", out.String(), labText)
	}
	if all, equal, without := l.Compared(); all != 11 || equal != 10 || without != 1 {
		t.Errorf("%d compared, %d equal, %d without", all, equal, without)
	}
}

// However narrow the terminal, no line is wider, and nothing but ASCII is written
// where that is asked for. What a program says cannot reach a terminal as it is.
func TestLabStoryFits(t *testing.T) {
	for _, width := range []int{40, 60, 80, 100, 140} {
		for _, ascii := range []bool{false, true} {
			var out bytes.Buffer
			l := NewLabStory(&out, Options{Width: width, ASCII: ascii})
			l.Title("name", "what is to be seen in this scenario, in a line that is rather long")
			l.Heading("PART", "how to read it, in a note that is rather long, too")
			for _, s := range labScene() {
				l.Step(s)
			}
			l.Step(&LabStep{Number: 7, Datagram: "UDP 10.77.0.1:40000 → 10.77.0.2:7799, 5 octets", Lost: true})
			l.Say(time.Second, "client: the answer is \"\x1b[31mred\"")
			l.Sentence("WHY", "Because of this and that, which takes more than a line on a narrow terminal.")
			l.Meaning("TIME-WAIT")
			l.Meaning("no such word")
			for line := range strings.Lines(out.String()) {
				line = strings.TrimRight(line, "\n")
				if displayWidth(line) > width {
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

func TestLabStoryBroken(t *testing.T) {
	l := NewLabStory(&shortPipe{left: 2}, Options{})
	for _, s := range labScene() {
		l.Step(s)
	}
	if l.Err() == nil {
		t.Error("the error is lost")
	}
}

// Every member of an object is one that the document names, and the other way
// round.
func TestLabMembers(t *testing.T) {
	var declared []string
	for _, m := range labMembers {
		declared = append(declared, m.name)
	}
	var b []byte
	for _, s := range labScene() {
		b = LabObject(b, "scene", s.At, "", s)
	}
	b = LabObject(b, "scene", 0, "client: says \"\x1b\"", nil)
	b = LabObject(b, "scene", 0, "", &LabStep{Number: 8, Datagram: "UDP"})
	used := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for name := range o {
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
