package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// What an end is seen to send moves it, whatever becomes of the segment: its SYN, its
// FIN, and whatever it sends only because it received another segment, which was not
// captured.

// sends applies the send events of x: SYN, then FIN.
func (a *Analyzer) sends(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) {
	// A segment that acknowledges less than its sender did before is an old one
	// that was overtaken: it moves nothing.
	current := !x.Is(flow.SentACK) || !seg.Flags.Has(wire.ACK) || !seg.Ack.Before(x.Ack)
	if seg.Flags.Has(wire.SYN) {
		a.sendsSYN(f, n, x, y, seg, current)
	}
	if current && x.Any(flow.FINAcked|flow.FINAckedAhead) && a.lab.Set.Has(label.Retransmission) && !x.Any(flow.GotRST|flow.SentRST) {
		a.notAcked(f, n, x, y)
	}
	if seg.SeqLen() > 0 && x.Is(flow.OrderUnsure) && unprompted(f, n, x, y, seg) {
		x.Has &^= flow.OrderUnsure | flow.FINMayWait
	}
	if !seg.Flags.Has(wire.FIN) {
		if x.Is(flow.FINSpoilt) && seg.Len > 0 && !seg.End().Before(x.FinEnd) {
			// Nothing is sent after a FIN (RFC 9293 §3.10.2): the FIN flag was the
			// corruption.
			x.Has &^= flow.FINSpoilt | flow.SentFIN | flow.FINAwaiting
		}
		return
	}
	if !a.facts.RepeatsFIN || x.Is(flow.FINSpoilt) {
		if !y.Is(flow.SentFIN) {
			heldBack(y, x, seg)
		}
		missed, second := x.Is(flow.TailMissed), hasFIN(x, y) // of two FINs one is not of x (closes)
		goesOn(x, y)
		unsure := x.State.Base() == state.Unknown || mayAnswerFIN(x, y, seg) || a.orderUnsure(f, n, x, y, seg, missed)
		x.Has &^= flow.FINSpoilt
		if x.State.Base() == state.CloseWait && y.Is(flow.SentFIN) && seg.Ack.Before(y.FinEnd) {
			// It left before the peer's FIN came, and was overtaken by the answer
			// to that: both closed at once.
			x.State = state.Closing | x.State&state.Inferred
		}
		if x.Any(flow.GotRST | flow.SentRST) {
			alive := x.StateIfAlive() // as it is perhaps (revive): then the RST crossed its FIN
			*alive = alive.After(state.SendFIN)
		}
		a.move(f, n, x, state.SendFIN)
		if unsure || second {
			x.State = x.State.Infer()
		}
		if second {
			y.State = y.State.Infer()
		}
	}
}

// notAcked takes back that the FIN of x was acknowledged: an end that sends octets again had no ACK of the FIN
// after them. One that is under way may have come to it since. A segment that crosses a RST says nothing.
func (a *Analyzer) notAcked(f *flow.Flow, n *note, x, y *flow.Half) {
	notAhead(x)
	x.State = x.State.After(state.ResendFIN)
	x.Has &^= flow.FINAcked
	switch {
	case !a.underWay(f, n, x, y):
	case x.State == state.FinWait1:
		aheadOfGap(x) // so that the next one takes the mark away
	default:
		x.State = x.State.Infer()
	}
}

// mayAnswerFIN reports whether y's FIN may have come before x's, where nothing of y was
// captured. It had not where x's FIN acknowledges nothing yet, as that of a SYN, or no more
// than x did before (RFC 9293 §3.10.4), in a SYN-ACK at first: of what x acknowledges behind its SYN
// it is not known where it begins.
func mayAnswerFIN(x, y *flow.Half, seg *wire.Segment) bool {
	if y.Any(flow.Sent|flow.SentSYN|flow.SentACK) || seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		return false
	}
	return x.Is(flow.SentBareSYN) || !x.Is(flow.SentACK) || !seg.Flags.Has(wire.ACK) || seg.Ack.After(x.Ack)
}

