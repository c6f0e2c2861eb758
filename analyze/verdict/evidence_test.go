package verdict_test

import (
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/verdict"
)

// TestDroppedBeside: the nearer neighbour is named.
func TestDroppedBeside(t *testing.T) {
	for text, want := range map[string]verdict.Reason{
		served + "1 A>B S 0\n+1 A>B S 0\n":                         verdict.ListenerAnswers,
		served + "addr D 198.51.100.1:81\n1 A>D S 0\n+1 A>D S 0\n": verdict.HostAnswers,
		served + "5 A>B S 0\n+1 A>B S 0\n":                         verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.Dropped)
		if e := v.Evidence(); !ok || e[len(e)-1].Why != want {
			t.Errorf("%q, want %q last", names([]verdict.Verdict{v}), want)
		}
	}
}

// TestSynAgainAsksForLess: a SYN that got through without what the first had is told apart.
func TestSynAgainAsksForLess(t *testing.T) {
	const answered = "+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	for text, want := range map[string]verdict.Reason{
		"0 A>B SEW 0\n+1 A>B S 0\n" + answered:                                           verdict.SynAgainWithoutECN,
		"0 A>B SEW 0\n+1 A>B S 0\n+2 A>B S 0\n" + answered:                               verdict.SynAgainWithoutECN,
		"0 A>B SEW 0\n+1 A>B SEW 0\n" + answered:                                         verdict.SynAgain,
		"0 A>B SE 0\n+1 A>B S 0\n" + answered:                                            verdict.SynAgain,
		"0 A>B S 0\n+1 A>B SEW 0\n" + answered:                                           verdict.SynAgain,
		"0 A>B S 0:10(10) <tfo 01020304>\n+1 A>B S 0\n" + answered:                       verdict.SynAgainWithoutData,
		"0 A>B S 0:10(10) <tfo 01020304>\n+1 A>B S 0:10(10) <tfo 01020304>\n" + answered: verdict.SynAgain,
		"0 A>B S 0\n+1 A>B S 0\n" + answered:                                             verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.SynLost)
		if e := v.Evidence(); !ok || e[1].Why != want {
			t.Errorf("%q in\n%s", names([]verdict.Verdict{v}), text)
		}
	}
}

// signs is an answered connection of another client to B, with an option in its SYNs.
func signs(option string) string {
	return "addr C 192.0.2.9:40009\n+1 C>B S 0 <mss 1460," + option + ">\n+.01 B>C S. 0 ack 1 <mss 1460," + option + ">\n+.001 C>B . 1 ack 1\n+.1 C>B R. 1 ack 1\n"
}

// TestSignedSYN: that a SYN is signed, or is not where its listener answers signed ones, stands after
// what was not answered.
func TestSignedSYN(t *testing.T) {
	for text, want := range map[string]verdict.Reason{
		"0 A>B S 0 <mss 1460,md5>\n+1 A>B S 0 <mss 1460,md5>\n": verdict.SynSigned,
		"0 A>B S 0 <mss 1460,ao>\n+1 A>B S 0 <mss 1460,ao>\n":   verdict.SynSignedAO,
		"0 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n":         verdict.SynAgain,

		signs("md5") + "+3 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n":                                                                            verdict.SynUnsigned,
		signs("ao") + "+3 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n":                                                                             verdict.SynUnsigned,
		signs("md5") + "+3 A>B S 0 <mss 1460,md5>\n+1 A>B S 0 <mss 1460,md5>\n":                                                                    verdict.SynSigned,
		signs("sackOK") + "+3 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n":                                                                         verdict.SynAgain,
		signs("md5") + strings.NewReplacer("C", "D", "40009", "40010").Replace(signs("sackOK")) + "+3 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n": verdict.SynAgain,
		"addr B 198.51.100.1:81\n" + signs("md5") + "addr B 198.51.100.1:80\n+3 A>B S 0\n+1 A>B S 0\n":                                             verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.Dropped)
		if e := v.Evidence(); !ok || e[1].Why != want {
			t.Errorf("%q in\n%s", names([]verdict.Verdict{v}), text)
		}
	}
}

// says judges the last connection of a script and wants a piece of evidence of
// one verdict, and not another.
func says(t *testing.T, script string, id verdict.ID, want, not verdict.Reason) {
	t.Helper()
	v, ok := find(judge(t, script), id)
	has := func(why verdict.Reason) bool {
		return slices.ContainsFunc(v.Evidence(), func(it verdict.Item) bool { return it.Why == why })
	}
	if !ok || !has(want) || has(not) {
		t.Errorf("%s: %q, want %q and not %q\n%s", id, names([]verdict.Verdict{v}), want, not, script)
	}
}

