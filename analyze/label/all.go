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
	WindowReduced
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
	WindowReduced:         &windowReduced,
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

// Phases sets exactly one label of the group Phase and returns it.
func Phases(c *Context) ID {
	for id := RST; id < Ack; id++ {
		if All[id].match(c) {
			c.Set = c.Set.With(id)
			return id
		}
	}
	c.Set = c.Set.With(Ack)
	return Ack
}

// Details sets every label behind the phase that fits.
func Details(c *Context) {
	c.Verdict, c.Reason, c.Packet = judge(c)
	for id := KeepAlive; id < Count; id++ {
		if All[id].match(c) {
			c.Set = c.Set.With(id)
		}
	}
	c.Evidence.doubt(c.Doubts)
}