// sendsSYN applies a SYN or SYN-ACK of x. current says that it was not overtaken by a
// later segment.
func (a *Analyzer) sendsSYN(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment, current bool) {
	ack := seg.Flags.Has(wire.ACK)
	switch {
	case a.stray:
		sendsStray(f, n, x, seg)
	case a.facts.RepeatsSYN && !ack && x.Is(flow.GotRST) && x.State.Base() == state.Closed:
		// It tries again after a RST, as some stacks do; or this SYN left before
		// the RST came.
		opensBehindRST(f, n, x, seg)
		y.State = state.Listen | state.Inferred
		x.Has &^= flow.GotRST
		y.Has &^= flow.SentRST
	case a.facts.RepeatsSYN && seg.Flags&(wire.ACK|wire.FIN) == 0 && x.State.Base() == state.Closed && x.Is(flow.SentRST) && !x.Is(flow.SentACK):
		// A new OPEN would have another number (RFC 9293 §3.4.1), so it opens still, and the
		// RST was not its own, or not its end; or this SYN left before that. Where it was open,
		// the SYN had done its work: it is an old one. Nor is one with a FIN its SYN again.
		opensBehindRST(f, n, x, seg)
		x.Has &^= flow.SentRST
	case a.facts.RepeatsSYN && ack && x.State.Base() == state.SynSent && !y.Is(flow.SentSYN):
		// It sent a SYN, and now a SYN-ACK: a SYN that was not captured had
		// reached it.
		x.State = x.State.After(state.GetSYN)
		if y.State.Base() <= state.Listen {
			y.State = state.SynSent | state.Inferred
		}
	case a.facts.RepeatsSYN && ack && current && x.State.IsInferred() && !x.Is(flow.SYNAcked) && x.Nxt == x.ISN+1:
		a.stillOpens(f, n, x, y, seg, state.SynReceived)
	case a.facts.RepeatsSYN && !ack && x.State.IsInferred() && !x.Any(flow.SYNAcked|flow.SentACK):
		a.stillOpens(f, n, x, y, seg, state.SynSent)
	case a.facts.RepeatsSYN:
		// A SYN-ACK again, from an end that sent nothing else yet: the ACK that
		// passed has not arrived, or the accept queue was full. For an end that
		// is over, revive decides first whether it is alive.
		if ack && current && !over(x) && x.Is(flow.SYNAcked) && x.Nxt == x.ISN+1 {
			x.State = x.State.After(state.ResendSYN)
			x.Has &^= flow.SYNAcked
		}
	case ack:
		// Without an earlier SYN that it acknowledges: that SYN was not
		// captured, or the ACK is for another one.
		if x.State.Base() <= state.Listen {
			x.State = state.SynReceived
		}
		if y.State == state.Unknown {
			y.State = state.SynSent | state.Inferred
		}
	case x.State.Base() <= state.SynSent:
		x.State = x.State.Base().After(state.SendSYN)
		if y.State == state.Unknown {
			y.State = state.Listen | state.Inferred
		}
	}
}

// sendsStray applies a SYN of x inside its own sequence space: it opens anew, unless it goes on with
// its old numbers.
func sendsStray(f *flow.Flow, n *note, x *flow.Half, seg *wire.Segment) {
	if !x.HasOldSYN {
		x.BeforeSYN = x.State
	}
	again := x.State == state.SynSent|state.Inferred && x.HasOldSYN && x.OldSYN == seg.Seq
	x.State = x.State.Base().After(state.ForgetSYN)
	if again && seg.Time-n.icmpAt <= wayBack(f, n, x) {
		x.State = x.State.Infer() // as in stillOpens
	}
	x.OldSYN, x.HasOldSYN = seg.Seq, true
}

// opensBehindRST puts x into SYN-SENT, which sends its SYN again behind a RST, inferred where that SYN
// may have left before the RST.
func opensBehindRST(f *flow.Flow, n *note, x *flow.Half, seg *wire.Segment) {
	x.State = state.SynSent
	if seg.Time-n.rstLast <= wayBack(f, n, x) {
		x.State = x.State.Infer()
	}
}

