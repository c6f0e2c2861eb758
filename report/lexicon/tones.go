package lexicon

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
)

// VerdictTone is the tone of a verdict: a slow opening works, a failed one does not.
func VerdictTone(id verdict.ID) prose.Tone {
	switch id {
	case verdict.SlowSyn, verdict.SlowSynAck, verdict.SynLost, verdict.SynAckLost, verdict.LastAckLost, verdict.AnswerUnseen, verdict.SynCookie, verdict.OptionsChanged, verdict.BlindRST:
		return prose.Doubt
	}
	return prose.Bad
}

// OpeningTone is the tone of how a connection began.
func OpeningTone(o analyze.OpeningOutcome) prose.Tone {
	switch o {
	case analyze.OpeningComplete, analyze.OpeningSimultaneous:
		return prose.Good
	case analyze.OpeningRefused, analyze.OpeningReset, analyze.OpeningUnanswered:
		return prose.Bad
	}
	return prose.Doubt
}

// ClosingTone is the tone of how a connection ended; one that is still open is neither good nor bad.
func ClosingTone(c analyze.ClosingOutcome) prose.Tone {
	switch c {
	case analyze.ClosingNormal, analyze.ClosingSimultaneous:
		return prose.Good
	case analyze.ClosingReset:
		return prose.Bad
	case analyze.ClosingHalfClosed:
		return prose.Doubt
	}
	return prose.Plain
}

// StateTone is the tone of a state: inferred and unknown ones are in doubt.
func StateTone(s state.State) prose.Tone {
	if s.IsInferred() || s.Base() == state.Unknown {
		return prose.Doubt
	}
	return prose.Plain
}
