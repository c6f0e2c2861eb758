package verdict

import (
	"math"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// This file finds out which SYN of an opening a SYN-ACK answers, which SYN-ACK the
// client accepted, and which of both were sent again by a timer. Timestamps show it
// (RFC 7323 §4.3); without them, order and time do as far as they can.

// asked returns how many SYNs the server may have answered, copies included.
func (x *context) asked() int {
	if x.Clues.SynTwice {
		return x.nSyns + 1
	}
	return x.nSyns
}

// answeredSyn returns the last SYN that was captured before a packet; nil:
// none was.
func (x *context) answeredSyn(packet uint64) *analyze.Step {
	var s *analyze.Step
	for i := range x.nSyns {
		if x.syn(i).Packet < packet {
			s = x.syn(i)
		}
	}
	return s
}

// echoed returns the SYN whose timestamp the SYN-ACK echoes; nil if that is
// unknown: no timestamps, or several SYNs with the same one.
func (x *context) echoed(a *analyze.Step) *analyze.Step {
	var found *analyze.Step
	if a.TSEcr == 0 {
		return nil
	}
	for i := range x.nSyns {
		if s := x.syn(i); s.TSVal == a.TSEcr {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	return found
}

// bareAnswer returns the bare ACK by which the server answered a SYN before any SYN-ACK
// captured, of which a is the first; nil: there is none. That is how an end in
// SYN-RECEIVED, which has sent its SYN-ACK, answers a repeated SYN (RFC 9293 §3.10.7.4,
// first).
func (x *context) bareAnswer(a *analyze.Step) *analyze.Step {
	for i := range x.Steps {
		s := &x.Steps[i]
		if s.Packet >= a.Packet {
			break
		}
		if s.Phase == label.HandshakeAck && !s.FromClient && !s.Copy && s.Len == 0 && s.Seq == a.Seq+1 && s.Ack == a.Ack && x.answeredSyn(s.Packet) != nil {
			return s
		}
	}
	return nil
}

// synAcksBefore returns how many SYN-ACKs stand before a packet.
func (x *context) synAcksBefore(packet uint64) int {
	n := 0
	for n < x.nSynAcks && x.synAck(n).Packet < packet {
		n++
	}
	return n
}

// taken returns the SYN-ACK that the ACK which completes the handshake shows to have
// arrived: the only one with the number that it acknowledges, else the one whose timestamp
// it echoes; nil if neither tells. An end keeps number and timestamp of the SYN-ACK that it
// accepted first, and answers later ones without accepting them (RFC 5961 §4.2).
func (x *context) taken() *analyze.Step {
	if s := x.takenByNumber(); s != nil {
		return s
	}
	var found *analyze.Step
	ack := x.ackStep()
	if ack == nil || ack.TSEcr == 0 {
		return nil
	}
	for i := range x.synAcksBefore(ack.Packet) {
		if s := x.synAck(i); s.TSVal == ack.TSEcr {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	return found
}

// takenByNumber returns the SYN-ACK that is taken if others before the ACK have other ISNs:
// each host, or incarnation, that answers a SYN chooses its own (RFC 9293 §3.4.1). An ACK
// need not acknowledge the payload of a SYN-ACK that has some (§3.10.7.3).
func (x *context) takenByNumber() *analyze.Step {
	ack := x.ackStep()
	if ack == nil {
		return nil
	}
	var found *analyze.Step
	for i := range x.synAcksBefore(ack.Packet) {
		if s := x.synAck(i); ack.Ack.After(s.Seq) && !ack.Ack.After(s.Seq.Add(1+s.Len)) {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	return found
}

// ackStep returns the ACK that completes the handshake; nil if it is not among the steps.
func (x *context) ackStep() *analyze.Step {
	var ack *analyze.Step
	for i := range x.Steps {
		if s := &x.Steps[i]; s.Packet == x.Opening.AckPacket && !s.Copy {
			ack = s
		}
	}
	return ack
}

// eachTaken reports whether the client acknowledged each SYN-ACK: then all arrived, the first of
// them first.
func (x *context) eachTaken() bool { return int(x.Clues.SynAckAcks) >= x.nSynAcks }

// opener returns the SYN-ACK that the ACK which completes the handshake waited for: the only one with the
// number that it acknowledges; the first, if each arrived or one was answered that the capture missed; if
// that is unknown, the last one before the ACK.
func (x *context) opener() *analyze.Step {
	if s := x.takenByNumber(); s != nil {
		return s
	}
	if n := x.synAcksBefore(x.Opening.AckPacket); n > 1 && !x.eachTaken() && !x.ackMissed() {
		return x.synAck(n - 1)
	}
	return x.synAck(0)
}

// sentBefore reports whether SYN-ACK i has the numbers of an earlier one; else it
// is another answer, not a retransmission.
func (x *context) sentBefore(i int) bool {
	for k := range i {
		if a, b := x.synAck(k), x.synAck(i); a.Seq == b.Seq && a.Ack == b.Ack {
			return true
		}
	}
	return false
}

// ownAnswers returns how many SYN-ACKs before a packet answer a SYN of their own: the first and
// those that came so soon after it that no timer can have sent them again (a heuristic), and those
// with a new number.
func (x *context) ownAnswers(packet uint64) int {
	n := 0
	for i := range x.synAcksBefore(packet) {
		if x.synAck(i).Time-x.synAck(0).Time < slowOpening || !x.sentBefore(i) {
			n++
		}
	}
	return n
}

// eachAnswered reports whether every one of several SYNs was answered, all after the last and
// within 200 ms (a heuristic): the first as late as the last, so that nothing had to be sent again, or
// the answer to the last meets a SYN-ACK that a timer sent again.
func (x *context) eachAnswered() bool {
	return x.nSyns > 1 && x.nSynAcks >= x.nSyns && x.synAck(0).Packet > x.lastSyn().Packet && x.ownAnswers(math.MaxUint64) >= x.nSyns
}

// answeredAtOnce is eachAnswered within 1 ms (a heuristic): as happens to SYNs that were held back
// and released at once, rather than by the timers of two hosts.
func (x *context) answeredAtOnce() bool {
	return x.eachAnswered() && x.synAck(x.nSyns-1).Time-x.synAck(0).Time < sooner
}

// answeredTogether is eachAnswered if nothing had to be sent again: later after the last SYN than
// two of the longest round trips to the server, or 200 ms where none was measured (heuristics).
func (x *context) answeredTogether() bool {
	soon := slowOpening
	if most := x.FromClient.RTT.Max; most >= 0 {
		soon = 2 * most
	}
	return x.eachAnswered() && x.synAck(0).Time-x.lastSyn().Time > soon
}

// answersEarlier reports whether a SYN-ACK came so soon after the last SYN before it, s, that
// it answers an earlier one: in less than half the shortest round trip from this tap to the server,
// and 1 ms sooner (a heuristic).
func (x *context) answersEarlier(s, a *analyze.Step) bool {
	least, took := x.FromClient.RTT.Min, a.Time-s.Time
	return least-took > sooner && took < least/2
}

// ackArrived reports whether a SYN-ACK echoes a later timestamp than the SYNs have: what its client sent
// after them had reached the server (RFC 7323 §4.3), the ACK that completes the handshake or,
// where the capture missed some, one before it.
func (x *context) ackArrived(a *analyze.Step) bool {
	for i := range x.nSyns {
		if s := x.syn(i); int32(a.TSEcr-s.TSVal) <= 0 {
			return false
		}
	}
	return a.TSEcr != 0
}

// ackMissed reports whether one of the SYN-ACKs before the ACK that was captured shows that another
// one had arrived.
func (x *context) ackMissed() bool {
	for i := range x.synAcksBefore(x.Opening.AckPacket) {
		if x.ackArrived(x.synAck(i)) {
			return true
		}
	}
	return false
}
