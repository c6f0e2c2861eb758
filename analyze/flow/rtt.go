package flow

import (
	"math"

	"tcpwatch/capture/wire"
)

// rtt measures the time from a segment of one end to the acknowledgement of
// the other, one segment at a time, and only of segments sent once: Karn's
// rule (RFC 6298 §3).
type rtt struct {
	end    wire.Seq // the acknowledgement number that ends the measurement
	active bool
	at     int64
	times
	// srtt and rttvar are SRTT and RTTVAR of RFC 6298 §2.
	srtt, rttvar int64
}

// echo measures the time from a segment of one end to the acknowledgement that
// echoes its timestamp, one at a time (RFC 7323 §4). A retransmission has its
// own timestamp, so Karn's rule is not needed.
type echo struct {
	val    uint32 // the awaited timestamp
	active bool
	at     int64
	times
}

// times aggregates times, in nanoseconds. While n is 0, min may be what Bound, BoundOpening or
// BoundTwice took.
type times struct {
	min, max, sum int64
	n             uint32
}

func (t *times) add(d int64) {
	if t.n == 0 || d < t.min {
		t.min = d
	}
	t.max = max(t.max, d)
	t.sum += d
	t.n++
}

// RTT is a measured round trip time, in nanoseconds; each value is -1 without a
// sample.
type RTT struct{ Min, Avg, Max int64 }

func (t *times) rtt() RTT {
	if t.n == 0 {
		return RTT{-1, -1, -1}
	}
	return RTT{t.min, t.sum / int64(t.n), t.max}
}

// mostRTT is twice the maximum segment lifetime of RFC 9293 §3.4.2, in
// nanoseconds: no segment and its answer are in flight for longer.
const mostRTT = int64(240e9)

// Samples returns how many round trips of h's segments were measured, at most 64 and at least 1.
func (h *Half) Samples() uint32 { return min(max(h.rtt.n, 1), 64) }

// acceptUnit is the unit of Half.accepted, in nanoseconds: some 69 s fit.
const acceptUnit = int64(1 << 20)

// Accepts notes that h acknowledges octets of the other end for the first time.
func (h *Half) Accepts(at int64) {
	if n := (at-h.SYNAt)/acceptUnit + 1; at >= h.SYNAt && n <= math.MaxUint16 {
		h.accepted = uint16(n)
	}
}

// AcceptedIn returns how long after its last SYN h first acknowledged octets, at most, in nanoseconds;
// math.MaxInt64 if that is not known.
func (h *Half) AcceptedIn() int64 {
	if h.accepted == 0 {
		return math.MaxInt64
	}
	return int64(h.accepted) * acceptUnit
}

// PlausibleRTT returns a time between a segment and its answer, or -1 if it is
// impossible because the clock of the capture jumped.
func PlausibleRTT(d int64) int64 {
	if d < 0 || d > mostRTT {
		return -1
	}
	return d
}

// Time starts a measurement at a segment that ends at end, unless one is
// running.
func (h *Half) Time(end wire.Seq, at int64) {
	if !h.rtt.active {
		h.rtt.end, h.rtt.at, h.rtt.active = end, at, true
	}
}

// Untime cancels the running measurement: octets before from were sent again,
// so the acknowledgement is ambiguous.
func (h *Half) Untime(from wire.Seq) {
	if from.Before(h.rtt.end) {
		h.rtt.active = false
	}
}

// Acked ends the running measurement when ack covers it.
func (h *Half) Acked(ack wire.Seq, at int64) {
	if h.rtt.active || h.hasBad {
		h.acked(ack, at)
	}
}

func (h *Half) acked(ack wire.Seq, at int64) {
	if h.hasBad && !ack.Before(h.badEnd) {
		h.Offloads, h.hasBad = true, false
	}
	r := &h.rtt
	if !r.active || ack.Before(r.end) {
		return
	}
	r.active = false
	if d := PlausibleRTT(at - r.at); d >= 0 {
		r.smooth(d)
		r.add(d)
	}
}

// mostBound is how long an end that knows no round trip waits before it sends again (RFC 6298
// §2.1), in nanoseconds: if it did not, a longer time was not all on the way.
const mostBound = int64(1e9)

// Bound takes the time to an acknowledgement after a gap, if nothing was measured: what is
// missing may have acknowledged the segment before, so that the time is at most a round trip
// plus what the sender waited.
func (h *Half) Bound(ack wire.Seq, at int64) {
	r := &h.rtt
	if !r.active || r.n > 0 || ack.Before(r.end) {
		return
	}
	if d := at - r.at; d >= 0 && d < mostBound && (r.min == 0 || d < r.min) {
		r.min = d
	}
}

