package report

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// TestFlagsOnly: a capture of SYNs, FINs and RSTs alone says what it cannot show, if anything
// suggests that others were sent.
func TestFlagsOnly(t *testing.T) {
	count := func(n map[label.ID]uint64, half, unanswered, once, later uint64) *tally {
		y := &tally{onceOnly: once, acksLater: later}
		for id, x := range n {
			y.labels[id] = x
			y.client.Packets += x
		}
		y.opened[analyze.OpeningHalfOpen], y.opened[analyze.OpeningUnanswered] = half, unanswered
		return y
	}
	type of = map[label.ID]uint64
	for _, c := range []struct {
		name string
		y    *tally
		want string
	}{
		{"nothing", count(nil, 0, 0, 0, 0), ""},
		{"SYNs", count(of{label.SYN: 9}, 0, 9, 9, 0), "only SYNs and"},
		{"SYNs and SYN-ACKs", count(of{label.SYN: 9, label.SynAck: 9}, 9, 0, 9, 0), "only SYNs and"},
		{"most sent again", count(of{label.SYN: 9, label.SynAck: 9}, 4, 0, 2, 0), ""},
		{"one ACK besides", count(of{label.SYN: 9, label.Ack: 1}, 0, 9, 9, 0), ""},
		{"closed, ACKs missed", count(of{label.SYN: 9, label.SynAck: 9, label.FIN: 18}, 0, 0, 0, 9), "no segment without SYN, FIN or RST was captured, though"},
		{"closed, nothing missed", count(of{label.SYN: 9, label.SynAck: 9, label.FIN: 18}, 0, 0, 0, 0), ""},
		{"one of data besides", count(of{label.SYN: 9, label.SynAck: 9, label.FIN: 18, label.Data: 1}, 0, 0, 0, 9), ""},
		{"SYNs, one less", count(of{label.SYN: 7}, 0, 7, 7, 0), ""},
		{"refused and half-open", count(of{label.SYN: 12, label.SynAck: 8, label.RST: 4}, 8, 0, 8, 0), "no segment without SYN, FIN or RST was captured: if"},
		{"refused and unanswered", count(of{label.SYN: 12, label.RST: 4}, 0, 8, 8, 0), ""},
	} {
		if got := c.y.flagsOnly(); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q", c.name, got)
		}
	}

	y := &tally{}
	for _, o := range []analyze.Opening{
		{Outcome: analyze.OpeningUnanswered, SynCount: 1}, {Outcome: analyze.OpeningUnanswered, SynCount: 2},
		{Outcome: analyze.OpeningHalfOpen, SynCount: 2, SynAckCount: 1}, {Outcome: analyze.OpeningHalfOpen, SynCount: 1, SynAckCount: 2},
		{Outcome: analyze.OpeningComplete, SynCount: 1, SynAckCount: 1, AckLater: true},
	} {
		y.add(&connection{Opening: o}, nil)
	}
	if y.onceOnly != 2 || y.acksLater != 1 {
		t.Errorf("%d once, %d ACKs missed", y.onceOnly, y.acksLater)
	}
}

// TestCopiesInOneDirection: copies of one segment show no more than that segment.
func TestCopiesInOneDirection(t *testing.T) {
	for _, c := range []struct {
		packets, copies, answers uint64
		want                     bool
	}{{1, 0, 0, false}, {2, 0, 0, true}, {2, 1, 0, false}, {3, 1, 0, true}, {3, 2, 0, false}, {2, 0, 1, false}} {
		x := &connection{Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("198.51.100.1:80")}
		x.Opening.Outcome = analyze.OpeningMidstream
		x.FromClient.Packets, x.FromClient.DuplicatePackets, x.FromServer.Packets = c.packets, c.copies, c.answers
		if got := inOneDirection(x); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
		x.FromClient, x.FromServer = x.FromServer, x.FromClient
		if got := inOneDirection(x); got != c.want {
			t.Errorf("%+v, of the server: %t", c, got)
		}
	}
}

// TestPayloadOnly: a capture without a bare ACK says so, if there is payload to acknowledge.
func TestPayloadOnly(t *testing.T) {
	const said = "no bare ACK was captured"
	opened := func(y *tally, o analyze.Opening) { y.add(&connection{Opening: o}, nil) }
	for _, c := range []struct {
		name   string
		change func(y *tally)
		want   bool
	}{
		{"payload of both", func(*tally) {}, true},
		{"one less", func(y *tally) { y.labels[label.Data]-- }, false},
		{"an ACK", func(y *tally) { y.labels[label.Ack]++ }, false},
		{"an ACK of a SYN-ACK", func(y *tally) { opened(y, analyze.Opening{Outcome: analyze.OpeningComplete}) }, false},
		{"payload after a SYN-ACK", func(y *tally) { opened(y, analyze.Opening{Outcome: analyze.OpeningComplete, AckData: 1}) }, true},
		{"a SYN-ACK that completed it", func(y *tally) { opened(y, analyze.Opening{Outcome: analyze.OpeningSimultaneous}) }, true},
		{"an ACK of a FIN", func(y *tally) { y.labels[label.AckOfFin]++ }, false},
		{"one direction", func(y *tally) { y.oneWay++ }, false},
		{"payload of the client", func(y *tally) { y.server.PayloadOctets = 0 }, false},
		{"payload of the server", func(y *tally) { y.client.PayloadOctets = 0 }, false},
	} {
		var y tally
		var s summarySection
		y.labels[label.Data], y.client.PayloadOctets, y.server.PayloadOctets = absentLeast, 1, 1
		c.change(&y)
		qualityItems(&s, &Input{}, &y)
		got := false
		for _, i := range s.items {
			got = got || strings.HasPrefix(i.text, said)
		}
		if got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
