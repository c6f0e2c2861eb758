package report

import (
	"encoding/json"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/notable"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestHeldUpSYN: a SYN that came when its sender did not send it any more is not said to be sent again,
// neither in the words nor by the reason under which the connection is listed, nor in a count.
func TestHeldUpSYN(t *testing.T) {
	for _, c := range []struct {
		name  string
		count uint32
		late  []analyze.Step
		again bool
		want  string
	}{
		{"held up", 2, []analyze.Step{{Packet: 90}}, false, "captured twice, once held up on the way"},
		{"held up twice", 3, []analyze.Step{{Packet: 90}, {Packet: 91}}, false, "captured 3 times, twice held up on the way"},
		{"sent again and held up", 3, []analyze.Step{{Packet: 2, Repeated: true}, {Packet: 91}}, true, "captured 3 times, once held up on the way"},
		{"sent again", 2, []analyze.Step{{Packet: 90, Repeated: true}}, true, "sent twice"},
		{"in the opening", 2, []analyze.Step{{Packet: 2}}, true, "sent twice"},
		{"a copy", 2, []analyze.Step{{Packet: 2, Repeated: true}, {Packet: 90, Copy: true}}, true, "sent twice"},
		{"of another number", 2, []analyze.Step{{Packet: 2, Repeated: true}, {Packet: 90, Seq: 7}}, true, "sent twice"},
		{"of another number, twice", 2, []analyze.Step{{Packet: 2, Repeated: true}, {Packet: 90, Seq: 7}, {Packet: 91, Seq: 7}}, true, "sent twice"},
		{"of another window", 2, []analyze.Step{{Packet: 90, Window: 63}}, false, "captured twice, once after the handshake, with another window"},
		{"held up, and of another window", 4, []analyze.Step{{Packet: 90}, {Packet: 91, Window: 63}, {Packet: 92}}, false,
			"captured 4 times, twice held up on the way, once after the handshake, with another window"},
		{"never answered", 2, []analyze.Step{{Packet: 90}}, true, "sent twice"},
		{"of the other end", 2, []analyze.Step{{Packet: 2, Repeated: true}, {Packet: 90}, {Packet: 91}}, true, "sent twice"},
	} {
		conn := reporttest.HalfClose(t)
		first := conn.Steps[0]
		if first.Phase != label.SYN || conn.Opening.AckPacket <= 2 {
			t.Fatalf("another beginning: %+v", first)
		}
		for i, s := range c.late {
			s.Phase, s.Flags, s.FromClient = label.SYN, wire.SYN, c.name != "of the other end" || i == 0
			s.Seq += first.Seq
			if s.Window == 0 {
				s.Window = first.Window
			}
			conn.Steps = append(conn.Steps, s)
		}
		conn.Opening.SynCount = c.count
		if c.name == "never answered" {
			conn.Opening.AckPacket = 0
		}
		if got := handshake(t, conn); !strings.Contains(got, "the SYN was "+c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := look(t, conn); c.again && !strings.Contains("; "+got, "; SYN "+c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
		checkOpenedSlowly(t, c.name, conn, c.again, false)
	}
}

// TestHeldUpSynAck: the same for a SYN-ACK, of which a SYN that was held up takes nothing away.
func TestHeldUpSynAck(t *testing.T) {
	for _, c := range []struct {
		name  string
		late  analyze.Step
		again bool
	}{
		{"held up", analyze.Step{Packet: 90}, false},
		{"sent again", analyze.Step{Packet: 90, Repeated: true}, true},
		{"of another number", analyze.Step{Packet: 90, Seq: 7}, true},
	} {
		conn := reporttest.HalfClose(t)
		syn, ack := conn.Steps[0], conn.Steps[1]
		if ack.Phase != label.SynAck {
			t.Fatalf("another beginning: %+v", ack)
		}
		c.late.Phase, c.late.Flags = label.SynAck, wire.SYN|wire.ACK
		c.late.Seq += ack.Seq
		syn.Packet = 95
		conn.Steps, conn.Opening.SynCount, conn.Opening.SynAckCount = append(conn.Steps, c.late, syn), 2, 2
		if got := look(t, conn); c.again && !strings.Contains("; "+got, "; SYN-ACK sent twice") {
			t.Errorf("%s: %s", c.name, got)
		}
		checkOpenedSlowly(t, c.name, conn, false, c.again)
	}
}

// checkOpenedSlowly holds the list of the connections that deserve a look, and the counts of the summary, to what
// was sent again.
func checkOpenedSlowly(t *testing.T, name string, c *connection, syn, synAck bool) {
	t.Helper()
	if got := strings.Contains("; "+look(t, c), "; SYN"); got != (syn || synAck) {
		t.Errorf("%s: listed among SYNs and SYN-ACKs that were resent: %v", name, got)
	}
	var s struct {
		Opened struct {
			Complete     int
			SynResent    int `json:"syn_resent"`
			SynAckResent int `json:"syn_ack_resent"`
		}
	}
	counted(t, c, &s)
	if s.Opened.Complete != 1 || s.Opened.SynResent > 0 != syn || s.Opened.SynAckResent > 0 != synAck {
		t.Errorf("%s: %+v", name, s.Opened)
	}
}

// storyOf is the story of a connection, on long lines.
func storyOf(t testing.TB, c *connection) string {
	t.Helper()
	return render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 1000}}, nil, []*analyze.Connection{c}, summary.Input{})
}

// handshake is what the story of a connection says of its handshake.
func handshake(t testing.TB, c *connection) string {
	t.Helper()
	_, after, found := strings.Cut(storyOf(t, c), "\nHANDSHAKE  ")
	if !found {
		t.Fatal("no handshake")
	}
	text, _, _ := strings.Cut(after, "\n")
	return text
}

// tapOf is what the story of a connection says of the place of the capture; "" if nothing.
func tapOf(t testing.TB, c *connection) string {
	t.Helper()
	title, _, _ := strings.Cut(storyOf(t, c), "\n")
	if at := strings.Index(title, "captured "); at >= 0 {
		return title[at:]
	}
	return ""
}

// look is why a connection deserves a look; "" if it does not.
func look(t testing.TB, c *connection) string {
	t.Helper()
	var list notable.List
	list.Add(c, nil)
	rows, _ := list.Shown()
	if len(rows) == 0 {
		return ""
	}
	return prose.Unglue(rows[0].Why)
}

// counted reads what the summary for programs says of a connection.
func counted(t testing.TB, c *connection, into any) {
	t.Helper()
	out := render(t, Options{Views: []View{ViewSummary}, Format: FormatJSON}, nil, []*analyze.Connection{c}, summary.Input{})
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatal(err)
	}
}