// stillOpens corrects the state of x, which sends its SYN or SYN-ACK again, and nothing else so far: it is
// in SYN-SENT or SYN-RECEIVED still, as opening says, unless that segment left before what made it doubtful came to x.
func (a *Analyzer) stillOpens(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment, opening state.State) {
	switch x.State.Base() {
	case state.Established: // fromUnseen, opensMissed
		x.State, n.opened = opening|state.Inferred, false
		if n.rstAfter == RstAbort && !n.complete {
			n.rstAfter = RstHandshake
		}
	case state.SynSent, state.SynReceived:
	default:
		return
	}
	if seg.Time-max(n.icmpAt, y.LastTime) > wayBack(f, n, x) {
		x.State = x.State.Base()
		if opening == state.SynReceived && y.Nxt.After(y.ISN.Add(1+x.MostWindow)) { // no window grows before
			a.notCompleted(n, a.facts.To, x, y)
		}
	}
}

// notCompleted takes back that a segment of y, side s, completed the handshake which the window in the SYN-ACK of x had no room for: x
// would have to have opened, and given more, for y to send that (RFC 9293 §3.10.7.4, first). So it was not y's, and neither was its FIN.
func (a *Analyzer) notCompleted(n *note, s flow.Side, x, y *flow.Half) {
	if !n.complete || !n.ackLater || !y.Is(flow.SentSYN) {
		return
	}
	n.complete, n.opened, n.ackLater = false, false, false
	n.completeAt, n.ackPacket, n.ackData = 0, 0, 0
	n.finCount -= n.fins[s]
	n.fins[s], n.finPacket[s], n.finAt[s] = 0, 0, 0
	a.toSYN(y, y.ISN)
	y.Has &^= flow.SYNAcked | flow.SentACK | flow.HoldsACK | flow.HoldsSYNACK | flow.SentFIN | flow.FINAwaiting | flow.OrderUnsure
	x.Has &^= flow.SYNProved
	y.State = state.SynSent | state.Inferred
}

// fromUnseen infers what must have happened where segments were not captured. window is what x
// would take at most.
func fromUnseen(n *note, x, y *flow.Half, seg *wire.Segment, window uint32) {
	if y.State.Base() == state.SynSent {
		leavesSynSent(n, x, y, seg, window)
	}
	switch b := x.State.Base(); {
	case b == state.SynReceived && (seg.Len > 0 || x.Is(flow.SentACK) && seg.Ack.After(x.Ack)) && n.synData == 0:
		// Data before the handshake is complete is only sent, and taken, when the SYN
		// brought data (RFC 7413 §4.2): so the ACK of its SYN, which was not
		// captured, had arrived. Some stacks do not wait for it.
		x.State = x.State.After(state.GetAckOfSYN) | state.Inferred
	case b == state.SynReceived && seg.SeqLen() == 0 && y.LastTime <= x.LastTime && n.synData == 0:
		// An end in SYN-RECEIVED sends a bare ACK only as an answer (RFC 9293 §3.10.7.4), and nothing to be answered
		// was captured since its SYN-ACK: that was the SYN again, or the ACK of the SYN-ACK.
		x.State, y.State = x.State.Infer(), y.State.Infer()
	case (b == state.Unknown || b == state.Listen) && !seg.Flags.Has(wire.FIN):
		// A bare ACK is sent in every synchronized state and proves none; data,
		// or the acknowledgement of new data, makes ESTABLISHED likely.
		if seg.Len > 0 || x.Is(flow.SentACK) && seg.Ack.After(x.Ack) || y.Payload > 0 && seg.Ack == y.Nxt {
			x.State = state.Established | state.Inferred
		}
	}
}

// opensUnseen moves x out of SYN-SENT at a segment with ACK and without SYN, where no SYN of y was captured: x
// acknowledges, so a SYN-ACK had reached it (RFC 9293 §3.10.7.3), before whatever else the segment shows. That is inferred where it has
// the number of the SYN: then it looks like a keep-alive, or like a stack that answers a SYN alone.
func opensUnseen(x, y *flow.Half, seg *wire.Segment) {
	if x.State.Base() != state.SynSent || y.Is(flow.SentSYN) {
		return
	}
	x.State = state.Established
	if !seg.Seq.After(x.ISN) {
		x.State = x.State.Infer()
	}
	if y.State.Base() <= state.Listen {
		y.State = state.Established | state.Inferred
	}
}

