package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/zeek"
	"tcpwatch/capture/wire"
)

// note holds what a record says of a connection beyond what its Flow needs. It
// holds no pointer. Arrays of two are indexed by side.
type note struct {
	labels [label.Count]uint32

	firstStep, lastStep  int32
	stepCount, stepsLost uint32
	zeek                 zeek.Tracker
	clues                clueNote
	doubts               label.Doubt
	face                 int32                       // the interface of the first segment
	synFace              [2]int32                    // the interface of the side's first SYN or SYN-ACK
	causes               [2][label.CauseCount]uint32 // of retransmissions, by side
	inferred             [2]uint32                   // retransmissions that are inferred
	spurious             [2]uint32                   // retransmissions shown to be unnecessary
	lostBetween          [2]uint32                   // segments, between two places of capture
	lostSYN              [2]uint64                   // the first of these that is a SYN or SYN-ACK
	awaited              [2]bool                     // the side has evidence in long that an acknowledgement may complete
	windows              [2]windowNote               // by the side that is held back
	waits                waitNote
	ackWait              ackWaitNote

	// opening
	firstSYN             int64 // time; 0: none
	synUnanswered        bool  // a SYN since the last SYN-ACK
	synAckFirst          bool
	complete             bool
	simultaneous, split  bool
	ackLater             bool    // Opening.AckLater
	synAnswered          [2]bool // a SYN-ACK answers a SYN of the side (RFC 9293 §3.10.7.3, fourth)
	synCount             [2]uint32
	synAckCount          uint32
	opened               bool // both ends were in ESTABLISHED or a later state
	synAckISNs, badAcks  uint8
	stepsPassed          uint8 // steps that are not kept but count towards MaxSteps
	ackPacket            uint64
	completeAt           int64
	rttServer, rttClient int64
	options              [2]EndOptions
	ackOfISN             [2]wire.Seq // what acknowledged the side's ISN
	ackOfISNKnown        [2]bool
	synData, ackData     uint32
	plainAck             [2]bool // the side sent a segment with ACK and without SYN and RST
	firstAck             [2]wire.Seq
	icmp                 icmpNote
	icmpLater            icmpNote // quoting what was sent after the SYNs
	icmpAt               int64    // time of the last error that quotes the SYN of an end that may give up for it
	renumbered           renumberedNote

	// closing
	finAt          [2]int64
	finPacket      [2]uint64
	finAck         [2]wire.Seq // acknowledgement number in the first FIN of the side
	finCount       uint32
	fins           [2]uint32 // by side
	orderGuessed   bool      // the order of the FINs depends on one that was not captured in its place
	finAcksFIN     bool      // the later FIN was the first segment to acknowledge the earlier one
	halfOctets     [2]uint64
	rstPacket      uint64
	rstAt, rstLast int64 // times of the first and the latest acceptable RST
	rstSide        flow.Side
	rstMissed      [2]bool     // rstNxt is the number that a RST says, behind what was captured
	rstNxt         [2]wire.Seq // how far each side had sent at the latest RST, captured or not; its own side up to the highest number of one
	rstAfter       RstAfter
	rstAfterClose  bool // both FINs had been acknowledged
	rstUnasked     bool // the other end had sent nothing that its sender had not answered
	rstIgnored     uint32
	inWindow       inWindowNote
	lastData       [2]uint64 // packet of the side's last new payload
	tw             timeWaitNote
	twRestart      bool

	long    [2]longNote // by the side that sends
	watched int32       // index in Analyzer.watching; 0: not wanted
}

type timeWaitNote struct {
	held         [2]bool
	since, until int64
	ahead        int64 // by how much the clock was ahead of the last segment, nanoseconds; it had gone back
	restarts     uint32
	finAgain     [2]bool // the FIN was sent again to the side since it last acknowledged it
	reusedBy     uint64
	right        ReuseRight
	cutBy        uint64
}

// doubt notes defects of the capture of the connection, and returns all of them
// so far. delta is the time since its last segment.
func (n *note) doubt(f *flow.Flow, x *flow.Facts, seg *wire.Segment, delta int64) label.Doubt {
	if f.LastPacket == 0 {
		n.face = seg.Interface
	}
	if seg.Interface != n.face {
		n.doubts |= label.SeveralClocks
	}
	if delta < -label.BackStep {
		n.doubts |= label.ClockBack
	}
	if x.AcksUnseen {
		n.doubts |= label.Missed
	}
	if n.labels[label.LargeSegment] > 0 {
		n.doubts |= label.Merged
	}
	if !x.Receiver.Is(flow.Sent) && (x.Sender.Is(flow.SentACK) || !x.Sender.Is(flow.SentSYN)) {
		return n.doubts | label.OneDirection // an end that acknowledges had received something
	}
	return n.doubts
}

func (n *note) count(s label.Set) {
	s.Each(func(id label.ID) { n.labels[id]++ })
}

// newNote returns the index of an empty note.
func (a *Analyzer) newNote() int32 {
	i, n := a.notes.New()
	*n = note{rttServer: -1, rttClient: -1}
	if a.cfg.Moment != nil {
		w, said := a.watching.New()
		*said = watched{}
		n.watched = w
	}
	return i
}

func (a *Analyzer) dropNote(i int32) {
	for s := a.notes.At(i).firstStep; s != 0; {
		next := a.steps.At(s).next
		a.steps.Free(s)
		s = next
	}
	if w := a.notes.At(i).watched; w != 0 {
		a.watching.Free(w)
	}
	a.notes.Free(i)
}

// stepNode is a Step in the Analyzer's slab.
type stepNode struct {
	Step
	next int32
}

// addStep keeps a step of the handshake or the close, up to MaxSteps of them. If no
// callback wants Steps, it keeps only those that later segments are compared with.
func (a *Analyzer) addStep(n *note, s Step) {
	if n.stepCount+uint32(n.stepsPassed) >= MaxSteps {
		n.stepsLost++
		return
	}
	if !a.told && s.Phase != label.SYN && s.Phase != label.SynAck {
		n.stepsPassed++
		return
	}
	*a.newStep(n) = s
	n.stepCount++
}

// newStep appends a zero step and returns it.
func (a *Analyzer) newStep(n *note) *Step {
	i, node := a.steps.New()
	*node = stepNode{}
	if n.firstStep == 0 {
		n.firstStep = i
	} else {
		a.steps.At(n.lastStep).next = i
	}
	n.lastStep = i
	return &node.Step
}
