package stream

// An acknowledgement may be captured before the octets that it covers: two
// ports of a tap, or merged files, have two clocks or two queues. So a gap that
// was acknowledged is awaited for a while.

// How long, in nanoseconds of capture time: a heuristic. Clocks synchronised by
// NTP, and the queues of a tap, differ by less than leastPatience; if a round
// trip takes longer, so may a retransmission.
const (
	leastPatience = int64(1e9)
	tripsPatience = 4
	mostPatience  = int64(10e9)
)

// patience is how long a gap of the conversation is awaited after it was first
// acknowledged.
func (v *conversation) patience() int64 {
	return min(max(leastPatience, tripsPatience*v.trip), mostPatience)
}

// timeTrip measures a round trip, where the octets before d.acked were
// captured: an acknowledgement has just moved it on from was.
func (v *conversation) timeTrip(d *direction, was int64) {
	if d.acked == was || len(d.chunks) == 0 {
		return
	}
	i := find(d.chunks, d.acked-1)
	if i < len(d.chunks) && d.chunks[i].from < d.acked {
		if took := v.now - d.chunks[i].time; took > 0 && (v.trip == 0 || took < v.trip) {
			v.trip = took
		}
	}
}

// mark says that numbers before to had been acknowledged at a time.
type mark struct{ to, time int64 }

// marksPerPatience is how many marks are made during the patience.
const marksPerPatience = 16

// mark notes what was acknowledged at time now.
func (d *direction) mark(now, patience int64) {
	n := 0
	for n < len(d.marks) && d.marks[n].time+patience <= now {
		d.final = max(d.final, d.marks[n].to)
		n++
	}
	d.marks = append(d.marks[:0], d.marks[n:]...)
	said, last := max(d.acked, d.beyond), mark{d.final, now - patience}
	if n := len(d.marks); n > 0 {
		last = d.marks[n-1]
	}
	if said > last.to && now-last.time >= patience/marksPerPatience && len(d.marks) < 2*marksPerPatience {
		d.marks = append(d.marks, mark{said, now})
	}
}

// unmark deletes the marks for numbers from to on.
func (d *direction) unmark(to int64) {
	d.final = min(d.final, to)
	for i := range d.marks {
		d.marks[i].to = min(d.marks[i].to, to)
	}
}

// final reports whether what is missing before number to is no longer awaited,
// although it was acknowledged.
func (v *conversation) final(d *direction, to int64) bool {
	if v.hurry {
		return true
	}
	if d.final < to {
		d.mark(v.now, v.patience())
	}
	return d.final >= to
}

// awaited reports whether the octet at a number was acknowledged and not
// captured, so recently that it is still awaited.
func (v *conversation) awaited(d *direction, at int64) bool {
	if !d.begun && !d.fixed || at < d.due(at) || at >= max(d.acked, d.beyond) {
		return false
	}
	if i := find(d.chunks, at); i < len(d.chunks) && d.chunks[i].from <= at {
		return false
	}
	return !v.final(d, at+1)
}
