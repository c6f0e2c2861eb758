package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestShortWaits: a wait that is too short to be told is no reason to list a connection,
// and a RST does not say it, however much of the connection it was.
func TestShortWaits(t *testing.T) {
	for _, wait := range []int64{phrase.WaitLeast - 1, phrase.WaitLeast} {
		c := reporttest.HalfClose(t)
		c.End = c.Start + phrase.WaitLeast
		c.FromClient.ResendWait = wait
		if w := weigh(c, whyWaited); (w > 0) != (wait >= phrase.WaitLeast) {
			t.Errorf("%d ns weigh %d", wait, w)
		}
		c.Closing.Outcome, c.Closing.RstBy, c.Closing.RstPacket, c.Closing.RstAfter = analyze.ClosingReset, analyze.ServerSide, 26, analyze.RstAbort
		c.Silence = analyze.Silence{For: wait, Packet: 26}
		if got := phrase.Reset(c); strings.Contains(got, "silence") != (wait >= phrase.WaitLeast) {
			t.Errorf("%d ns: %s", wait, got)
		}
	}
}

// TestLongReason: what was sent again in long packets is a reason for a look where something
// tells that its length kept it from arriving, at either end.
func TestLongReason(t *testing.T) {
	for clue, want := range map[analyze.LongClue]uint64{
		{Tries: 3, Short: 7}: 3, {Tries: 4, Reported: 7}: 4, {Tries: 5, Alive: 7}: 5, {Tries: 6}: 0, {}: 0,
	} {
		c := reporttest.HalfClose(t)
		c.FromClient.Long = clue
		one := weigh(c, whyLong)
		c.FromClient.Long, c.FromServer.Long = analyze.LongClue{}, clue
		if other := weigh(c, whyLong); one != want || other != want {
			t.Errorf("%+v weighs %d of the client, %d of the server", clue, one, other)
		}
	}
}

// TestAnswersSYNData: an acknowledgement may cover the payload of any of the SYNs with one
// ISN, sent with it and without it in either order (RFC 7413 §4.2.2); another ISN begins
// anew.
func TestAnswersSYNData(t *testing.T) {
	for _, c := range []struct {
		name string
		syns []analyze.Step
		good bool
	}{
		{"without, then with", []analyze.Step{{Seq: 100}, {Seq: 100, Len: 9}}, true},
		{"with, then without", []analyze.Step{{Seq: 100, Len: 9}, {Seq: 100}}, true},
		{"without", []analyze.Step{{Seq: 100}, {Seq: 100}}, false},
		{"another ISN, without", []analyze.Step{{Seq: 50, Len: 9}, {Seq: 100}}, false},
	} {
		var a arithmetic
		for i := range c.syns {
			c.syns[i].FromClient, c.syns[i].Flags = true, wire.SYN
			a.saw(&c.syns[i])
		}
		text, tone := a.check(&analyze.Step{Flags: wire.SYN | wire.ACK, Seq: 7, Ack: 110})
		if (tone == prose.Good) != c.good || strings.Contains(text, "covers the data") != c.good {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}
