package analyze

import (
	"math"
	"time"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/analyze/zeek"
	"tcpwatch/capture/wire"
)

// Config sets an Analyzer up. The zero value of a field means its default. If Packet,
// Episode and Moment are all nil, most segments are stored and analysed later, several
// at a time, which is faster.
type Config struct {
	// MSL is the maximum segment lifetime; TIME-WAIT lasts twice as long. The
	// default is 30 s, as Linux keeps it; RFC 9293 §3.4.2 says 2 minutes.
	MSL time.Duration
	// MaxConnections bounds the connections remembered at one time. Beyond it a
	// connection that is over is handed over; if there is none, one is evicted: the
	// one quiet for longest among those that are closing, then among open ones,
	// then among attempts (attempts go first when there are many). Default 1<<20.
	MaxConnections int
	// Packet is called for every segment, in the order of the calls of Segment.
	// Connection is called once for every connection, when nothing more is
	// expected of it or at Flush; not in the order of numbers (see package order).
	// What is passed is lent for the duration of the call. Either may be nil:
	// without Connection no records are made, which is faster.
	Packet     func(*Observation)
	Connection func(*Connection)
	// Wireshark adds to every Observation the names that tshark would give.
	Wireshark bool
	// WithoutZeek leaves ZeekState and ZeekHistory of the records empty, which is
	// faster.
	WithoutZeek bool
	// Episode is called when an Episode ends, before the Connection that it
	// belongs to; nil: not wanted.
	Episode func(*Episode)
	// Moment is called when something happens to a connection: at the packet
	// that shows it and before that packet's Observation, or when the clock
	// shows it. If it is nil, nothing is remembered for it.
	Moment func(*Moment)
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
	Evicted     uint64 // handed over unfinished, to make room
	// Opening and the fields after it count the connections remembered now whose
	// handshake is not complete; that are open, or captured from the middle; that
	// have sent a FIN; that have an end in TIME-WAIT.
	Opening, Established, Closing, TimeWait int
	// Ended counts connections that are over: closed or reset, left in TIME-WAIT,
	// or given up. A connection whose RST turns out not to count is subtracted
	// again.
	Ended uint64
}

// Analyzer follows every connection of one capture. It is not safe for
// concurrent use.
type Analyzer struct {
	cfg   Config
	stats Stats
	table *flow.Table
	// clock is the latest capture time seen: the only clock there is.
	clock int64
	due   int64 // no timer runs out before this time
	msl2  int64 // 2MSL, nanoseconds

	notes flow.Slab[note]     // one for each flow, by Flow.Extra
	steps flow.Slab[stepNode] // all flows' steps, linked
	told  bool                // a callback is given connections

	histories zeek.Histories

	// Scratch space for handling one segment, kept here to avoid
	// allocation.
	facts flow.Facts
	lab   label.Context
	// stray: the segment is a SYN inside the sequence space of its connection;
	// foreign: its number does not fit that space.
	stray, foreign bool
	// behindMissed: the segment is a RST that may end the connection only because segments were missed
	// that stand before its number, or before what it acknowledges.
	behindMissed bool
	cause        label.Cause
	timer        bool
	wireshark    *wireshark.Follower
	bare         wire.Segment // a segment without a FIN that does not count
	ref          flow.Ref     // the connection that callbacks are about
	unread       unread       // segments stored without analysis
	textbook     textbook     // a stored connection that is recorded without analysis
	obs          Observation
	conn         Connection
	episode      Episode

	shard *shard // the shard this Analyzer belongs to; nil: none

	// For Config.Moment.
	watching   flow.Slab[watched] // one for each flow, by note.watched
	moment     Moment
	closingNow Closing
	evictions  evictions
}

// New returns an Analyzer without connections.
func New(cfg Config) *Analyzer {
	a := newAnalyzer(cfg.withDefaults(), flow.NewTable())
	if cfg.Wireshark {
		a.wireshark = wireshark.New(a.cfg.MaxConnections)
	}
	return a
}

