package verdict

import (
	"math/bits"
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// neighbours remembers what the connections so far show about listeners,
// servers and clients.
type neighbours struct {
	listeners recent[listenerKey, listenerNote]
	hosts     recent[hostKey, hostNote]
	sources   recent[hostKey, sourceNote]
	// heard is set once a segment of a server was captured, and unheard is the first packet of the latest
	// connection that shows answers that were not; 0: none.
	heard   bool
	unheard uint64
}

type listenerKey struct {
	at    netip.AddrPort
	encap uint32
}

type hostKey struct {
	addr  netip.Addr
	encap uint32
}

// listenerNote holds times of the latest events; 0: never.
type listenerNote struct {
	answered int64 // SYN-ACK
	proved   int64 // segment of a server after the handshake
	prompt   int64 // the same, of a connection that was not kept waiting
	// waitFrom and waitTo bound when the latest connection had to wait.
	waitFrom, waitTo int64
	// fullFrom and fullTo bound when the latest connection with AcceptQueueFull was left unanswered, unless it
	// had that verdict only because another one had it.
	fullFrom, fullTo int64
	grants           bool // a SYN-ACK had window scale or SACK
	signs            bool // the latest SYN-ACK was signed
}

type hostNote struct {
	answered       int64 // SYN-ACK, or RST for a SYN
	ttlMin, ttlMax uint8 // of segments other than RST; 0: none
	segments       uint8 // how many of them, at most severalSegments
	measured       uint8 // how many round trips from SYN to SYN-ACK there were, at most enough
	rtt            int64 // the shortest of these; 0: none
	heard          bool  // a segment of the host was captured
	// unheard is the first packet of the latest connection that shows answers of the host that were not captured; 0: none.
	unheard uint64
}

type sourceNote struct {
	// targets is a bitmap of addresses and ports, by hash: until an opening was completed all that
	// were tried, from then on those whose SYN-ACK the client reset.
	targets   [8]uint64
	completed uint32
}

// beside is what earlier connections show about one connection.
type beside struct {
	listener listenerNote
	host     hostNote
	// completed counts the completed openings of the client; targets is at least how many addresses
	// and ports it tried if none was completed, else of how many it reset the SYN-ACK.
	targets   int
	completed uint32
	// unheard is neighbours.unheard where no server was heard.
	unheard uint64
}

// places are the notes about the ends of one connection.
type places struct {
	listener place[listenerNote]
	host     place[hostNote]
	source   place[sourceNote]
}

// find looks up the ends of c. The places are valid until the next find.
func (n *neighbours) find(c *analyze.Connection) places {
	return places{
		listener: n.listeners.find(listenerKey{c.Server, c.EncapID}),
		host:     n.hosts.find(hostKey{c.Server.Addr(), c.EncapID}),
		source:   n.sources.find(hostKey{c.Client.Addr(), c.EncapID}),
	}
}

// beside returns what was noted before the connection.
func (p *places) beside(n *neighbours) beside {
	b := beside{listener: p.listener.get(), host: p.host.get()}
	if !n.heard {
		b.unheard = n.unheard
	}
	s := p.source.value
	if s == nil {
		return b
	}
	b.completed = s.completed
	for _, w := range s.targets {
		b.targets += bits.OnesCount64(w)
	}
	return b
}

// add notes what c shows about its ends, which were found at p.
func (n *neighbours) add(c *analyze.Connection, x *context, p *places) {
	if x.nSyns == 0 && x.nSynAcks == 0 {
		return // who is the server is a guess
	}
	l := n.listeners.keep(listenerKey{c.Server, c.EncapID}, p.listener)
	h := n.hosts.keep(hostKey{c.Server.Addr(), c.EncapID}, p.host)
	if x.nSynAcks > 0 {
		a := x.synAck(x.nSynAcks - 1)
		l.answered = max(l.answered, a.Time)
		h.answered = max(h.answered, a.Time)
		l.grants = l.grants || grants(&c.Opening.ServerOptions)
		l.signs = c.Opening.ServerOptions.Set&(wire.OptMD5|wire.OptAO) != 0
	}
	if way := c.Opening.RTTServer; way > 0 {
		if h.measured == 0 || way < h.rtt {
			h.rtt = way
		}
		h.measured = min(h.measured+1, enough)
	}
	switch {
	case c.FromServer.Packets > 0:
		h.heard, n.heard = true, true
	case c.Opening.Outcome == analyze.OpeningOneWay:
		h.unheard, n.unheard = c.FirstPacket, c.FirstPacket
	}
	if c.Clues.ServerProved != 0 {
		l.proved = max(l.proved, c.Clues.ServerProvedAt)
	}
	full := x.has(AcceptQueueFull)
	switch {
	case !full:
	case c.Opening.AckPacket != 0:
		l.fullFrom, l.fullTo = x.completed(), max(c.Clues.IgnoredAt, c.Clues.ServerProvedAt)
	case x.listenerAnswers():
		l.fullFrom, l.fullTo = x.syn(0).Time, x.lastSyn().Time
	}
	switch {
	case full && c.Opening.AckPacket != 0, x.again != nil && !x.again.Inferred:
		l.waitFrom, l.waitTo = x.completed(), max(c.Clues.IgnoredAt, c.Clues.ServerProvedAt)
	case c.Clues.ServerProved != 0:
		l.prompt = max(l.prompt, c.Clues.ServerProvedAt)
	}
	if c.Opening.Outcome == analyze.OpeningRefused && x.rst >= 0 && !x.has(RefusedBetween) {
		h.answered = max(h.answered, c.Steps[x.rst].Time)
	}
	if e := &c.Clues.Server; e.TTLMax != 0 {
		if h.ttlMax == 0 {
			h.ttlMin = e.TTLMin
		}
		h.ttlMin, h.ttlMax = min(h.ttlMin, e.TTLMin), max(h.ttlMax, e.TTLMax)
		h.segments = min(h.segments+min(e.Segments, severalSegments), severalSegments)
	}

	s := n.sources.keep(hostKey{c.Client.Addr(), c.EncapID}, p.source)
	if c.Opening.AckPacket != 0 || c.Opening.Outcome == analyze.OpeningOneWay && c.FromServer.Packets == 0 {
		if s.completed == 0 {
			s.targets = [8]uint64{}
		}
		s.completed++
	}
	if s.completed == 0 || x.resetsSynAck() {
		bit := target(c.Server)
		s.targets[bit/64] |= 1 << (bit % 64)
	}
}

// target maps an address and port to a bit of sourceNote.targets.
func target(a netip.AddrPort) uint32 {
	n := uint32(2166136261) // FNV-1a
	for _, octet := range a.Addr().As16() {
		n = (n ^ uint32(octet)) * 16777619
	}
	n = (n ^ uint32(a.Port()>>8)) * 16777619
	n = (n ^ uint32(a.Port()&255)) * 16777619
	return (n ^ n>>16) % 512
}
