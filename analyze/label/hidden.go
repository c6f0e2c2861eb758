package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// hidden detects a retransmission that leaves no gap: the first copy and
// everything after it was lost before the tap. The sender's packet counter then
// shows that packets did not pass, and a pause that a timer expired.
func hidden(c *Context) bool {
	x := c.Facts
	jump := x.Sender.IDJump(&x.Mark)
	if c.Segment.SeqLen() == 0 || jump < 2 || jump > maxHidden || !numbersOwn(c) {
		return false
	}
	if jump == 2 && c.Segment.Flags&(wire.PSH|wire.FIN|wire.SYN) == 0 {
		return false // more octets wait behind these (RFC 9293 §3.9.1.2), and would have been sent and lost with them
	}
	silent := c.Flow.Last
	if crosses(c) {
		silent = max(x.Sender.LastTime, x.Receiver.FreshTime)
	}
	pause := x.Mark.Time - silent
	answers := !x.Sender.Is(flow.SentACK) || c.Segment.Ack.After(x.Sender.Ack)
	if answers && jump == 2 && (x.Loop <= 0 || pause < x.Loop+answerTimer(x.Receiver)) {
		return false // a bare ACK that did not pass explains it, unless the other end would have sent again
	}
	if r := &x.Receiver.Repair; answers && r.Backoff == 0 && !r.Probed && pause >= sentAgainBy(x) {
		return false // the other end did not send again what this acknowledges: ACKs had arrived that the capture missed
	}
	answered := x.Receiver.SYNs
	if answered == 0 {
		answered = x.Sender.SYNs // each of which was answered by a SYN-ACK, though none was captured
	}
	if jump <= uint16(answered) && x.Sender.Is(flow.SentSYN) && c.Segment.Seq == x.Sender.ISN+1 {
		return false // each SYN-ACK that came again was answered (RFC 9293 §3.10.7.4), and these bare ACKs did not pass
	}
	if x.Mark.HasTS && x.Receiver.HasTS && int32(c.Segment.Options.TSEcr-x.Receiver.TSVal) > 0 {
		return false // it answers a packet that the capture missed (RFC 7323 §4.3): no timer ran
	}
	if x.Loop > 0 && pause < x.Loop+x.Loop/2 || x.Sender.KeepAlives > 0 || x.Receiver.ZeroWindows > 0 {
		return false // a round trip, or keep-alives or window probes that did not pass, explain it
	}
	return pause >= timerPause<<(jump-2) && pause <= longestPause<<(jump-2)
}

// probesTail detects a tail loss probe (RFC 8985 §7.3) of a flight whose end was lost
// before the tap: it repeats the last segment, so that the gap before it looks like one
// before the first copy. But one packet more than fills the gap did not pass, and nothing
// was captured for two round trips, as long as the probe waits. The gap consists of whole
// segments, so that their number is known; or the last of them may be short, before a FIN
// alone that comes when a probe is due, before pauses of programs usually end. A missing
// bare ACK is not counted if nothing came that it would answer (heuristics).
func probesTail(c *Context) bool {
	s, x := c.Segment, c.Facts
	h, y := x.Sender, x.Receiver
	if s.SeqLen() == 0 || s.Flags&(wire.PSH|wire.FIN) == 0 || h.MostLen == 0 || !numbersOwn(c) {
		return false
	}
	gap, most, pause := x.SeqDelta, int64(h.MostLen), x.Mark.Time-c.Flow.Last
	if gap%most != 0 {
		if s.Len > 0 || pause > 4*x.Loop+probeLate {
			return false
		}
		gap += most - gap%most
	}
	if y.Is(flow.SentACK) && y.Ack.After(h.Nxt) {
		return false // what the gap holds arrived: the capture missed it
	}
	missed := int64(h.IDJump(&x.Mark)) - 1
	return missed == gap/most+1 && s.Ack == h.Ack &&
		x.Loop > 0 && pause >= 2*x.Loop
}

// MostDelay is how long an acknowledgement may be delayed at most, in nanoseconds (RFC 9293 §3.8.6.3).
const MostDelay = int64(500e6)

