package analyze

import (
	"time"

	"tcpwatch/capture/wire"
)

// Config sets an Analyzer up. The zero value of a field means its default.
type Config struct {
	// MSL is the maximum segment lifetime; TIME-WAIT lasts twice as long. The
	// default is 30 s, as Linux keeps it; RFC 9293 §3.4.2 says 2 minutes.
	MSL time.Duration
	// MaxConnections bounds the connections remembered at one time; beyond it
	// the one that was quiet longest is handed over as evicted. Default 1<<20.
	MaxConnections int
	// Packet is called for every segment, in the order of the calls of Segment.
	// Connection is called once for every connection, when nothing more is
	// expected of it or at Flush; not in the order of numbers (see Order).
	// What is passed is lent for the duration of the call.
	Packet     func(*Observation)
	Connection func(*Connection)
}

// Defaults of Config.
const (
	DefaultMSL            = 30 * time.Second
	DefaultMaxConnections = 1 << 20
)

// Stats counts what an Analyzer has seen.
type Stats struct {
	Segments    uint64
	Connections uint64 // begun so far; the last number given
	Live        int    // remembered now
	MostLive    int
	Evicted     uint64
}

// Analyzer follows every connection of one capture. It is not safe for
// concurrent use.
type Analyzer struct {
	cfg   Config
	stats Stats
}

// New returns an Analyzer without connections.
func New(cfg Config) *Analyzer {
	if cfg.MSL <= 0 {
		cfg.MSL = DefaultMSL
	}
	if cfg.MaxConnections <= 0 {
		cfg.MaxConnections = DefaultMaxConnections
	}
	return &Analyzer{cfg: cfg}
}

// Segment takes the next segment of the capture. It keeps nothing of seg.
func (a *Analyzer) Segment(seg *wire.Segment) {}

// Quote takes an ICMP error that quotes a TCP header.
func (a *Analyzer) Quote(q *wire.Quote) {}

// Flush hands over every connection that is still remembered, in order of
// their numbers, and forgets it.
func (a *Analyzer) Flush() {}

// Stats returns the counts so far.
func (a *Analyzer) Stats() Stats { return a.stats }
