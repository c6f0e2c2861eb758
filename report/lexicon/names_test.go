package lexicon

import (
	"testing"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/spec"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
)

// TestFlagTexts: the spellings made of each other are those that Flags gives.
func TestFlagTexts(t *testing.T) {
	for f := range wire.Flags(len(flagTexts)) {
		if got := Flags(f); got != f.String() {
			t.Errorf("%#x: %q, want %q", uint16(f), got, f)
		}
	}
}

// TestNames: a label that does not exist has a name as well, and clauses do not break
// between words and numbers.
func TestNames(t *testing.T) {
	if got := Label(label.SYN); got != "SYN" {
		t.Errorf("SYN is %s", got)
	}
	if got := Label(label.ID(len(label.All))); got != "UNKNOWN-LABEL" {
		t.Errorf("a label that does not exist is %s", got)
	}
	for _, c := range []struct {
		list []spec.Clause
		want []string
	}{
		{nil, nil}, {[]spec.Clause{{RFC: 9293, Section: "3.5"}}, []string{"RFC 9293 §3.5"}},
		{[]spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 6298, Section: "5"}}, []string{"RFC 9293 §3.5", "RFC 6298 §5"}},
	} {
		if got := Clauses(c.list); got != prose.JoinGlued(c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestVerdictTone: bad is what keeps a connection from working, not what is slow, was
// repaired, or cannot be told.
func TestVerdictTone(t *testing.T) {
	for _, c := range []struct {
		id   verdict.ID
		want prose.Tone
	}{
		{verdict.Refused, prose.Bad}, {verdict.Dropped, prose.Bad}, {verdict.StaleConnection, prose.Bad}, {verdict.MTUBlackHole, prose.Bad},
		{verdict.SlowSyn, prose.Doubt}, {verdict.SynLost, prose.Doubt}, {verdict.AnswerUnseen, prose.Doubt}, {verdict.BlindRST, prose.Doubt},
	} {
		if got := VerdictTone(c.id); got != c.want {
			t.Errorf("%v: tone %d, want %d", c.id, got, c.want)
		}
	}
}
