package event

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/analyze/verdict"
)

// Scripts that several examples begin with.
const (
	half     = open + "+.010 A>B F. 1 ack 1\n+.010 B>A . 1 ack 2\n"
	closeAll = half + "+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2\n"
	// statesThen ends the sentences of a close, where a state is marked.
	statesThen = "|; the client in $client_state|; the server in $server_state"
	whenUnACK  = "a FIN was not captured, or not seen to be acknowledged by the end of the capture, or what one end did was not captured"
)

var halfClosed = Spec{
	Name:       "half-closed",
	Definition: "One end sends no more: its FIN is acknowledged, and the other end may go on.",
	Conditions: []spec.Condition{
		{Text: "a FIN was acknowledged, or nothing of the other end was captured that could, or its connection ended otherwise without the other's", Miss: open + "+.010 A>B F. 1 ack 1\n+.010 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2"},
		{Text: "the other end has sent none", Miss: open + "+.010 A>B F. 1 ack 1\n+.000 B>A F. 1 ack 1\n+.010 B>A . 2 ack 2\n+.001 A>B . 2 ack 2"},
	},
	Sentences: []string{"half-closed by the $by|: it sends no more" + statesThen},
	Fields:    []Field{By, ClientState, ServerState},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.6"}},
	Inferred:  whenUnACK,
	Plural:    "half-closed",
	Example:   half,
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.states(m.Connection)
	},
}

var closed = Spec{
	Name:       "closed",
	Definition: "The connection is over: both FINs are acknowledged, or a RST that its receiver accepts came.",
	Conditions: []spec.Condition{
		{Text: "both ends' FINs were acknowledged, or an acceptable RST came first", Miss: half},
		{Text: "it had not ended in its opening (refused, opening-reset)", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 1"},
	},
	Sentences: []string{
		"closed|, the $by first|, after $duration" + statesThen,
		"closed by both at once|, after $duration" + statesThen,
		"closed, a socket connected with itself|, after $duration" + statesThen,
		"reset by the $by| ($rst_after)|, after $duration" + statesThen,
		"reset by something between|, as the $named|, after $duration" + statesThen,
	},
	Fields:   []Field{By, How, RstAfter, Named, Confidence, Duration, End, ClientState, ServerState},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.6"}, {RFC: 9293, Section: "3.5.3"}, {RFC: 5961, Section: "3.2"}},
	Inferred: whenUnACK + "; or the RST looks like that of something between",
	Plural:   "closed",
	Example:  closeAll,
	fill: func(e *Event, m *analyze.Moment) {
		c := &m.Connection.Closing
		e.side(m.By)
		e.word(End, m.End.String())
		e.span(Duration, m.Connection.End-m.Connection.Start)
		e.states(m.Connection)
		switch c.Outcome {
		case analyze.ClosingSimultaneous:
			e.word(How, "simultaneous")
			if e.sentence = 1; m.Connection.Self() {
				e.sentence = 2
			}
		case analyze.ClosingReset:
			e.word(How, "reset")
			e.word(RstAfter, c.RstAfter.String())
			e.sentence = closedByReset
			e.between(verdict.ResetBetween, m.By)
		default:
			e.word(How, "normal")
		}
	},
}

// closedByReset is the first sentence of closed that is about a RST.
const closedByReset = 3

var timeWait = Spec{
	Name:       "time-wait",
	Definition: "An end enters TIME-WAIT: it keeps the addresses and ports for 2MSL.",
	Conditions: []spec.Condition{
		{Text: "it has sent its FIN, which is acknowledged, and has acknowledged the other end's", Miss: half + "+.010 B>A F. 1 ack 2"},
		{Text: "it sent its FIN first, or before it had the other's", Miss: half + "+.010 B>A F. 1 ack 2"},
	},
	Sentences: []string{"TIME-WAIT at the $by| until $until"},
	Fields:    []Field{By, Until},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.6.1"}, {RFC: 9293, Section: "3.10.7.4"}},
	Inferred:  "a FIN or its acknowledgement was not captured",
	Plural:    "in TIME-WAIT",
	Example:   closeAll,
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.values[Until] = Value{Set: true, N: m.Until}
	},
}

var timeWaitRestarted = Spec{
	Name:       "time-wait-restarted",
	Definition: "A FIN came again and was acknowledged again, which starts 2MSL anew.",
	Conditions: []spec.Condition{
		{Text: "the FIN of the other end was sent again to an end in TIME-WAIT", Miss: closeAll + "+.010 A>B . 2 ack 2"},
		{Text: "that end has answered it", Miss: closeAll + "+.3 B>A F. 1 ack 2"},
	},
	Sentences: []string{"TIME-WAIT anew| at the $by| until $until|, ${restarts times} by now"},
	Fields:    []Field{By, Until, Restarts},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.10.7.4"}},
	Plural:    "TIME-WAITs begun anew",
	Singular:  "TIME-WAIT begun anew",
	Example:   closeAll + "+.3 B>A F. 1 ack 2\n+.001 A>B . 2 ack 2",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.values[Until] = Value{Set: true, N: m.Until}
		e.number(Restarts, m.Count)
	},
}

