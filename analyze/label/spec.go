package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

// Group says how a label relates to others. Of the group Phase the first match in
// the order of All wins; which labels of Sequence exclude each other, their
// conditions say.
type Group uint8

// The groups.
const (
	Phase           Group = iota // exclusive: exactly one for every segment
	Sequence                     // what became of the octets: one at most, but for DUPLICATE-PACKET beside the probe that it copies
	Acknowledgement              // any number
	Window                       // any number
	Whole                        // any number: about the connection
)

var groupNames = [...]string{"phase", "sequence", "acknowledgement", "window", "connection"}

func (g Group) String() string { return groupNames[g] }

// Spec defines one label. It is immutable.
type Spec struct {
	Name       string
	Group      Group
	Definition string // one sentence
	Conditions []spec.Condition
	Clauses    []spec.Clause
	// Looks says which segments the label can be set on.
	Looks string
	// Wireshark says how Wireshark's nearest name differs; "" if there is none.
	Wireshark string
	// Example is a script in whose last segment the label is set.
	Example string

	// on names the traits that the label depends on: a segment with none of them
	// does not match.
	on    traitSet
	match func(*Context) bool
}

// Context is what a match function may look at: the segment, and the state of
// its connection before the segment changed it.
type Context struct {
	Segment *wire.Segment
	Flow    *flow.Flow
	Facts   *flow.Facts
	// Set holds the labels already given to this segment, in the order of All.
	Set Set
	// Sending, Reason and Packet are what judge found.
	Sending Sending
	Reason  Reason
	Packet  uint64
	// AnswersAgain is set for a SYN-ACK that repeats its number because a SYN
	// arrived: a repeated one, or the first one if both ends opened at once.
	AnswersAgain bool
	// Elsewhere is set for a SYN or SYN-ACK that repeats one whose first packet
	// was captured at another interface.
	Elsewhere bool
	// NoECN is set if the handshake shows that the ECN bits do not have the
	// meaning of RFC 3168: nothing was agreed, or accurate ECN (RFC 9768 §3.2: a
	// counter).
	NoECN bool
	// SACK is set when both ends permitted SACK, NoSACK when one of them is known not to
	// have. Neither is set where a SYN or SYN-ACK was not captured.
	SACK, NoSACK bool
	// Doubts are the known defects of the capture of this connection.
	Doubts Doubt
	// Evidence is where a match function records its reason.
	Evidence *Evidence
}
