package analyze

import "math"

// position is the place of a result in the order of all results, whichever
// shard it comes from: the order in which a single Analyzer would tell them.
type position struct {
	// entry is the number of the entry of the capture at which the result is told,
	// from 0; atEnd after the last.
	entry uint64
	phase phase
	// touched and by order what timers end at one entry in one phase, as the lists
	// of package flow do. At the end of the capture, by is the first packet.
	touched int64
	by      uint64
}

const atEnd = math.MaxUint64

// phase is a part of the work at one entry, in order.
type phase uint8

// The phases. Those of timers are in the order of Analyzer.timers.
const (
	lapsing   phase = iota // TIME-WAIT runs out
	makesRoom              // a connection is given up for the one that begins
	telling                // the segment
	expiring               // Opening, then the classes after it
)

// phaseOf returns the phase of timer number i of Analyzer.timers.
func phaseOf(i int) phase {
	if i == 0 {
		return lapsing
	}
	return expiring + phase(i)
}

func (p *position) before(q *position) bool {
	switch {
	case p.entry != q.entry:
		return p.entry < q.entry
	case p.phase != q.phase:
		return p.phase < q.phase
	case p.touched != q.touched:
		return p.touched < q.touched
	}
	return p.by < q.by
}
