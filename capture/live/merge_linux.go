//go:build !pcap

package live

import (
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
// awaited for longer (Options.hold), though not for ever: the other rings would fill.
func (s *Source) earliest() (due *ring, waiting bool) {
	if len(s.rings) == 1 {
		if r := s.rings[0]; r.ready() {
			return r, false
		}
		return nil, false
	}
	for {
		var all bool
		due, all = s.first()
		if due == nil || all {
			return due, false
		}
		// Far ahead of the packets it is of no use: the clock was set back.
		if ahead := s.complete - due.time; ahead >= 0 && ahead < int64(time.Second) {
			return due, false
		}
		until, changed := s.visible()
		if changed {
			continue
		}
		if s.complete = until; due.time <= until {
			return due, false
		}
		return nil, true
	}
}

// hold is how long a packet waits for one that another ring may have: a quarter of the time in which the
// kernel's timer alone fills a ring's blocks, so that those others do not fill meanwhile.
func (o *Options) hold() time.Duration {
	return min(time.Second, max(hold, time.Duration(o.RingSize/o.BlockSize)*retire/4))
}

// first returns the ring with the earliest visible packet, nil if there is none. all: every ring has one.
func (s *Source) first() (first *ring, all bool) {
	all = true
	for _, r := range s.rings {
		switch {
		case !r.ready():
			all = false
		case first == nil || r.time < first.time:
			first = r
		}
	}
	return first, all
}

// visible returns a time up to which every packet is visible. changed: one has become visible meanwhile.
// The clock is read first: were it read after the rings, whatever holds this thread up in between would
// count as time in which the rings were looked at.
func (s *Source) visible() (until int64, changed bool) {
	now := s.now()
	filling := false
	for _, r := range s.rings {
		switch {
		case r.left > 0:
		case r.ready():
			return 0, true
		case r.filling():
			filling = true
		}
	}
	if filling {
		return now - int64(s.o.hold()), false
	}
	return now - int64(settle), false
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
