package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/reporttest"
)

// TestVerdictTexts: what may have been dropped for its kind is named beside the verdict.
func TestVerdictTexts(t *testing.T) {
	for why, want := range map[verdict.Reason]bool{verdict.SynAgainWithoutECN: true, verdict.SynAgainWithoutData: true, verdict.SynSigned: true, verdict.SynSignedAO: true, verdict.SynAgain: false} {
		list := []verdict.Verdict{{ID: verdict.SynLost, Confidence: verdict.Likely, Len: 2,
			Items: [verdict.MaxItems]verdict.Item{{Why: verdict.PassedHere, Packet: 1}, {Why: why, Packet: 2, Than: 1, Value: 1e9}}}}
		if got := strings.Join(verdictTexts(list), "; "); (strings.Contains(got, "SYN again in packet 2") || strings.Contains(got, "SYN in packet 2 is signed")) != want {
			t.Errorf("%q", got)
		}
	}
}

// TestDecisiveFirst: a verdict that the outcome does not show stands before what does.
func TestDecisiveFirst(t *testing.T) {
	for id := range verdict.Count {
		conn := &connection{}
		conn.Closing.RstIgnored = 1
		list := []verdict.Verdict{{ID: id, Confidence: verdict.Possible}}
		if first := strings.HasPrefix(whyTexts(conn, list)[0], id.String()); first != (decisive&(1<<id) != 0) {
			t.Errorf("%v first: %v", id, first)
		}
	}
	if decisive&(1<<verdict.MTUBlackHole) == 0 {
		t.Error("a path that does not take long packets is no wonder")
	}
}

// TestCrossedCauses: a SYN that a SYN-ACK repeats counts among what nothing explained, and
// only there.
func TestCrossedCauses(t *testing.T) {
	for _, c := range []struct {
		unclear, rto uint32
		crossed      uint64
		want         string
	}{
		{1, 0, 1, ": in answer to a SYN"},
		{2, 0, 1, ": 1 unclear why, 1 in answer to a SYN"},
		{0, 1, 1, ": by timeout"},
		{1, 1, 2, ": 1 by timeout, 1 in answer to a SYN"},
		{1, 0, 0, ": unclear why"},
	} {
		var client, server analyze.Direction
		client.Retransmissions = uint64(c.unclear + c.rto)
		client.Causes[label.CauseUnknown], client.Causes[label.CauseRTO] = c.unclear, c.rto
		if got := causesText(&client, &server, c.crossed); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

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
		s := story{conn: conn, verdicts: c.verdicts}
		if got := s.ifOwn(); got != c.want {
			t.Errorf("by %v in %s, %v: %q, want %q", c.by, c.named, c.verdicts, got, c.want)
		}
	}
}
