package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Nagle's algorithm keeps a small segment back until what was sent before it is acknowledged
// (RFC 9293 §3.7.4), and the other end may put an acknowledgement off in the hope of payload that
// it can travel with (§3.8.6.3). Where a program writes a message in two pieces, both ends wait
// for each other until a timer of the other end runs out, again and again. This file finds such waits.
//
// What the wire shows of one: a small segment; then no payload of either end; a bare ACK of it, later
// than a round trip takes; and at once the next small segment, for which there was room all the time.
// That end cannot have waited for payload, since none came, nor for room, and its program is not
// told of an ACK.

// AckWait says how often, and for how long, payload of an end waited for an acknowledgement
// that came late.
type AckWait struct {
	Times uint32
	// For is by how much these acknowledgements came later than after the shortest round trip, in
	// all, and Longest the most of one, in nanoseconds.
	For, Longest int64
	// Packet is the payload that waited longest, and Ack what it waited for.
	Packet, Ack uint64
}

// Heuristics.
const (
	// ackDelayed is how much later than after the shortest round trip an acknowledgement must come to
	// count as delayed, nanoseconds: half of the shortest delay in common use, 40 ms.
	ackDelayed = int64(20e6)
	// ackWaitSlack is how much later than after the shortest round trip what waited may be captured,
	// nanoseconds, where a quarter of that is less, which RACK allows for (RFC 8985 §6.2).
	ackWaitSlack = int64(1e6)
)

// mostDelayed is the longest that an acknowledgement may be delayed, nanoseconds (RFC 9293 §3.8.6.3).
const mostDelayed = int64(500e6)

// ackWaitNote collects such waits. The fields from at on are about the last segment with payload.
type ackWaitNote struct {
	total, longest [2]int64 // nanoseconds, by the side that waited
	packet, ack    [2]uint64
	times          [2]uint32

	at, ackAt int64     // when it was captured, and when what acknowledges it
	acked     uint64    // the packet of that; 0: none so far
	atOnce    [2]bool   // the side does not wait: it sent a small segment behind one that was not acknowledged
	from      flow.Side // who sent it
	small     bool      // it was small, and what comes next shows whether it waited
	_         uint32    // whole words, as in watched
}

// ackWaits tells where payload waits for an acknowledgement, of a segment that was not captured before.
func (a *Analyzer) ackWaits(n *note, seg *wire.Segment) {
	fx, w := &a.facts, &n.ackWait
	if fx.SeqDelta == 0 {
		w.segment(fx.From, fx.Sender, fx.Receiver, seg)
	} else {
		w.forget()
	}
}

// segment takes a segment of side s that goes on where x, its sender, had ended. It runs before the segment
// changes x and y.
func (w *ackWaitNote) segment(s flow.Side, x, y *flow.Half, seg *wire.Segment) {
	if seg.Len > 0 || w.small {
		w.take(s, x, y, seg)
	}
}

func (w *ackWaitNote) take(s flow.Side, x, y *flow.Half, seg *wire.Segment) {
	switch {
	case seg.Flags&(wire.SYN|wire.FIN) != 0: // a FIN waits for no acknowledgement
		w.forget()
	case seg.Len > 0:
		full := fullSize(x, y, seg)
		small := seg.Len < full || seg.Len%full != 0 // of several that a NIC will cut it into, the last one
		if w.small && w.from == s && small {
			w.next(s, x, y, seg, seg.Len < full)
		}
		w.from, w.at, w.acked, w.small = s, seg.Time, 0, small
	case w.from != s && w.acked == 0 && seg.Ack == y.Nxt:
		if room := x.Ack.Add(x.LastWindow()).Diff(y.Nxt); room < int32(fullSize(y, x, seg)) {
			w.forget()
			return
		}
		w.acked, w.ackAt = seg.Packet, seg.Time
	}
}

// next takes a small segment that side s sends behind another; one is set if it is a single segment.
func (w *ackWaitNote) next(s flow.Side, x, y *flow.Half, seg *wire.Segment, one bool) {
	if w.atOnce[s] {
		return
	}
	way, least := y.LeastRTT(), x.LeastRTT()
	after, late := seg.Time-w.ackAt, w.ackAt-w.at-least
	switch {
	case w.acked == 0, way >= 0 && after < way/2-ackWaitSlack: // it left before the acknowledgement arrived
		w.atOnce[s], w.times[s], w.total[s], w.longest[s], w.packet[s], w.ack[s] = true, 0, 0, 0, 0, 0
	case one && way >= 0 && after <= way+max(way/4, ackWaitSlack) && late >= ackDelayed && late < mostDelayed:
		w.times[s]++
		w.total[s] += late
		if late > w.longest[s] {
			w.longest[s], w.packet[s], w.ack[s] = late, seg.Packet, w.acked
		}
	}
}

// forget leaves open what the next payload waits for.
func (w *ackWaitNote) forget() { w.small = false }

// record returns what is known of side s.
func (w *ackWaitNote) record(s flow.Side) AckWait {
	return AckWait{Times: w.times[s], For: w.total[s], Longest: w.longest[s], Packet: w.packet[s], Ack: w.ack[s]}
}

// fullSize returns how much payload fits into a segment of x to y, in octets: what y announces, or x itself
// if that is less, without the options of the segment.
func fullSize(x, y *flow.Half, seg *wire.Segment) uint32 {
	mss := uint32(mssOf(y, seg))
	if x.MSS != 0 {
		mss = min(mss, uint32(x.MSS))
	}
	options := uint32(max(seg.HeaderLen, 20)) - 20
	return max(mss, options+1) - options
}
