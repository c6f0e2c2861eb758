package notable

import (
	"math/rand/v2"
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

// TestMuchResent: three segments of up to fifty each are much, of both ends together; fewer may be
// chance, and a smaller share is that of any path.
func TestMuchResent(t *testing.T) {
	for _, c := range []struct {
		client, server, packets uint64 // packets of each end
		want                    uint64
	}{
		{2, 1, 10, 3}, {1, 1, 1, 0}, {3, 0, 75, 3}, {0, 3, 75, 3}, {0, 3, 76, 0}, {0, 3, 100, 0}, {3, 1, 100, 4}, {3, 1, 150, 0}, {30, 20, 10_000, 0},
	} {
		conn := &analyze.Connection{FromClient: analyze.Direction{Packets: c.packets, Retransmissions: c.client}, FromServer: analyze.Direction{Packets: c.packets, Retransmissions: c.server}}
		if got := weigh(conn, whyResent); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// TestSlowOpening: a SYN or a SYN-ACK sent again makes an opening slow, by the time that it took; where both ends
// sent a SYN, each sends it twice in order.
func TestSlowOpening(t *testing.T) {
	for _, c := range []struct {
		name          string
		syns, synAcks uint32
		form          analyze.OpeningForm
		took          int64
		later         bool
		want          uint64
	}{
		{"once", 1, 1, analyze.FormThreeWay, 9, false, 0},
		{"a SYN again", 2, 1, analyze.FormThreeWay, 9, false, 9},
		{"a SYN-ACK again", 1, 2, analyze.FormThreeWay, 9, false, 9},
		{"in a time not known", 2, 1, analyze.FormThreeWay, 9, true, 1},
		{"both sent a SYN", 2, 2, analyze.FormSimultaneous, 9, false, 0},
	} {
		conn := reporttest.HalfClose(t)
		o := &conn.Opening
		o.SynCount, o.SynAckCount, o.Form, o.Took, o.AckLater = c.syns, c.synAcks, c.form, c.took, c.later
		if got := weigh(conn, whySlowOpen); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestOpeningWeight: of what did not open, who tried oftener comes first; one of which no try is
// counted counts.
func TestOpeningWeight(t *testing.T) {
	for outcome, why := range map[analyze.OpeningOutcome]Reason{analyze.OpeningRefused: whyRefused, analyze.OpeningUnanswered: whyUnanswered, analyze.OpeningHalfOpen: whyHalfOpen} {
		for n, want := range map[uint32]uint64{0: 1, 1: 1, 3: 3} {
			conn := &analyze.Connection{Opening: analyze.Opening{Outcome: outcome, SynCount: n, SynAckCount: n}}
			if got, weight, ok := firstReason(conn); got != why || weight != want || !ok {
				t.Errorf("%v, %d: %v, %d, %v", outcome, n, got, weight, ok)
			}
		}
	}
	conn := &analyze.Connection{Opening: analyze.Opening{Outcome: analyze.OpeningComplete}}
	if why, _, ok := firstReason(conn); ok {
		t.Errorf("nothing is the matter: %v", why)
	}
}

// TestAnswersWeight: SYN-ACKs contradict each other by their numbers, unless each end has sent one.
func TestAnswersWeight(t *testing.T) {
	for _, c := range []struct {
		bad, isns uint8
		form      analyze.OpeningForm
		want      uint64
	}{{0, 1, analyze.FormThreeWay, 0}, {0, 2, analyze.FormThreeWay, 1}, {2, 2, analyze.FormThreeWay, 3}, {2, 1, analyze.FormThreeWay, 2}, {0, 2, analyze.FormSimultaneous, 0}} {
		conn := &analyze.Connection{Opening: analyze.Opening{Outcome: analyze.OpeningComplete, BadAcks: c.bad, SynAckISNs: c.isns, Form: c.form}}
		if got := weigh(conn, whyAnswers); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// TestClosedBeforeReset: a client that resets what it has closed is ordinary; before its FIN, without one, or
// where it did not reset at all, it is not that.
func TestClosedBeforeReset(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*analyze.Connection)
		want   bool
	}{
		"after its FIN":         {func(*analyze.Connection) {}, true},
		"after data came":       {func(c *analyze.Connection) { c.Closing.RstAfter = analyze.RstUnreadData }, true},
		"otherwise":             {func(c *analyze.Connection) { c.Closing.RstAfter = analyze.RstAbort }, false},
		"a normal close":        {func(c *analyze.Connection) { c.Closing.Outcome = analyze.ClosingNormal }, false},
		"of the server":         {func(c *analyze.Connection) { c.Closing.RstBy = analyze.ServerSide }, false},
		"before its FIN":        {func(c *analyze.Connection) { c.Closing.RstPacket = 8 }, false},
		"in the packet of both": {func(c *analyze.Connection) { c.Closing.RstPacket = 9 }, false},
		"without a FIN":         {func(c *analyze.Connection) { c.Steps = nil }, false},
		"a FIN of the server":   {func(c *analyze.Connection) { c.Steps[0].FromClient = false }, false},
	} {
		conn := reporttest.Closed(t, analyze.ClosingReset, analyze.ClientSide)
		reporttest.Reset(analyze.RstAfterFIN)(conn)
		conn.Steps[0].Flags = wire.FIN | wire.ACK
		c.change(conn)
		if got := weigh(conn, whyClosedReset) > 0; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestMissingOfBoth: what was not captured counts of both ends.
func TestMissingOfBoth(t *testing.T) {
	conn := &analyze.Connection{FromClient: analyze.Direction{MissingBytes: 2}, FromServer: analyze.Direction{MissingBytes: 1}}
	if got := weigh(conn, whyMissing); got != 3 {
		t.Errorf("%d, want 3", got)
	}
}

// TestUneventful: a connection that is said to be uneventful has no reason, whatever its record says. So none
// can be missed by not being weighed.
func TestUneventful(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	uneventfulOnes, found := 0, [Count]int{}
	for range 100_000 {
		c := anyRecord(r)
		plain := uneventful(c)
		if plain {
			uneventfulOnes++
		}
		for why := Reason(0); why < Count; why++ {
			if weigh(c, why) == 0 {
				continue
			}
			if found[why]++; plain {
				t.Fatalf("%v: weight %d of an uneventful connection:\n%+v", why, weigh(c, why), *c)
			}
		}
	}
	found[whyVerdict]++ // has no weight of its own
	if least := slices.Min(found[:]); uneventfulOnes < 1000 || least == 0 {
		t.Errorf("of those drawn %d were uneventful; by reason: %v", uneventfulOnes, found)
	}
}

// anyRecord returns a record of which little is out of the ordinary, at random.
func anyRecord(r *rand.Rand) *analyze.Connection {
	odd := func() bool { return r.IntN(25) == 0 }
	rare := func(n int) uint64 {
		if odd() {
			return uint64(r.IntN(n))
		}
		return 0
	}
	long := func() int64 { return int64(rare(40)) * 5e8 } // on both sides of every limit
	c := &analyze.Connection{Start: 0, End: int64(r.IntN(3)) * 1e9}
	o, cl := &c.Opening, &c.Closing
	o.Outcome, o.Form, o.AckPacket, o.ServerISN, o.Took = analyze.OpeningComplete, analyze.FormThreeWay, 3, 7, long()
	o.SynCount, o.SynAckCount, o.SynAckISNs = 1+uint32(rare(3)), 1+uint32(rare(3)), 1+uint8(rare(2))
	o.BadAcks, o.Renumbered, o.AckLater = uint8(rare(3)), uint32(rare(2)), odd()
	if odd() {
		o.Outcome, o.Form = analyze.OpeningOutcome(r.IntN(int(analyze.OpeningOneWay)+1)), analyze.OpeningForm(r.IntN(4))
	}
	cl.Outcome, cl.HalfClosedFor, cl.HalfClosedOctets = analyze.ClosingNormal, int64(rare(3))*HalfClosedFor, rare(3)
	cl.RstPacket, cl.RstIgnored = 9, uint32(rare(3))
	for k := range 3 {
		c.Steps = append(c.Steps, analyze.Step{Packet: uint64(k + 1), FromClient: !odd(), Flags: wire.FIN | wire.ACK})
	}
	c.Steps = append(c.Steps, analyze.Step{Packet: 9, FromClient: true, Flags: wire.RST | wire.ACK, Phase: label.RST, Ack: 8})
	if r.IntN(5) == 0 {
		cl.Outcome, cl.RstBy, cl.RstAfter = analyze.ClosingOutcome(r.IntN(int(analyze.ClosingReset)+1)), analyze.Side(r.IntN(4)), analyze.RstAfter(r.IntN(int(analyze.RstTimeWait)+1))
	}
	c.TimeWait.Reuse, c.ICMP.Count = analyze.ReuseRight(rare(int(analyze.ReuseUnproved)+1)), uint32(rare(2))
	for _, d := range []*analyze.Direction{&c.FromClient, &c.FromServer} {
		d.Packets, d.UniqueOctets, d.Retransmissions = uint64(r.IntN(200)), uint64(r.IntN(2)), rare(6)
		d.Unacknowledged, d.Timeouts, d.MissingBytes, d.Probed.For = rare(3), uint8(rare(6)), rare(2), long()
		d.SlowestAnswer.Wait, d.ResendWait, d.ZeroWindowTime = long(), long()/10, long()/10
		d.AckWait = analyze.AckWait{Times: uint32(rare(9)), For: long() / 10}
		if odd() {
			d.Long = analyze.LongClue{Tries: uint8(r.IntN(4)), Short: rare(2), Reported: uint64(r.IntN(2)), Alive: uint64(r.IntN(2))}
		}
	}
	return c
}
