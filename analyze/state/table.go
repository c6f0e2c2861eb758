package state

// Event is something that happened at one end. A segment is cut into events in
// the order of RFC 9293 §3.10.7.4 (RST, SYN, ACK, FIN), so that combinations
// of flags need no rows of their own.
type Event uint8

// The events.
const (
	SendSYN     Event = iota // sent a SYN
	GetSYN                   // a SYN of the peer had arrived
	GetAckOfSYN              // an ACK of the own SYN arrived
	SendFIN                  // sent a FIN
	GetFIN                   // a FIN of the peer had arrived, in order
	GetAckOfFIN              // an ACK of the own FIN arrived
	SendRST                  // sent a RST
	GetRST                   // an acceptable RST arrived
	TwoMSL                   // the TIME-WAIT timer ran out
	// The next two take an assumption back: an ACK that passed the tap
	// cannot have arrived, because the end sends again what it acknowledged.
	ResendSYN
	ResendFIN
	ForgetSYN // sent a SYN with another ISN: it has lost all memory of the connection
	EventCount
)

var eventNames = [EventCount]string{
	"send SYN", "receive SYN", "receive ACK of SYN", "send FIN", "receive FIN", "receive ACK of FIN",
	"send RST", "receive RST", "2MSL timeout", "send SYN again", "send FIN again", "send a different SYN",
}

func (e Event) String() string { return eventNames[e] }

// Row is one arrow: an end in state From that meets On goes to To.
type Row struct {
	From   State
	On     Event
	To     State
	Clause string // of RFC 9293 unless it names another
	Why    string
	// Figure5 is set for the arrows that RFC 9293 figure 5 draws.
	Figure5 bool
}

