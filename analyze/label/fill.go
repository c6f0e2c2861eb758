package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// judgeFill decides whether a segment that fills a hole was sent again, its first copy lost
// before this tap, or sent once and overtaken: by whether it was sent after the first segment
// captured after the hole. A SYN may have an early timestamp whenever it was sent: cookies
// are kept in it, and some stacks send the same SYN-ACK again. An old acknowledgement says
// nothing once a timer may have expired: the retransmission may be the segment as it was
// queued (RFC 9293 §3.10.8).
func judgeFill(c *Context) (Sending, Reason, uint64) {
	x, syn := c.Facts, c.Segment.Flags.Has(wire.SYN)
	b, m := &x.Cover.Beyond, &x.Mark
	if m.HasID && b.HasID && x.Sender.IDsTell(m.IPID, b.IPID) {
		if int16(m.IPID-b.IPID) > 0 {
			return Again, LaterIPID, b.Packet
		}
		if !m.LaterTS(b) && !b.AcksLess(m) { // else they have come round since: neither a clock nor an acknowledgement goes back
			return Overtaken, EarlierIPID, b.Packet
		}
	}
	if m.HasTS && b.HasTS && m.TSVal != b.TSVal && (!syn || m.LaterTS(b)) {
		if int32(m.TSVal-b.TSVal) > 0 {
			return Again, LaterTSval, b.Packet
		}
		return Overtaken, EarlierTSval, b.Packet
	}
	if m.HasTS && b.HasTS && !syn {
		// Both were sent within one tick of the clock. A loss is repaired a round
		// trip later, by a segment no older than those captured before it; and what
		// comes later than two ticks was held back on the way: if it were a repair, the
		// other would have gone there and its report back within a tick.
		if tick := x.Sender.Tick(); tick > 0 && max(x.Loop, m.Time-b.Time) > 2*tick || int32(m.TSVal-x.Sender.TSVal) < 0 {
			return Overtaken, SameTick, b.Packet
		}
	}
	switch {
	case m.AcksLess(b) && m.Time-b.Time < leastRTO:
		return Overtaken, LowerAck, b.Packet
	case b.AcksLess(m):
		return Again, HigherAck, b.Packet
	}
	apart := m.Time - b.Time
	if apart < leastRTO && offersLess(c) {
		return Overtaken, LowerWindow, 0
	}
	if b.Bare && apart >= soon {
		if x.Before != 0 && x.Loop > 0 && m.Time-x.Before < soonestRepair(x) {
			return Overtaken, TimeOnly, b.Packet // nobody can have missed it yet
		}
		return Again, TimeOnly, b.Packet // the timer may have run before the gap showed
	}
	if x.Loop > 0 && apart < x.Loop/4*3 || x.Loop <= 0 && apart < soon {
		return Overtaken, TimeOnly, b.Packet
	}
	return Again, TimeOnly, b.Packet
}

// soonestRepair returns how long after the octets before it (Facts.Before) a segment is sent again
// at the earliest, where one without octets showed the gap. If nothing can have reported it lost, a timer must have
// run, which began no sooner than those octets were sent: that of a probe takes two round trips
// (RFC 8985 §7.2, with a quarter of one for paths that vary, as in probes), and a timeout one and quiet.
// Answers to octets may be delayed (RFC 9293 §3.8.6.3), those to SYNs are not: without these a round trip may be longer than those its timers go by.
func soonestRepair(x *flow.Facts) int64 {
	if x.Unreported && x.Sender.Repair.Mode == flow.NoRepair && x.Sender.Has&x.Receiver.Has&flow.SentSYN != 0 {
		return min(2*x.Loop-x.Loop/4, x.Loop+quiet)
	}
	return x.Loop / 4 * 3
}

// offersLess reports whether the segment acknowledges as much as the latest of its end and
// offers less room, which an end should not take back (RFC 9293 §3.8.6).
func offersLess(c *Context) bool {
	s, h := c.Segment, c.Facts.Sender
	return s.Flags.Has(wire.ACK) && h.Is(flow.SentACK) && s.Ack == h.Ack && h.ScaledWindow(s.Window, false) < h.LastWindow()
}
