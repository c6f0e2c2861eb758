//go:build !pcap

package live

import (
	"math"
	"slices"
	"time"
)

// clock is the time that the kernel stamps packets with, in nanoseconds since 1970.
func clock() int64 { return time.Now().UnixNano() }

// settle is how long after its time a packet may still be on its way into the ring: the kernel stamps
// it where it comes in, and takes it from there to the socket in a soft interrupt, mostly within
// microseconds. A heuristic where the machine is busy.
const settle = retire

// earliest returns the ring whose next packet is due; nil if none is. Of several rings it is the one
// with the earliest packet, once no other ring can have an earlier one. waiting: there is a packet, but
// it is not due.
//
// Of a ring without a visible packet the block that the kernel fills tells: one without packets has
// nothing that is older than settle; one with packets may have an earlier one, until it is handed over.
// That happens every 10 ms, but by a timer that can be late on a busy machine, so that it is
// awaited for longer (Options.hold), though not for ever, and not while another ring is half full, as it soon is
// with many octets: a packet that comes out of order is there, one that is lost is not.
func (s *Source) earliest() (due *ring, waiting bool) {
	if len(s.rings) == 1 {
		if r := s.rings[0]; r.ready() {
			return r, false
		}
		return nil, false
	}
	due, complete := s.first()
	if due == nil || due.time <= complete {
		return due, false
	}
	now := s.now()
	// The clock was set back: it would reach this packet much later, and all that is behind it would wait too.
	if due.time-now > int64(hold) {
		return due, false
	}
	s.visible(now)
	if due, complete = s.first(); due.time <= complete || slices.ContainsFunc(s.rings, (*ring).halfFull) {
		return due, false
	}
	return nil, true
}

// hold is how long a packet waits for one that another ring may have: a quarter of the time in which the
// kernel's timer alone fills a ring's blocks, so that those others do not fill meanwhile.
func (o *Options) hold() time.Duration {
	return min(time.Second, max(hold, time.Duration(o.RingSize/o.BlockSize)*retire/4))
}

// first returns the ring with the earliest visible packet, nil if there is none, and a time up to which no
// other ring has an earlier one. A time far ahead of the packet is of no use: the clock was set back.
func (s *Source) first() (first *ring, complete int64) {
	complete = math.MaxInt64
	bare := false
	for _, r := range s.rings {
		switch {
		case !r.ready():
			complete, bare = min(complete, r.complete), true
		case first == nil || r.time < first.time:
			first = r
		}
	}
	if bare && first != nil && complete-first.time >= int64(time.Second) {
		complete = math.MinInt64
	}
	return first, complete
}

// visible notes, of each ring without a visible packet, up to when it cannot have one. The clock was read
// before: were it read after the rings, whatever holds this thread up in between would count as time in which
// the rings were looked at.
func (s *Source) visible(now int64) {
	for _, r := range s.rings {
		switch {
		case r.ready():
		case r.filling():
			r.complete = now - int64(s.o.hold())
		default:
			r.complete = now - int64(settle)
		}
	}
}

// Horizon is a time, in nanoseconds since 1970, up to which the timeline is
// complete: earlier packets come later only by a fault.
func (s *Source) Horizon() int64 {
	now := s.now()
	if at := s.stopAt.Load(); s.ended || now-int64(2*retire) >= at {
		return at // whatever came before has become visible
	}
	return now - int64(hold)
}
