package event

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/analyze/verdict"
)

var midstream = Spec{
	Name:       "midstream",
	Definition: "A connection is seen for the first time by a segment that is not of its handshake: it was open before.",
	Conditions: []spec.Condition{
		{Text: "the first segment captured of a connection is neither SYN nor SYN-ACK", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1"},
	},
	Sentences: []string{"first seen from the middle|: sent by the $by"},
	Fields:    []Field{By},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.5"}},
	Plural:    "first seen",
	Example:   "0 A>B P. 1:11(10) ack 1",
	fill:      func(e *Event, m *analyze.Moment) { e.side(m.By) },
}

var retry = Spec{
	Name:       "retry",
	Definition: "A SYN or a SYN-ACK was sent again.",
	Conditions: []spec.Condition{
		{Text: "the segment is a SYN or SYN-ACK with the label RETRANSMISSION", Miss: "0 A>B S 0 id 1\n+0 A>B S 0 id 1"},
		{Text: "it is not the first SYN-ACK of its end where both ends sent a SYN: that answers the other's SYN (RFC 9293 figure 7)",
			Miss: "0 A>B S 0\n+0 B>A S 0\n+.01 A>B S. 0 ack 1\n+0 B>A S. 0 ack 1"},
	},
	Sentences: []string{"$of sent again|, try $tries|, $duration after the first SYN"},
	Fields:    []Field{By, Of, Tries, Duration},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.1"}, {RFC: 6298, Section: "5"}},
	Weight:    Trouble,
	Plural:    "SYNs and SYN-ACKs sent again",
	Singular:  "SYN or SYN-ACK sent again",
	Example:   "0 A>B S 0\n+1 A>B S 0",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.word(Of, "SYN")
		if m.SynAck {
			e.word(Of, "SYN-ACK")
		}
		e.number(Tries, m.Count)
		e.since(m)
	},
}

