package explain

import (
	"bytes"
	"fmt"
	"strings"

	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
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
	s := verdict.All[id]
	x.heading(s.Name + "   verdict on a connection, at most " + s.Most.String())
	x.block(prose.Gap, s.Definition)
	x.line("")
	x.heading("Set when all of these hold")
	for i, c := range s.Conditions {
		x.condition(i+1, c.Text)
	}
	x.line("")
	x.fact("Rests on", s.RestsOn, len("Rests on")+len(prose.Gap))
	x.fact("Source", lexicon.Clauses(s.Clauses), len("Rests on")+len(prose.Gap))
	x.example("Example: the last connection gets it", s.Example)
	return true
}

// verdictDocuments writes the verdicts into LABELS.md.
func verdictDocuments(b *bytes.Buffer) {
	b.WriteString("\n## " + verdictsTitle + "\n\nA verdict is *certain* where the segments themselves say so, *likely* where other explanations need more than " +
		"one coincidence, and *possible* where others fit as well. In `ndjson` each has its evidence and the packets.\n")
	for _, s := range verdict.All {
		fmt.Fprintf(b, "\n### %s\n\n%s Confidence: at most %s.\n\nSet when all of these hold:\n\n", s.Name, s.Definition, s.Most)
		for i, c := range s.Conditions {
			fmt.Fprintf(b, "%d. %s\n", i+1, c.Text)
		}
		fmt.Fprintf(b, "\n* Rests on: %s\n* Source: %s\n\nThe last connection gets it:\n\n```\n%s\n```\n",
			s.RestsOn, prose.Unglue(lexicon.Clauses(s.Clauses)), strings.TrimRight(s.Example, "\n"))
	}
}