// AnswerMissed reports whether the segment, the first captured of its sender that acknowledges the
// FIN of its receiver, hardly answers that, so that the answer did not pass, and what it repeats neither:
// a timer may have run since the last segment of its sender that did pass; and by identifications that were
// always close together two packets did not, or unless they show that none or one did, it comes later than an answer
// may be delayed, way being the longest round trip from here to the sender, or the FIN was sent
// again, and it answers the first copy (heuristics, as in hidden).
func AnswerMissed(c *Context, way int64) bool {
	x := c.Facts
	if x.Mark.Time-x.Sender.LastTime < timerPause {
		return false
	}
	explained := uint16(2) // this one, and the answer
	if x.SeqDelta > 0 {
		explained++ // octets that did not pass either
	}
	switch jump := x.Sender.IDJump(&x.Mark); {
	case jump != 0 && jump <= explained: // whoever else shares the counter
		return false
	case jump > explained && jump <= maxHidden && (numbersOwn(c) || mayNumberOwn(c) && x.Sender.IDsClose() && acksFINAlone(c)):
		return true
	}
	return x.Mark.Time-x.Receiver.LastTime > way+MostDelay || crosses(c)
}

// numbersOwn reports whether the sender numbers the packets of the connection, one by one.
func numbersOwn(c *Context) bool {
	return c.Facts.Sender.IDsConsecutive() && mayNumberOwn(c)
}

// acksFINAlone reports whether the segment has no octets in front that did not pass, and acknowledges nothing new but the FIN
// of its receiver: what else the receiver sent would have been answered by packets that are missing, too (RFC 9293 §3.8.6.3).
func acksFINAlone(c *Context) bool {
	x := c.Facts
	return x.SeqDelta == 0 && x.Sender.Is(flow.SentACK) && c.Segment.Ack == x.Sender.Ack+1
}

// mayNumberOwn reports whether the sender is of those that number the packets of each connection.
func mayNumberOwn(c *Context) bool {
	ttl := c.Segment.TTL
	return ttl <= ownCounterTTL && ttl > ownCounterTTL-mostHops && c.Segment.DontFragment
}

// MayHide reports whether a segment may be a retransmission that leaves no gap (hidden),
// given that its IP identification lies jump after the last one of its sender, and that
// it comes pause nanoseconds after the previous segment. If it returns false, the segment
// is not one.
func MayHide(jump uint16, pause int64) bool {
	return jump >= 2 && jump <= maxHidden && pause >= timerPause
}

// MayMissAnswer is to AnswerMissed as MayHide to hidden: pause is the time since the last segment of
// the receiver, which has sent nothing again.
func MayMissAnswer(jump uint16, pause int64) bool {
	return jump > 2 && jump <= maxHidden || pause > MostDelay
}

// leastRTO is the minimum retransmission timeout of RFC 6298 §2.4, in
// nanoseconds: stacks in use have less.
const leastRTO = int64(1e9)

// sentAgainBy returns how long after its last segment the receiver of x has retransmitted it,
// if no acknowledgement reached it: after the timeout of RFC 6298 §2.2 for its first round
// trip, which is three of these, or that of stacks in use, and half as long again for what
// the round trip measured here leaves out; and at most a round trip and leastRTO
// (heuristics).
func sentAgainBy(x *flow.Facts) int64 {
	loop := max(x.Loop, 0)
	timeout := max(3*loop, loop+answerTimer(x.Receiver))
	return min(loop+leastRTO, timeout+timeout/2)
}

// answerTimer returns how long after the round trip an end retransmits what is not
// acknowledged: 200 ms in the stacks that begin with a TTL of 64, up to a second
// by RFC 6298 §2.4 in others. A heuristic.
func answerTimer(h *flow.Half) int64 {
	if h.TTL > ownCounterTTL {
		return 1e9
	}
	return 200e6
}

// crosses reports whether the previous segment is a retransmission of the other
// end, which this segment cannot answer: timers of both ends ran in parallel, and
// the silence of this one lasted longer.
func crosses(c *Context) bool {
	s, x, y := c.Segment, c.Facts, c.Facts.Receiver
	if y.LastTime <= y.FreshTime {
		return false
	}
	if x.Mark.HasTS && y.HasTS {
		return int32(s.Options.TSEcr-y.TSVal) < 0
	}
	return x.Mark.Time-y.LastTime < y.RTT().Min/4*3
}

// Heuristics for hidden: timerPause is a little less than the shortest retransmission
// timeout in use (200 ms, Linux); longestPause a little more than the first timeout of a
// usual path; both double with each packet that did not pass (RFC 6298 §5.5), up to
// maxHidden - 1 of them. Hosts that begin with a TTL above 64 number the packets of all
// connections together; so do small stacks that begin with one below, such as those of
// proxies: no path in use has mostHops routers, so that a lower TTL reveals them.
const (
	timerPause   = int64(150e6)
	longestPause = int64(1200e6)
	maxHidden    = 7
	// probeLate is how much later than after two smoothed round trips, of twice the shortest
	// at the most, a tail loss probe comes (RFC 8985 §7.2): timers in use are that coarse.
	probeLate     = int64(20e6)
	ownCounterTTL = 64
	mostHops      = 32
)