func newAnalyzer(cfg Config, table *flow.Table) *Analyzer {
	cfg.WithoutZeek = cfg.WithoutZeek || cfg.Connection == nil
	a := &Analyzer{cfg: cfg, table: table, clock: math.MinInt64, due: math.MinInt64, msl2: 2 * int64(cfg.MSL)}
	a.told = cfg.Connection != nil || cfg.Moment != nil
	a.textbook.msl2, a.textbook.zeek = a.msl2, !cfg.WithoutZeek
	a.unread.keeps = cfg.Packet == nil && cfg.Episode == nil && cfg.Moment == nil
	if a.unread.beside = cfg.Packet != nil && !a.told && cfg.Episode == nil; a.unread.beside {
		table.Besides()
	}
	table.Accompany(&companion{Analyzer: a})
	return a
}

func (cfg Config) withDefaults() Config {
	if cfg.MSL <= 0 {
		cfg.MSL = DefaultMSL
	}
	if cfg.MaxConnections <= 0 {
		cfg.MaxConnections = DefaultMaxConnections
	}
	return cfg
}

// Segment takes the next segment of the capture. seg is the caller's again afterwards.
func (a *Analyzer) Segment(seg *wire.Segment) {
	if a.wireshark != nil {
		a.obs.Wireshark = a.wireshark.Segment(seg)
	}
	var p pair
	p.fill(a.table, &seg.Tuple)
	a.segment(seg, &p)
	a.expire() // after the segment, which may keep its connection alive
}

// segment takes the next segment, whose ends are known. The caller expires
// connections afterwards.
func (a *Analyzer) segment(seg *wire.Segment, p *pair) {
	a.stats.Segments++
	a.table.Settle()
	a.tick(seg.Time)
	r := a.table.Find(&p.key, p.hash)
	if a.unread.keeps && a.keep(r, seg, p) {
		return
	}
	f := a.route(r, seg, p)
	r = f.Ref
	a.ref = r
	a.take(f, p.from, seg)
	a.classify(r, f, a.notes.At(f.Extra))
	if a.unread.beside {
		a.table.Append(r, p.from, seg, seg.Time == a.clock) // after the clock has gone back, it matters
	}
	if a.cfg.Packet != nil {
		a.obs.ClientState, a.obs.ServerState = f.Half[f.Client].State, f.Half[f.Peer(f.Client)].State
		a.cfg.Packet(&a.obs)
	}
}

// take analyses a segment that side from of a connection sent.
func (a *Analyzer) take(f *flow.Flow, from flow.Side, seg *wire.Segment) {
	n := a.notes.At(f.Extra)
	x := &a.facts
	if n.renumbered.answered && a.isRenumbered(f, n, from, seg) {
		a.besides(f, n, from, seg)
		return
	}

	whole := seg
	if h := &f.Half[from]; seg.Flags.Has(wire.FIN) && h.Is(flow.SentSYN) && !seg.Flags.Has(wire.SYN) && !seg.End().After(h.ISN+1) {
		// A FIN with the number of the SYN lies before what its receiver
		// takes, and closes nothing. What its ACK proves of its sender counts all
		// the same.
		a.bare = *seg
		a.bare.Flags &^= wire.FIN
		seg = &a.bare
	}
	a.prepare(f, n, from, seg)
	if seg.Options.SACKBlocks > 0 {
		seg = a.believed(f, n, from, seg)
	}
	a.table.Gather(f, from, seg, x)
	if seg.Flags.Has(wire.RST) {
		sound := seg.Checksum != wire.ChecksumBad || !x.Sender.Is(flow.SumsGood) || x.Sender.Offloads
		x.Acceptable = sound && acceptableRST(x, seg)
		a.behindMissed = sound && !x.Acceptable && behindMissed(n, x, seg)
		x.Acceptable = x.Acceptable || a.behindMissed
	}
	delta := seg.Time - f.Last
	if f.LastPacket == 0 {
		delta = 0
	}
	phase := a.label(f, n, seg, delta)
	n.count(a.lab.Set)
	n.waits.segment(from, seg, delta, a.lab.Set)
	if a.cfg.Packet != nil {
		a.observe(f, whole, delta)
	}
	a.zeekSegment(n, whole)
	switch {
	case a.foreign:
		a.doubtsOpening(seg)
		opensAnew(x.Sender, seg)
	case !a.lab.Set.Has(label.DuplicatePacket):
		a.moves(f, n, seg) // a copy was not sent, so it moves nobody
	}
	a.update(f, n, seg)
	a.story(f, n, seg, phase)
	a.clues(f, n, seg, phase)
	a.episodes(f, n, seg)
	a.lengths(n, seg)
	if a.cfg.Moment != nil {
		a.moments(f, n, seg, phase)
	}
}

