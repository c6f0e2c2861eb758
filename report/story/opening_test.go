package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

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
