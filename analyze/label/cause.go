package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Cause is why a sender sent a segment again.
type Cause uint8

// The causes.
const (
	NoCause       Cause = iota // not a retransmission
	CauseUnknown               // nothing decides
	CauseRTO                   // a retransmission timeout, or the repair that follows one (RFC 6298 §5)
	CauseFast                  // SACK or duplicate ACKs reported the loss (RFC 5681, 6675, 8985)
	CauseTLP                   // a tail loss probe (RFC 8985 §7)
	CauseSpurious              // it had been acknowledged or reported already
	CauseCount                 // how many there are; not a cause
)

var causeNames = [CauseCount]string{"", "unknown", "rto", "fast", "tlp", "spurious"}

// CauseTexts say what each cause means.
var CauseTexts = [CauseCount]string{
	CauseUnknown: "nothing decides: it came too soon for a timer and nothing reported a loss, the other end was not captured, it answers a SYN, " +
		"or it leaves no gap so that nobody saw when it was first sent",
	CauseRTO: "a retransmission timeout, or the repair that follows one (RFC 6298 §5): nothing had reported the loss, or not lately, and its octets " +
		"were sent a round trip and 150 ms ago or more (a heuristic: the shortest timeout in use is the round trip and 200 ms), or what was in " +
		"flight at a timeout is not yet acknowledged, unless that timeout was shown to be spurious (RFC 4015 §3, RFC 5682 §2.1); a SYN or SYN-ACK that nothing called for, 150 ms after the last",
	CauseFast: "SACK reported octets after it, or three duplicate ACKs came (RFC 5681 §3.2, RFC 6675 §5, RFC 8985 §6), no longer ago than 150 ms or " +
		"the way to the sender, and no timeout before it",
	CauseTLP: "a tail loss probe (RFC 8985 §7): the last octets sent, with SACK permitted, where nothing was reported lost, once, no timeout came " +
		"since the last progress, and they were sent about two round trips ago, or up to 400 ms more (a heuristic)",
	CauseSpurious: "it had been acknowledged, or reported by SACK, when it passed here; one that proves unnecessary later keeps its cause, and the proof is a SHOWN-SPURIOUS",
}

func (c Cause) String() string { return causeNames[c] }

// quiet is a heuristic: the least time without segments in either direction
// after which a timer, rather than an acknowledgement, must have triggered a
// segment. It is below the shortest timeout in use (200 ms beyond the round
// trip in Linux, the BSDs and macOS) and above the usual round trip.
const quiet = int64(150e6)

// FindCause says why the segment, a RETRANSMISSION, was sent, from what its
// sender had been told and how long it had waited. timer is set if a timer
// expired just now, rather than an acknowledgement triggering the segment.
func FindCause(c *Context) (cause Cause, timer bool) {
	s, x := c.Segment, c.Facts
	r := &x.Sender.Repair
	switch {
	case c.AnswersAgain:
		c.Evidence.Add(Retransmission, AnswersSYN, 0)
		return CauseUnknown, false
	case s.Flags.Has(wire.SYN):
		if waited(c) < quiet {
			return CauseUnknown, false
		}
		return CauseRTO, true
	case !x.Receiver.Is(flow.Sent), c.Reason == IPIDJump:
		return CauseUnknown, false // what its sender was told, or when it sent first, was not captured
	case x.Receiver.Is(flow.SentACK) && !s.End().After(x.Receiver.Ack), r.Reported(s.Seq, s.End()):
		return CauseSpurious, false
	}
	told := r.Lost(s.Seq) || r.Dup >= 3 || r.Mode == flow.FastRepair
	// At a tap that is far from the sender an acknowledgement is answered a round
	// trip later.
	way := x.Receiver.RTT().Min
	still := c.Flow.Last != 0 && s.Time-c.Flow.Last >= max(quiet, way+way/4)
	switch {
	case told && !still && r.Mode != flow.TimerRepair:
		return CauseFast, false
	case r.Mode == flow.TimerRepair && !still:
		return CauseRTO, false
	case !told && !r.Probed && r.Mode == flow.NoRepair && c.SACK && probes(c):
		return CauseTLP, true
	case waited(c) >= max(x.Loop, 0)+quiet && !x.FirstInSYN:
		return CauseRTO, true
	}
	return CauseUnknown, false
}

// waited returns how long ago octets of the segment were last sent, as far as
// captured; else how long nothing was captured.
func waited(c *Context) int64 {
	if o := &c.Facts.Overlap; o.Packet != 0 {
		return c.Segment.Time - o.Time
	}
	return c.Segment.Time - c.Flow.Last
}

// probes reports whether the segment can be a tail loss probe: the last octets
// sent, no sooner than two round trips after they were sent and not much later
// (PTO of RFC 8985 §7.2: 2·SRTT, plus the time for which an acknowledgement may
// be delayed; a second if no round trip is known).
func probes(c *Context) bool {
	x := c.Facts
	if c.Segment.End().Before(x.Sender.Nxt) || x.FirstInSYN {
		return false
	}
	least, most := int64(shortestPTO), longestPTO
	if x.Loop > 0 {
		least = max(least, 2*x.Loop-x.Loop/4)
		most = 2*(x.Sender.RTT().Max+max(0, x.Receiver.RTT().Max)) + delayedACK
	}
	w := waited(c)
	return w >= least && w <= most
}

// Heuristics for probes: Linux waits for at least two ticks of its clock, 2 ms
// with the fastest (1,000 Hz); 200 ms are allowed for a delayed
// acknowledgement, and as much for a late timer; a second is allowed where no
// round trip was measured, and a fifth of it for a late timer.
const (
	shortestPTO = int64(2e6)
	delayedACK  = int64(400e6)
	longestPTO  = int64(1200e6)
)

// Repaired notes in the sender what a retransmission that ends at end shows it to be
// doing.
func Repaired(h *flow.Half, end wire.Seq, cause Cause, timer bool) {
	r := &h.Repair
	if r.Mode == flow.TimerRepair {
		r.Resent = wire.MaxSeq(r.Resent, end)
	}
	switch cause {
	case CauseTLP:
		r.Probed = true
	case CauseFast:
		if r.Mode == flow.NoRepair {
			r.Mode, r.Point = flow.FastRepair, h.Nxt
		}
	case CauseRTO:
		if timer {
			r.Told = r.Mode == flow.FastRepair || r.Mode == flow.TimerRepair && r.Told
			r.Mode, r.Point, r.Resent = flow.TimerRepair, h.Nxt, end
			if r.Backoff < 255 {
				r.Backoff++
			}
		}
	}
}
