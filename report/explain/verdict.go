package explain

import (
	"bytes"

	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
)

const verdictsTitle = "What was found about an opening, a RST or a path"

// verdictList names every verdict with its definition.
func (x *explainer) verdictList(room int) {
	x.heading(verdictsTitle)
	for _, s := range verdict.All {
		x.fact(prose.Gap+s.Name, s.Definition, room)
	}
	x.line("")
}

func (x *explainer) verdict(key string) bool {
	id, ok := verdict.Find(key)
	if !ok {
		return false
	}
	x.define(verdictDefinition(verdict.All[id]))
	return true
}

func verdictDefinition(s *verdict.Spec) *definition {
	return &definition{
		name: s.Name, kind: "verdict on a connection, at most " + s.Most.String(), means: s.Definition,
		when: "Set when all of these hold", conditions: s.Conditions,
		facts:   []fact{{"Rests on", s.RestsOn}, {"Look next", s.Next}, source(s.Clauses)},
		example: s.Example, carries: "the last connection gets it",
	}
}

// verdictDocuments writes the verdicts into LABELS.md.
func verdictDocuments(b *bytes.Buffer) {
	b.WriteString("\n## " + verdictsTitle + "\n\nA verdict is *certain* where the segments themselves say so, *likely* where other explanations need more than " +
		"one coincidence, and *possible* where others fit as well. In `ndjson` each has its evidence and the packets.\n")
	for _, s := range verdict.All {
		d := verdictDefinition(s)
		d.means += " Confidence: at most " + s.Most.String() + "." // on a terminal its kind says so
		d.document(b)
	}
}
