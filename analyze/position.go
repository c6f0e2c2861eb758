package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
)

// position is where in the order of all results something stands, whichever
// shard it comes from: as if one Analyzer had taken one entry of the capture
// after the other.
type position struct {
	// entry is the number of the entry of the capture at which it is told, from 0;
	// atEnd behind the last.
	entry uint64
	phase phase
	// touched and by order what timers end at one entry in one phase, as the lists
	// of package flow do; at the end of the capture by is the first packet.
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
	expiring               // Opening, then the classes behind it
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

// what is a kind of result.
type what uint8

// The kinds.
const (
	begun what = iota
	aPacket
	anEpisode
	aConnection
)

// result is what a shard tells, with where it belongs.
type result struct {
	position
	what  what
	index int32    // of the chunk's list of its kind
	ref   flow.Ref // the connection
	older flow.Ref // of begun: the one that had the tuple before; 0: none
}

// chunk is a run of results of one shard in order of their positions. It goes
// from the shard to the merger and back.
type chunk struct {
	items       []result
	packets     []Observation
	episodes    []Episode
	connections []Connection // with lists of their own, which are used again
	// until: everything at entries in front of it has been told.
	until uint64
	// batch is what the shard needs no more behind this chunk; nil: nothing.
	batch *batch
}

// Bounds of a chunk: what it holds is waited for, and is copied.
const (
	chunkItems       = 512
	chunkConnections = 64
)

func (c *chunk) full() bool {
	return len(c.items) >= chunkItems || len(c.connections) >= chunkConnections
}

func (c *chunk) clear() {
	c.items, c.packets, c.episodes, c.connections = c.items[:0], c.packets[:0], c.episodes[:0], c.connections[:0]
	c.batch = nil
}

// keep copies a lent record into the chunk.
func (c *chunk) keep(lent *Connection) {
	n := len(c.connections)
	if n < cap(c.connections) {
		c.connections = c.connections[:n+1]
	} else {
		c.connections = append(c.connections, Connection{})
	}
	lent.copyTo(&c.connections[n])
}
