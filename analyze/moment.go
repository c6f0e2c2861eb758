package analyze

import (
	"net/netip"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
)

// MomentKind is what happened at a Moment; package event has a definition of
// each.
type MomentKind uint8

// The kinds, in the order of a connection's life.
const (
	MomentMidstream MomentKind = iota
	MomentTupleReused
	MomentRetry
	MomentICMPError
	MomentOpened
	MomentRefused
	MomentOpeningReset
	MomentHalfOpen
	MomentUnanswered
	MomentOneWay
	MomentResent
	MomentStalled
	MomentZeroWindow
	MomentWindowReopened
	MomentAckLost
	MomentHalfClosed
	MomentClosed
	MomentTimeWait
	MomentTimeWaitRestarted
	MomentTimeWaitOver
	MomentConfirmed
	MomentTakenBack
	MomentEvicted
	Moments // how many kinds there are; not a kind
)

// Ending is what ended something that lasted.
type Ending uint8

// The endings.
const (
	EndNone    Ending = iota
	EndAcked          // what was sent again was acknowledged
	EndReset          // a RST
	EndQuiet          // nothing came for so long that the connection is considered over
	EndCapture        // the capture ended
	EndEvicted        // its connection was given up to make room
	EndTimer          // 2MSL ran out
	EndReused         // a new connection took the addresses and ports
)

var endingNames = [...]string{"", "acknowledged", "reset", "quiet", "end of capture", "evicted", "2MSL", "reused"}

func (e Ending) String() string { return endingNames[e] }

// Moment is something that happened to a connection, told at the packet that
// shows it. It and what it points to are lent for the duration of the call that
// hands it over. What a kind does not say below is zero.
type Moment struct {
	Kind MomentKind
	// Packet is the packet that shows it; for kinds that rest on silence the
	// last one of the connection; 0: the clock alone shows it.
	Packet uint64
	Time   int64 // nanoseconds since 1970, capture time
	// Number and the fields after it describe the connection. They are zero
	// for a MomentEvicted at the end, which is about no single connection.
	Number         uint64
	Client, Server netip.AddrPort
	RolesGuessed   bool
	EncapID        uint32 // as in Connection

	// Inferred is set if segments that would prove it were not captured.
	Inferred bool
	// By is the end that did it: who sent it, closed its window, sent the first
	// FIN, holds TIME-WAIT.
	By Side
	// Connection is what the record would say now, without the fields of Zeek.
	// It is set for the kinds that tell how a connection opened or closed, and
	// nil for others.
	Connection *Connection

	// Of is what a MomentTakenBack takes back, and a MomentConfirmed confirms.
	Of MomentKind
	// SYN is set for a MomentAckLost of a SYN rather than a FIN, SynAck for a
	// MomentRetry of a SYN-ACK rather than a SYN.
	SYN, SynAck bool
	// Count is the SYNs or SYN-ACKs sent so far (MomentRetry), the segments sent
	// again (MomentResent), the timeouts in a row (MomentStalled), the probes
	// (MomentWindowReopened), the restarts (MomentTimeWaitRestarted), the
	// connections evicted since the last MomentEvicted.
	Count uint64
	// First is the packet that began what has ended, Since its time, nanoseconds since
	// 1970.
	First uint64
	Since int64
	// Octets and Causes describe the segments sent again.
	Octets uint64
	Causes [label.CauseCount]uint32
	// Window is the room in octets of a window that has reopened.
	Window uint32
	// Until is when TIME-WAIT will be over, nanoseconds since 1970.
	Until int64
	// Previous is the connection that had the tuple before, Was the state it
	// was in and Right the rule that allowed the tuple to be taken from
	// TIME-WAIT.
	Previous uint64
	Was      flow.Class
	Right    ReuseRight
	// End is what ended it.
	End Ending
}

// momentOf returns a Moment of a kind, with the fields that all kinds have. It is
// reused: the next call overwrites it.
func (a *Analyzer) momentOf(kind MomentKind, f *flow.Flow, packet uint64, at int64) *Moment {
	t := f.Key.Tuple(f.Client)
	a.moment = Moment{
		Kind: kind, Packet: packet, Time: at, Number: f.Number, Client: t.Source(), Server: t.Destination(),
		RolesGuessed: !f.RolesKnown, EncapID: f.Key.Encap,
	}
	return &a.moment
}

// tell hands the Moment over.
func (a *Analyzer) tell(m *Moment) { a.cfg.Moment(m) }
