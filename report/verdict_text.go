package report

import (
	"strings"

	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// verdicts writes the list of the record.
func (j *jsonRow) verdicts(list []verdict.Verdict) {
	j.Add(`,"verdicts":[`)
	for i := range list {
		v := &list[i]
		j.Separate()
		j.Word(`{"name":`, v.ID.String())
		j.Word(`,"confidence":`, v.Confidence.String())
		j.Add(`,"evidence":[`)
		for k := range v.Evidence() {
			j.Separate()
			j.Row = append(v.Items[k].Append(append(j.Row, '"')), '"')
		}
		j.Add("]")
		var packets [2 * verdict.MaxItems]uint64
		j.Numbers(`,"packets":`, v.Packets(packets[:0]))
		j.Add("}")
	}
	j.Add("]")
}

const idleMeaning = "The longest time between two packets that follow each other in the connection, of either end; 0 where that is longer than the connection lasted: the clock was set meanwhile."

// verdictColumns are columns of the view connections.
var verdictColumns = []connectionColumn{
	{Name: "verdicts", Header: "VERDICTS", Kind: KindWords, Drop: 1, Room: 12, HideEmpty: true,
		Meaning: "Why the opening failed or was slow, or what else is wrong with the connection; json and ndjson have the confidence, the evidence and its packets.",
		Value: func(e *env, _ *connection, v *Value) {
			for i := range e.verdicts {
				v.item(e.verdicts[i].ID.String())
			}
		}},
	{Name: "lived", Kind: KindWord, For: Programs, Meaning: "How long a connection that is over lasted: short (under 1 s), medium, or long (60 s and more); heuristics. Empty where no end, or no beginning, was captured.",
		Value: func(_ *env, c *connection, v *Value) { v.string(livedText(c)) }},
	{Name: "idle_max", Unit: "s", Kind: KindDuration, For: Programs, Meaning: idleMeaning,
		Value: func(_ *env, c *connection, v *Value) { v.int(c.Silence.For) }},
}

// verdictCounts counts connections by verdict and confidence.
type verdictCounts [verdict.Count][verdict.Certain + 1]uint64

func (c *verdictCounts) add(list []verdict.Verdict) {
	for i := range list {
		c[list[i].ID][list[i].Confidence]++
	}
}

// of returns the connections that have the verdict.
func (c *verdictCounts) of(id verdict.ID) (n uint64) {
	for _, m := range c[id] {
		n += m
	}
	return n
}

// verdictSection summarises the verdicts.
func verdictSection(t *tally) summarySection {
	s := summarySection{name: "VERDICTS"}
	for id, spec := range verdict.All {
		n := t.verdicts.of(verdict.ID(id))
		if n == 0 {
			continue
		}
		var parts []string
		for c := verdict.Certain; c >= verdict.Possible; c-- {
			switch m := t.verdicts[id][c]; {
			case m == n:
				parts = append(parts, c.String())
			case m > 0:
				parts = append(parts, prose.Thousands(m)+" "+c.String())
			}
		}
		text := spec.Name + " (" + strings.Join(parts, ", ") + "): " + strings.ToLower(spec.Definition[:1]) + strings.TrimSuffix(spec.Definition[1:], ".")
		s.add(n, lexicon.VerdictTone(verdict.ID(id)), text)
	}
	for _, l := range t.floods() {
		silent := ""
		if l.Unanswered > 0 {
			silent = prose.Thousands(l.Unanswered) + " unanswered, "
		}
		s.say(prose.Bad, "SYN flood at "+l.Address.String()+": "+prose.Thousands(l.MostSynReceived)+" in SYN-RECEIVED at one time, "+silent+
			prose.Thousands(l.Completed)+" of "+prose.Plural(l.Attempts, "attempt")+" completed")
	}
	return s
}

// verdictObject writes the same for programs.
func (j *summaryText) verdicts(t *tally) {
	j.Open("verdicts", '{')
	for id := range verdict.All {
		if n := t.verdicts.of(verdict.ID(id)); n > 0 {
			j.Uint(verdict.ID(id).String(), n)
		}
	}
	j.Close('}')
	j.Open("syn_floods", '[')
	for _, l := range t.floods() {
		j.Comma()
		j.Plain = append(append(append(j.Plain, '"'), l.Address.String()...), '"')
	}
	j.Close(']')
}
