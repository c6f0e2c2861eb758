package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// story adds the segment to the account of the opening and the close, after
// both ends were moved.
func (a *Analyzer) story(f *flow.Flow, n *note, seg *wire.Segment, phase label.ID) {
	fx := &a.facts
	s := fx.From
	if a.lab.Set.Has(label.DuplicatePacket) {
		return
	}
	if a.foreign {
		if phase == label.SynAck {
			a.countSynAck(n, seg)
			a.addStep(n, stepOf(f, s, seg, phase))
			n.answersAgain(fx, seg)
		}
		return
	}
	if f.Half[0].State.Base() >= state.Established && f.Half[f.Peer(0)].State.Base() >= state.Established {
		n.opened = true
	}
	if fresh := freshPayload(fx, seg); fresh > 0 && !seg.Flags.Has(wire.RST) {
		n.lastData[s] = seg.Packet
		if fx.Receiver.Is(flow.SentFIN) {
			n.halfOctets[s] += uint64(fresh)
		}
	}
	if seg.Flags.Has(wire.ACK) && !seg.Flags.Any(wire.SYN|wire.RST) && !n.plainAck[s] {
		n.plainAck[s], n.firstAck[s] = true, seg.Ack
	}
	switch phase {
	case label.SYN:
		a.noteSYN(n, s, seg)
	case label.SynAck:
		a.noteSynAck(f, n, s, seg)
	}
	if seg.Flags.Has(wire.FIN) && !seg.Flags.Has(wire.RST) {
		n.noteFIN(fx, s, seg)
	}
	if !n.complete {
		a.noteComplete(f, n, s, seg)
	}
	switch phase {
	case label.Data, label.Ack:
		return
	}
	step := stepOf(f, s, seg, phase)
	step.Repeated, step.Copy, step.Acceptable = a.lab.Set.Has(label.Retransmission), a.lab.Set.Has(label.DuplicatePacket), fx.Acceptable
	step.Inferred = a.obs.Evidence.Inferred(label.Retransmission)
	a.addStep(n, step)
}

// stepOf returns the step for a segment of a side. Both ends are in the states
// after it.
func stepOf(f *flow.Flow, from flow.Side, seg *wire.Segment, phase label.ID) (s Step) {
	fillStep(&s, f, from, seg, phase)
	return s
}

// fillStep makes s the step for a segment of a side.
func fillStep(s *Step, f *flow.Flow, from flow.Side, seg *wire.Segment, phase label.ID) {
	*s = Step{}
	s.Packet, s.Time, s.Seq, s.Ack, s.Flags, s.Len = seg.Packet, seg.Time, seg.Seq, seg.Ack, seg.Flags, seg.Len
	s.TSVal, s.TSEcr, s.Window = seg.Options.TSVal, seg.Options.TSEcr, seg.Window
	s.FromClient, s.Phase = from == f.Client, phase
	s.ClientState, s.ServerState = f.Half[f.Client].State, f.Half[f.Peer(f.Client)].State
}

func (a *Analyzer) noteSYN(n *note, s flow.Side, seg *wire.Segment) {
	if a.stray {
		return
	}
	n.synCount[s]++
	if timed := &n.renumbered.timed[s]; n.complete && a.cause == label.CauseRTO && *timed < math.MaxUint16 {
		*timed++
	}
	if !n.options[s].Known {
		n.options[s] = offered(seg, synECN(seg.Flags))
	}
	if n.synCount[s.Other()] > 0 {
		return // the second of two that crossed, or a split handshake
	}
	if n.synCount[s] == 1 {
		n.firstSYN = seg.Time
		n.synData = seg.Len
		n.synAckFirst = n.synAckCount > 0
	}
	n.synUnanswered = true
}

