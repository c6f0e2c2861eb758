package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestAckedUnseenTold: a story does not say that nothing is missing where something was
// acknowledged that had not been captured, even if it makes no gap between octets that were.
func TestAckedUnseenTold(t *testing.T) {
	for _, test := range []struct {
		acks    uint32
		missing uint64
		want    string
	}{
		{0, 0, "; nothing missing\n"},
		{1, 0, "; 1 segment acknowledges what had not been captured\n"},
		{3, 0, "; 3 segments acknowledge what had not been captured\n"},
		{3, 7, "; 7 B of the server were never captured\n"},
	} {
		c := reporttest.HalfClose(t)
		c.Labels[label.AckUnseen], c.FromServer.MissingBytes = test.acks, test.missing
		out := prose.Unglue(told(200, c))
		if !strings.Contains(out, test.want) || strings.Contains(out, "nothing missing") != (test.acks == 0) {
			t.Errorf("%q is not in\n%s", test.want, out)
		}
	}
}

// TestPayloadTold: ends that sent equally much have not sent nothing.
func TestPayloadTold(t *testing.T) {
	for _, test := range []struct {
		client, server uint64
		want           string
	}{
		{0, 0, "no payload"},
		{7, 7, "client 7 B, server 7 B"},
		{0, 7, "client 0 B, server 7 B"},
	} {
		c := reporttest.HalfClose(t)
		c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = test.client, test.server
		if out := prose.Unglue(told(200, c)); !strings.Contains(out, "DATA       "+test.want+";") {
			t.Errorf("%q is not in\n%s", test.want, out)
		}
	}
}

// TestCrossedCauses: a SYN that a SYN-ACK repeats counts among what nothing explained, and
// only there.
func TestCrossedCauses(t *testing.T) {
	for _, c := range []struct {
		unclear, rto uint32
		crossed      uint64
		want         string
	}{
		{1, 0, 1, ": in answer to a SYN"},
		{2, 0, 1, ": 1 unclear why, 1 in answer to a SYN"},
		{0, 1, 1, ": by timeout"},
		{1, 1, 2, ": 1 by timeout, 1 in answer to a SYN"},
		{1, 0, 0, ": unclear why"},
	} {
		var client, server analyze.Direction
		client.Retransmissions = uint64(c.unclear + c.rto)
		client.Causes[label.CauseUnknown], client.Causes[label.CauseRTO] = c.unclear, c.rto
		if got := causesText(&client, &server, c.crossed); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestLostBetween: what was lost between two places of capture is told of both ends together.
func TestLostBetween(t *testing.T) {
	client, server := analyze.Direction{Retransmissions: 4, LostBetween: 3}, analyze.Direction{Retransmissions: 1, LostBetween: 1}
	if got := strings.Join(resentTexts(&client, &server, 0), "; "); !strings.HasSuffix(got, "; 4 lost between two places of capture, or missed at one") {
		t.Errorf("%q", got)
	}
	if got := strings.Join(resentTexts(&client, &analyze.Direction{Retransmissions: 1}, 0), "; "); !strings.HasSuffix(got, "; 3 lost between two places of capture, or missed at one") {
		t.Errorf("of the client alone: %q", got)
	}
}

// TestShownSpurious: what an acknowledgement showed to be unnecessary is told beside the causes, and what
// is needless by its cause not twice.
func TestShownSpurious(t *testing.T) {
	for _, c := range []struct {
		needless       uint32
		client, server uint64
		want           string
	}{
		{0, 0, 0, ""},
		{0, 2, 1, "3 shown to have been unnecessary"},
		{2, 2, 0, ""},
		{2, 3, 0, "3 shown to have been unnecessary"},
	} {
		client, server := analyze.Direction{Retransmissions: 4, Spurious: c.client}, analyze.Direction{Retransmissions: 1, Spurious: c.server}
		client.Causes[label.CauseFast], client.Causes[label.CauseSpurious] = 5-c.needless, c.needless
		got := strings.Join(resentTexts(&client, &server, 0), "; ")
		if c.want == "" && strings.Contains(got, "unnecessary") || !strings.HasSuffix(got, c.want) {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
