package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/record"
	"tcpwatch/report/reporttest"
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

// TestSynAcksTold: a SYN-ACK with another ISN is not the first one sent again, wherever it is told.
func TestSynAcksTold(t *testing.T) {
	for _, test := range []struct {
		name    string
		count   uint32
		isns    uint8
		outcome analyze.OpeningOutcome
		resent  bool
		want    string // in the story
		row     string // among what deserves a look
	}{
		{"one", 1, 1, analyze.OpeningComplete, false, "complete in 4.52 ms: SYN → SYN-ACK → ACK", ""},
		{"again", 2, 1, analyze.OpeningComplete, true, "complete in 4.52 ms: SYN → SYN-ACK → ACK; the SYN-ACK was sent twice", "SYN-ACK sent twice (packet 2), opened after 4.52 ms"},
		{"two ISNs", 2, 2, analyze.OpeningComplete, false, "complete in 4.52 ms: SYN → SYN-ACK → ACK; 2 SYN-ACKs with 2 different ISNs: several machines or several incarnations answered; packet 3 acknowledges that of packet 2",
			"2 SYN-ACKs with 2 different ISNs (packet 2)"},
		{"two ISNs, one again", 3, 2, analyze.OpeningComplete, true, "complete in 4.52 ms: SYN → SYN-ACK → ACK; 3 SYN-ACKs with 2 different ISNs: several machines or several incarnations answered; packet 3 acknowledges that of packet 2",
			"3 SYN-ACKs with 2 different ISNs (packet 2); SYN-ACK sent again, opened after 4.52 ms"},
		{"half-open", 2, 1, analyze.OpeningHalfOpen, true, "half-open: the SYN-ACK was sent twice and no acknowledgement of it was captured", "SYN-ACK sent twice (packet 2), no acknowledgement of it captured"},
		{"half-open, two ISNs", 2, 2, analyze.OpeningHalfOpen, false, "half-open: 2 SYN-ACKs with 2 different ISNs came, and no acknowledgement of any was captured: several machines or several incarnations answered",
			"2 SYN-ACKs with 2 different ISNs (packet 2), no acknowledgement of any captured"},
	} {
		c := reporttest.HalfClose(t)
		o := &c.Opening
		o.SynAckCount, o.SynAckISNs, o.Outcome = test.count, test.isns, test.outcome
		if text := handshake(t, c); text != test.want {
			t.Errorf("%s: %s", test.name, text)
		}
		if got := record.SynAckResent(c); got != test.resent {
			t.Errorf("%s: sent again: %t", test.name, got)
		}
		if row := look(t, c); row != test.row {
			t.Errorf("%s: row %q", test.name, row)
		}
	}
}

// TestAckLater: how long the opening took is not said where the ACK that ended it was not captured.
func TestAckLater(t *testing.T) {
	c := reporttest.HalfClose(t)
	o := &c.Opening
	o.AckLater, o.SynCount = true, 2
	const want = "complete: SYN → SYN-ACK → ACK; the SYN was sent twice; the ACK itself was not captured before what the client sent after it (packet 3)"
	if got := handshake(t, c); got != want {
		t.Errorf("%s", got)
	}
	if row := look(t, c); row != "SYN sent twice (packet 1)" {
		t.Errorf("row %q", row)
	}
	if o.AckLater = false; !strings.HasPrefix(handshake(t, c), "complete in 4.52") {
		t.Error("the time is left out where it is known")
	}
}