func (a *Analyzer) noteSynAck(f *flow.Flow, n *note, s flow.Side, seg *wire.Segment) {
	y := a.facts.Receiver
	if older := a.table.Older(f.Ref); older != 0 && seg.Ack == y.ISN+1 && y.Is(flow.SentSYN) {
		a.endTimeWait(older, seg) // the holder has accepted the new SYN
	}
	wrong := y.Is(flow.SentSYN) && wrongAnswer(y, seg.Ack)
	if !n.options[s].Known || !a.facts.RepeatsSYN && !(wrong && n.synAnswered[a.facts.To]) {
		n.options[s] = offered(seg, synAckECN(n.options[a.facts.To].ECN, seg.Flags))
	}
	a.countSynAck(n, seg)
	if wrong {
		if n.badAcks < 255 {
			n.badAcks++
		}
		return
	}
	n.ackOfISN[a.facts.To], n.ackOfISNKnown[a.facts.To] = seg.Ack, true
	n.synAnswered[a.facts.To] = n.synAnswered[a.facts.To] || !n.complete
	if n.synUnanswered && !n.complete {
		n.synUnanswered = false
		if at, known := a.answered(n, label.SYN, seg); known {
			n.rttServer = seg.Time - at
		}
	}
}

// countSynAck counts a SYN-ACK, and its ISN where it is a new one.
func (a *Analyzer) countSynAck(n *note, seg *wire.Segment) {
	n.synAckCount++
	if !a.saidBefore(n, seg) && n.synAckISNs < 255 {
		n.synAckISNs++
	}
}

// saidBefore reports whether a SYN-ACK with the same ISN was captured before.
func (a *Analyzer) saidBefore(n *note, seg *wire.Segment) bool {
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		if s := a.steps.At(i); s.Phase == label.SynAck && s.Seq == seg.Seq {
			return true
		}
	}
	return false
}

// answered returns the time of the SYN or SYN-ACK that seg answers, if it is
// certain: one that was sent once. Among several nobody can tell which was
// answered (Karn; RFC 6298 §3), unless seg echoes the timestamp of the last and of
// no other: then it was sent after the arrival of that one (RFC 7323 §4). The echo
// of an earlier one proves less: an end keeps the first timestamp that it
// accepted, and echoes it also when it answers a later copy, which it does not
// accept (RFC 5961 §4.2).
func (a *Analyzer) answered(n *note, phase label.ID, seg *wire.Segment) (at int64, known bool) {
	if n.stepsLost > 0 {
		return 0, false
	}
	count, echoed, last := 0, 0, false
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		st := a.steps.At(i)
		if st.Phase != phase || st.Copy || st.FromClient == a.facts.FromClient {
			continue
		}
		at, last = st.Time, seg.Options.Set.Has(wire.OptTimestamps) && st.TSVal != 0 && st.TSVal == seg.Options.TSEcr
		count++
		if last {
			echoed++
		}
	}
	return at, count == 1 || last && echoed == 1
}

// noteComplete notes the segment that completes the handshake: the one which
// proves that the second of the two SYNs has arrived.
func (a *Analyzer) noteComplete(f *flow.Flow, n *note, s flow.Side, seg *wire.Segment) {
	x, y := a.facts.Sender, a.facts.Receiver
	if seg.Flags.Has(wire.RST) || !seg.Flags.Has(wire.ACK) || !y.Is(flow.SYNProved) {
		return
	}
	if x.Is(flow.SentSYN) && !x.Is(flow.SYNProved) {
		return
	}
	if x.State.Base() < state.Established && y.State.Base() < state.Established {
		return
	}
	if y.Is(flow.GotRST) && over(y) {
		return // a RST had ended it at the other end
	}
	bothBare := n.sentBareSYN(x, s) && n.sentBareSYN(y, a.facts.To)
	n.complete = true
	n.forgetReset() // an attempt before this one was reset
	n.completeAt, n.ackPacket = seg.Time, seg.Packet
	n.ackOfISN[a.facts.To], n.ackOfISNKnown[a.facts.To] = seg.Ack, true
	n.ackData = seg.Len
	n.split = bothBare && n.plainAck[f.Client.Other()]
	n.simultaneous = bothBare && !n.split
	if n.synAckCount > 0 && s == f.Client {
		if n.ackLater = a.ackMissed(n, seg); n.ackLater {
			return
		}
		if at, known := a.answered(n, label.SynAck, seg); known {
			n.rttClient = seg.Time - at
		}
	}
}

