package summary

import (
	"strings"

	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

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
func verdictSection(t *tally) section {
	s := section{name: "VERDICTS"}
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

// verdicts writes the same for programs.
func (j *members) verdicts(t *tally) {
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
