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

// TestWhyAStateIsMarked: a state that only silence marks is told with the reason, of a socket that is
// connected with itself once.
func TestWhyAStateIsMarked(t *testing.T) {
	const late, unanswered = analyze.NextTryOverdue, analyze.FINUnanswered
	for _, test := range []struct {
		self           bool
		client, server analyze.StateDoubt
		want           string
	}{
		{false, analyze.NoStateDoubt, analyze.NoStateDoubt, "the server in ESTABLISHED?\n"},
		{false, late, analyze.NoStateDoubt, "ESTABLISHED?; the client was due to send again, which was not captured: it may have given up\n"},
		{false, analyze.NoStateDoubt, unanswered, "ESTABLISHED?; no answer of the server to the FIN was captured, which it may have got\n"},
		{false, analyze.FINOverdue, analyze.NoStateDoubt, "; nothing of the client was captured for longer than many hosts wait for a FIN: it may have forgotten the connection\n"},
		{false, late, unanswered, "it may have given up; no answer of the server"},
		{false, late, late, "; the server was due to send again, which"},
		{true, late, late, "the socket is in FIN-WAIT-1?; it was due to send again, which was not captured: it may have given up\n"},
	} {
		c := reporttest.HalfClose(t)
		c.Closing.Outcome, c.ClientState, c.ServerState = analyze.ClosingNormal, state.FinWait1|state.Inferred, state.Established|state.Inferred
		if c.ClientDoubt, c.ServerDoubt = test.client, test.server; test.self {
			c.Server = c.Client
		}
		if out := told(200, c); !strings.Contains(out, test.want) {
			t.Errorf("%v, %v: %q is not in\n%s", test.client, test.server, test.want, out)
		}
	}
}

// TestEveryDoubtTold: no kind of doubt is left out, and no two are told alike.
func TestEveryDoubtTold(t *testing.T) {
	said := map[string]analyze.StateDoubt{}
	for d := analyze.NoStateDoubt + 1; d < analyze.StateDoubtCount; d++ {
		c := reporttest.HalfClose(t)
		c.ClientDoubt = d
		text := unheard(c)
		if was, twice := said[text]; text == "" || twice {
			t.Errorf("%v: %q, as of %v", d, text, was)
		}
		said[text] = d
	}
}
