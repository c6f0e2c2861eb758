package verdict_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
)

// TestMTUBlackHole: what lets packets of some length pass and drops longer ones, and what
// only looks so.
func TestMTUBlackHole(t *testing.T) {
	const (
		open = "0 A>B S 0 <mss 1460,sackOK>\n+.01 B>A S. 0 ack 1 <mss 1460,sackOK>\n+.001 A>B . 1 ack 1\n" +
			"+.1 A>B P. 1:101(100) ack 1\n+.01 B>A P. 1:101(100) ack 101\n+.001 A>B . 101 ack 101\n"
		long   = "+.1 A>B . 101:1561(1460) ack 101\n"
		again  = "+.6 A>B . 101:1561(1460) ack 101\n"
		thrice = again + again + again
		talks  = "+.1 B>A P. 101:111(10) ack 101\n+.001 A>B . 1561 ack 111\n"
		// One long packet arrives, and of the next flight all but the long one does.
		passed    = "+.1 A>B . 101:1561(1460) ack 101\n+.01 B>A . 101 ack 1561\n"
		oneLost   = "+.1 A>B . 1561:3021(1460) ack 101\n+0 A>B P. 3021:3061(40) ack 101\n+.01 B>A . 101 ack 1561 <sack 3021:3061>\n"
		lostAgain = "+.6 A>B . 1561:3021(1460) ack 101\n"
		tail      = "+0 A>B P. 1561:1601(40) ack 101\n+.01 B>A . 101 ack 101 <sack 1561:1601>\n"
		refuses   = "+.01 B>A . 101 ack 101\n"
		reports   = "+.01 B>A . 101 ack 101 <sack 1561:1601>\n"
		half      = "+.6 A>B . 101:1101(1000) ack 101\n"
	)
	const lost = "what the client sent in packet 7, and again until packet 10, does not arrive in packets of 1500 octets or more"
	swap := strings.NewReplacer("A>B", "B>A", "B>A", "A>B")
	at := func(clock string) string { return strings.ReplaceAll(again, "101\n", "101 <TS val "+clock+" ecr 7>\n") }
	stamp := strings.NewReplacer("sackOK>", "sackOK,TS val 50 ecr 7>", "ack 1\n", "ack 1 <TS val 50 ecr 7>\n", "ack 101\n", "ack 101 <TS val 50 ecr 7>\n", "ack 111\n", "ack 111 <TS val 50 ecr 7>\n")
	for _, c := range []struct {
		name, script string
		want         verdict.Confidence // 0: none
		words        string
	}{
		{"a shorter packet brings them", open + long + thrice + half + "+.01 B>A . 101 ack 1101\n", verdict.Likely,
			lost + "; packet 11 brought it in 1040 octets, and the acknowledgement of that covers less than the longer ones had; no ICMP error that says so was captured"},
		{"and what comes then passes as well", open + long + thrice + half + "+.01 B>A . 101 ack 1101\n+.1 A>B . 1101:2561(1460) ack 101\n+.01 B>A . 101 ack 2561\n", verdict.Likely, lost},
		{"a shorter one, and the longer ones had arrived", open + long + thrice + half + "+.01 B>A . 101 ack 1561\n", 0, ""},
		{"a shorter one, and a longer one after it that is acknowledged", open + long + thrice + half + again + "+.01 B>A . 101 ack 1101\n", 0, ""},
		{"acknowledged in the end", open + long + thrice + again + "+.01 B>A . 101 ack 1561\n", 0, ""},
		{"acknowledged in the end, although shorter ones had passed", open + long + "+0 A>B P. 1561:1601(40) ack 101\n+.01 B>A . 101 ack 101 <sack 1561:1601>\n" + thrice +
			again + "+.01 B>A . 101 ack 1601\n", 0, ""},
		{"a shorter one among others that brings all", open + long + "+0 A>B P. 1561:1601(40) ack 101\n+.01 B>A . 101 ack 101 <sack 1561:1601>\n" + thrice + half +
			"+0 A>B . 1101:1561(460) ack 101\n+.01 B>A . 101 ack 1601\n", verdict.Likely, "packet 9 reports octets that arrived after it"},
		{"the other end goes on", open + long + thrice + talks, verdict.Possible,
			lost + "; it was sent again 3 times, and no packet so long was ever acknowledged in this direction; the other end lives, and goes on in packet 11 without having it"},
		{"the other end goes on, and one so long had arrived", open + "+.1 A>B . 101:1561(1460) ack 101\n+.01 B>A . 101 ack 1561\n+.1 A>B . 1561:3021(1460) ack 101\n" +
			strings.Repeat("+.6 A>B . 1561:3021(1460) ack 101\n", 3) + "+.1 B>A P. 101:111(10) ack 1561\n", 0, ""},
		{"the other end goes on, and others as long had arrived, but none as long as one after", open + "+.1 A>B . 101:1101(1000) ack 101\n+.01 B>A . 101 ack 1101\n" +
			"+.1 A>B . 1101:2101(1000) ack 101\n+0 A>B . 2101:3561(1460) ack 101\n" + strings.Repeat("+.6 A>B . 1101:2101(1000) ack 101\n", 3) + "+.1 B>A P. 101:111(10) ack 1101\n", 0, ""},
		{"one so long was acknowledged together with octets that the capture missed", open + long + "+.01 B>A . 101 ack 1601\n+.1 A>B . 1601:3061(1460) ack 101\n" +
			strings.Repeat("+.6 A>B . 1601:3061(1460) ack 101\n", 3) + "+.1 B>A P. 101:111(10) ack 1601\n", 0, ""},
		{"sent again before and after that", open + long + again + again + "+.01 B>A . 101 ack 1601\n+.1 A>B . 1601:3061(1460) ack 101\n" +
			"+.6 A>B . 1601:3061(1460) ack 101\n+.1 B>A P. 101:111(10) ack 1601\n", 0, ""},
		{"brought, and acknowledged together with octets that the capture missed", open + long + tail + thrice + half + "+.01 B>A . 101 ack 1701\n", 0, ""},
		{"the other end goes on, and an older report came late", open + "+.1 A>B . 101:601(500) ack 101\n+0 A>B . 601:1101(500) ack 101\n+.01 B>A . 101 ack 1101\n+.0001 B>A . 101 ack 101 <sack 601:1101>\n" +
			strings.NewReplacer("101:1561", "1101:2561").Replace(long+thrice) + "+.1 B>A P. 101:111(10) ack 1101\n", verdict.Possible, "goes on in packet 15"},
		{"as much as one of the long ones had is acknowledged", open + long + again + strings.Repeat("+.6 A>B . 51:1511(1460) ack 101\n", 2) + "+.6 A>B . 101:1531(1430) ack 101\n+.01 B>A . 101 ack 1531\n", 0, ""},
		{"the long ones are spoilt", open + long + strings.ReplaceAll(thrice, "101\n", "101 badsum\n") + talks, 0, ""},
		{"the long ones are old by their timestamps", numbered(stamp.Replace(open+long) + at("1") + at("2") + at("3") + stamp.Replace(talks)), 0, ""},
		{"the SYN alone has a timestamp", strings.Replace(open, "sackOK>", "sackOK,TS val 50 ecr 0>", 1) + long + thrice + talks, verdict.Possible, lost},
		{"the long ones have new timestamps", numbered(stamp.Replace(open+long) + at("51") + at("52") + at("53") + stamp.Replace(talks)), verdict.Possible, "packets of 1500 octets"},
		{"the other end goes on before what is sent again", open + long + "+.1 B>A P. 101:111(10) ack 101\n" + thrice, 0, ""},
		{"the other end goes on when it was sent again once", open + long + again + "+.001 B>A P. 101:111(10) ack 101\n" + again + again, 0, ""},
		{"one so long had arrived, one is lost, and the other end is silent from then on", open + passed + oneLost + strings.Repeat(lostAgain, 3), verdict.Possible, "packet 11 reports octets that arrived after it"},
		{"the same where the handshake was not captured", strings.Join(strings.SplitAfter(open, "\n")[3:], "") + passed + oneLost + strings.Repeat(lostAgain, 3), verdict.Possible, "packet 8 reports octets"},
		{"one so long had arrived, and the other end goes on to report others", open + passed + oneLost + strings.Repeat(lostAgain, 3) + "+.1 B>A P. 101:111(10) ack 1561 <sack 3021:3061>\n", verdict.Possible,
			"packet 11 reports octets that arrived after it, in pieces that hold no packet as long; the other end lives, and goes on in packet 15"},
		{"none so long had arrived, and the other end is silent", open + long + "+0 A>B P. 1561:1601(40) ack 101\n+.01 B>A . 101 ack 101 <sack 1561:1601>\n" + thrice, verdict.Likely, "packet 9 reports"},
		{"a shorter one is lost as well, and one as short arrives", open + long + thrice + "+.6 A>B . 101:1101(1000) ack 101\n+.6 A>B . 101:1101(1000) ack 101\n+.01 B>A . 101 ack 1101\n", 0, ""},
		{"one so long had arrived, then nothing does, until a shorter one", open + passed + "+.1 A>B . 1561:3021(1460) ack 101\n" + strings.Repeat(lostAgain, 3) + "+.6 A>B . 1561:2561(1000) ack 101\n+.01 B>A . 101 ack 2561\n", verdict.Possible, "brought it in 1040 octets"},
		{"the same, where the other end was heard meanwhile", open + passed + "+.1 A>B . 1561:3021(1460) ack 101\n" + strings.Repeat(lostAgain, 3) + "+.1 B>A P. 101:111(10) ack 1561\n+.6 A>B . 1561:2561(1000) ack 111\n+.01 B>A . 111 ack 2561\n",
			verdict.Likely, "brought it in 1040 octets"},
		{"the other end closes its window", open + long + thrice + "+.1 B>A . 101 ack 101 win 0\n+.1 B>A P. 101:111(10) ack 101 win 0\n", 0, ""},
		{"the other end answers the long ones, and does not take them", open + long + again + refuses + again + refuses + again + refuses, 0, ""},
		{"the same, and reports others", open + long + tail + again + reports + again + reports + again, 0, ""},
		{"the same, until a shorter one brings them", open + long + again + refuses + again + refuses + again + half + "+.01 B>A . 101 ack 1101\n", 0, ""},
		{"the other end seems to answer one of them", open + long + again + again + refuses + again, verdict.Possible, "goes on in packet 10"},
		{"it answers short ones that were sent after each", open + long + strings.Repeat(again+"+0 A>B P. 1561:1601(40) ack 101\n"+refuses, 3), verdict.Possible, "goes on in packet 16"},
		{"it acknowledges again what was acknowledged before, twice", open + long + again + again + refuses + refuses + again, verdict.Possible, "goes on in packet 11"},
		{"it asks whether this end is there", open + long + strings.Repeat(again+"+.1 B>A . 100 ack 101\n", 3), verdict.Possible, "goes on in packet 13"},
		{"it gives more room", open + long + again + "+.1 B>A . 101 ack 101 win 65001\n" + again + "+.1 B>A . 101 ack 101 win 65002\n" + again, verdict.Possible, "goes on in packet 11"},
		{"it goes on", open + long + again + again + "+.01 B>A P. 101:111(10) ack 101\n" + again + "+.01 B>A P. 111:121(10) ack 101\n", verdict.Possible, "goes on in packet 12"},
		{"it reports short ones that were sent before", open + long + tail + "+0 A>B P. 1601:1641(40) ack 101\n+0 A>B P. 1641:1681(40) ack 101\n" + again +
			"+.01 B>A . 101 ack 101 <sack 1561:1641>\n" + again + "+.01 B>A . 101 ack 101 <sack 1561:1681>\n" + again, verdict.Likely, "packet 9 reports"},
		{"the other end is gone", open + long + thrice + thrice, 0, ""},
		{"the other end resets", open + long + thrice + "+.01 B>A R. 101 ack 101\n", 0, ""},
		{"all is lost from some moment on", open + long + thrice + talks + "+.3 B>A P. 101:111(10) ack 101\n", 0, ""},
		{"the way back lost what the other end sends again", open + long + thrice + "+.1 B>A P. 101:111(10) ack 101\n+.3 B>A P. 101:111(10) ack 101\n", verdict.Possible, lost},
		{"from the middle", strings.Join(strings.SplitAfter(open, "\n")[3:], "") + long + thrice + talks, 0, ""},
		{"captured before it is cut", open + "+.1 A>B . 101:4481(4380) ack 101\n" + thrice + talks, verdict.Possible, lost},
		{"a server that was not open", "0 A>B S 0 <mss 1460>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B . 1:1461(1460) ack 1\n" +
			strings.Repeat("+.6 A>B . 1:1461(1460) ack 1\n", 3) + "+.1 B>A S. 0 ack 1 <mss 1460>\n", 0, ""},
		{"an ICMP error that the sender did not heed", open + long + "+.01 B>A icmp 3/4 quoting A>B 101\n" + thrice + talks, verdict.Possible,
			"goes on in packet 12 without having it; ICMP error in packet 8: a packet was too long for the next link"},
		{"one that names the size", open + long + "+.01 B>A icmp 3/4 mtu 1400 quoting A>B 101\n" + thrice + talks, verdict.Possible,
			"goes on in packet 12 without having it; ICMP error in packet 8: the next link takes no more than 1400 octets"},
		{"of the server", strings.Join(strings.SplitAfter(open, "\n")[:3], "") + swap.Replace("+.1 A>B . 1:1461(1460) ack 1\n"+strings.Repeat("+.6 A>B . 1:1461(1460) ack 1\n", 3)+"+.1 B>A P. 1:11(10) ack 1\n"),
			verdict.Possible, "what the server sent in packet 4, and again until packet 7, does not arrive in packets of 1500 octets or more"},
		{"IPv6, longer than 1,280", v6 + open + swap6(long+thrice+talks), verdict.Possible, "packets of 1500 octets or more"},
		{"IPv6, no longer than 1,280", v6 + open + strings.NewReplacer("1561", "1321", "1460", "1220").Replace(long+thrice+talks), 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, ok := find(judge(t, c.script), verdict.MTUBlackHole)
			if ok != (c.want != 0) || v.Confidence != c.want {
				t.Fatalf("%v %q, want %v", ok, names([]verdict.Verdict{v}), c.want)
			}
			if got := names([]verdict.Verdict{v})[0]; ok && !strings.Contains(got, c.words) {
				t.Errorf("%q\ndoes not say\n%q", got, c.words)
			}
		})
	}
	for _, other := range []string{"3/1", "11/0", "3/13", "12/4"} {
		v, _ := find(judge(t, open+long+"+.01 B>A icmp "+other+" quoting A>B 101\n"+thrice+talks), verdict.MTUBlackHole)
		if got := names([]verdict.Verdict{v})[0]; !strings.Contains(got, "goes on in packet 12") || strings.Contains(got, "ICMP") {
			t.Errorf("ICMP %s, which is about no length: %q", other, got)
		}
	}
}

