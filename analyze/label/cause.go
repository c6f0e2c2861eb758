package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Cause is why a sender sent something again.
type Cause uint8

// The causes.
const (
	NoCause       Cause = iota // not a retransmission
	CauseUnknown               // nothing decides
	CauseRTO                   // a retransmission timeout, or the repair that follows one (RFC 6298 §5)
	CauseFast                  // SACK or duplicate ACKs reported the loss (RFC 5681, 6675, 8985)
	CauseTLP                   // a tail loss probe (RFC 8985 §7)
	CauseSpurious              // it had been acknowledged already
	CauseCount                 // how many there are; not a cause
)

var causeNames = [...]string{"", "unknown", "rto", "fast", "tlp", "spurious"}

func (c Cause) String() string { return causeNames[c] }

// quiet is a heuristic: how long nothing must have passed, in either direction,
// for a timer rather than an acknowledgement to have called for a segment. It
// is below the shortest timeout in use (200 ms, Linux) and above the usual
// round trip.
const quiet = int64(150e6)

// FindCause says why the segment, a RETRANSMISSION, was sent, by what its
// sender had been told. timer is set when a timer has run out just now, rather
// than an acknowledgement calling for it.
func FindCause(c *Context) (cause Cause, timer bool) {
	s, x := c.Segment, c.Facts
	r := &x.Sender.Repair
	switch {
	case c.AnswersAgain:
		c.Evidence.Add(Retransmission, AnswersSYN, 0)
		return CauseUnknown, false
	case s.Flags.Has(wire.SYN):
		return CauseRTO, true
	case x.Receiver.Is(flow.SentACK) && !s.End().After(x.Receiver.Ack):
		return CauseSpurious, false
	}
	told := r.Lost(s.Seq) || r.Dup >= 3 || r.Mode == flow.FastRepair
	still := c.Flow.Last != 0 && s.Time-c.Flow.Last >= quiet
	switch {
	case told && !still && r.Mode != flow.TimerRepair:
		return CauseFast, false
	case r.Mode == flow.TimerRepair && !still:
		return CauseRTO, false
	}
	// No report of a loss, or none lately: a timer. A probe repeats the last
	// segment, once, and only while nothing was reported lost.
	last := !s.End().Before(x.Sender.Nxt)
	if last && !told && !r.Probed && r.Mode == flow.NoRepair && r.Backoff == 0 && c.SACK {
		return CauseTLP, true
	}
	return CauseRTO, true
}

// Repaired takes note, in the sender, of what a retransmission shows it does.
func Repaired(h *flow.Half, cause Cause, timer bool) {
	r := &h.Repair
	switch cause {
	case CauseTLP:
		r.Probed = true
	case CauseFast:
		if r.Mode == flow.NoRepair {
			r.Mode, r.Point = flow.FastRepair, h.Nxt
		}
	case CauseRTO:
		if timer {
			r.Mode, r.Point = flow.TimerRepair, h.Nxt
			if r.Backoff < 255 {
				r.Backoff++
			}
		}
	}
}
