package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
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
