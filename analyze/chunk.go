package analyze

import "tcpwatch/analyze/flow"

// what is the kind of a result.
type what uint8

// The kinds.
const (
	begun what = iota
	aPacket
	anEpisode
	aConnection
)

// result is what a shard reports, with its position.
type result struct {
	position
	what  what
	index int32    // index into the chunk's list of its kind, if it has one
	ref   flow.Ref // the connection
	older flow.Ref // for begun: the connection in TIME-WAIT whose tuple it uses; 0: none
}

// chunk is a run of results of one shard in order of their positions. It goes
// from the shard to the merger and back.
type chunk struct {
	items       []result
	packets     []Observation
	episodes    []Episode
	connections []Connection // with lists of their own, which are used again
	// until: everything at entries before it has been told.
	until uint64
	// batch is a batch that the shard has finished with after this chunk;
	// nil: none.
	batch *batch
}

// Bounds of a chunk, because the merger waits for its content and copies it.
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
	lent.CopyTo(&c.connections[n])
}
