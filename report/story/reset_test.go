package story

import (
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
