package label

// The labels. Their order is the order of All.
const (
	RST ID = iota
	SYN
	SynAck
	FIN
	HandshakeAck
	AckOfFin
	Data
	Ack
	KeepAlive
	ZeroWindowProbe
	DuplicatePacket
	Retransmission
	OutOfOrder
	MissingSegment
	DupAck
	DSACK
	ShownSpurious
	AckUnseen
	KeepAliveAck
	ZeroWindowProbeAck
	ChallengeAck
	EcnEcho
	CWR
	ZeroWindow
	WindowFull
	WindowUpdate
	WindowShrunk
	CongestionExperienced
	Urgent
	OldTimestamp
	BadChecksum
	ChecksumOffload
	LargeSegment
	DifferentContent
	Count // how many there are; not a label
)

// All lists every label; an ID is an index into it. The order is the order in
// which labels are tried, so it is the precedence inside an exclusive group.
var All = [Count]*Spec{
	RST:                   &rst,
	SYN:                   &syn,
	SynAck:                &synAck,
	FIN:                   &fin,
	HandshakeAck:          &handshakeAck,
	AckOfFin:              &ackOfFin,
	Data:                  &data,
	Ack:                   &ack,
	KeepAlive:             &keepAlive,
	ZeroWindowProbe:       &zeroWindowProbe,
	DuplicatePacket:       &duplicatePacket,
	Retransmission:        &retransmission,
	OutOfOrder:            &outOfOrder,
	MissingSegment:        &missingSegment,
	DupAck:                &dupAck,
	DSACK:                 &dsack,
	ShownSpurious:         &shownSpurious,
	AckUnseen:             &ackUnseen,
	KeepAliveAck:          &keepAliveAck,
	ZeroWindowProbeAck:    &zeroWindowProbeAck,
	ChallengeAck:          &challengeAck,
	EcnEcho:               &ecnEcho,
	CWR:                   &cwr,
	ZeroWindow:            &zeroWindow,
	WindowFull:            &windowFull,
	WindowUpdate:          &windowUpdate,
	WindowShrunk:          &windowShrunk,
	CongestionExperienced: &congestionExperienced,
	Urgent:                &urgent,
	OldTimestamp:          &oldTimestamp,
	BadChecksum:           &badChecksum,
	ChecksumOffload:       &checksumOffload,
	LargeSegment:          &largeSegment,
	DifferentContent:      &differentContent,
}

func (id ID) String() string {
	if id < Count {
		return All[id].Name
	}
	return "?"
}

// Find returns the label of that name.
func Find(name string) (ID, bool) {
	for i, s := range All {
		if s.Name == name {
			return ID(i), true
		}
	}
	return 0, false
}

// Segment sets every label that fits the segment of c, with the reasons, and
// returns the label of the group Phase.
func Segment(c *Context) (phase ID) {
	c.Sending, c.Reason, c.Packet = judge(c)
	candidates := traits(c).candidates()
	phase = phaseOf(c, candidates)
	c.Set = c.Set.With(phase)
	for s := candidates &^ phases; s != 0; s &= s - 1 {
		if id := s.first(); All[id].match(c) {
			c.Set = c.Set.With(id)
		}
	}
	c.Evidence.doubt(c.Doubts)
	return phase
}

// phases holds the labels of the group Phase.
const phases Set = 1<<(Ack+1) - 1

// phaseOf returns the first label of the group Phase that fits; ACK fits every
// segment.
func phaseOf(c *Context, candidates Set) ID {
	s := candidates & phases
	for s.first() != Ack && !All[s.first()].match(c) {
		s &= s - 1
	}
	return s.first()
}