// numbered gives the segments of a script identifications that rise.
func numbered(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i, line := range lines {
		if head, options, ok := strings.Cut(line, "<"); ok {
			lines[i] = fmt.Sprintf("%sid %d <%s", head, i+1, options)
		}
	}
	return strings.Join(lines, "")
}

const v6 = "addr A [2001:db8::1]:40000\naddr B [2001:db8::2]:80\n"

// swap6 makes the long packet 1,500 octets long with the header of IPv6.
func swap6(s string) string { return strings.NewReplacer("1561", "1541", "1460", "1440").Replace(s) }

// TestLongWithoutVerdict: what does not tell a black hole from an end that is gone is in
// the record, and in no verdict.
func TestLongWithoutVerdict(t *testing.T) {
	keep(t, "0 A>B S 0 <mss 1460>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B . 1:1461(1460) ack 1\n"+
		strings.Repeat("+.6 A>B . 1:1461(1460) ack 1\n", 4), func(c *analyze.Connection) {
		want := analyze.LongClue{First: 4, Last: 8, Tries: 4, Never: true, Least: 1500}
		if c.FromClient.Long != want || c.FromServer.Long.Tries != 0 {
			t.Errorf("%+v, want %+v", c.FromClient.Long, want)
		}
	})
}

// TestStuck: what is not acknowledged tells in which packet it was sent first, and how long
// the other end had been silent then.
func TestStuck(t *testing.T) {
	const open = "0 A>B S 0 <mss 1460>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n"
	for _, c := range []struct {
		name, script string
		want         analyze.Stuck
	}{
		{"after an idle time", open + "+40 A>B P. 11:21(10) ack 1\n+.3 A>B P. 11:21(10) ack 1\n+.6 A>B P. 11:21(10) ack 1\n", analyze.Stuck{Packet: 6, Idle: 40e9}},
		{"a keep-alive in between", open + "+30 A>B . 10 ack 1\n+.01 B>A . 1 ack 11\n+10 A>B P. 11:21(10) ack 1\n+.3 A>B P. 11:21(10) ack 1\n", analyze.Stuck{Packet: 8, Idle: 10e9}},
		{"acknowledged in the end", open + "+40 A>B P. 11:21(10) ack 1\n+.3 A>B P. 11:21(10) ack 1\n+.01 B>A . 1 ack 21\n", analyze.Stuck{}},
		{"what comes after that is stuck", open + "+40 A>B P. 11:21(10) ack 1\n+.3 A>B P. 11:21(10) ack 1\n+.01 B>A . 1 ack 21\n+2 A>B P. 21:31(10) ack 1\n+.3 A>B P. 21:31(10) ack 1\n",
			analyze.Stuck{Packet: 9, Idle: 2e9}},
		{"not sent again", open + "+40 A>B P. 11:21(10) ack 1\n", analyze.Stuck{}},
		{"the other end sends after it", open + "+40 A>B P. 11:21(10) ack 1\n+.001 B>A P. 1:11(10) ack 11\n+.3 A>B P. 11:21(10) ack 11\n", analyze.Stuck{Packet: 6}},
	} {
		keep(t, c.script, func(conn *analyze.Connection) {
			if conn.FromClient.Stuck != c.want {
				t.Errorf("%s: %+v, want %+v", c.name, conn.FromClient.Stuck, c.want)
			}
		})
	}
}
