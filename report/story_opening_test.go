package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
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
		{"half-open", 2, 1, analyze.OpeningHalfOpen, true, "half-open: the SYN-ACK was sent twice and no acknowledgement of it was captured", "SYN-ACK sent twice (packet 2), never acknowledged"},
		{"half-open, two ISNs", 2, 2, analyze.OpeningHalfOpen, false, "half-open: 2 SYN-ACKs with 2 different ISNs came, and no acknowledgement of any was captured: several machines or several incarnations answered",
			"2 SYN-ACKs with 2 different ISNs (packet 2), none acknowledged"},
	} {
		c := halfClose(t)
		o := &c.Opening
		o.SynAckCount, o.SynAckISNs, o.Outcome = test.count, test.isns, test.outcome
		text := unglue(strings.Join(append([]string{openingSentence(c)}, openingOddities(c)...), "; "))
		if text != test.want {
			t.Errorf("%s: %s", test.name, text)
		}
		if got := synAckResent(c); got != test.resent {
			t.Errorf("%s: sent again: %t", test.name, got)
		}
		if row := unglue(strings.Join(reasonTexts(c), ", ")); row != test.row {
			t.Errorf("%s: row %q", test.name, row)
		}
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
		text := unglue(strings.Join(openingOddities(&analyze.Connection{Opening: test.opening}), "; "))
		if !strings.Contains(text, test.want) || test.want == "" && text != "" {
			t.Errorf("%+v: %q", test.opening, text)
		}
	}
}
