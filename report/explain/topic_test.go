package explain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report"
	"tcpwatch/report/notable"
	"tcpwatch/report/prose"
)

// TestTopicWords: every word of a topic is explained by its own name, too, and no
// value of what the words name is left out.
func TestTopicWords(t *testing.T) {
	for _, topic := range topics {
		var all bytes.Buffer
		if err := Write(&all, topic.name, prose.Style{Width: 200}); err != nil {
			t.Error(err)
		}
		for _, p := range topic.parts {
			for _, w := range p.words {
				var one bytes.Buffer
				if err := Write(&one, w.text, prose.Style{Width: 1000}); err != nil || w.means == "" || !strings.Contains(one.String(), w.means) {
					t.Errorf("%s %s: %v\n%s", topic.name, w.text, err, &one)
				}
				if !strings.Contains(all.String(), "\n  "+w.text+"\n") {
					t.Errorf("%s lacks %s:\n%s", topic.name, w.text, &all)
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, n := range Names() {
		if seen[n] {
			t.Errorf("%s is named twice", n)
		}
		seen[n] = true
	}
	for what, beyond := range map[string]fmt.Stringer{
		"forms":       analyze.FormThreeWay + analyze.OpeningForm(len(forms.words)),
		"reuses":      analyze.ReuseISN + analyze.ReuseRight(len(reuses.words)),
		"held by":     analyze.EpisodeZero + analyze.EpisodeKind(len(heldBy.words)),
		"held ends":   analyze.EpisodeUnfinished + analyze.EpisodeEnd(len(heldEnds.words)),
		"openings":    analyze.OpeningMidstream + analyze.OpeningOutcome(len(openings.words)),
		"closings":    analyze.ClosingOpen + analyze.ClosingOutcome(len(closings.words)),
		"reasons":     notable.Reason(len(reasons.words)),
		"resets":      analyze.RstRefused + analyze.RstAfter(len(resets.words)),
		"doubts":      analyze.NoStateDoubt + 1 + analyze.StateDoubt(len(stateDoubts.words)),
		"confidences": verdict.Possible + verdict.Confidence(len(confidences.words)),
	} {
		if name, known := nameOf(beyond); known {
			t.Errorf("%s: nothing says what %s means", what, name)
		}
	}
}

// TestExplainSpelling: a name is known however its parts are joined, as stories and
// people write it, and ? is what stands after the inferred.
func TestExplainSpelling(t *testing.T) {
	for name, want := range map[string]string{
		"ACK of FIN": "ACK-OF-FIN   label", "challenge ack": "CHALLENGE-ACK   label", "time_wait": "TIME-WAIT   state", "half close": "half-close   term",
		"2msl": "twice the MSL", "?": "inferred   term", "LISTEN?": "LISTEN   state",
	} {
		var b bytes.Buffer
		if err := Write(&b, name, prose.Style{Width: 200}); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %v\n%s", name, err, &b)
		}
	}
}

// nameOf returns the name of a value; false where it has none.
func nameOf(v fmt.Stringer) (name string, known bool) {
	defer func() { recover() }()
	return v.String(), true
}

// TestColumnsExplained: what stands above a column, and what programs call it, is
// explained with the column's own words.
func TestColumnsExplained(t *testing.T) {
	for _, c := range columnTexts() {
		for _, name := range []string{c.Heading, c.Name} {
			if name == "" {
				continue
			}
			var b bytes.Buffer
			if err := Write(&b, name, prose.Style{Width: 2000}); err != nil || !strings.Contains(b.String(), "\n  "+c.Meaning+"\n  In ") {
				t.Errorf("%s of %s: %v\n%s", name, c.views, err, &b)
			}
		}
	}
}

// TestViewsExplained: each view that --view takes is explained by its name, and one of
// columns with those that people see.
func TestViewsExplained(t *testing.T) {
	for _, v := range report.Views {
		var b bytes.Buffer
		if err := Write(&b, string(v), prose.Style{Width: 2000}); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
	for _, v := range report.Described() {
		var b bytes.Buffer
		Write(&b, string(v.Name), prose.Style{Width: 2000})
		if strings.Contains(b.String(), string(v.Name)+"   view\n") != slices.Contains(report.Views, v.Name) {
			t.Errorf("%s is no view:\n%s", v.Name, b.String())
		}
		for _, c := range v.Columns {
			if strings.Contains(b.String(), "\n  "+c.Heading+"\n      "+c.Meaning+"\n") != (c.Heading != "") {
				t.Errorf("%s: %q", v.Name, c.Heading)
			}
		}
	}
}