var icmpError = Spec{
	Name:       "icmp-error",
	Definition: "An ICMP error quotes a segment: something on the way, or the host, says why it did not arrive; it moves no state, and is told of the first error about a SYN and the first about what was sent after it.",
	Conditions: []spec.Condition{
		{Text: "an ICMP error, but no Redirect or Source Quench, quotes the number of a SYN, or of an octet or FIN that was captured before", Miss: "0 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 99"},
		{Text: "that was not acknowledged, or not answered, as a keep-alive or a probe of a closed window; of a SYN, the handshake is not complete", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.010 B>A icmp 3/1 quoting A>B 0"},
	},
	Sentences: []string{
		"ICMP error, type $icmp_type code $icmp_code|, $duration after the first SYN",
		"ICMP error: $icmp_error|, type $icmp_type code $icmp_code|, $duration after the first SYN",
	},
	Fields:   []Field{ICMPType, ICMPCode, ICMPError, Duration},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.9.2.2"}, {RFC: 5927, Section: "4"}},
	Weight:   Trouble,
	Plural:   "ICMP errors",
	Singular: "ICMP error",
	Example:  "0 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 0",
	fill: func(e *Event, m *analyze.Moment) {
		c := m.Connection
		kind, code := c.Opening.ICMPType, c.Opening.ICMPCode
		if c.ICMP.Packet == m.Packet {
			kind, code = c.ICMP.Type, c.ICMP.Code
		} else {
			e.span(Duration, m.Time-c.Start)
		}
		e.number(ICMPType, uint64(kind))
		e.number(ICMPCode, uint64(code))
		if text := ICMPText(c.Client.Addr().Is6() && !c.Client.Addr().Is4In6(), kind, code); text != "" {
			e.word(ICMPError, text)
			e.sentence = 1
		}
	},
}

var opened = Spec{
	Name:       "opened",
	Definition: "The connection is open: the segment shows that each end has the other's SYN.",
	Conditions: []spec.Condition{
		{Text: "each SYN was acknowledged by a segment of the other end", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1"},
		{Text: "no RST had ended it", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1"},
	},
	Sentences: []string{
		"opened| in $duration|, SYN sent ${tries times}|, $syn_acks SYN-ACKs|: $rtt_server to the server, $rtt_client to the client",
		"opened by both at once| in $duration",
		"opened, split handshake|: the server sent a SYN of its own| in $duration",
		"opened, a socket connected with itself| in $duration",
	},
	Fields:   []Field{Form, Tries, SynAcks, RTTServer, RTTClient, Duration},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 9293, Section: "3.10.7.4"}},
	Inferred: "the segment that completed the handshake was not captured",
	Plural:   "opened",
	Example:  "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1",
	fill: func(e *Event, m *analyze.Moment) {
		e.opening(m.Connection)
		switch m.Connection.Opening.Form {
		case analyze.FormSimultaneous:
			if e.sentence = 1; m.Connection.Self() {
				e.sentence = 3
			}
		case analyze.FormSplit:
			e.sentence = 2
		}
	},
}

// opening fills in how a connection opened.
func (e *Event) opening(c *analyze.Connection) {
	o := &c.Opening
	e.word(Form, o.Form.String())
	if o.SynCount > 0 {
		e.number(Tries, uint64(o.SynCount))
	}
	if o.SynAckCount > 0 {
		e.number(SynAcks, uint64(o.SynAckCount))
	}
	e.span(RTTServer, o.RTTServer)
	e.span(RTTClient, o.RTTClient)
	e.span(Duration, o.OpenedIn())
}

var confirmed = Spec{
	Name:       "confirmed",
	Definition: "What an event before said by inference is certain: the segment that completes the handshake came after all, with the figures of the opening.",
	Conditions: []spec.Condition{
		{Text: "an event before said that the connection is open, by inference", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 B>A P. 1:11(10) ack 1"},
		{Text: "a segment shows that each end has the other's SYN", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.020 B>A P. 1:11(10) ack 1\n+.020 B>A P. 11:21(10) ack 1"},
	},
	Sentences: []string{"$of for certain| in $duration|, SYN sent ${tries times}|, $syn_acks SYN-ACKs|: $rtt_server to the server, $rtt_client to the client"},
	Fields:    []Field{Of, Form, Tries, SynAcks, RTTServer, RTTClient, Duration},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.5"}},
	Plural:    "confirmed",
	Example:   "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.020 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11",
	fill:      func(e *Event, m *analyze.Moment) { e.opening(m.Connection) }, // Of is filled by the Teller, which knows All
}

var refused = Spec{
	Name:       "refused",
	Definition: "A RST in the server's name ended the opening; by says whether it looks like the server's own (verdicts REFUSED and REFUSED-BETWEEN).",
	Conditions: []spec.Condition{
		{Text: "a RST of the server that RFC 5961 accepts came before the handshake was complete", Miss: "0 A>B S 0\n+.010 A>B R 1"},
	},
	Sentences: []string{
		"refused|: by a RST in the server's name|, after $duration|, SYN sent ${tries times}" + clientThen,
		"refused, not by the server|: by something between|, after $duration|, SYN sent ${tries times}" + clientThen,
	},
	Fields:   []Field{By, Named, Confidence, RstAfter, Tries, Duration, ClientState, ServerState},
	Clauses:  []spec.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.10.7.3"}},
	Inferred: "the RST looks like that of something between",
	Weight:   Trouble,
	Plural:   "refused",
	Example:  "0 A>B S 0\n+.010 B>A R. 0 ack 1",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.between(verdict.RefusedBetween, m.By)
		e.attempt(m)
	},
}

// between selects the sentence after the event's own, which says that a RST
// came from something on the way, if the verdict says so.
func (e *Event) between(id verdict.ID, by analyze.Side) {
	v := e.judged(id)
	if v == nil {
		return
	}
	e.word(By, "between")
	e.word(Named, by.String())
	e.word(Confidence, v.Confidence.String())
	e.Inferred = true
	e.sentence++
}

// attempt fills in what was tried until an opening failed.
func (e *Event) attempt(m *analyze.Moment) {
	c := m.Connection
	e.word(RstAfter, c.Closing.RstAfter.String())
	e.number(Tries, uint64(c.Opening.SynCount))
	e.span(Duration, m.Time-c.Start)
	e.states(c)
}

// clientThen ends the sentences of openings that a RST ended, where the client's state is marked. Whether
// the server listens is never seen.
const clientThen = "|; the client in $client_state"

var openingReset = Spec{
	Name:       "opening-reset",
	Definition: "A RST of the client ended the opening.",
	Conditions: []spec.Condition{
		{Text: "a RST of the client that RFC 5961 accepts came before the handshake was complete", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 1"},
	},
	Sentences: []string{"opening reset by $by|, after $duration|, SYN sent ${tries times}" + clientThen},
	Fields:    []Field{By, RstAfter, Tries, Duration, ClientState, ServerState},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.5.2"}},
	Weight:    Trouble,
	Plural:    "openings reset",
	Singular:  "opening reset",
	Example:   "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.attempt(m)
	},
}

// whenUnfinished says when silence proves nothing.
const whenUnfinished = "the capture ended, or the connection was given up, before it was quiet for 5 minutes"

// silence fills in the fields of events that rest on silence.
func silence(e *Event, m *analyze.Moment) {
	e.side(m.By)
	e.word(End, m.End.String())
	e.number(Tries, uint64(m.Connection.Opening.SynCount))
	e.span(Duration, m.Time-m.Connection.Start)
}

var halfOpen = Spec{
	Name:       "half-open",
	Definition: "The SYN was answered by a SYN-ACK, and no acknowledgement of that was captured.",
	Conditions: []spec.Condition{
		{Text: "a SYN-ACK was captured", Miss: "0 A>B S 0"},
		{Text: "nothing shows that it arrived", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1"},
	},
	Sentences: []string{"half-open|: no acknowledgement of the SYN-ACK captured|, $syn_acks sent|, for $duration"},
	Fields:    []Field{By, Tries, SynAcks, Duration, End},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 4987, Section: "2.2"}},
	Inferred:  whenUnfinished,
	Weight:    Trouble,
	Plural:    "half-open",
	Example:   "0 A>B S 0\n+.010 B>A S. 0 ack 1",
	fill: func(e *Event, m *analyze.Moment) {
		silence(e, m)
		e.number(SynAcks, uint64(m.Connection.Opening.SynAckCount))
	},
}

var unanswered = Spec{
	Name:       "unanswered",
	Definition: "Nothing answered the SYN.",
	Conditions: []spec.Condition{
		{Text: "nothing of the other end was captured", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 1"},
	},
	Sentences: []string{"unanswered|, SYN sent ${tries times}|, for $duration"},
	Fields:    []Field{By, Tries, Duration, End},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.3"}},
	Inferred:  whenUnfinished,
	Weight:    Trouble,
	Plural:    "unanswered",
	Example:   "0 A>B S 0\n+1 A>B S 0",
	fill: func(e *Event, m *analyze.Moment) {
		silence(e, m)
	},
}

var oneWay = Spec{
	Name:       "one-way",
	Definition: "Only one direction was captured, although its segments show that the other exists.",
	Conditions: []spec.Condition{
		{Text: "what one end sent was never captured", Miss: "0 A>B P. 1:11(10) ack 1\n+.001 B>A . 1 ack 11\n+.001 A>B P. 11:21(10) ack 5"},
		{Text: "the other end's acknowledgements go on, or it answers a SYN", Miss: "0 A>B P. 1:11(10) ack 1\n+.010 A>B P. 11:21(10) ack 1"},
	},
	Sentences: []string{"one-way|: only the $by was captured"},
	Fields:    []Field{By, End},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.4"}},
	Inferred:  whenUnfinished,
	Weight:    Trouble,
	Plural:    "seen one way",
	Example:   "0 A>B P. 1:11(10) ack 1\n+.010 A>B P. 11:21(10) ack 100",
	fill: func(e *Event, m *analyze.Moment) {
		e.side(m.By)
		e.word(End, m.End.String())
	},
}
