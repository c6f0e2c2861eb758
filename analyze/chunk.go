package analyze

import "tcpwatch/analyze/flow"

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
	index int32    // of the chunk's list of its kind, if it has one
	ref   flow.Ref // the connection
	older flow.Ref // of begun: the one whose TIME-WAIT it uses the tuple of; 0: none
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