// TestLongestRoundTrip: what is added up of the longest round trips is called so,
// and only that.
func TestLongestRoundTrip(t *testing.T) {
	const again = "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n"
	says(t, again+"+.01 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", verdict.SlowSyn, verdict.RoundTrip, verdict.LongestRoundTrip)
	says(t, again+"+.0001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n"+
		"+.01 A>B P. 1:11(10) ack 1 <TS val 1121 ecr 7>\n+.0001 B>A . 1 ack 11 <TS val 17 ecr 1121>\n"+
		"+.01 A>B P. 11:21(10) ack 1 <TS val 1131 ecr 17>\n+.2 B>A . 1 ack 21 <TS val 217 ecr 1131>\n", verdict.SlowSyn, verdict.LongestRoundTrip, verdict.RoundTrip)
}

// TestOtherSynAck: a SYN-ACK with another ISN is not said to be sent again, and one that is has the
// number of the first.
func TestOtherSynAck(t *testing.T) {
	says(t, "0 A>B S 0\n+.01 B>A S. =8000 ack 1\n+.3 B>A S. =70000 ack 1\n+.001 A>B . 1 ack =70001\n", verdict.SynAckLost, verdict.SynAckOther, verdict.SynAckAgain)
	says(t, "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", verdict.SynAckLost, verdict.SynAckAgain, verdict.SynAckOther)
}

// TestTakenShown: what shows which SYN-ACK the client took stands beside it: the echoed timestamp,
// or the number that is acknowledged.
func TestTakenShown(t *testing.T) {
	says(t, "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n"+
		"+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n", verdict.SynAckLost, verdict.AckEchoes, verdict.AckOfNumber)
	says(t, "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 5000000 ack 1\n+.001 A>B . 1 ack 5000001\n",
		verdict.SynAckLost, verdict.AckOfNumber, verdict.AckEchoes)
}

// TestScanRefused: the server's RST is not said to be the client's answer to a SYN-ACK.
func TestScanRefused(t *testing.T) {
	says(t, resets(20)+"+100 A>B S 0\n+.01 B>A R. 0 ack 1\n", verdict.HalfOpenScan, verdict.ManyTargets, verdict.RstAfterSynAck)
}

// TestWindowOfRST: the window of a RST speaks against it only where it has one.
func TestWindowOfRST(t *testing.T) {
	says(t, plain6+"+.1 B>A R. 1 ack 1 win 0 ttl 250\n", verdict.ResetBetween, verdict.RstTTL, verdict.RstWindow)
	says(t, plain6+"+.1 B>A R. 1 ack 1 win 500 ttl 250\n", verdict.ResetBetween, verdict.RstWindow, verdict.RstTooSoon)
}

// TestNotKnownTaken: that nothing of the server came after an ACK does not show
// that the ACK was not taken; the way back, or the way of long segments, may be broken.
func TestNotKnownTaken(t *testing.T) {
	v, ok := find(judge(t, "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+3 A>B P. 1:11(10) ack 1\n"), verdict.SynCookie)
	const want = "SYN-COOKIE (possible); SYN-ACK in packet 2 was not sent again in 4.00 s although nothing shows that its ACK was taken"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); !ok || got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBareAck: where no payload went with the ACK, a server that waits for it is named.
func TestBareAck(t *testing.T) {
	says(t, lastACK+"+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A P. 1:11(10) ack 11\n", verdict.LastAckLost, verdict.BareAckPassed, verdict.AckPassed)
	says(t, verdict.All[verdict.LastAckLost].Example, verdict.LastAckLost, verdict.AckPassed, verdict.BareAckPassed)
}