// missesOctets infers what follows where x, which was opening, acknowledges more of y than its SYN and what else was
// captured: y sends octets once it is open (RFC 9293 §3.10.2), unless the SYN brought data (RFC 7413 §4.2), and the last
// of them may be its FIN. What does not fit into window answers another SYN, unless one of both has answered the SYN of the other:
// then several windows were missed if x sends its FIN behind them, and an ACK alone, which may be forged, only leaves both
// in doubt.
func missesOctets(n *note, x, y *flow.Half, seg *wire.Segment, window uint32) {
	// Behind 2 GiB the number lies before that of the SYN.
	fin := seg.Flags.Has(wire.FIN)
	if !y.Is(flow.SentSYN) || !seg.Ack.After(y.Nxt) && !(fin && seg.Ack.Before(y.ISN)) {
		return
	}
	if !y.CoversSYN(seg.Ack, window) {
		if y.State.Base() != state.SynReceived && !(x.Is(flow.SentSYN) && y.Is(flow.SYNProved)) {
			return
		}
		if !fin {
			x.State, y.State = x.State.Infer(), y.State.Infer()
			return
		}
	}
	y.Has |= flow.TailMissed
	x.State, y.State = x.State.Infer(), y.State.Infer()
	if y.State.Base() == state.SynReceived && n.synData == 0 {
		y.State = state.Established | state.Inferred
	}
}

// leavesSynSent infers that y, in SYN-SENT, has left it, where a segment of x with ACK and without
// SYN shows more than a SYN-ACK: that what y sends only after that had come.
func leavesSynSent(n *note, x, y *flow.Half, seg *wire.Segment, window uint32) {
	if !y.Is(flow.SentSYN) {
		if x.Is(flow.SentSYN) && (seg.Len > 0 || seg.Ack.After(x.Ack)) {
			// An end that answers a SYN with anything beyond a SYN-ACK had received its ACK.
			y.State = state.Established | state.Inferred
		}
		return
	}
	if !x.Is(flow.Sent) {
		window = 1<<16 - 1 // unknown: what a window without scale may be at most
	}
	if y.HasOldSYN {
		return // x goes on with the connection before (RFC 9293 figure 9)
	}
	if !y.CoversSYN(seg.Ack, window) {
		answersElse(n, x, y, seg)
		return
	}
	// Octets of y behind its SYN, and those of x at all, also if they were missed, are sent once the connection is open there
	// (§3.10.2), unless the SYN brought data: then x may send some before (RFC 7413 §4.2).
	octets := seg.Len > 0 || x.Is(flow.SentSYN) && seg.Seq.After(x.Nxt)
	if !seg.Ack.After(y.Nxt) && (!octets || n.synData > 0) {
		if seg.Flags.Has(wire.FIN) && n.synData == 0 {
			y.State = y.State.Infer() // x has opened, or was closed in SYN-RECEIVED (§3.10.4), as one may be that had data
		}
		return
	}
	if y.State = y.State.Infer(); x.Is(flow.SentSYN) {
		y.State = state.Established | state.Inferred // it may have closed since
	} // without a SYN-ACK it may be the answer to a connection before this one (figure 9)
}

// answersElse infers what follows for y, in SYN-SENT, where x acknowledges neither its SYN nor what fits into a window behind
// that. If x had answered the SYN, octets of several windows were missed, as in a capture of SYN, FIN and RST alone: y sent
// them once it was open. A FIN of x shows that; an ACK may be forged, and leaves it in doubt. If x had answered another SYN, and
// goes on behind its SYN-ACK, that one may be y's as well, and missed. Without a SYN-ACK x goes on with a connection before
// this one (figure 9), or answers another SYN.
func answersElse(n *note, x, y *flow.Half, seg *wire.Segment) {
	switch fin := seg.Flags.Has(wire.FIN); {
	case !x.Is(flow.SentSYN):
	case fin && y.Is(flow.SYNProved) && n.synData == 0:
		y.State = state.Established | state.Inferred
	case fin, y.Is(flow.SYNProved), seg.Len > 0, seg.Ack.After(x.Ack):
		y.State = y.State.Infer()
	}
}
