package report

import (
	"slices"
	"strings"

	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/phrase"
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

// decisive are the verdicts that make a connection notable even if its outcome
// does not.
const decisive = 1<<verdict.RefusedBetween | 1<<verdict.AcceptQueueFull | 1<<verdict.TimeWaitCollision |
	1<<verdict.OptionsChanged | 1<<verdict.ResetBetween | 1<<verdict.BlindRST | 1<<verdict.MTUBlackHole

// decides reports whether one of the verdicts is decisive.
func decides(list []verdict.Verdict) bool {
	for i := range list {
		if decisive&(1<<list[i].ID) != 0 {
			return true
		}
	}
	return false
}

// plainly are the verdicts that say no more than the outcome does.
const plainly = 1<<verdict.Refused | 1<<verdict.SlowSyn | 1<<verdict.Unreachable

// droppedFor are the reasons that name what a SYN may have been dropped for.
var droppedFor = []verdict.Reason{verdict.SynAgainWithoutECN, verdict.SynAgainWithoutData, verdict.SynSigned, verdict.SynSignedAO}

// verdictTexts writes the verdicts with one piece of evidence each, for the list of
// notable connections; with the next piece as well if that says what may have been
// dropped because of its kind.
func verdictTexts(list []verdict.Verdict) []string {
	var texts []string
	for i := range list {
		if plainly&(1<<list[i].ID) == 0 {
			most := 1
			if why := list[i].Items[1].Why; slices.Contains(droppedFor, why) {
				most = 2
			}
			texts = append(texts, phrase.Verdict(&list[i], most))
		}
	}
	return texts
}

// whyTexts says why a connection is notable; a decisive verdict comes first.
func whyTexts(c *connection, list []verdict.Verdict) []string {
	if decides(list) {
		return append(verdictTexts(list), reasonTexts(c)...)
	}
	return append(reasonTexts(c), verdictTexts(list)...)
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
func (j *jsonText) verdictObject(t *tally) {
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