// TestMaybeDropped: what speaks for a server that dropped the SYN is said.
func TestMaybeDropped(t *testing.T) {
	const near = "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.0001 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.02 A>B . 1 ack 1 <TS val 1120 ecr 7>\n"
	const busy = served + ".5 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+1 A>B S 0 <TS val 2100 ecr 0>\n+.0001 B>A S. 0 ack 1 <TS val 7 ecr 2100>\n" +
		"+.02 A>B . 1 ack 1 <TS val 2120 ecr 7>\n"
	says(t, near, verdict.SynLost, verdict.ServerNear, verdict.ListenerAnswers)
	says(t, busy, verdict.SynLost, verdict.ListenerAnswers, verdict.ServerNear)
	v, _ := find(judge(t, near), verdict.SynLost)
	const want = "SYN-LOST (possible); packet 1 passed this tap and was not answered: lost between here and the server, or dropped by the server, whose queue may be full; " +
		"SYN again in packet 2, 1.00 s after packet 1; SYN-ACK in packet 3 echoes the timestamp of packet 2; a round trip to the server takes 100 µs only, in which little is lost"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestOldSynAgain: the SYN that fell into the older connection is the last one
// of its number, not one before which its sender went on.
func TestOldSynAgain(t *testing.T) {
	v, ok := find(judge(t, inWindow+"+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n+100 A>B S =31000\n+.01 B>A . 1 ack 11\n+.001 A>B R =1011\n"+
		"+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n"), verdict.StaleConnection)
	const want = "STALE-CONNECTION (likely); SYN answered in packet 9 by an ACK that is not for it; the server had not closed the connection before, or not first: so it is not in TIME-WAIT; the client resets that in packet 10; SYN again in packet 11, 1.01 s after packet 8"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); !ok || got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestElsewhere: what repeats a packet at another interface, and nothing else tells
// whether it was sent again, is no more than possible.
func TestElsewhere(t *testing.T) {
	near := strings.Replace(lastACK, "+.01", "+.0005", 1) + "+.01 A>B P. 1:11(10) ack 1\n+.5 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n"
	for _, c := range []struct {
		script      string
		at          int // the packet
		here, there string
	}{
		{"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", 3, "SYN-ACK-LOST likely, SLOW-SYN likely", "SYN-ACK-LOST possible, SLOW-SYN likely"},
		{strings.Replace(near, ".0005", ".01", 1), 5, "LAST-ACK-LOST likely", "LAST-ACK-LOST possible"},
		{near, 5, "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible", "LAST-ACK-LOST possible"},
	} {
		for face, want := range map[int32]string{0: c.here, 1: c.there} {
			s, err := script.Parse(c.script)
			if err != nil {
				t.Fatal(err)
			}
			s.Events[c.at-1].Segment.Interface = face
			var (
				j   verdict.Judge
				got []string
			)
			a := analyze.New(analyze.Config{Connection: func(k *analyze.Connection) {
				for _, v := range j.Connection(k) {
					got = append(got, v.ID.String()+" "+v.Confidence.String())
				}
			}})
			s.Feed(a)
			a.Flush()
			if list := strings.Join(got, ", "); list != want {
				t.Errorf("packet %d at interface %d: %q, want %q\n%s", c.at, face, list, want, c.script)
			}
		}
	}
}

// TestInWords: every number of a piece of evidence stands in its words.
func TestInWords(t *testing.T) {
	for want, it := range map[string]verdict.Item{
		"TTL 250 in packet 7, which no other segment of this host has":                                            {Why: verdict.RstTTL, Packet: 7, Value: 250},
		"IP ID of packet 7 lies -5000 from that of the host's packet before":                                      {Why: verdict.RstIPID, Packet: 7, Value: -5000},
		"SYN again in packet 12, 1.00 s after packet 3":                                                           {Why: verdict.SynAgain, Packet: 12, Than: 3, Value: 1e9},
		"the client answers the SYN-ACK in packet 3 with a RST in packet 12":                                      {Why: verdict.RstAfterSynAck, Packet: 12, Than: 3},
		"a round trip takes 1.50 µs":                                                                              {Why: verdict.RoundTrip, Value: 1500},
		"a round trip takes 12.3 ms":                                                                              {Why: verdict.RoundTrip, Value: 12_345_678},
		"a round trip takes 457 ms":                                                                               {Why: verdict.RoundTrip, Value: 456_789_000},
		"connections to this host that began before it were answered (at most a second before it, or later)":      {Why: verdict.HostAnswers, Packet: 7, Than: 8, Value: 9},
		"nothing shows that the server took what the client sends from packet 3 on, until packet 9, 2.00 s later": {Why: verdict.KeptWaiting, Packet: 3, Than: 9, Value: 2e9},
	} {
		if got := string(it.Append(nil)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestQuotedInOpening: what the ICMP error quotes is named, a SYN or the SYN-ACK that shows that the SYN had arrived.
func TestQuotedInOpening(t *testing.T) {
	for script, want := range map[string]string{
		"0 A>B S 0\n+.01 B>A icmp 3/1 quoting A>B 0\n":                       "ICMP error in packet 2 quotes the SYN",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B icmp 3/1 quoting B>A 0\n": "ICMP error in packet 3 quotes the SYN-ACK: the SYN had arrived",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A icmp 3/1 quoting A>B 0\n": "ICMP error in packet 3 quotes the SYN",
		"0 A>B S 0\n+.001 B>A S 0\n+.001 A>B icmp 3/1 quoting B>A 0\n":       "ICMP error in packet 3 quotes the SYN",
	} {
		list := judge(t, script)
		if len(list) != 1 {
			t.Fatalf("%q: %v", script, names(list))
		}
		if got := string(list[0].Evidence()[0].Append(nil)); got != want {
			t.Errorf("%q: %s, want %s", script, got, want)
		}
	}
}
