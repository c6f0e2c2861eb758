package lab

import "tcpwatch/capture/wire"

// Class is what the sender of a packet did, or that the link made it.
type Class uint8

// The classes.
const (
	Orig      Class = iota // occupies sequence space, none of it sent before
	Rexmit                 // begins with sequence numbers that were sent before
	KeepAlive              // empty, one before the next number: a keep-alive or a zero window probe
	Bare                   // occupies no sequence space
	NetDup                 // a copy made by the link
)

var classNames = [...]string{"orig", "rexmit", "keepalive", "ack", "netdup"}

func (c Class) String() string { return classNames[c] }

// stream is what one host has sent to one socket of the other.
type stream struct {
	known bool
	isn   wire.Seq // of its SYN
	nxt   wire.Seq // highest number sent, plus one
	fin   wire.Seq // after its FIN
	fins  bool
	acked bool // has acknowledged the other's SYN

	sent    int // packets sent, each numbered by this in turn
	arrived int // highest number that arrived
	// matched counts, for each rule of the path, the packets that it matched.
	matched []int
}

// ledger is what both hosts have sent, by the sender's view of the tuple.
type ledger struct {
	streams map[wire.Tuple]*stream
	// rexmits counts what each host sent again, and crossed the SYNs that
	// simultaneous openings sent again with an ACK, which the kernel does not count.
	rexmits, crossed [2]uint64
}

func newLedger() *ledger { return &ledger{streams: map[wire.Tuple]*stream{}} }

func (l *ledger) stream(t wire.Tuple) *stream {
	s := l.streams[t]
	if s == nil {
		s = &stream{}
		l.streams[t] = s
	}
	return s
}

// begin forgets the incarnation before a SYN; packets of it that still travel
// keep their own stream.
func (l *ledger) begin(t wire.Tuple, isn wire.Seq) *stream {
	s := &stream{known: true, isn: isn, nxt: isn}
	l.streams[t] = s
	return s
}

// sent is one packet as its sender meant it.
type sent struct {
	stream *stream
	number int
	class  Class
	port   uint16 // the client's
	is     [len(matchNames)]bool
}

// send enters a packet that host h sends.
func (l *ledger) send(h int, seg *wire.Segment) sent {
	back := seg.Tuple.Reverse()
	me, peer := l.stream(seg.Tuple), l.stream(back)
	syn, ack := seg.Flags.Has(wire.SYN), seg.Flags.Has(wire.ACK)
	switch {
	case syn && (!me.known || me.isn != seg.Seq):
		if me.known && !ack { // the tuple is used again
			delete(l.streams, back)
			peer = l.stream(back)
		}
		me = l.begin(seg.Tuple, seg.Seq)
	case !me.known:
		me.known, me.isn, me.nxt = true, seg.Seq-1, seg.Seq
	}
	p := sent{stream: me, class: Bare, port: seg.SrcPort}
	if h == 1 {
		p.port = seg.DstPort
	}
	me.sent++
	p.number = me.sent
	switch {
	case seg.Flags.Has(wire.RST):
	case seg.SeqLen() > 0 && seg.Seq.Before(me.nxt):
		p.class = Rexmit
		l.rexmits[h]++
		if syn && ack && !me.acked { // the first SYN-ACK after a SYN of its own
			l.crossed[h]++
		}
	case seg.SeqLen() > 0:
		p.class = Orig
	case seg.Seq == me.nxt-1 && !syn:
		p.class = KeepAlive
	}
	p.matches(seg, me, peer)
	if !seg.Flags.Has(wire.RST) && seg.End().After(me.nxt) {
		me.nxt = seg.End()
	}
	if seg.Flags.Has(wire.FIN) {
		me.fins, me.fin = true, seg.End()
	}
	if ack && peer.known && seg.Ack.After(peer.isn) {
		me.acked = true
	}
	return p
}

func (p *sent) matches(seg *wire.Segment, me, peer *stream) {
	syn, ack := seg.Flags.Has(wire.SYN), seg.Flags.Has(wire.ACK)
	header := 20 // the kernel's IP headers have no options
	if seg.IPv6 {
		header = 40
	}
	p.is[AnySegment] = true
	p.is[SYN] = syn && !ack
	p.is[SYNACK] = syn && ack
	p.is[HandshakeACK] = !syn && ack && !me.acked && peer.known && seg.Ack == peer.isn+1
	p.is[FIN] = seg.Flags.Has(wire.FIN)
	p.is[ACKOfFIN] = ack && peer.fins && seg.Ack == peer.fin && !seg.Flags.Any(wire.FIN|wire.SYN|wire.RST)
	p.is[DataSegment] = seg.Len > 0
	p.is[Retransmitted] = p.class == Rexmit
	p.is[LongSegment] = header+int(seg.HeaderLen)+int(seg.Len) > smallerMTU
	p.is[Reset] = seg.Flags.Has(wire.RST)
}

// arrive reports whether a packet that arrives was overtaken by one that the
// same host sent later on the same connection.
func (p *sent) arrive() (overtaken bool) {
	if p.number < p.stream.arrived {
		return true
	}
	p.stream.arrived = p.number
	return false
}
