package story

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/report/reporttest"
)

// TestStatesOfUnfinishedClose: where the last acknowledgements of a close were not captured, the
// states at its end are told, as without a close.
func TestStatesOfUnfinishedClose(t *testing.T) {
	for _, test := range []struct {
		outcome        analyze.ClosingOutcome
		client, server state.State
		want           string
	}{
		{analyze.ClosingNormal, state.TimeWait, state.Closed, ""},
		{analyze.ClosingNormal, state.Closed | state.Inferred, state.Closed, ""},
		{analyze.ClosingNormal, state.FinWait2, state.LastAck, "STATES     at the end the client is in FIN-WAIT-2, the server in LAST-ACK"},
		{analyze.ClosingSimultaneous, state.TimeWait, state.TimeWait, ""},
		{analyze.ClosingSimultaneous, state.FinWait1, state.FinWait1, "STATES     at the end both ends are in FIN-WAIT-1"},
		{analyze.ClosingReset, state.Closed, state.Closed, "STATES     at the end both ends are in CLOSED"},
	} {
		c := reporttest.HalfClose(t)
		c.Closing.Outcome, c.ClientState, c.ServerState = test.outcome, test.client, test.server
		out := told(120, c)
		if got := strings.Contains(out, "STATES"); got != (test.want != "") || !strings.Contains(out, test.want) {
			t.Errorf("%v, %v, %v: %q is not in\n%s", test.outcome, test.client, test.server, test.want, out)
		}
	}
}