// ackMissed reports whether seg, of the client, was sent after the ACK of the SYN-ACK, which is due at
// once (RFC 9293 §3.10.7.3, fourth): then that one was not captured before, and nobody knows when it passed. It
// was if it is not the first octet after the SYN, or acknowledges what the server sent when the connection
// was open to it: a SYN-ACK has no more than its SYN to acknowledge, save after data in the SYN (RFC 7413).
func (a *Analyzer) ackMissed(n *note, seg *wire.Segment) bool {
	x, y := a.facts.Sender, a.facts.Receiver
	return x.Is(flow.SentSYN) && seg.Seq.After(x.ISN.Add(1+n.synData)) || a.facts.AcksUnseen ||
		y.Is(flow.SentSYN) && n.plainAck[a.facts.To] && n.synData == 0 && seg.Ack.After(y.ISN+1)
}

// sentBareSYN reports whether h, the end of a side, sent a SYN without an ACK: one that was
// captured, or that a SYN-ACK of the other end answers, since nothing else is answered so
// (RFC 9293 §3.10.7.2, §3.10.7.3 fourth).
func (n *note) sentBareSYN(h *flow.Half, s flow.Side) bool {
	return h.Is(flow.SentBareSYN) || n.synAnswered[s] && h.Is(flow.SentSYN) && n.ackOfISN[s] == h.ISN+1
}

// noteFIN keeps the first FIN of each side.
func (n *note) noteFIN(fx *flow.Facts, s flow.Side, seg *wire.Segment) {
	n.finCount++
	n.fins[s]++
	if n.finPacket[s] != 0 {
		return
	}
	n.finPacket[s] = seg.Packet
	if n.finAt[s] == 0 { // otherwise it was inferred before it was captured
		n.finAt[s], n.finAck[s] = seg.Time, seg.Ack
	}
	n.finAcksFIN = n.finAcksFIN || fx.AnswersFINFirst
}

// offered reads the options of a SYN or SYN-ACK.
func offered(seg *wire.Segment, e ECN) EndOptions {
	o := &seg.Options
	return EndOptions{
		Known: true, Set: o.Set, MSS: o.MSS, WindowScale: o.WindowScale, Window: seg.Window,
		FastOpenLen: o.FastOpenLen, ECN: e,
	}
}

// synECN tells what a SYN offers (RFC 3168 §6.1.1, RFC 9768 §3.1.1).
func synECN(f wire.Flags) ECN {
	switch f & (wire.AE | wire.CWR | wire.ECE) {
	case wire.AE | wire.CWR | wire.ECE:
		return ECNAccurate
	case wire.CWR | wire.ECE:
		return ECNClassic
	}
	return ECNNone
}

// synAckECN tells what a SYN-ACK accepts of the offer (RFC 3168 §6.1.1, RFC 9768 §3.1.2 table 2).
// A server that sets all three bits is broken and reflects the SYN; a reserved combination counts
// as acceptance (§3.1.3). To an end that offers classic ECN, AE is a reserved bit to be ignored
// (RFC 9293 §3.1).
func synAckECN(offer ECN, f wire.Flags) ECN {
	switch bits := f & (wire.AE | wire.CWR | wire.ECE); {
	case offer == ECNNone:
		return ECNNone
	case bits == wire.ECE, offer == ECNClassic && bits&^wire.AE == wire.ECE:
		return ECNClassic
	case offer == ECNAccurate && bits&(wire.AE|wire.CWR) != 0 && bits != wire.AE|wire.CWR|wire.ECE:
		return ECNAccurate
	}
	return ECNNone
}

// refusesSACK reports whether the SYN or SYN-ACK is known to have no SACK-permitted option
// (RFC 2018 §2).
func (e *EndOptions) refusesSACK() bool {
	return e.Known && e.Set&(wire.OptSACKPermitted|wire.OptCut) == 0
}
