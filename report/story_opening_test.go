package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
	"tcpwatch/report/reporttest"
)

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
			"3 SYN-ACKs with 2 different ISNs (packet 2), SYN-ACK sent again, opened after 4.52 ms"},
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
		if row := prose.Unglue(strings.Join(reasonTexts(c), ", ")); row != test.row {
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
	if got := prose.Unglue(strings.Join(append([]string{openingSentence(c)}, openingOddities(c)...), "; ")); got != want {
		t.Errorf("%s", got)
	}
	if row := prose.Unglue(slowOpenText(c)); row != "SYN sent twice (packet 1)" {
		t.Errorf("row %q", row)
	}
	if o.AckLater = false; !strings.HasPrefix(openingSentence(c), "complete in 4.52") {
		t.Error("the time is left out where it is known")
	}
}

// TestAcknowledgedOne: which of several SYN-ACKs was acknowledged is told by its ISN, if any was.
func TestAcknowledgedOne(t *testing.T) {
	for _, test := range []struct {
		change func(o *analyze.Opening)
		want   string
	}{
		{func(*analyze.Opening) {}, "; packet 4 acknowledges that of packet 3"},
		{func(o *analyze.Opening) { o.ServerISN = 8000 }, "; packet 4 acknowledges that of packet 2"},
		{func(o *analyze.Opening) { o.ServerISN = 7000 }, ""},
		{func(o *analyze.Opening) { o.ServerISNKnown = false }, ""},
		{func(o *analyze.Opening) { o.AckPacket = 0 }, ""},
	} {
		c := analyze.Connection{Opening: analyze.Opening{ServerISN: 9000, ServerISNKnown: true, AckPacket: 4},
			Steps: []analyze.Step{{Packet: 1, Seq: 9000, Phase: label.SYN}, {Packet: 2, Seq: 8000, Phase: label.SynAck}, {Packet: 3, Seq: 9000, Phase: label.SynAck}}}
		test.change(&c.Opening)
		if got := acknowledgedOne(&c); got != test.want {
			t.Errorf("%+v: %q, want %q", c.Opening, got, test.want)
		}
	}
}

// TestOddSynAcks: what the SYN-ACKs of an opening say is told in the number it has, and ends that
// both sent a SYN do not contradict each other.
func TestOddSynAcks(t *testing.T) {
	for _, test := range []struct {
		opening analyze.Opening
		want    string // "": none of these
	}{
		{analyze.Opening{SynAckCount: 2, SynAckISNs: 2}, "2 SYN-ACKs with 2 different ISNs"},
		{analyze.Opening{SynAckCount: 2, SynAckISNs: 2, Form: analyze.FormSplit}, ""},
		{analyze.Opening{SynAckCount: 1, SynAckISNs: 2, Renumbered: 1}, "; 1 segment whose numbers count from the second is left out"},
		{analyze.Opening{SynAckCount: 1, SynAckISNs: 2, Renumbered: 2}, "; 2 segments whose numbers count from the second are left out"},
	} {
		test.opening.Outcome = analyze.OpeningComplete
		text := prose.Unglue(strings.Join(openingOddities(&analyze.Connection{Opening: test.opening}), "; "))
		if !strings.Contains(text, test.want) || test.want == "" && text != "" {
			t.Errorf("%+v: %q", test.opening, text)
		}
	}
}

// TestOldACKOpens wants the story not to say that a connection was opened where the ACK of the
// SYN-ACK came with a number that the server may not take, and nothing shows that it did.
func TestOldACKOpens(t *testing.T) {
	const doubt = "complete if the server took the ACK, which came with an old number (RFC 9293 §3.10.7.4, first): SYN → SYN-ACK → ACK"
	made := func(change func(c *analyze.Connection)) string {
		c := analyze.Connection{Opening: analyze.Opening{Outcome: analyze.OpeningComplete, Form: analyze.FormThreeWay, AckPacket: 3, RTTServer: -1, RTTClient: -1, Took: -1},
			Closing:    analyze.Closing{Outcome: analyze.ClosingReset, RstPacket: 4, RstBy: analyze.ServerSide, RstAfter: analyze.RstAbort, HalfClosedFor: -1},
			FromClient: reporttest.NoRTT(analyze.Direction{Packets: 2}), FromServer: reporttest.NoRTT(analyze.Direction{Packets: 2})}
		c.Client, c.Server = reporttest.Endpoint("192.0.2.1:1"), reporttest.Endpoint("192.0.2.2:2")
		for i, flags := range []wire.Flags{wire.SYN, wire.SYN | wire.ACK, wire.ACK, wire.RST} {
			c.Steps = append(c.Steps, analyze.Step{Packet: uint64(i + 1), Flags: flags, FromClient: i%2 == 0})
		}
		c.Steps[2].ServerState = state.SynReceived | state.Inferred
		change(&c)
		return openingSentence(&c) + "\n" + phrase.Reset(&c)
	}
	if got, want := made(func(*analyze.Connection) {}), doubt+"\nreset: the server sent a RST (packet 4); the server may not have opened the connection"; !strings.HasPrefix(got, want) {
		t.Error(got)
	}
	// An ACK may answer a segment that is not acceptable, in SYN-RECEIVED as well.
	answered := func(c *analyze.Connection) {
		c.FromServer.Packets, c.ServerState = 3, state.SynReceived|state.Inferred
	}
	if got := made(answered); !strings.HasPrefix(got, doubt) {
		t.Error(got)
	}
	for name, change := range map[string]func(c *analyze.Connection){
		"taken": func(c *analyze.Connection) { c.Steps[2].ServerState = state.Established },
		"shown": func(c *analyze.Connection) { c.FromServer.Packets = 3 }, // one that is neither SYN nor RST
		"other": func(c *analyze.Connection) { c.Opening.AckPacket = 9 },
	} {
		if got := made(change); strings.Contains(got, " if ") || !strings.Contains(got, "in the open connection") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
