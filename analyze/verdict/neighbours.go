package verdict

import (
	"math/bits"
	"net/netip"

	"tcpwatch/analyze"
)

// neighbours remembers what the connections so far say of listeners, servers
// and clients.
type neighbours struct {
	listeners recent[listenerKey, listenerNote]
	hosts     recent[hostKey, hostNote]
	sources   recent[hostKey, sourceNote]
}

type listenerKey struct {
	at    netip.AddrPort
	encap uint32
}

type hostKey struct {
	addr  netip.Addr
	encap uint32
}

// listenerNote: times are those of the latest; 0: never.
type listenerNote struct {
	answered int64 // SYN-ACK
	proved   int64 // segment of a server behind the handshake
	grants   bool  // a SYN-ACK had window scale or SACK
}

type hostNote struct {
	answered       int64 // SYN-ACK, or RST for a SYN
	ttlMin, ttlMax uint8 // of segments other than RST; 0: none
	rtt            int64 // the shortest from SYN to SYN-ACK; 0: none
}

type sourceNote struct {
	targets   [8]uint64 // one bit for each address and port, by hash
	completed uint32
}

// beside is what the connections before say of one connection.
type beside struct {
	listener listenerNote
	host     hostNote
	// targets is about how many addresses and ports the client tried; opened
	// whether any of its openings was completed.
	targets int
	opened  bool
}

func (n *neighbours) of(c *analyze.Connection) beside {
	s := n.sources.get(hostKey{c.Client.Addr(), c.EncapID})
	b := beside{
		listener: n.listeners.get(listenerKey{c.Server, c.EncapID}),
		host:     n.hosts.get(hostKey{c.Server.Addr(), c.EncapID}),
		opened:   s.completed > 0,
	}
	for _, w := range s.targets {
		b.targets += bits.OnesCount64(w)
	}
	return b
}

func (n *neighbours) add(c *analyze.Connection, x *context) {
	if x.nSyns == 0 && x.nSynAcks == 0 {
		return // who is the server is a guess
	}
	k := listenerKey{c.Server, c.EncapID}
	l := n.listeners.get(k)
	h := n.hosts.get(hostKey{c.Server.Addr(), c.EncapID})
	if x.nSynAcks > 0 {
		a := x.synAck(x.nSynAcks - 1)
		l.answered = max(l.answered, a.Time)
		h.answered = max(h.answered, a.Time)
		l.grants = l.grants || grants(&c.Opening.ServerOptions)
	}
	if c.Opening.RTTServer > 0 && (h.rtt == 0 || c.Opening.RTTServer < h.rtt) {
		h.rtt = c.Opening.RTTServer
	}
	if c.Clues.ServerProved != 0 {
		l.proved = max(l.proved, c.Clues.ServerProvedAt)
	}
	if c.Opening.Outcome == analyze.OpeningRefused && x.rst >= 0 && !x.has(RefusedBetween) {
		h.answered = max(h.answered, c.Steps[x.rst].Time)
	}
	if e := &c.Clues.Server; e.TTLMax != 0 {
		if h.ttlMax == 0 {
			h.ttlMin = e.TTLMin
		}
		h.ttlMin, h.ttlMax = min(h.ttlMin, e.TTLMin), max(h.ttlMax, e.TTLMax)
	}
	n.listeners.put(k, l)
	n.hosts.put(hostKey{c.Server.Addr(), c.EncapID}, h)

	s := n.sources.get(hostKey{c.Client.Addr(), c.EncapID})
	bit := target(c.Server)
	s.targets[bit/64] |= 1 << (bit % 64)
	if c.Opening.AckPacket != 0 {
		s.completed++
	}
	n.sources.put(hostKey{c.Client.Addr(), c.EncapID}, s)
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

// recent is a map that forgets: at most 2*generation entries, those used least
// lately dropped half at a time.
type recent[K comparable, V any] struct {
	now, before map[K]V
}

const generation = 4096

func (r *recent[K, V]) get(k K) V {
	if v, ok := r.now[k]; ok {
		return v
	}
	return r.before[k]
}

func (r *recent[K, V]) put(k K, v V) {
	if r.now == nil {
		r.now = make(map[K]V)
	}
	if _, ok := r.now[k]; !ok && len(r.now) >= generation {
		r.before, r.now = r.now, make(map[K]V)
	}
	r.now[k] = v
}
