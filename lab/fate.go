package lab

import (
	"math/rand/v2"
	"strings"
	"time"
)

// fate is what the link does to one packet.
type fate struct {
	lost, corrupt, held, copied, marked, stopped, tooBig bool
	jitter                                               int64
}

// String names what the link does to a packet, with commas between the words; ""
// for nothing.
func (f *fate) String() string {
	if f.lost {
		return "lost" // whatever else would have become of it
	}
	var words []string
	for _, w := range []struct {
		is   bool
		name string
	}{{f.corrupt, "damaged"}, {f.held, "held"}, {f.copied, "copied"}} {
		if w.is {
			words = append(words, w.name)
		}
	}
	return strings.Join(words, ",")
}

// direction is one direction of the link at work.
type direction struct {
	path  Path
	seed  uint64
	rng   rand.PCG
	index uint64 // of the next packet
	cut   bool   // nothing passes any more
	burst int    // packets still to be lost with the last burst
	away  bool   // packets take the longer way
	free  int64  // when the rate lets the next packet begin
	last  int64  // when the latest packet arrives that was not held back
	// Counts for the result.
	packets, lost, held, copied, corrupted uint64
}

// decide draws the fate of the next packet. It depends on the seed, the number
// of the packet in this direction and, for rules, on what the packet is.
func (d *direction) decide(p *sent) (f fate) {
	d.rng.Seed(d.seed, d.index)
	d.index++
	d.packets++
	l := &d.path
	// Each is drawn for every packet, so that one setting does not shift another.
	loss, burst, reorder, duplicate, jitter, mark := d.chance(), d.chance(), d.chance(), d.chance(), d.chance(), d.chance()
	f.held, f.copied, f.marked = reorder < l.Reorder, duplicate < l.Duplicate, mark < l.Mark
	f.jitter = int64(jitter * float64(l.Jitter))
	if d.burst > 0 {
		d.burst--
		f.lost = true
	} else if burst < l.Burst {
		d.burst = l.BurstLength - 1
		f.lost = true
	}
	f.lost = f.lost || d.cut || loss < l.Loss
	d.rules(p, &f)
	switch {
	case f.lost:
		d.lost++
		return f
	case f.held:
		d.held++
	}
	if f.copied {
		d.copied++
	}
	if f.corrupt {
		d.corrupted++
	}
	return f
}

// chance draws a number from 0 to below 1.
func (d *direction) chance() float64 { return float64(d.rng.Uint64()>>11) / (1 << 53) }

func (d *direction) rules(p *sent, f *fate) {
	s := p.stream
	for len(s.matched) < len(d.path.Rules) {
		s.matched = append(s.matched, 0)
	}
	for i, r := range d.path.Rules {
		if !p.is[r.What] || r.Ports[1] != 0 && (p.port < r.Ports[0] || p.port > r.Ports[1]) {
			continue
		}
		s.matched[i]++
		if n := s.matched[i]; n < r.First || r.Last > 0 && n > r.Last {
			continue
		}
		switch r.Do {
		case Drop:
			f.lost = true
		case Corrupt:
			f.corrupt = true
		case Hold:
			f.held = true
		case Copy:
			f.copied = true
		case Stop:
			f.stopped = true
		case Turn:
			d.away = !d.away
			d.last = 0 // the ways do not wait for each other
		case TooBig:
			f.lost, f.tooBig = true, true
		}
	}
}

// arrival returns when a packet of size octets that is sent now arrives; ok is
// false when the queue before the rate limit is full. Packets keep their
// order but for those held back.
func (d *direction) arrival(now int64, size int, f *fate) (at int64, ok bool) {
	at = now
	if d.path.Rate > 0 {
		each := int64(size) * 8 * int64(time.Second) / d.path.Rate
		start := max(now, d.free)
		if (start-now)/max(each, 1) > int64(d.path.queue()) {
			d.lost++
			return 0, false
		}
		d.free = start + each
		at = d.free
	}
	at += int64(d.path.Delay) + f.jitter
	if f.stopped || d.away {
		at += int64(d.path.HoldBack)
	}
	at = max(at, d.last)
	d.last = at
	if f.held {
		at += int64(d.path.HoldBack)
	}
	return at, true
}
