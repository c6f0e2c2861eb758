package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// hidden finds a retransmission that leaves no gap: the first copy and
// everything behind it was lost in front of the tap. The sender's packet
// counter then shows that packets did not pass, and a pause that a timer ran.
func hidden(c *Context) bool {
	x := c.Facts
	jump := x.Sender.IDJump(&x.Mark)
	if c.Segment.SeqLen() == 0 || jump < 2 || jump > maxHidden || !numbersOwn(c) {
		return false
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
	if answers && x.Receiver.Repair.Backoff == 0 && pause >= sentAgainBy(x) {
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

// probesTail finds a tail loss probe (RFC 8985 §7.3) of a flight whose end was lost in
// front of the tap: it sends the last segment again, so that the gap in front of it is as
// it would be of the first copy. But one packet more than fills the gap did not pass, and
// nothing was captured for two round trips, as long as the probe waits. The gap is of whole
// segments, so that their number is known; or the last of them may be short, in front of a FIN
// alone that comes when a probe is due, no later than pauses of programs end. A bare ACK that did
// not pass is not among them where nothing came that it would answer (heuristics).
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
	return missed == gap/most+1 && h.Is(flow.SentACK) && s.Ack == h.Ack &&
		x.Loop > 0 && pause >= 2*x.Loop
}

// numbersOwn reports whether the sender numbers the packets of the connection, one by one.
func numbersOwn(c *Context) bool {
	ttl := c.Segment.TTL
	return c.Facts.Sender.IDsConsecutive() && ttl <= ownCounterTTL && ttl > ownCounterTTL-mostHops && c.Segment.DontFragment
}

// MayHide reports whether a segment whose IP identification lies jump behind the last
// one of its sender, and that comes so many nanoseconds after the segment in front, may
// be a retransmission that leaves no gap (hidden). Where it reports false, it is not one.
func MayHide(jump uint16, pause int64) bool {
	return jump >= 2 && jump <= maxHidden && pause >= timerPause
}

// leastRTO is the retransmission timeout that RFC 6298 §2.4 wants at least,
// nanoseconds: stacks in use have less.
const leastRTO = int64(1e9)

// sentAgainBy returns how long after its last segment the receiver of x has sent that again,
// where no acknowledgement reached it: after the timeout of RFC 6298 §2.2 for its first round
// trip, three of these, or that of stacks in use, and half as long again for what the round
// trip measured here leaves out; and a round trip and leastRTO at the most (heuristics).
func sentAgainBy(x *flow.Facts) int64 {
	loop := max(x.Loop, 0)
	timeout := max(3*loop, loop+answerTimer(x.Receiver))
	return min(loop+leastRTO, timeout+timeout/2)
}

// answerTimer returns how long after the round trip an end sends again what is not
// acknowledged: 200 ms in the stacks that begin with a TTL of 64, up to a second
// by RFC 6298 §2.4 in others. A heuristic.
func answerTimer(h *flow.Half) int64 {
	if h.TTL > ownCounterTTL {
		return 1e9
	}
	return 200e6
}

// crosses reports whether the last segment in front is one that the other end
// sent again, which this one cannot answer: timers of both ends ran side by side,
// and the silence of this one lasted longer.
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

// Heuristics for hidden: timerPause is a little less than the shortest
// retransmission timeout in use (200 ms, Linux); longestPause a little more than
// the first timeout of a usual path; both double with each packet that did not
// pass (RFC 6298 §5.5), up to maxHidden - 1 of them. Hosts that begin with a TTL
// above 64 number the packets of all connections together; so do small stacks that begin
// with one below, such as those of programs that stand in for others: no way in use has
// mostHops routers, so that a TTL that is lower shows them.
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
