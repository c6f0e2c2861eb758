package notable

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
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

// TestLongWaitUnseen wants no connection listed for a long wait that the
// capture cannot show.
func TestLongWaitUnseen(t *testing.T) {
	c := reporttest.Closed(t, analyze.ClosingHalfClosed, analyze.ClientSide)
	c.Closing.HalfClosedFor = 12e9
	if got, want := prose.Unglue(reasonText(c, whyHalfClosed)), "no FIN of the server was captured in 12.0 s after that of the client (packet 9)"; got != want || weigh(c, whyHalfClosed) == 0 {
		t.Errorf("%q, want %q", got, want)
	}
	c.Opening.Outcome, c.FromServer = analyze.OpeningOneWay, reporttest.NoRTT(analyze.Direction{})
	if weigh(c, whyHalfClosed) != 0 {
		t.Error("a connection captured one way is listed as half-closed for long")
	}
}
