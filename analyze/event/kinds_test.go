package event_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
)

func count(events []told, k event.Kind) (n int) {
	for _, e := range events {
		if e.Kind == k {
			n++
		}
	}
	return n
}

const (
	handshake = "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	bothClose = handshake + "+.1 A>B F. 1 ack 1\n+.000 B>A F. 1 ack 1\n+.010 A>B . 2 ack 2\n+.001 B>A . 2 ack 2\n"
	lone      = "0 A>B P. 1:101(100) ack 1\n+.3 A>B P. 1:101(100) ack 1\n" // sends again, captured alone
	oneFlight = handshake + "+.010 A>B P. 1:101(100) ack 1\n"
)

// TestOnce: what goes on is told once.
func TestOnce(t *testing.T) {
	for _, c := range []struct {
		name, script string
		kind         event.Kind
		want         int
	}{
		{"a window that stays closed", oneFlight + "+.001 B>A . 1 ack 101 win 0\n+.1 B>A . 1 ack 101 win 0\n+1 B>A . 1 ack 101 win 0", analyze.MomentZeroWindow, 1},
		{"a window that closes twice", oneFlight + "+.001 B>A . 1 ack 101 win 0\n+.1 B>A . 1 ack 101 win 9\n+1 B>A . 1 ack 101 win 0", analyze.MomentZeroWindow, 2},
		{"one repair of several segments", oneFlight + "+.001 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1\n+.001 A>B P. 101:201(100) ack 1\n+.010 B>A . 1 ack 201", analyze.MomentResent, 1},
		{"a repair with an ACK of a part", oneFlight + "+.001 A>B P. 101:201(100) ack 1\n+.3 A>B P. 1:101(100) ack 1\n+.010 B>A . 1 ack 101\n+.001 A>B P. 101:201(100) ack 1\n+.010 B>A . 1 ack 201", analyze.MomentResent, 1},
		{"two repairs", oneFlight + "+.3 A>B P. 1:101(100) ack 1\n+.010 B>A . 1 ack 101\n+.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 101:201(100) ack 1\n+.010 B>A . 1 ack 201", analyze.MomentResent, 2},
		{"two repairs of a direction that is captured alone", lone + "+1.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 101:201(100) ack 1", analyze.MomentResent, 2},
		{"one of them within a second", lone + "+.9 A>B P. 101:201(100) ack 1\n+.3 A>B P. 101:201(100) ack 1", analyze.MomentResent, 1},
		{"one that goes on after a second", lone + "+1.1 A>B P. 1:101(100) ack 1\n+.3 A>B P. 101:201(100) ack 1", analyze.MomentResent, 1},
		{"one that is not acknowledged yet", oneFlight + "+.3 A>B P. 1:101(100) ack 1\n+1.1 A>B P. 101:201(100) ack 1\n+.3 A>B P. 101:201(100) ack 1", analyze.MomentResent, 1},
		{"both ends repair", oneFlight + "+.001 B>A P. 1:51(50) ack 1\n+.3 A>B P. 1:101(100) ack 1\n+.001 B>A P. 1:51(50) ack 1\n+.001 A>B . 101 ack 51\n+.001 B>A . 51 ack 101", analyze.MomentResent, 2},
		{"a stall that goes on", oneFlight + "+.3 A>B P. 1:101(100) ack 1\n+.6 A>B P. 1:101(100) ack 1\n+1.2 A>B P. 1:101(100) ack 1\n+2.4 A>B P. 1:101(100) ack 1\n+4.8 A>B P. 1:101(100) ack 1\n+9.6 A>B P. 1:101(100) ack 1", analyze.MomentStalled, 1},
		{"every SYN again", "0 A>B S 0\n+1 A>B S 0\n+2 A>B S 0", analyze.MomentRetry, 2},
		{"an opening confirmed, and what follows", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.020 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11\n+.1 A>B P. 1:11(10) ack 11\n+.01 B>A . 11 ack 11", analyze.MomentConfirmed, 1},
		{"the opening that is confirmed", "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.020 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11", analyze.MomentOpened, 1},
		{"a RST again", "0 A>B S 0\n+.010 B>A R. 0 ack 1\n+1 A>B S 0\n+.010 B>A R. 0 ack 1", analyze.MomentRefused, 1},
		{"a FIN again", handshake + "+.1 A>B F. 1 ack 1\n+.010 B>A . 1 ack 2\n+1 A>B F. 1 ack 1\n+.010 B>A . 1 ack 2", analyze.MomentHalfClosed, 1},
		{"a FIN again to one of two in TIME-WAIT, who answers", bothClose + "+.3 A>B F. 1 ack 1\n+.01 B>A . 2 ack 2", analyze.MomentTimeWaitRestarted, 1},
		{"and who does not", bothClose + "+.3 A>B F. 1 ack 1\n+.01 A>B . 2 ack 2", analyze.MomentTimeWaitRestarted, 0},
		{"a FIN of which the other direction appears later", "0 A>B . 1 ack 1\n+.1 A>B F. 1 ack 1\n+.1 B>A P. 1:11(10) ack 1", analyze.MomentTakenBack, 0},
		{"ICMP errors about one segment after the other", oneFlight + "+.001 B>A icmp 3/4 quoting A>B 1\n+.001 A>B P. 101:201(100) ack 1\n+.001 B>A icmp 3/4 quoting A>B 101", analyze.MomentICMPError, 1},
		{"ICMP errors about the SYN and after it", "0 A>B S 0\n+.001 B>A icmp 3/1 quoting A>B 0\n+1 A>B S 0\n+.001 B>A icmp 3/1 quoting A>B 0\n+.010 B>A S. 0 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.001 B>A icmp 3/1 quoting A>B 1",
			analyze.MomentICMPError, 2},
		{"TIME-WAIT at both ends", bothClose, analyze.MomentTimeWait, 2},
		{"a RST between two in TIME-WAIT", bothClose + "+.3 A>B R 2\n+.1 A>B R 2", analyze.MomentTimeWaitOver, 2},
		{"a RST of the only one", handshake + "+.1 A>B F. 1 ack 1\n+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2\n+.3 A>B R 2", analyze.MomentTimeWaitOver, 1},
	} {
		if events, _ := tell(t, c.script, analyze.Config{}); count(events, c.kind) != c.want {
			t.Errorf("%s: want %d times %s in\n%s", c.name, c.want, event.All[c.kind].Name, texts(events))
		}
	}
}

// TestEvictions: of a flood that evicts a connection for each that begins, one
// event a second tells, and their sum is right.
func TestEvictions(t *testing.T) {
	var b strings.Builder
	for i := range 200 { // 20 a second
		fmt.Fprintf(&b, "addr C 10.0.%d.%d:1\n+.05 C>B S 0\n", i/100, i%100+1)
	}
	events, records := tell(t, b.String(), analyze.Config{MaxConnections: 10})
	told, sum, inferred := 0, int64(0), 0
	for _, e := range events {
		if e.Kind == analyze.MomentEvicted {
			told++
			sum += e.Value(event.Connections).N
		}
		if e.Kind == analyze.MomentUnanswered && e.Inferred {
			inferred++
		}
	}
	if told < 9 || told > 12 || sum != 190 || inferred != 200 || len(records) != 200 {
		t.Errorf("%d events of %d evictions, %d openings by inference, %d records", told, sum, inferred, len(records))
	}
}

// TestValues pins the fields of some events against the figures of their scripts.
func TestValues(t *testing.T) {
	for script, want := range map[string][]string{
		"0 A>B S 0\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.002 A>B . 1 ack 1": {
			"retry by=client of=SYN tries=2 duration=1",
			"opened form=three-way tries=2 syn_acks=1 rtt_client=0.002 duration=1.012",
		},
		"0 A>B S 0\n+.010 A>B . 1 ack 1\n+.001 B>A P. 1:11(10) ack 1": {"opened tries=1 duration=0.011"},
		"0 B>A S. 0 ack 1\n+.010 A>B . 1 ack 1":                       {"opened syn_acks=1 rtt_client=0.01"},
		oneFlight + "+.3 A>B P. 1:101(100) ack 1\n+.020 B>A . 1 ack 101": {
			"resent by=client first=5 segments=1 octets=100 duration=0.02 end=acknowledged rto=1 fast=0 tlp=0 spurious=0 unknown=0",
		},
		oneFlight + "+.001 B>A . 1 ack 101 win 0\n+2 B>A . 1 ack 101 win 100": {
			"zero-window by=server", "window-reopened by=server first=5 duration=2 window=100 probes=0",
		},
		lone + "+.2 A>B P. 1:101(100) ack 1\n+1.1 A>B P. 101:201(100) ack 1": {
			"resent by=client first=2 segments=2 octets=200 duration=0.2 end=quiet rto=0 fast=0 tlp=0 spurious=0 unknown=2 ?",
		},
		// The server's FIN may have waited for the acknowledgement of its octets.
		"0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 B>A P. 1:101(100) ack 1\n+.001 A>B F. 1 ack 1\n+.010 A>B . 2 ack 101\n" +
			"+.001 B>A P. 101:111(10) ack 2\n+.001 B>A F. 111 ack 2\n+.010 A>B . 2 ack 112": {
			"half-closed by=client client_state=FIN-WAIT-2 server_state=CLOSE-WAIT",
			"closed by=client how=normal duration=0.134 client_state=TIME-WAIT server_state=CLOSED?",
		},
		"0 A>B S 0\n+.010 B>A R. 0 ack 1": {"refused by=server rst_after=refused tries=1 duration=0.01 client_state=CLOSED server_state=CLOSED"},
		"0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1": {
			"opening-reset by=client rst_after=in the handshake tries=1 duration=0.011 client_state=CLOSED server_state=LISTEN?",
		},
		// The ACK that completes the handshake comes behind octets of the server, which it sends only after that.
		"0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.020 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B . 1 ack 11": {
			"opened tries=1 syn_acks=1 rtt_server=0.01 ?", "confirmed of=opened form=three-way tries=1 syn_acks=1 rtt_server=0.01 rtt_client=0.021 duration=0.031",
		},
		"0 A>B S 0 ttl 64\n+.010 B>A S. 0 ack 1 ttl 60\n+.001 A>B . 1 ack 1 ttl 64\n+0 B>A . 1 ack 1 ttl 60\n+1 B>A R. 1 ack 1 ttl 250": {
			"closed by=between how=reset rst_after=abort named=server confidence=likely duration=1.011 client_state=CLOSED server_state=CLOSED ?",
		},
		"0 A>B S 0\n+.010 B>A S. 0 ack 1 ttl 60\n+.001 A>B . 1 ack 1\naddr A 192.0.2.1:40001\naddr D 198.51.100.1:81\n+1 A>D S 0\n+.001 D>A R. 0 ack 1 ttl 250": {
			"refused by=between named=server confidence=possible rst_after=refused tries=1 duration=0.001 client_state=CLOSED server_state=CLOSED ?",
		},
		"0 A>B S 0\n+.1 A>B S 0\n+400 A>B S 99999": {"unanswered by=client tries=2 duration=400.1 end=quiet"},
		handshake + "+.1 A>B F. 1 ack 1\n+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2\n+1 A>B R 2": {
			"time-wait by=client until=60.122", "time-wait-over by=client end=reset",
		},
		handshake + "+.1 A>B F. 1 ack 1\n+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2\n+1 A>B S 9999": {
			"time-wait by=client until=60.122", "time-wait-over by=client end=reused", "tuple-reused by=client previous=1 was=TIME-WAIT right=higher ISN",
		},
	} {
		events, _ := tell(t, script, analyze.Config{})
		for _, line := range want {
			if !slices.ContainsFunc(events, func(e told) bool { return e.text == line }) {
				t.Errorf("no %q in\n%s\nof\n%s", line, texts(events), script)
			}
		}
	}
}

// TestQuietTimesAreTold: the clock alone, as a live capture moves it when nothing
// comes, tells that TIME-WAIT is over and that nobody answers.
func TestQuietTimesAreTold(t *testing.T) {
	var events []told
	teller := event.NewTeller(func(e *event.Event) { events = append(events, told{*e, plain(e)}) })
	a := analyze.New(analyze.Config{Moment: teller.Moment})
	feed(t, a, handshake+"+.1 A>B F. 1 ack 1\n+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2\naddr C 192.0.2.9:1\n+.001 C>B S 0")
	n := len(events)
	a.Advance(start + 60e9)
	if len(events) != n {
		t.Errorf("too soon:\n%s", texts(events[n:]))
	}
	a.Advance(start + 61e9)
	a.Advance(start + 400e9)
	if got, want := texts(events[n:]), "time-wait-over by=client end=2MSL ?\nunanswered by=client tries=1 duration=399.877 end=quiet\n"; got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	if events[n].Packet != 0 || events[n].Time != start+60_122e6 {
		t.Errorf("TIME-WAIT over at %d, packet %d", events[n].Time-start, events[n].Packet)
	}
}