var timeWaitOver = Spec{
	Name:       "time-wait-over",
	Definition: "An end has left TIME-WAIT: 2MSL have passed by the clock of the capture, a RST cut it short, or a new connection took the addresses and ports.",
	Conditions: []spec.Condition{
		{Text: "an end was in TIME-WAIT", Miss: half + "addr C 192.0.2.9:1\n+70 C>B S 0"},
		{Text: "2MSL (--msl) have passed since it entered it or restarted it, or it ended otherwise", Miss: closeAll + "addr C 192.0.2.9:1\n+59 C>B S 0"},
	},
	Sentences: []string{
		"$by's TIME-WAIT over",
		"$by's TIME-WAIT reset",
		"$by's TIME-WAIT over|: ports used again",
	},
	Fields:   []Field{By, End},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.4.2"}, {RFC: 9293, Section: "3.6.1"}, {RFC: 1337, Section: "1"}},
	Inferred: "it rests on the clock and --msl alone",
	Plural:   "TIME-WAITs over",
	Singular: "TIME-WAIT over",
	Example:  closeAll + "addr C 192.0.2.9:1\n+61 C>B S 0",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.word(End, m.End.String())
		switch m.End {
		case analyze.EndReset:
			e.sentence = 1
		case analyze.EndReused:
			e.sentence = 2
		}
	},
}

var tupleReused = Spec{
	Name:       "tuple-reused",
	Definition: "A connection begins with the addresses and ports of one that is still remembered.",
	Conditions: []spec.Condition{
		{Text: "the other connection had the same addresses, ports and tunnel", Miss: closeAll + "addr C 192.0.2.1:40001\n+1 C>B S 0"},
		{Text: "it is remembered: it is not over, or has been for less than 4 minutes, 2MSL of RFC 9293, after TIME-WAIT", Miss: closeAll + "addr C 192.0.2.9:1\n+70 C>B S 0\n+250 C>B S 0\n+1 A>B S 5000"},
	},
	Sentences: []string{
		"reuses ports| of connection $previous",
		"reuses ports| of connection $previous|, in TIME-WAIT|: $right",
		"reuses ports| of connection $previous|, which was not closed",
	},
	Fields:   []Field{By, Previous, Was, Right},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.6.1"}, {RFC: 9293, Section: "3.5.1"}, {RFC: 6191, Section: "2"}},
	Plural:   "tuples used again",
	Singular: "tuple used again",
	Example:  closeAll + "+1 A>B S 5000",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.number(Previous, m.Previous)
		e.word(Was, classWords[m.Was])
		e.word(Right, m.Right.String())
		switch m.Was {
		case flow.TimeWait:
			e.sentence = 1
		case flow.Opening, flow.Established, flow.Closing:
			e.sentence = 2
		}
	},
}

var classWords = [...]string{
	flow.Opening: "opening", flow.Established: "open", flow.Closing: "closing", flow.TimeWait: "TIME-WAIT", flow.Lapsed: "closed", flow.Closed: "closed",
}

var takenBack = Spec{
	Name:       "taken-back",
	Definition: "What an event before said of this connection turns out to be wrong: a RST that was not accepted, a FIN that was none, a TIME-WAIT (with who broke it).",
	Conditions: []spec.Condition{
		{Text: "a later segment shows that an event of the opening, the close or TIME-WAIT was wrong", Miss: closeAll},
	},
	Sentences: []string{"not $of| after all"},
	Fields:    []Field{Of, By},
	Clauses:   []spec.Clause{{RFC: 5961, Section: "3.2"}, {RFC: 9293, Section: "3.10.7.4"}},
	Weight:    Trouble,
	Plural:    "taken back",
	Example:   sent + "+.010 B>A . 1 ack 101\n+.001 B>A R 1\n+2 B>A P. 1:11(10) ack 101\n+.001 A>B . 101 ack 11",
	fill:      func(e *Event, m *analyze.Moment) { e.side(m.By) }, // Of is filled by the Teller, which knows All
}

var evicted = Spec{
	Name:       "evicted",
	Definition: "A connection was given up to make room for another: what follows of it counts as another connection.",
	Conditions: []spec.Condition{
		{Text: "there were as many connections as --max-connections allows", Miss: closeAll},
		{Text: "no event told of an eviction in the second before", Miss: ""},
	},
	Sentences: []string{"evicted| to make room (--max-connections)|, $connections since the last such line"},
	Fields:    []Field{Connections},
	Weight:    Trouble,
	Plural:    "times connections given up",
	Singular:  "time connections given up",
	fill:      func(e *Event, m *analyze.Moment) { e.number(Connections, m.Count) },
}
