package flow

import "tcpwatch/capture/wire"

// rtt measures the time from a segment of one end to the acknowledgement of
// the other, one segment at a time, and only of segments sent once: Karn's
// rule (RFC 6298 §3).
type rtt struct {
	end      wire.Seq // what acknowledges the timed segment
	active   bool
	at       int64
	min, max int64
	sum      int64
	n        uint32
	// srtt and rttvar are SRTT and RTTVAR of RFC 6298 §2.
	srtt, rttvar int64
}

// mostRTT is twice the maximum segment lifetime of RFC 9293 §3.4.2, in
// nanoseconds: no segment and its answer are on the way for longer.
const mostRTT = int64(240e9)

// PlausibleRTT returns a time between a segment and its answer, or -1 where it
// cannot be one because the clock of the capture jumped.
func PlausibleRTT(d int64) int64 {
	if d < 0 || d > mostRTT {
		return -1
	}
	return d
}

// Time starts a measurement at a segment that ends at end, unless one runs.
func (h *Half) Time(end wire.Seq, at int64) {
	if !h.rtt.active {
		h.rtt.end, h.rtt.at, h.rtt.active = end, at, true
	}
}

// Untime gives the running measurement up: octets in front of from were sent
// again, so the acknowledgement cannot be assigned.
func (h *Half) Untime(from wire.Seq) {
	if h.rtt.active && from.Before(h.rtt.end) {
		h.rtt.active = false
	}
}

// Acked ends the running measurement when ack covers it.
func (h *Half) Acked(ack wire.Seq, at int64) {
	if h.hasBad && !ack.Before(h.badEnd) {
		h.Offloads, h.hasBad = true, false
	}
	r := &h.rtt
	if !r.active || ack.Before(r.end) {
		return
	}
	r.active = false
	d := at - r.at
	if d < 0 || d > mostRTT {
		return // the clock of the capture jumped
	}
	if r.n == 0 || d < r.min {
		r.min = d
	}
	r.max = max(r.max, d)
	r.sum += d
	r.smooth(d)
	r.n++
}

// smooth takes a sample into SRTT and RTTVAR (RFC 6298 §2.2 and §2.3).
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

// RTO returns the retransmission timeout that RFC 6298 §2 gives for the samples
// so far, without a lower bound: stacks differ in theirs (1 s in the RFC, 200 ms
// in Linux). -1 without a sample.
func (h *Half) RTO() int64 {
	if h.rtt.n == 0 {
		return -1
	}
	return h.rtt.srtt + 4*h.rtt.rttvar
}

// RTT returns the smallest, mean and largest time measured, in nanoseconds;
// -1 each without a sample.
func (h *Half) RTT() (least, mean, most int64) {
	if h.rtt.n == 0 {
		return -1, -1, -1
	}
	return h.rtt.min, h.rtt.sum / int64(h.rtt.n), h.rtt.max
}
