package notable

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
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
		conn := &analyze.Connection{}
		conn.Closing.RstIgnored = 1
		list := []verdict.Verdict{{ID: id, Confidence: verdict.Possible}}
		if first := strings.HasPrefix(whyTexts(conn, list)[0], id.String()); first != (decisive&(1<<id) != 0) {
			t.Errorf("%v first: %v", id, first)
		}
	}
	if !Decisive(verdict.MTUBlackHole) {
		t.Error("a path that does not take long packets is no wonder")
	}
	if !Decisive(verdict.StaleConnection) {
		t.Error("nor is an older connection in the way of a SYN that got through in the end")
	}
}

// TestDecisive: a verdict that no outcome shows brings a connection into the
// list, and the list says it.
func TestDecisive(t *testing.T) {
	v := verdict.Verdict{ID: verdict.AcceptQueueFull, Confidence: verdict.Likely}
	v.Items[0], v.Len = verdict.Item{Why: verdict.ListenerAccepts}, 1
	c := reporttest.HalfClose(t)
	c.Closing.HalfClosedFor = 0
	var n List
	n.Add(c, nil)
	n.Add(c, []verdict.Verdict{{ID: verdict.SlowSyn, Confidence: verdict.Certain}})
	if rows, _ := n.Shown(); len(rows) != 0 {
		t.Fatalf("%d rows without a reason", len(rows))
	}
	n.Add(c, []verdict.Verdict{v})
	rows, _ := n.Shown()
	if len(rows) != 1 || rows[0].Reason.String() != "found in the opening or a RST" ||
		rows[0].Why != "ACCEPT-QUEUE-FULL (likely): connections to this address and port that began before it went on (at most a second before its handshake was complete, or later)" {
		t.Errorf("rows %+v", rows)
	}
}
