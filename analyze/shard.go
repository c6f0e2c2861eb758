package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
)

// shard follows the connections that hash to it, with an Analyzer of its own and
// the clock of the whole capture. Its results go in chunks to the merger.
type shard struct {
	group *Shards
	id    uint8
	an    *Analyzer
	at    position // position of the next result
	work  chan task
	out   *chunk // being filled; nil: none yet
	done  chan *chunk
	spare chan *chunk
}

// chunksInFlight is how many chunks a shard may have in flight; see
// batchesInFlight.
const chunksInFlight = 8

// task is what a shard is to do next.
type task struct {
	batch *batch // nil: the capture has ended
	// upTo is 0 for the whole batch; else only the timers run out that are due
	// before its entry number upTo.
	upTo int
}

func newShard(g *Shards, id int, cfg Config, table *flow.Table) *shard {
	s := &shard{
		group: g, id: uint8(id), work: make(chan task, batchesInFlight),
		done: make(chan *chunk, chunksInFlight), spare: make(chan *chunk, chunksInFlight),
	}
	for range chunksInFlight {
		s.spare <- new(chunk)
	}
	cfg.MaxConnections = math.MaxInt // the group takes care of that
	if cfg.Connection != nil {
		cfg.Connection = s.connection
	}
	if cfg.Packet != nil {
		cfg.Packet = s.packet
	}
	if cfg.Episode != nil {
		cfg.Episode = s.episode
	}
	s.an = newAnalyzer(cfg, table)
	s.an.shard = s
	return s
}

// run does the tasks as they come.
func (s *shard) run() {
	defer close(s.done)
	for t := range s.work {
		switch {
		case t.batch == nil:
			s.flush()
		case t.upTo > 0:
			s.catchUp(t.batch, t.upTo)
			s.send(t.batch.first+uint64(t.upTo), nil) // the others may have many results
		default:
			s.take(t.batch)
			s.send(t.batch.first+uint64(t.batch.n), t.batch)
		}
		s.group.busy.Done()
	}
}

// take takes the shard's own entries of a batch, and the timers in between.
func (s *shard) take(b *batch) {
	for i := range b.n {
		if b.owners[i] == s.id {
			s.catchUp(b, i)
			s.entry(b, i)
		}
	}
	s.catchUp(b, b.n)
}

// entry takes entry i of a batch.
func (s *shard) entry(b *batch, i int) {
	e := &b.entries[i]
	s.at = position{entry: b.first + uint64(i), phase: telling}
	if e.quote < 0 {
		s.an.segment(&e.seg, &e.pair)
		return
	}
	s.an.quote(&b.quotes[e.quote], &e.pair)
}

// catchUp runs the timers that are due before entry n of a batch, each at the
// entry whose time makes it due, although that entry may belong to another
// shard.
func (s *shard) catchUp(b *batch, n int) {
	a, now := s.an, b.clock(n)
	if now < a.due {
		a.clock = max(a.clock, now)
		return
	}
	for {
		var first struct {
			ref flow.Ref
			t   timer
			at  position
		}
		for i, t := range a.timers() {
			r := a.table.Head(t.class)
			if r == 0 {
				continue
			}
			since, by := a.table.Touched(r)
			if elapsed(now, since) < t.timeout {
				continue
			}
			at := position{b.due(since, t.timeout, n), phaseOf(i), since, by}
			if first.ref == 0 || at.before(&first.at) {
				first.ref, first.t, first.at = r, t, at
			}
		}
		if first.ref == 0 {
			break
		}
		s.at = first.at
		a.lapse(first.ref, first.t)
	}
	a.clock = max(a.clock, now)
	a.due = a.nextDue()
}

// flush hands over the remaining connections, in the order of first packets.
func (s *shard) flush() {
	a := s.an
	for b := range a.table.Drain() {
		s.at = position{entry: atEnd, by: b.Packet}
		a.finish(b.Ref, EndCapture)
	}
	s.send(atEnd, nil)
}

// makeRoom is called before a connection begins.
func (s *shard) makeRoom() { s.group.makeRoom(s) }

// began reports that a connection begins.
func (s *shard) began(r flow.Ref) {
	t := result{what: begun, ref: r}
	if older := s.an.table.Older(r); older != 0 && s.an.notes.At(s.an.flow(older).Extra).tw.reusedBy == s.an.flow(r).Number {
		t.older = older
	}
	s.tell(t)
}

func (s *shard) packet(o *Observation) {
	c := s.chunk()
	c.packets = append(c.packets, *o)
	s.tell(result{what: aPacket, index: int32(len(c.packets) - 1), ref: s.an.ref})
}

func (s *shard) episode(e *Episode) {
	c := s.chunk()
	c.episodes = append(c.episodes, *e)
	s.tell(result{what: anEpisode, index: int32(len(c.episodes) - 1), ref: s.an.ref})
}

func (s *shard) connection(lent *Connection) {
	c := s.chunk()
	c.keep(lent)
	s.tell(result{what: aConnection, index: int32(len(c.connections) - 1), ref: s.an.ref})
}

// forgotten reports that a connection is over whose record is not wanted.
func (s *shard) forgotten() { s.tell(result{what: aConnection}) }

// tell appends a result.
func (s *shard) tell(t result) {
	t.position = s.at
	c := s.chunk()
	if c.items = append(c.items, t); !c.full() {
		return
	}
	if s.group.inStep {
		s.group.sendAll(s.at.entry)
		return
	}
	s.send(s.at.entry, nil)
}

// chunk returns the chunk being filled.
func (s *shard) chunk() *chunk {
	if s.out == nil {
		s.out = <-s.spare
		s.out.clear()
	}
	return s.out
}

// send hands the chunk to the merger. Everything at entries before until has
// been told; b is a batch that the shard has finished with, or nil.
func (s *shard) send(until uint64, b *batch) {
	c := s.chunk()
	c.until, c.batch = until, b
	s.out = nil
	s.done <- c
}
