package label

import (
	"strconv"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Group says how a label relates to others. Of a group that is exclusive the
// first match in the order of All wins; of the others any number may hold.
type Group uint8

// The groups.
const (
	Phase           Group = iota // exclusive: exactly one for every segment
	Sequence                     // exclusive: what became of the octets
	Acknowledgement              // any number
	Window                       // any number
	Whole                        // any number: about the connection
)

var groupNames = [...]string{"phase", "sequence", "acknowledgement", "window", "connection"}

func (g Group) String() string { return groupNames[g] }

// Clause cites a section of an RFC.
type Clause struct {
	RFC     int
	Section string // "3.5", without the sign
}

// Condition is one of the things that must hold for a label. Miss is a script
// in whose last segment this condition alone fails, so that the label is absent
// there.
type Condition struct {
	Text string
	Miss string
}

// Spec defines one label. It is immutable.
type Spec struct {
	Name       string
	Group      Group
	Definition string // one sentence
	Conditions []Condition
	Clauses    []Clause
	// Looks lists the segments that the label can be set on, in words.
	Looks string
	// Wireshark says how Wireshark's nearest word differs; "" where there is none.
	Wireshark string
	// Example is a script in whose last segment the label is set.
	Example string
	// Inferred is set for labels that rest on inference, never on proof alone.
	Inferred bool

	match func(*Context) bool
}

// Context is what a match function may look at: the segment, and what was
// known of its connection before the segment changed it.
type Context struct {
	Segment *wire.Segment
	Flow    *flow.Flow
	Facts   *flow.Facts
	// Set holds the labels already given to this segment, in the order of All.
	Set Set
	// Verdict, Reason and Packet are what judge found.
	Verdict Verdict
	Reason  Reason
	Packet  uint64
	// AnswersAgain is set for a SYN-ACK that repeats its number because a SYN
	// came: again, or for the first time where both ends opened at once.
	AnswersAgain bool
	// SACK is set when both ends permitted SACK.
	SACK bool
	// Evidence is where a match function says what decided it.
	Evidence *Evidence
}

// MaxEvidence is how many labels of one segment can carry evidence.
const MaxEvidence = 4

// Evidence says, label by label, what decided it.
type Evidence struct {
	Len   uint8
	Items [MaxEvidence]Item
}

// Item is the reason for one label. Packet is the packet that the reason
// points to, 0 where it points to none.
type Item struct {
	Label  ID
	Reason Reason
	Packet uint64
}

// Add records what decided a label; beyond MaxEvidence it is dropped.
func (e *Evidence) Add(id ID, why Reason, packet uint64) {
	if int(e.Len) < len(e.Items) {
		e.Items[e.Len] = Item{id, why, packet}
		e.Len++
	}
}

// Reason is a fixed phrase that names a piece of evidence.
type Reason uint8

// The reasons.
const (
	None          Reason = iota
	BytesSeen            // all octets had been seen from this end
	SynSeen              // a SYN with this number had been seen from this end
	FinSeen              // the FIN had been seen from this end
	SomeSeen             // some, not all octets had been seen from this end
	GapInFront           // octets in front were never captured
	SameIPID             // the same range, timestamp and IP identification
	TooSoon              // sooner than any answer could have come back
	SameTSval            // the same range and timestamp, though the clock had gone on
	LaterIPID            // IP identification above that of a segment behind the hole
	EarlierIPID          // below
	LaterTSval           // timestamp later than that of a segment behind the hole
	EarlierTSval         // earlier
	TimeOnly             // nothing but the time since the hole opened
	IPIDJump             // packets of the sender are missing, and it had paused
	ReceivedTwice        // which packet brought the octets the last time
	AnswersSYN           // it answers a SYN that came again, or crossed: no timer of its own ran
)

// reasonTexts has each phrase, and what links it to a packet; "" where the
// packet is left out.
var reasonTexts = [...]struct{ text, link string }{
	None:          {"", ""},
	BytesSeen:     {"bytes seen", " in packet "},
	SynSeen:       {"SYN seen", " in packet "},
	FinSeen:       {"FIN seen", " in packet "},
	SomeSeen:      {"some of the bytes seen", " in packet "},
	GapInFront:    {"gap in front", ""},
	SameIPID:      {"same IP ID and range", " as packet "},
	TooSoon:       {"too soon to be an answer", " to packet "},
	SameTSval:     {"same TSval and range", " as packet "},
	LaterIPID:     {"IP ID above those beyond the hole", ""},
	EarlierIPID:   {"IP ID below those beyond the hole", ""},
	LaterTSval:    {"TSval later than", " packet "},
	EarlierTSval:  {"TSval earlier than", " packet "},
	TimeOnly:      {"time only", ""},
	IPIDJump:      {"IP ID jump after a pause", ""},
	ReceivedTwice: {"received again", " with packet "},
	AnswersSYN:    {"answers a SYN", ""},
}

// String returns the phrase without the packet that it may point to.
func (r Reason) String() string { return reasonTexts[r].text }

// Append appends the reason in its fixed words, with the packet that it points
// to: "bytes seen in packet 12".
func (it *Item) Append(b []byte) []byte {
	r := &reasonTexts[it.Reason]
	b = append(b, r.text...)
	if it.Packet != 0 && r.link != "" {
		b = append(b, r.link...)
		b = strconv.AppendUint(b, it.Packet, 10)
	}
	return b
}