// BoundSYN does the same at the first acknowledgement of the other end, if the measurement
// is that of the end's SYN-ACK and more is acknowledged: what the end sent afterwards shows that it
// had got an acknowledgement before, which was not captured (RFC 9293 §3.10.7.3, fourth).
func (h *Half) BoundSYN(ack wire.Seq, at int64) {
	if h.rtt.active && h.Has&(SentSYN|SentACK) == SentSYN|SentACK && h.rtt.end == h.ISN+1 && ack.After(h.rtt.end) {
		h.Bound(ack, at)
		h.rtt.active = false
	}
}

// BoundOpening does the same at the first acknowledgement of an end that sent one SYN, if the
// answer to that was not captured: the whole way to the other end and back took at most the time
// since then (RFC 9293 §3.5). It takes that for either half of the loop: one may be measured, and
// be the near one. What acknowledges the SYN once more is not the answer that was timed.
func (h *Half) BoundOpening(o *Half, at int64) {
	if !h.Is(SYNAwaiting) {
		return
	}
	h.rtt.active = false
	if d := at - h.SYNAt; h.SYNs == 1 && d < mostBound {
		h.rtt.bound(d)
		o.rtt.bound(d)
	}
}

// bound takes a time for the least, if none was measured or taken.
func (t *times) bound(d int64) {
	if t.n == 0 && t.min == 0 && d >= 0 {
		t.min = d
	}
}

// BoundTwice takes, if nothing was measured, the time from an end's last SYN to the first
// acknowledgement of a SYN that it sent more than once: Karn's rule leaves it out, but
// whichever is acknowledged, a round trip takes at least as long.
func (h *Half) BoundTwice(at int64) {
	if d := at - h.SYNAt; (h.SYNs > 1 || h.SYNTwice) && d < mostBound {
		h.rtt.bound(d)
	}
}

// smooth updates SRTT and RTTVAR with a sample (RFC 6298 §2.2 and §2.3).
func (r *rtt) smooth(d int64) {
	if r.n == 0 {
		r.srtt, r.rttvar = d, d/2
		return
	}
	e := r.srtt - d
	if e < 0 {
		e = -e
	}
	r.rttvar += (e - r.rttvar) / 4
	r.srtt += (d - r.srtt) / 8
}

// Stamp starts a measurement at a segment of payload or FIN that is the first of
// its end with its timestamp, unless one is running. (A retransmitted SYN-ACK
// may echo the SYN that it answered first.) A receiver keeps the timestamp of
// the first segment that an acknowledgement covers (RFC 7323 §4.3), so later
// segments of the same tick cannot be timed.
func (h *Half) Stamp(m *Mark) {
	if !h.echo.active && m.HasTS && !m.Bare && (!h.HasTS || int32(m.TSVal-h.TSVal) > 0) {
		h.echo.val, h.echo.at, h.echo.active = m.TSVal, m.Time, true
	}
}

// Echoed ends the running measurement at a segment of the other end. Only one
// that acknowledges new octets counts (RFC 7323 §4.1).
func (h *Half) Echoed(seg *wire.Segment, advances bool) {
	if h.echo.active && seg.Options.Set.Has(wire.OptTimestamps) {
		h.echoed(seg, advances)
	}
}

func (h *Half) echoed(seg *wire.Segment, advances bool) {
	e := &h.echo
	d := int32(seg.Options.TSEcr - e.val)
	if d < 0 {
		return
	}
	e.active = false
	if t := PlausibleRTT(seg.Time - e.at); d == 0 && advances && t >= 0 {
		e.add(t)
	}
}

// RTO returns the retransmission timeout that RFC 6298 §2 gives for the samples
// so far, without a lower bound: stacks differ in theirs (1 s in the RFC, 200 ms
// in Linux). -1 without a sample.
func (h *Half) RTO() int64 {
	if h.rtt.n == 0 {
		return -1
	}
	return h.rtt.srtt + 4*h.rtt.rttvar
}

// SenderRTO returns the retransmission timeout of the end h by RFC 6298 §2, as far
// as a tap between the ends can tell: the round trips to the other end, o, and to
// h are measured separately, and their deviations added. -1 unless both were.
func SenderRTO(h, o *Half) int64 {
	if h.rtt.n == 0 || o.rtt.n == 0 {
		return -1
	}
	return h.RTO() + o.RTO()
}

// SRTT returns the smoothed round trip of RFC 6298 §2, in nanoseconds; -1
// without a sample.
func (h *Half) SRTT() int64 {
	if h.rtt.n == 0 {
		return -1
	}
	return h.rtt.srtt
}

// RTT returns the times to acknowledgements.
func (h *Half) RTT() RTT { return h.rtt.rtt() }

// LeastRTT returns the shortest time to an acknowledgement, -1 without a sample.
func (h *Half) LeastRTT() int64 {
	if h.rtt.n == 0 {
		return -1
	}
	return h.rtt.min
}

// EchoRTT returns the times to echoed timestamps.
func (h *Half) EchoRTT() RTT { return h.echo.rtt() }
