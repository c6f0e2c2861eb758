package analyze

import (
	"math"
	"sync"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// MaxShards is the most shards that Shards has.
const MaxShards = 64

// batchesInFlight is how many batches are being filled, analysed or merged. A
// heuristic: with four, two processors were idle a tenth of the time.
const batchesInFlight = 12

// Shards is an Analyzer whose work is divided among several goroutines: each
// follows the connections that hash to it by their addresses and ports, and
// their results are merged into the order in which one Analyzer would give them.
// Results are the same, octet for octet, for any number of shards.
//
// The functions of its Config are called from a goroutine of their own, one call
// at a time; the last one returns before Flush does. Its own methods are for one
// goroutine.
type Shards struct {
	cfg    Config
	tables []*flow.Table
	shards []*shard
	merger merger
	merged chan struct{} // closed when everything is told

	free  chan *batch
	batch *batch
	clock int64
	// busy counts the unfinished tasks of the shards.
	busy sync.WaitGroup
	// room is how many connections may begin before the shards have to be asked
	// how many they hold.
	room int
	// inStep is set while entries are processed one at a time, because any of
	// them may need room.
	inStep bool
}

// NewShards returns n Analyzers that work side by side, 1 to MaxShards. cfg must
// have neither Moment nor Wireshark.
func NewShards(n int, cfg Config) *Shards { return newShards(n, batchSize, cfg) }

func newShards(n, batchSize int, cfg Config) *Shards {
	n = min(max(n, 1), MaxShards)
	cfg = cfg.withDefaults()
	g := &Shards{
		cfg: cfg, tables: flow.NewTables(n), clock: math.MinInt64, room: cfg.MaxConnections,
		free: make(chan *batch, batchesInFlight), merged: make(chan struct{}),
	}
	for range batchesInFlight {
		g.free <- newBatch(batchSize)
	}
	g.merger = merger{cfg: cfg, free: g.free}
	for i, t := range g.tables {
		s := newShard(g, i, cfg, t)
		g.shards = append(g.shards, s)
		g.merger.inputs = append(g.merger.inputs, mergeInput{shard: s})
	}
	for _, s := range g.shards {
		go s.run()
	}
	go func() {
		defer close(g.merged)
		g.merger.run()
	}()
	g.batch = <-g.free
	g.batch.reset(0, g.clock)
	return g
}

// Next returns the segment to fill and then to pass to Take. It is lent until
// then.
func (g *Shards) Next() *wire.Segment { return &g.batch.entries[g.batch.n].seg }

// Take takes the segment that Next returned. Its payload is not kept.
func (g *Shards) Take() {
	e := &g.batch.entries[g.batch.n]
	e.pair.fill(g.tables[0], &e.seg.Tuple)
	e.quote = -1
	e.seg.Payload = nil // its octets are not lent for that long
	g.add(g.owner(&e.pair), e.seg.Time)
}

// Quote takes an ICMP error that quotes a TCP header (Analyzer.Quote).
func (g *Shards) Quote(q *wire.Quote) {
	b := g.batch
	e := &b.entries[b.n]
	e.pair.fill(g.tables[0], &q.Tuple)
	e.quote = int32(len(b.quotes))
	b.quotes = append(b.quotes, *q)
	g.add(g.owner(&e.pair), q.Time)
}

// Advance moves the clock to a capture time (Analyzer.Advance).
func (g *Shards) Advance(now int64) { g.add(nobody, now) }

// owner returns the shard that has the connections of a pair. The upper bits of
// the hash choose it, since the lower ones choose its slot in the table there.
func (g *Shards) owner(p *pair) uint8 { return uint8(uint64(p.hash) * uint64(len(g.shards)) >> 32) }

// add ends the entry being filled.
func (g *Shards) add(owner uint8, at int64) {
	b := g.batch
	g.clock = max(g.clock, at)
	b.clocks[b.n], b.owners[b.n] = g.clock, owner
	if b.n++; b.n == len(b.entries) {
		g.hand()
		g.batch = <-g.free
		g.batch.reset(b.first+uint64(b.n), g.clock)
	}
}

// hand passes the batch to the shards.
func (g *Shards) hand() {
	b := g.batch
	if b.n > g.room {
		g.busy.Wait()
		g.room = g.cfg.MaxConnections - g.live()
	}
	if b.n > g.room {
		g.step(b)
		return
	}
	g.room -= b.n
	g.all(task{batch: b})
}

// all gives every shard a task.
func (g *Shards) all(t task) {
	g.busy.Add(len(g.shards))
	for _, s := range g.shards {
		s.work <- t
	}
}

// live returns how many connections the shards remember. They must be idle.
func (g *Shards) live() (n int) {
	for _, s := range g.shards {
		n += s.an.table.Len()
	}
	return n
}

// step processes the entries of a batch one at a time, with all shards at the
// same entry, so that the connection to evict can be chosen among all. The
// shards are idle and this goroutine does their work, except for expiring
// connections: there may be many at one entry.
func (g *Shards) step(b *batch) {
	g.inStep = true
	for i := range b.n {
		for _, s := range g.shards {
			if s.id != b.owners[i] {
				s.an.tick(b.clocks[i])
			}
		}
		if o := b.owners[i]; o != nobody {
			g.shards[o].entry(b, i)
		}
		if g.expires(b.clocks[i]) {
			g.inStep = false
			g.all(task{batch: b, upTo: i + 1})
			g.busy.Wait()
			g.inStep = true
		}
	}
	for _, s := range g.shards {
		s.catchUp(b, b.n)
		s.send(b.first+uint64(b.n), b)
	}
	g.inStep = false
	g.room = g.cfg.MaxConnections - g.live()
}

// expires reports whether any shard has connections that have been quiet for
// too long.
func (g *Shards) expires(now int64) bool {
	for _, s := range g.shards {
		for _, t := range s.an.timers() {
			r := s.an.table.Head(t.class)
			if r == 0 {
				continue
			}
			if since, _ := s.an.table.Touched(r); elapsed(now, since) >= t.timeout {
				return true
			}
		}
	}
	return false
}

// sendAll sends the shards' results up to an entry, so that the merger never waits
// for an idle one.
func (g *Shards) sendAll(until uint64) {
	for _, s := range g.shards {
		s.send(until, nil)
	}
}

// makeRoom hands over the connection that is needed least, in whichever shard, if
// there is no room for the one that begins in s. A batch that was handed out has
// room for as many as it can hold.
func (g *Shards) makeRoom(s *shard) {
	if !g.inStep || g.live() < g.cfg.MaxConnections {
		return
	}
	opening := 0
	for _, o := range g.shards {
		opening += o.an.table.Count(flow.Opening)
	}
	for _, c := range dispensable(opening, g.cfg.MaxConnections) {
		var from *shard
		var first position
		for _, o := range g.shards {
			r := o.an.table.Head(c)
			if r == 0 {
				continue
			}
			since, by := o.an.table.Touched(r)
			if at := (position{touched: since, by: by}); from == nil || at.before(&first) {
				from, first = o, at
			}
		}
		if from != nil {
			from.at = position{entry: s.at.entry, phase: makesRoom}
			from.an.giveUp(from.an.table.Head(c), c)
			s.at.phase = telling // where it was its own
			return
		}
	}
}

// Flush hands over every connection that is still remembered, in order of their
// numbers, and ends the goroutines. Nothing may be taken after it.
func (g *Shards) Flush() {
	if g.batch.n > 0 {
		g.hand()
	}
	g.busy.Wait()
	g.all(task{})
	for _, s := range g.shards {
		close(s.work)
	}
	<-g.merged
}

// Stats returns the counts. Before Flush has returned they are not complete.
func (g *Shards) Stats() (sum Stats) {
	g.busy.Wait()
	for _, s := range g.shards {
		t := s.an.Stats()
		sum.Segments += t.Segments
		sum.Connections += t.Connections
		sum.Live += t.Live
		sum.Evicted += t.Evicted
		sum.Opening += t.Opening
		sum.Established += t.Established
		sum.Closing += t.Closing
		sum.TimeWait += t.TimeWait
		sum.Ended += t.Ended
	}
	sum.MostLive = g.merger.mostLive
	return sum
}
