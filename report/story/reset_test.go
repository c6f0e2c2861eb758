package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/reporttest"
)

// TestIfOwn: where the RST may be of something between, the state of the end that it names
// rests on its being that end's own.
func TestIfOwn(t *testing.T) {
	between, refused := verdict.Verdict{ID: verdict.ResetBetween}, verdict.Verdict{ID: verdict.RefusedBetween}
	for _, c := range []struct {
		by       analyze.Side
		named    state.State
		verdicts []verdict.Verdict
		want     string
	}{
		{analyze.ServerSide, state.Closed, []verdict.Verdict{between}, ", the server only if the RST was its own"},
		{analyze.ClientSide, state.Closed, []verdict.Verdict{{ID: verdict.BlindRST}, between}, ", the client only if the RST was its own"},
		{analyze.ServerSide, state.Closed, []verdict.Verdict{refused}, ", the server only if the RST was its own"},
		{analyze.ServerSide, state.Closed, nil, ""},
		{analyze.ServerSide, state.Closed, []verdict.Verdict{{ID: verdict.BlindRST}}, ""},
		{analyze.ServerSide, state.Established, []verdict.Verdict{between}, ""}, // it went on
	} {
		conn := reporttest.HalfClose(t)
		other := state.Closed
		if c.named == other {
			other = state.Established
		}
		conn.Closing.RstBy, conn.ClientState, conn.ServerState = c.by, c.named, other
		if c.by == analyze.ServerSide {
			conn.ClientState, conn.ServerState = other, c.named
		}
		s := telling{conn: conn, verdicts: c.verdicts}
		if got := s.ifOwn(); got != c.want {
			t.Errorf("by %v in %s, %v: %q, want %q", c.by, c.named, c.verdicts, got, c.want)
		}
	}
}

// TestMayNotBeOwn: the sentence about a reset says what a verdict says of the RST.
func TestMayNotBeOwn(t *testing.T) {
	for _, c := range []struct {
		by       analyze.Side
		verdicts []verdict.Verdict
		want     string
	}{
		{analyze.ServerSide, []verdict.Verdict{{ID: verdict.ResetBetween}}, "; the RST may not be the server's own (RESET-BETWEEN)"},
		{analyze.ClientSide, []verdict.Verdict{{ID: verdict.SlowSyn}, {ID: verdict.ResetBetween}}, "; the RST may not be the client's own (RESET-BETWEEN)"},
		{analyze.ServerSide, []verdict.Verdict{{ID: verdict.BlindRST}}, ""},
	} {
		conn := reporttest.HalfClose(t)
		conn.Closing.Outcome, conn.Closing.RstAfter, conn.Closing.RstBy = analyze.ClosingReset, analyze.RstAbort, c.by
		s := telling{conn: conn, verdicts: c.verdicts}
		got := s.closingSentence()
		if c.want == "" && strings.Contains(got, "own") || !strings.Contains(got, c.want) {
			t.Errorf("by %v, %v: %q", c.by, c.verdicts, got)
		}
	}
}
