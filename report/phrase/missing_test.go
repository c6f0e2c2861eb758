package phrase

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestMissingText wants a gap of one number to be taken for a FIN that was not
// captured, or an octet, and never for one of them without proof.
func TestMissingText(t *testing.T) {
	for _, c := range []struct {
		client, server uint64
		fins           []analyze.Side
		want           string
	}{
		{0, 0, nil, ""},
		{1, 0, nil, "1 sequence number of the client (an octet or its FIN) was never captured"},
		{1, 0, []analyze.Side{analyze.ServerSide}, "1 sequence number of the client (an octet or its FIN) was never captured"},
		{1, 0, []analyze.Side{analyze.ClientSide}, "1 B of the client was never captured"},
		{1448, 0, nil, "1,448 B of the client were never captured"},
		{0, 1448, nil, "1,448 B of the server were never captured"},
		{1, 1448, nil, "1 sequence number of the client (an octet or its FIN) was never captured, 1,448 B of the server were never captured"},
	} {
		conn := reporttest.Closed(t, analyze.ClosingHalfClosed, c.fins...)
		conn.ClientState = state.FinWait1
		conn.FromClient.MissingBytes, conn.FromServer.MissingBytes = c.client, c.server
		if got := prose.Unglue(Missing(conn)); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

// TestMissingOctet wants a gap of an end that had not closed to be an octet.
func TestMissingOctet(t *testing.T) {
	c := reporttest.Closed(t, analyze.ClosingOpen)
	c.FromClient.MissingBytes = 1
	if got, want := prose.Unglue(Missing(c)), "1 B of the client was never captured"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c.ClientState |= state.Inferred
	if got, want := prose.Unglue(Missing(c)), "(an octet or its FIN)"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMissingAfterClose: an end that may go on to send, open or in CLOSE-WAIT, has sent no FIN. Everything
// else may have followed one that was not captured.
func TestMissingAfterClose(t *testing.T) {
	open := map[state.State]bool{state.Established: true, state.CloseWait: true}
	for st := state.State(0); st < state.Count; st++ {
		c := reporttest.Closed(t, analyze.ClosingOpen)
		c.ServerState, c.FromServer.MissingBytes = st, 1
		if got := prose.Unglue(Missing(c)); strings.Contains(got, "or its FIN") == open[st] {
			t.Errorf("%v: %s", st, got)
		}
	}
}