// label finds the segment's labels and what decided them, and returns the one of
// the group Phase.
func (a *Analyzer) label(f *flow.Flow, n *note, seg *wire.Segment, delta int64) (phase label.ID) {
	a.obs.Evidence.Len = 0
	c := &a.lab
	c.Segment, c.Flow, c.Facts, c.Evidence, c.Set = seg, f, &a.facts, &a.obs.Evidence, 0
	c.Doubts = n.doubt(f, &a.facts, seg, delta)
	mine, other := &n.options[0], &n.options[1]
	c.SACK = mine.Set&other.Set&wire.OptSACKPermitted != 0
	c.NoSACK = !c.SACK && (mine.refusesSACK() || other.refusesSACK())
	c.NoECN = mine.Known && other.Known && min(mine.ECN, other.ECN) != ECNClassic
	x, y := a.facts.Sender, a.facts.Receiver
	c.AnswersAgain, c.Elsewhere = false, false
	if a.facts.RepeatsSYN {
		crossed := x.Is(flow.SentBareSYN) && y.Has&(flow.SentBareSYN|flow.SYNProved) == flow.SentBareSYN
		c.AnswersAgain = seg.Flags.Has(wire.ACK) && (n.synUnanswered || crossed)
		c.Elsewhere = seg.Interface != n.synFace[a.facts.From]
	}
	phase = label.Segment(c)
	a.cause, a.timer = label.NoCause, false
	if c.Set.Has(label.Retransmission) {
		a.cause, a.timer = label.FindCause(c)
	}
	return phase
}

// observe fills the observation with what held before the segment changed the
// flow; the states are filled in afterwards.
func (a *Analyzer) observe(f *flow.Flow, seg *wire.Segment, delta int64) {
	x, o := &a.facts, &a.obs
	o.Segment, o.Connection, o.FromClient = seg, f.Number, x.FromClient
	o.Seq = x.Sender.Rel(seg.Seq)
	o.AckValid = seg.Flags.Has(wire.ACK)
	o.Ack = 0
	if o.AckValid {
		o.Ack = x.Receiver.Rel(seg.Ack)
	}
	syn := seg.Flags.Has(wire.SYN)
	o.Window = x.Sender.ScaledWindow(seg.Window, syn)
	o.WindowScaled = syn || x.Sender.Is(flow.Scaled)
	o.SeqDelta, o.SeenBefore, o.TimeDelta = x.SeqDelta, x.SeenBefore, delta
	nxt := x.Sender.Nxt
	if !a.stray && !a.foreign && seg.SeqLen() > 0 && !seg.Flags.Has(wire.RST) {
		nxt = wire.MaxSeq(nxt, seg.End())
	}
	o.InFlight = x.Sender.InFlight(x.Receiver, nxt)
	o.Stray, o.Renumbered, o.Acceptable = a.stray || a.foreign, false, x.Acceptable
	o.Labels, o.Cause = a.lab.Set, a.cause
	a.repeats(o)
}

// Flush hands over every connection that is still remembered, in order of their
// numbers, and forgets it.
func (a *Analyzer) Flush() {
	for b := range a.table.Drain() {
		a.finish(b.Ref, EndCapture)
	}
	a.restEvicted()
}

// Memory returns the octets that the connections that are remembered take, free
// space in their tables included. Package flow says what one connection takes.
func (a *Analyzer) Memory() int {
	return a.table.Octets() + a.notes.Octets() + a.steps.Octets() + a.watching.Octets()
}

// Stats returns the counts so far.
func (a *Analyzer) Stats() Stats {
	s := a.stats
	s.Live = a.table.Len()
	s.Opening, s.Established = a.table.Count(flow.Opening), a.table.Count(flow.Established)
	s.Closing, s.TimeWait = a.table.Count(flow.Closing), a.table.Count(flow.TimeWait)
	return s
}
