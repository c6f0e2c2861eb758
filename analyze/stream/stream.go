package stream

import (
	"tcpwatch/analyze"
)

// Config sets a Follower up.
type Config struct {
	// Follow chooses connections by number; nil follows all of them.
	Follow func(connection uint64) bool
	// MaxBuffer bounds the memory for octets that wait, in all connections
	// together, in octets; at least MinBuffer. Default DefaultMaxBuffer. A
	// quarter of it remembers what was handed on, for conflicts. Beside it each
	// open connection costs about 1,300 octets, as the allocator rounds them, and
	// 150 while it is only a SYN.
	MaxBuffer int
	// Piece is called for each piece; those of one connection come in order.
	// nil: they are only counted.
	Piece func(*Piece)
	// End is called after the last Piece of a connection, with what is known of
	// it. Totals are those of the client and of the server, as the pieces name
	// them.
	End func(c *analyze.Connection, client, server Total)
}

// Bounds of Config.MaxBuffer, octets.
const (
	DefaultMaxBuffer = 16 << 20
	MinBuffer        = 1 << 20
)

// Follower reassembles streams. Its methods Packet and Connection are for
// analyze.Config. It is not safe for concurrent use. It keeps nothing that is
// lent to it, and holds octets only of connections that it follows.
type Follower struct {
	cfg    Config
	buffer buffer
	open   map[uint64]*conversation
	opened map[uint64]opening // connections with nothing but a SYN
	last   *conversation      // that of the packet before
	piece  Piece
}

// New returns a Follower.
func New(cfg Config) *Follower {
	if cfg.MaxBuffer <= 0 {
		cfg.MaxBuffer = DefaultMaxBuffer
	}
	f := &Follower{cfg: cfg, open: map[uint64]*conversation{}, opened: map[uint64]opening{}}
	f.buffer.most = max(cfg.MaxBuffer, MinBuffer)
	return f
}

// Packet takes the next segment.
func (f *Follower) Packet(o *analyze.Observation) {
	v := f.last
	if v == nil || v.number != o.Connection {
		if f.cfg.Follow != nil && !f.cfg.Follow(o.Connection) {
			return
		}
		v = f.open[o.Connection]
		if v == nil {
			if v = f.openWith(o); v == nil {
				return
			}
		}
		f.last = v
	}
	v.segment(o)
}

// Connection hands on what is left of a connection that is over.
func (f *Follower) Connection(c *analyze.Connection) {
	v := f.open[c.Number]
	if v == nil {
		f.endOpening(c)
		return
	}
	v.finish(c)
	delete(f.open, c.Number)
	if f.last == v {
		f.last = nil
	}
	if f.cfg.End != nil {
		f.cfg.End(c, v.way[v.client].total, v.way[1-v.client].total)
	}
}

// Held returns how many octets of memory are in use for octets that wait or are
// remembered.
func (f *Follower) Held() int { return f.buffer.used }
