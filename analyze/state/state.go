// Package state holds the eleven states of RFC 9293 §3.3.2 and the one table
// that moves an end of a connection between them.
//
// An observer does not see events, only segments. What a segment proves about
// an end, and in which order, is decided by the caller (package analyze); this
// package says what the RFC makes of each event and cites the clause.
package state

// State is the state of one end of a connection. The Inferred bit is set when
// segments that would prove the state were not captured.
type State uint8

// The states. Unknown is ours: nothing can be said.
const (
	Unknown State = iota
	Closed
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	Count // how many there are; not a state

	// Inferred marks a state that missing segments make likely, not certain.
	Inferred State = 0x80
)

var names = [Count]string{
	"UNKNOWN", "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
	"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// inferredNames are the names with their question mark, made once.
var inferredNames = func() (n [Count]string) {
	for i := range n {
		n[i] = names[i] + "?"
	}
	n[Unknown] = names[Unknown]
	return n
}()

// Base returns the state without its Inferred bit.
func (s State) Base() State { return s &^ Inferred }

// Infer returns the state marked as inferred; what is unknown stays unknown.
func (s State) Infer() State {
	if s.Base() == Unknown {
		return Unknown
	}
	return s | Inferred
}

// IsInferred reports whether the state is likely but not proved.
func (s State) IsInferred() bool { return s&Inferred != 0 && s.Base() != Unknown }

// String spells the state as the RFC does, with a trailing "?" where inferred.
func (s State) String() string {
	b := s.Base()
	if b >= Count {
		return "?"
	}
	if s&Inferred != 0 {
		return inferredNames[b]
	}
	return names[b]
}

// Synchronized reports whether both ends' sequence numbers are known to this
// end in state s (RFC 9293 §3.5.2 calls the others non-synchronized).
func (s State) Synchronized() bool { return s.Base() >= Established }
