package summary

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
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
		{"half of them sent again", count(of{label.SYN: 24}, 0, 16, 8, 0), ""},
		{"fewer than half", count(of{label.SYN: 22}, 0, 15, 8, 0), "only SYNs and"},
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
		y.add(&analyze.Connection{Opening: o}, nil)
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
		x := &analyze.Connection{Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("198.51.100.1:80")}
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
	opened := func(y *tally, o analyze.Opening) { y.add(&analyze.Connection{Opening: o}, nil) }
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
		var s section
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

func TestTapPlaces(t *testing.T) {
	for _, c := range []struct {
		places        tapPlaces
		name, summary string
	}{
		{tapPlaces{}, "", ""},
		{tapPlaces{client: 8, server: 1, between: 1}, "client", "the tap probably stands at the clients, by the split of the round trip in 8 of 10 handshakes"},
		{tapPlaces{client: 7, server: 2, between: 1}, "", "where the tap stands differs: at the client in 7, at the server in 2, between in 1 of 10 handshakes"},
		{tapPlaces{client: 8, server: 3}, "", "where the tap stands differs: at the client in 8, at the server in 3 of 11 handshakes"},
		{tapPlaces{client: 2, between: 1}, "", "where the tap stands differs: at the client in 2, between in 1 of 3 handshakes"},
		{tapPlaces{server: 1}, "server", "the tap probably stands at the server, by the split of the round trip in one handshake"},
		{tapPlaces{between: 1}, "between", "the tap probably stands between client and server, by the split of the round trip in one handshake"},
		{tapPlaces{between: 4}, "between", "the tap probably stands between clients and servers, by the split of the round trip in 4 of 4 handshakes"},
	} {
		if name, _, _ := c.places.place(); name != c.name || prose.Unglue(tapText(&c.places, c.places.client+c.places.server+c.places.between)) != c.summary {
			t.Errorf("%+v: %q, %q", c.places, name, prose.Unglue(tapText(&c.places, c.places.client+c.places.server+c.places.between)))
		}
	}
	var p tapPlaces
	for _, o := range []analyze.Opening{
		{SynCount: 1, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6},
		{SynCount: 1, SynAckCount: 1, RTTServer: 1e6, RTTClient: 10e6},
		{SynCount: 1, SynAckCount: 1, RTTServer: 2e6, RTTClient: 10e6},
		{SynCount: 2, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6},              // which SYN was answered is not certain
		{SynCount: 1, SynAckCount: 1, RTTServer: 1e6, RTTClient: 10e6, AckData: 10}, // the bare ACK may be lost, or left out
		{SynCount: 1, SynAckCount: 1, RTTServer: 400e3, RTTClient: 10e3},
		{SynCount: 1, SynAckCount: 1, RTTServer: -1, RTTClient: 1e6},
	} {
		o.Outcome = analyze.OpeningComplete
		p.add(opened(o, -1))
	}
	p.add(opened(analyze.Opening{Outcome: analyze.OpeningSimultaneous, SynCount: 1, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6}, -1)) // whose times are other ones
	p.add(opened(analyze.Opening{Outcome: analyze.OpeningComplete, SynCount: 1, SynAckCount: 1, RTTServer: 10e6, RTTClient: 1e6}, 1e6))    // the server waited
	if p != (tapPlaces{1, 1, 1}) {
		t.Errorf("places %+v", p)
	}
}

// opened is a connection with a shortest round trip to the server after the handshake, in nanoseconds.
func opened(o analyze.Opening, least int64) *analyze.Connection {
	c := analyze.Connection{Opening: o}
	c.FromClient.RTT.Min, c.FromServer.RTT.Min = least, -1
	return &c
}

// TestMostlyCopies: a capture that holds most packets twice says so.
func TestMostlyCopies(t *testing.T) {
	for _, c := range []struct {
		copies, packets uint64
		want            bool
	}{{0, 0, false}, {50, 100, true}, {34, 100, true}, {33, 100, false}, {0, 9, false}} {
		var y tally
		y.client.DuplicatePackets, y.server.Packets = c.copies, c.packets
		if mostlyCopies(&y) != c.want {
			t.Errorf("%d copies of %d packets: %t", c.copies, c.packets, !c.want)
		}
	}
	for copies, want := range map[uint64]string{50: "most packets twice (", 51: "most packets twice or more often ("} {
		var y tally
		var s section
		y.client.DuplicatePackets, y.server.DuplicatePackets = copies-20, 20
		y.client.Packets, y.server.Packets = 70, 30
		if qualityItems(&s, &Input{}, &y); !strings.Contains(s.items[0].text, want) {
			t.Errorf("%d copies of 100 packets: %s", copies, s.items[0].text)
		}
	}
}

// TestQualityNames wants every doubt about the capture to be a sentence.
func TestQualityNames(t *testing.T) {
	var y tally
	y.labels[label.AckUnseen], y.labels[label.LargeSegment], y.labels[label.BadChecksum], y.labels[label.ChecksumOffload] = 1, 2, 3, 4
	y.oneWay, y.opened[analyze.OpeningMidstream] = 5, 6
	in := Input{Interfaces: []Interface{{Packets: 1}, {Packets: 1}, {}}}
	var s section
	qualityItems(&s, &in, &y)
	got := map[uint64]bool{}
	for _, i := range s.items {
		got[i.n] = true
	}
	for n := range uint64(7) {
		if !got[n] && n != 5 {
			t.Errorf("nothing counts %d: %+v", n, s.items)
		}
	}
	if len(s.items) != 7 {
		t.Errorf("%d sentences, want 7: %+v", len(s.items), s.items)
	}
}
