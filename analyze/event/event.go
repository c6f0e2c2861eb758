package event

import (
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
)

// Kind is what happened; it is an index into All.
type Kind = analyze.MomentKind

// Spec defines one kind of event. It is immutable.
type Spec struct {
	Name       string // a word of lower-case letters and hyphens
	Definition string // one sentence
	Conditions []spec.Condition
	// Sentences are what people read; an Event says which. Parts are separated by bars. $name is the
	// value of a field, ${name noun} a count with its noun in the right number, ${name times} "twice"
	// or the like. A part after the first is left out if one of its fields has no value or less than
	// FieldSpec.Least; if room is short, parts are dropped from the end.
	Sentences []string
	Fields    []Field
	Clauses   []spec.Clause
	// Inferred says when the mark is set; "": never.
	Inferred string
	Weight   Weight
	// Plural is how several of them are called ("1,230 closed"), Singular how one
	// is called if that differs.
	Plural, Singular string
	// Example is a script with an event of the kind.
	Example string

	fill func(e *Event, m *analyze.Moment)
}

// Weight orders the kinds if not all can be shown.
type Weight uint8

// The weights.
const (
	Routine Weight = iota // most connections have it
	Trouble               // somebody waits, or something failed
)

// Called returns the phrase for n events of the kind.
func (s *Spec) Called(n uint64) string {
	if n == 1 && s.Singular != "" {
		return s.Singular
	}
	return s.Plural
}

// All lists every kind of event.
var All = [analyze.Moments]*Spec{
	analyze.MomentMidstream:         &midstream,
	analyze.MomentTupleReused:       &tupleReused,
	analyze.MomentRetry:             &retry,
	analyze.MomentICMPError:         &icmpError,
	analyze.MomentOpened:            &opened,
	analyze.MomentRefused:           &refused,
	analyze.MomentOpeningReset:      &openingReset,
	analyze.MomentHalfOpen:          &halfOpen,
	analyze.MomentUnanswered:        &unanswered,
	analyze.MomentOneWay:            &oneWay,
	analyze.MomentResent:            &resent,
	analyze.MomentStalled:           &stalled,
	analyze.MomentZeroWindow:        &zeroWindow,
	analyze.MomentWindowReopened:    &windowReopened,
	analyze.MomentAckLost:           &ackLost,
	analyze.MomentHalfClosed:        &halfClosed,
	analyze.MomentClosed:            &closed,
	analyze.MomentTimeWait:          &timeWait,
	analyze.MomentTimeWaitRestarted: &timeWaitRestarted,
	analyze.MomentTimeWaitOver:      &timeWaitOver,
	analyze.MomentConfirmed:         &confirmed,
	analyze.MomentTakenBack:         &takenBack,
	analyze.MomentEvicted:           &evicted,
}

// Find returns the kind of that name.
func Find(name string) (Kind, bool) {
	for i, s := range All {
		if s.Name == name {
			return Kind(i), true
		}
	}
	return 0, false
}

// Event is one thing that happened. It is lent for the duration of the call
// that hands it over.
type Event struct {
	Kind   Kind
	Packet uint64 // the packet it rests on; 0: the clock alone
	Time   int64  // nanoseconds since 1970, capture time
	// Connection is 0 and the ends are not valid if the event is about no
	// single connection.
	Connection     uint64
	Client, Server netip.AddrPort
	RolesGuessed   bool
	EncapID        uint32 // as in analyze.Connection
	// Inferred is set if segments that would prove it were not captured.
	Inferred bool

	values   [Fields]Value
	sentence uint8
	verdicts []verdict.Verdict
}

// Spec returns the definition of the event's kind.
func (e *Event) Spec() *Spec { return All[e.Kind] }

// Weight says how much the event matters: a close by a RST more than others of
// its kind.
func (e *Event) Weight() Weight {
	if e.Kind == analyze.MomentClosed && e.sentence >= closedByReset {
		return Trouble
	}
	return e.Spec().Weight
}

// Value returns the value of a field.
func (e *Event) Value(f Field) *Value { return &e.values[f] }

// Sentence returns the sentence of Spec.Sentences that fits the event.
func (e *Event) Sentence() string { return e.Spec().Sentences[e.sentence] }

func (e *Event) word(f Field, w string)   { e.values[f] = Value{Set: w != "", Word: w} }
func (e *Event) number(f Field, n uint64) { e.values[f] = Value{Set: true, N: int64(n)} }

// span sets a duration; below 0 it was not measured, or the clock ran backwards.
func (e *Event) span(f Field, ns int64) { e.values[f] = Value{Set: ns >= 0, N: max(ns, 0)} }

// since sets the time from the beginning of what has ended to the moment.
func (e *Event) since(m *analyze.Moment) {
	if m.Since != 0 {
		e.span(Duration, m.Time-m.Since)
	}
}

func (e *Event) side(s analyze.Side) {
	if s != analyze.NoSide {
		e.word(By, s.String())
	}
}

// states sets the states of both ends; what is inferred is a sentence's to say.
func (e *Event) states(c *analyze.Connection) {
	e.state(ClientState, c.ClientState)
	if !c.Self() {
		e.state(ServerState, c.ServerState)
	}
}

func (e *Event) state(f Field, s state.State) {
	e.word(f, s.String())
	if s.IsInferred() {
		e.values[f].N = 1
	}
}

// judged returns the verdict of that kind on the connection, or nil.
func (e *Event) judged(id verdict.ID) *verdict.Verdict {
	for i := range e.verdicts {
		if e.verdicts[i].ID == id {
			return &e.verdicts[i]
		}
	}
	return nil
}

// Teller makes events of Moments. It is not safe for concurrent use. Its memory
// is bounded, whatever the number of connections.
type Teller struct {
	out   func(*Event)
	judge verdict.Judge
	event Event
}

// NewTeller returns a Teller that calls out for every event. What is passed is
// lent for the duration of the call.
func NewTeller(out func(*Event)) *Teller { return &Teller{out: out} }

// Moment processes a lent Moment: it is the function for analyze.Config.Moment.
func (t *Teller) Moment(m *analyze.Moment) {
	e := &t.event
	*e = Event{
		Kind: m.Kind, Packet: m.Packet, Time: m.Time, Connection: m.Number, Client: m.Client, Server: m.Server,
		RolesGuessed: m.RolesGuessed, EncapID: m.EncapID, Inferred: m.Inferred,
	}
	switch m.Kind {
	case analyze.MomentOpened, analyze.MomentRefused, analyze.MomentOpeningReset:
		// Judged as soon as it is known how it opened, so that later connections
		// are compared with it.
		e.verdicts = t.judge.Connection(m.Connection)
	case analyze.MomentClosed:
		if m.Connection.Closing.Outcome == analyze.ClosingReset {
			e.verdicts = t.judge.Connection(m.Connection)
		}
	case analyze.MomentTakenBack, analyze.MomentConfirmed:
		e.word(Of, All[m.Of].Name)
	}
	All[m.Kind].fill(e, m)
	t.out(e)
}