// Table lists every arrow that a capture can show. An event without a row for
// a state leaves the state as it is.
var Table = []Row{
	// From              On           To           Clause       Why
	{Closed, SendSYN, SynSent, "3.10.1", "active OPEN", true},
	{Listen, SendSYN, SynSent, "3.10.2", "SEND on a listening connection", true},
	{Unknown, SendSYN, SynSent, "3.10.1", "whoever sends a SYN has just opened", false},

	{Listen, GetSYN, SynReceived, "3.10.7.2", "passive OPEN: answers with SYN-ACK", true},
	{SynSent, GetSYN, SynReceived, "3.10.7.3", "simultaneous open, or a SYN-ACK of which only the SYN is taken so far", true},
	{Closed, GetSYN, SynReceived, "3.10.7.2", "it answered, so it was listening", false},
	{Unknown, GetSYN, SynReceived, "3.10.7.2", "it answered, so it was listening", false},

	{SynReceived, GetAckOfSYN, Established, "3.10.7.4", "the ACK of the SYN completes the handshake", true},
	// SYN-SENT to ESTABLISHED is one arrow in figure 5: GetSYN, then GetAckOfSYN.

	{SynReceived, SendFIN, FinWait1, "3.10.4", "CLOSE before the handshake was complete", true},
	{Established, SendFIN, FinWait1, "3.10.4", "active close", true},
	{CloseWait, SendFIN, LastAck, "3.10.4", "passive close", true},
	{Unknown, SendFIN, FinWait1, "3.10.4", "the capture began later; LAST-ACK if the peer had closed before", false},
	{SynSent, SendFIN, FinWait1, "3.10.7.3", "the handshake was completed unseen: a CLOSE in SYN-SENT would send nothing", false},

	{Established, GetFIN, CloseWait, "3.10.7.4", "the peer closes first", true},
	{SynReceived, GetFIN, CloseWait, "3.10.7.4", "the peer closes as soon as it has opened", false},
	{FinWait1, GetFIN, Closing, "3.10.7.4", "both closed before the other's FIN arrived", true},
	{FinWait2, GetFIN, TimeWait, "3.10.7.4", "the peer closes last", true},
	{Unknown, GetFIN, CloseWait, "3.10.7.4", "the capture began later", false},

	{FinWait1, GetAckOfFIN, FinWait2, "3.10.7.4", "its side is closed; the peer may go on", true},
	{Closing, GetAckOfFIN, TimeWait, "3.10.7.4", "simultaneous close is complete", true},
	{LastAck, GetAckOfFIN, Closed, "3.10.7.4", "passive close is complete", true},
	// FIN-WAIT-1 to TIME-WAIT (figure 5, note 2) is GetAckOfFIN, then GetFIN.

	{TimeWait, TwoMSL, Closed, "3.10.8", "2MSL have passed", true},

	{SynReceived, GetRST, Listen, "3.10.7.4", "back to listening after a passive OPEN (figure 5, note 1)", true},
	{SynSent, GetRST, Closed, "3.10.7.3", "connection refused", false},
	{Established, GetRST, Closed, "3.10.7.4", "connection reset", false},
	{FinWait1, GetRST, Closed, "3.10.7.4", "connection reset", false},
	{FinWait2, GetRST, Closed, "3.10.7.4", "connection reset", false},
	{CloseWait, GetRST, Closed, "3.10.7.4", "connection reset", false},
	{Closing, GetRST, Closed, "3.10.7.4", "closed", false},
	{LastAck, GetRST, Closed, "3.10.7.4", "closed", false},
	{TimeWait, GetRST, Closed, "3.10.7.4", "TIME-WAIT cut short (RFC 1337)", false},
	{Unknown, GetRST, Closed, "3.10.7.4", "connection reset", false},

	{Listen, SendRST, Closed, "3.10.7.1", "a closed port answers a SYN with RST: that it listened was a guess", false},
	{SynSent, SendRST, Closed, "3.5.2", "it has given up, and answers what comes with RST", false},
	{SynReceived, SendRST, Closed, "3.10.5", "ABORT", false},
	{Established, SendRST, Closed, "3.10.5", "ABORT", false},
	{FinWait1, SendRST, Closed, "3.10.5", "ABORT", false},
	{FinWait2, SendRST, Closed, "3.10.5", "ABORT", false},
	{CloseWait, SendRST, Closed, "3.10.5", "ABORT", false},
	{Closing, SendRST, Closed, "3.5.2", "it has forgotten the connection already", false},
	{LastAck, SendRST, Closed, "3.5.2", "it has forgotten the connection already", false},
	{TimeWait, SendRST, Closed, "3.5.2", "it has forgotten the connection already", false},
	{Unknown, SendRST, Closed, "3.10.7.1", "whoever resets has no connection any more", false},

	{Established, ResendSYN, SynReceived, "3.10.8", "the ACK of its SYN had not arrived", false},
	{FinWait2, ResendFIN, FinWait1, "3.10.8", "the ACK of its FIN had not arrived", false},
	{TimeWait, ResendFIN, Closing, "3.10.8", "the ACK of its FIN had not arrived", false},
	{Closed, ResendFIN, LastAck, "3.10.8", "the ACK of its FIN had not arrived", false},

	{Established, ForgetSYN, SynSent, "3.5.1", "half-open: it crashed and opens again (figure 9)", false},
	{FinWait1, ForgetSYN, SynSent, "3.5.1", "half-open", false},
	{FinWait2, ForgetSYN, SynSent, "3.5.1", "half-open", false},
	{CloseWait, ForgetSYN, SynSent, "3.5.1", "half-open", false},
	{Closing, ForgetSYN, SynSent, "3.5.1", "half-open", false},
	{LastAck, ForgetSYN, SynSent, "3.5.1", "half-open", false},
	{Unknown, ForgetSYN, SynSent, "3.5.1", "half-open", false},
}

// Unseen lists the arrows of figure 5 that no capture can show.
var Unseen = []Row{
	{Closed, EventCount, Listen, "3.10.1", "passive OPEN sends nothing; a SYN-ACK shows it afterwards", true},
	{Listen, EventCount, Closed, "3.10.4", "CLOSE on a listening connection sends nothing", true},
	{SynSent, EventCount, Closed, "3.10.4", "CLOSE before an answer sends nothing", true},
}

// next is Table turned into an array, for speed.
var next = func() (n [Count][EventCount]State) {
	for s := range n {
		for e := range n[s] {
			n[s][e] = State(s)
		}
	}
	for _, r := range Table {
		n[r.From][r.On] = r.To
	}
	return n
}()

// After returns the state that follows s when e happens. An inferred state
// stays inferred: the caller knows what proves it.
func (s State) After(e Event) State {
	b := s.Base()
	if b >= Count {
		return s
	}
	return next[b][e] | s&Inferred
}
