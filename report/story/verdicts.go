package story

import (
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
)

// ofData are the verdicts on what was sent between opening and close.
const ofData = 1<<verdict.MTUBlackHole | 1<<verdict.NagleDelayedAck

// found writes the verdicts below the section that they are about: the data, or
// the handshake.
func (t *telling) found(data bool) {
	for i := range t.verdicts {
		v := &t.verdicts[i]
		if data == (ofData&(1<<v.ID) != 0) {
			t.Style.WriteWrapped(t.out, lexicon.VerdictTone(v.ID), prose.SectionIndent, prose.Gap+phrase.Verdict(v, verdict.MaxItems))
		}
	}
}
