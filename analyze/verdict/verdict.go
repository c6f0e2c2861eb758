// Package verdict says why an opening failed or was slow, where a third party
// interfered with a connection (a forged RST, options changed on the way), where a path
// does not deliver what is sent, and where two ends wait for each other. There is one file for each verdict, with its
// definition, conditions, clauses, confidence and code in one Spec. Verdicts use the
// record of the connection, and what the connections that began before it show about
// the same listener and hosts.
//
// A verdict is given only if there is evidence for it, and it carries that evidence
// (Item). What a single tap cannot distinguish is said with less confidence, or not
// at all.
package verdict

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

// ID numbers a verdict; it is an index into All.
type ID uint8

// The verdicts, starting with those about what kept a connection from opening.
const (
	Unreachable ID = iota
	RefusedBetween
	Refused
	AnswerUnseen
	Dropped
	AcceptQueueFull
	StaleConnection
	TimeWaitCollision
	HalfOpenScan
	SynCookie
	SynLost
	SynAckLost
	LastAckLost
	SlowSyn
	SlowSynAck
	OptionsChanged
	BlindRST
	ResetBetween
	MTUBlackHole
	NagleDelayedAck
	Count // how many there are; not a verdict
)

// All lists every verdict; an ID is an index into it.
var All = [Count]*Spec{
	Unreachable:       &unreachable,
	RefusedBetween:    &refusedBetween,
	Refused:           &refused,
	AnswerUnseen:      &answerUnseen,
	Dropped:           &dropped,
	AcceptQueueFull:   &acceptQueueFull,
	StaleConnection:   &staleConnection,
	TimeWaitCollision: &timeWaitCollision,
	HalfOpenScan:      &halfOpenScan,
	SynCookie:         &synCookie,
	SynLost:           &synLost,
	SynAckLost:        &synAckLost,
	LastAckLost:       &lastAckLost,
	SlowSyn:           &slowSyn,
	SlowSynAck:        &slowSynAck,
	OptionsChanged:    &optionsChanged,
	BlindRST:          &blindRST,
	ResetBetween:      &resetBetween,
	MTUBlackHole:      &mtuBlackHole,
	NagleDelayedAck:   &nagleDelayedAck,
}

func (id ID) String() string {
	if id < Count {
		return All[id].Name
	}
	return "?"
}

// Find returns the verdict of that name.
func Find(name string) (ID, bool) {
	for i, s := range All {
		if s.Name == name {
			return ID(i), true
		}
	}
	return 0, false
}

// Confidence says how strong the evidence is.
type Confidence uint8

// The confidences.
const (
	Possible Confidence = iota + 1 // it fits, and so do other explanations
	Likely                         // other explanations need more than one coincidence
	Certain                        // the segments themselves say so
)

var confidenceNames = [...]string{"", "possible", "likely", "certain"}

func (c Confidence) String() string { return confidenceNames[c] }

// Spec defines one verdict. It is immutable.
type Spec struct {
	Name       string
	Definition string // one sentence
	Conditions []spec.Condition
	Clauses    []spec.Clause
	// RestsOn says what the verdict rests on, and what a tap cannot know.
	RestsOn string
	// Next says where to look next, or what mends it: what this capture cannot show.
	Next string
	// Most is the highest confidence that it is ever given.
	Most Confidence
	// Example is a script whose last connection gets the verdict.
	Example string

	// match reports whether the verdict holds; if so, it has filled v.
	match func(x *context, v *Verdict) bool
}

// Verdict is what was found about one connection.
type Verdict struct {
	ID         ID
	Confidence Confidence
	Items      [MaxItems]Item // the first Len are valid
	Len        uint8
}

// MaxItems bounds the evidence of one verdict.
const MaxItems = 4

// Item is one piece of evidence: fixed words with numbers in them.
type Item struct {
	Why Reason
	// Packet is the packet that it points to, Than another one that it is
	// compared with; 0: none.
	Packet, Than uint64
	// Value is a duration in nanoseconds or a count, as the words need.
	Value int64
}

func (v *Verdict) add(it Item) {
	if int(v.Len) < len(v.Items) {
		v.Items[v.Len] = it
		v.Len++
	}
}

// Evidence returns the evidence; it is valid as long as v.
func (v *Verdict) Evidence() []Item { return v.Items[:v.Len] }

// Packets appends the packets that the evidence points to, each once, in the
// order of the evidence.
func (v *Verdict) Packets(list []uint64) []uint64 {
	from := len(list)
	for _, it := range v.Evidence() {
		for _, p := range [...]uint64{it.Packet, it.Than} {
			if p != 0 && !slices.Contains(list[from:], p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// Judge gives verdicts. The zero value is ready for use; it is not safe for
// concurrent use. Its memory is bounded, whatever the number of connections.
type Judge struct {
	beside neighbours
	x      context
	list   []Verdict
	one    Verdict // being judged, kept here so that it is not allocated
}

// Connection returns the verdicts on c in the order of All. It must be called
// once for every connection, in the order of their numbers: later connections
// are compared with earlier ones. The list is valid until the next call.
func (j *Judge) Connection(c *analyze.Connection) []Verdict {
	j.list, j.x.given = j.list[:0], nil
	j.x.read(c)
	at := j.beside.find(c)
	if !j.x.ordinary() {
		j.x.beside = at.beside(&j.beside)
		j.judge()
	}
	j.beside.add(c, &j.x, &at)
	return j.list
}

// judge tries every verdict on the connection of j.x.
func (j *Judge) judge() {
	j.x.given = j.list
	for id, s := range All {
		if j.one.Len != 0 || j.one.Confidence != 0 { // a match filled it, or began to
			j.one = Verdict{}
		}
		j.one.ID = ID(id)
		if s.match(&j.x, &j.one) {
			j.list = append(j.list, j.one)
			j.x.given = j.list
		}
	}
}
