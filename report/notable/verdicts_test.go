package notable

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
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
	if decisive&(1<<verdict.MTUBlackHole) == 0 {
		t.Error("a path that does not take long packets is no wonder")
	}
}
