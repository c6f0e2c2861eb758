package notable

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/phrase"
)

// decisive are the verdicts that make a connection notable even if its outcome
// does not.
const decisive = 1<<verdict.RefusedBetween | 1<<verdict.AcceptQueueFull | 1<<verdict.StaleConnection | 1<<verdict.TimeWaitCollision |
	1<<verdict.OptionsChanged | 1<<verdict.ResetBetween | 1<<verdict.BlindRST | 1<<verdict.MTUBlackHole

// Decisive reports whether a verdict makes a connection notable by itself.
func Decisive(id verdict.ID) bool { return decisive&(1<<id) != 0 }

// decides reports whether one of the verdicts is decisive.
func decides(list []verdict.Verdict) bool { return deciders(list) != 0 }

// deciders returns the verdicts that are decisive, as bits.
func deciders(list []verdict.Verdict) (found uint64) {
	for i := range list {
		found |= 1 << list[i].ID & decisive
	}
	return found
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
func whyTexts(c *analyze.Connection, list []verdict.Verdict) []string {
	if decides(list) {
		return append(verdictTexts(list), reasonTexts(c)...)
	}
	return append(reasonTexts(c), verdictTexts(list)...)
}
