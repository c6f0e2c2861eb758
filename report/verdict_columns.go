package report

import "tcpwatch/analyze/verdict"

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
