package event

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/spec"
)

// Scripts that several examples begin with.
const (
	open = "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	sent = open + "+.010 A>B P. 1:101(100) ack 1\n"
)

const sentAgain = "$by resent ${segments segment}|, $octets|, $rto by timeout|, $fast fast|, $tlp as tail loss probe or timeout|, $spurious needless|, $unknown unclear"

var resent = Spec{
	Name: "resent",
	Definition: "An end sent segments again, and what it had sent when it began to is acknowledged, or never will be: one event for one repair, " +
		"as long as \"recover\" of RFC 6582 lasts.",
	Conditions: []spec.Condition{
		{Text: "at least one segment after the handshake has the label RETRANSMISSION", Miss: sent + "+.010 B>A . 1 ack 101"},
	},
	Sentences: []string{
		sentAgain + "|, acknowledged in $duration",
		sentAgain + "|, reset after $duration",
		sentAgain + "|, never acknowledged",
		sentAgain,
	},
	Fields:   []Field{By, First, Segments, Octets, Duration, End, RTO, Fast, TLP, Spurious, Unknown},
	Clauses:  []spec.Clause{{RFC: 6582, Section: "3.2"}, {RFC: 6298, Section: "5"}, {RFC: 6675, Section: "5"}},
	Inferred: "no acknowledgement of the other end was captured, so that its end is not known",
	Weight:   Trouble,
	Plural:   "times resent",
	Singular: "time resent",
	Example:  sent + "+.3 A>B P. 1:101(100) ack 1\n+.010 B>A . 1 ack 101",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.number(First, m.First)
		e.number(Segments, m.Count)
		e.number(Octets, m.Octets)
		e.since(m)
		e.word(End, m.End.String())
		switch {
		case m.End == analyze.EndAcked:
		case m.End == analyze.EndReset:
			e.sentence = 1
		case m.Inferred:
			e.sentence = 3
		default:
			e.sentence = 2
		}
		e.number(RTO, uint64(m.Causes[label.CauseRTO]))
		e.number(Fast, uint64(m.Causes[label.CauseFast]))
		e.number(TLP, uint64(m.Causes[label.CauseTLP]))
		e.number(Spurious, uint64(m.Causes[label.CauseSpurious]))
		e.number(Unknown, uint64(m.Causes[label.CauseUnknown]))
	},
}

var stalled = Spec{
	Name:       "stalled",
	Definition: "Nothing that an end sends is acknowledged any more: the third timeout in a row.",
	Conditions: []spec.Condition{
		{Text: "three retransmissions by timeout came in a row, the least that the threshold R1 should be (RFC 9293 §3.8.3)", Miss: sent + "+.3 A>B P. 1:101(100) ack 1\n+.6 A>B P. 1:101(100) ack 1"},
		{Text: "acknowledgements of the other end are captured", Miss: "0 A>B P. 1:101(100) ack 1\n+.3 A>B P. 1:101(100) ack 1\n+.6 A>B P. 1:101(100) ack 1\n+1.2 A>B P. 1:101(100) ack 1\n+2.4 A>B P. 1:101(100) ack 1"},
		{Text: "no acknowledgement went on meanwhile", Miss: sent + "+.3 A>B P. 1:101(100) ack 1\n+.6 A>B P. 1:101(100) ack 1\n+.1 B>A . 1 ack 101\n+.1 A>B P. 101:201(100) ack 1\n+1.2 A>B P. 101:201(100) ack 1"},
	},
	Sentences: []string{"$by stalled|: nothing more is acknowledged|, $duration since it first sent again"},
	Fields:    []Field{By, First, Duration},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.3"}, {RFC: 6298, Section: "5"}},
	Weight:    Trouble,
	Plural:    "stalled",
	Example:   sent + "+.3 A>B P. 1:101(100) ack 1\n+.6 A>B P. 1:101(100) ack 1\n+1.2 A>B P. 1:101(100) ack 1\n+2.4 A>B P. 1:101(100) ack 1",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.number(First, m.First)
		e.since(m)
	},
}

var zeroWindow = Spec{
	Name:       "zero-window",
	Definition: "An end has no room left and says so: the other must stop sending.",
	Conditions: []spec.Condition{
		{Text: "the segment has the label ZERO-WINDOW, and is no older than others of its sender", Miss: sent + "+.001 B>A . 1 ack 101 win 10"},
		{Text: "the window was not closed already", Miss: ""},
	},
	Sentences: []string{"$by's window closed|: the other end must stop"},
	Fields:    []Field{By},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.6.1"}},
	Weight:    Trouble,
	Plural:    "windows closed",
	Singular:  "window closed",
	Example:   sent + "+.001 B>A . 1 ack 101 win 0",
	fill:      func(e *Event, m *analyze.Moment) { e.side(m.By) },
}

var windowReopened = Spec{
	Name:       "window-reopened",
	Definition: "An end that had no room has some again.",
	Conditions: []spec.Condition{
		{Text: "a zero-window came before from the same end", Miss: sent + "+.001 B>A . 1 ack 101 win 1000"},
		{Text: "the window is above 0", Miss: sent + "+.001 B>A . 1 ack 101 win 0\n+1 B>A . 1 ack 101 win 0"},
	},
	Sentences: []string{"$by's window open again|, $window|, after $duration|, ${probes probe}"},
	Fields:    []Field{By, First, Duration, Window, Probes},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.6.1"}},
	Plural:    "windows open again",
	Singular:  "window open again",
	Example:   sent + "+.001 B>A . 1 ack 101 win 0\n+1 B>A . 1 ack 101 win 1000",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.number(First, m.First)
		e.since(m)
		e.number(Window, uint64(m.Window))
		e.number(Probes, m.Count)
	},
}

var ackLost = Spec{
	Name:       "ack-lost",
	Definition: "An ACK of a SYN or FIN that had passed has not arrived: its receiver sends again what it acknowledged, and goes back a state.",
	Conditions: []spec.Condition{
		{Text: "the ACK was taken to have arrived", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1"},
		{Text: "the end sends its SYN-ACK, its FIN or the octets before that again", Miss: open + "+.010 A>B . 1 ack 1"},
	},
	Sentences: []string{"$by missed an ACK|: that of its $of was lost, or ignored"},
	Fields:    []Field{By, Of},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.1"}, {RFC: 9293, Section: "3.10.7.4"}},
	Weight:    Trouble,
	Plural:    "ACKs missed",
	Singular:  "ACK missed",
	Example:   open + "+1 B>A S. 0 ack 1",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.word(Of, "FIN")
		if m.SYN {
			e.word(Of, "SYN")
		}
	},
}
