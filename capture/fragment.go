package capture

import (
	"bytes"
	"container/list"
	"slices"

	"tcpwatch/capture/wire"
)

// Default bounds of the fragment buffer.
const (
	defaultFragmentOctets  = 8 << 20
	defaultFragmentPackets = 1024
)

// How long to wait for the rest of a packet, in nanoseconds of capture time.
const (
	fragmentTimeout4 = 30e9 // as Linux does; RFC 1122 §3.3.2 wants 60 s to 120 s
	fragmentTimeout6 = 60e9 // RFC 8200 §4.5
)

// What a kept fragment and a packet under reassembly cost besides the octets,
// roughly.
const (
	fragmentCost = 64
	assemblyCost = 256
)

// maxDatagram is the most that an IP packet can hold by its fragments' offsets.
const maxDatagram = 65535

// fragmentTable puts IP packets together from their fragments.
//
// Lengths come from the IP headers and octets from the capture, so that a
// packet whose fragments were cut by the snaplen becomes whole all the same:
// its segment has the right length and the payload up to the first gap.
//
// Where fragments overlap, the whole packet is dropped in IPv6 (RFC 8200 §4.5). In
// IPv4 the octets that came first stay: RFC 791 §3.2 lets the later ones win,
// systems differ, and no choice is right for all. Copies of a fragment are
// tolerated in both.
type fragmentTable struct {
	packets   map[fragmentKey]*list.Element
	order     *list.List // of *assembly, the oldest first
	octets    int
	maxOctets int
	maxCount  int
	whole     []byte // the packet that became whole last
}

// fragmentKey identifies the fragments that belong together (RFC 791 §3.2; RFC
// 8200 §4.5, where the protocol does not matter), and their network.
type fragmentKey struct {
	src, dst wire.Addr
	id       uint32
	encap    uint32
	protocol uint8
	ipv6     bool
}

// assembly is an incomplete packet.
type assembly struct {
	key   fragmentKey
	start int64      // time of the first fragment that was seen
	parts []fragment // by offset, without overlaps
	total int        // octets of payload; -1 until the last fragment came
	have  int        // octets of payload that the parts cover
	cost  int
	held  uint64 // captured packets that wait here
	dead  bool   // given up; kept to recognise the rest
	// What the segment takes from the first fragment.
	first    header
	protocol uint8
	ce       bool // any fragment met congestion (RFC 3168 §5.3)
	notECT   bool // any was sent without ECN
}

// fragment covers length octets from offset; data are those captured, copied.
type fragment struct {
	offset, length int
	data           []byte
}

// header is what differs between the headers of fragments.
type header struct {
	ttl, trafficClass uint8
	dontFragment      bool
}

func (t *fragmentTable) init(octets, count int) {
	if octets <= 0 {
		octets = defaultFragmentOctets
	}
	if count <= 0 {
		count = defaultFragmentPackets
	}
	t.maxOctets, t.maxCount = octets, count
	t.packets = make(map[fragmentKey]*list.Element)
	t.order = list.New()
}

// fragment handles the fragment that the walker stopped at.
func (d *Decoder) fragment(c cursor, seg *wire.Segment) wire.Skip {
	u := d.walker.Upper
	if !leadsToTCP(u.Protocol, seg.IPv6) {
		if u.Protocol == protoESP {
			return wire.Encrypted
		}
		return wire.NotTCP
	}
	if u.Len == 0 || u.More && u.Len%8 != 0 || u.Offset+u.Len > maxDatagram {
		return wire.IPMalformed // RFC 8200 §4.5; in IPv4 offsets have no finer unit either
	}
	key := fragmentKey{src: seg.Src, dst: seg.Dst, id: u.ID, encap: c.encap, ipv6: seg.IPv6}
	if !seg.IPv6 {
		key.protocol = u.Protocol
	}
	t := &d.fragments
	d.lose(t.expire(d.time))
	a, lost := t.assembly(key, d.time)
	d.lose(lost)
	if a.dead || !a.add(&u, seg) {
		d.lose(t.kill(a))
		return wire.FragmentLost
	}
	d.lose(t.charge(a, min(len(u.Data), u.Len)+fragmentCost))
	if a.dead {
		return wire.FragmentLost
	}
	if a.have != a.total {
		a.held++
		return wire.FragmentHeld
	}
	data := t.finish(a)
	seg.TTL, seg.TrafficClass, seg.DontFragment = a.first.ttl, a.first.trafficClass, a.first.dontFragment
	switch {
	case a.ce && a.notECT:
		seg.TrafficClass &^= 3 // no packet with such fragments has CE: its receiver drops it
	case a.ce:
		seg.TrafficClass |= 3
	}
	seg.LenGuessed = false
	skip := d.walker.Resume(a.protocol, data, a.total, seg)
	switch skip {
	case wire.NotTCP:
		return d.upper(c, seg)
	case wire.FragmentHeld: // a fragment header inside a fragmented packet
		return wire.IPMalformed
	}
	return skip
}

// leadsToTCP reports whether a packet of this protocol may hold TCP.
func leadsToTCP(protocol uint8, ipv6 bool) bool {
	switch protocol {
	case protoIPv4, protoUDP, protoIPv6, protoGRE, protoIPIP, protoEtherIP, protoMPLS: // tunnels
		return true
	}
	return wire.Walks(protocol, ipv6)
}

// assembly finds or begins a packet; lost counts captured packets that were
// given up for it.
func (t *fragmentTable) assembly(key fragmentKey, now int64) (a *assembly, lost uint64) {
	if e, ok := t.packets[key]; ok {
		if a = e.Value.(*assembly); !a.expired(now) {
			return a, 0
		}
		lost = t.remove(a)
	}
	for t.order.Len() >= t.maxCount {
		lost += t.remove(t.order.Front().Value.(*assembly))
	}
	a = &assembly{key: key, start: now, total: -1}
	t.packets[key] = t.order.PushBack(a)
	lost += t.charge(a, assemblyCost)
	return a, lost
}

// expired reports whether a packet has waited too long. It has not if the clock
// went backwards.
func (a *assembly) expired(now int64) bool {
	if a.key.ipv6 {
		return now-a.start > fragmentTimeout6
	}
	return now-a.start > fragmentTimeout4
}

// expire gives up packets that waited too long, up to the first that did not: one
// of IPv6 keeps those of IPv4 after it in memory for longer. No fragment joins
// them any more (see assembly).
func (t *fragmentTable) expire(now int64) (lost uint64) {
	for e := t.order.Front(); e != nil; e = t.order.Front() {
		a := e.Value.(*assembly)
		if !a.expired(now) {
			return lost
		}
		lost += t.remove(a)
	}
	return lost
}

// charge counts the memory of a and gives up the oldest packets beyond the
// bound, a itself last.
func (t *fragmentTable) charge(a *assembly, octets int) (lost uint64) {
	a.cost += octets
	t.octets += octets
	for e := t.order.Front(); e != nil && t.octets > t.maxOctets; {
		victim := e.Value.(*assembly)
		e = e.Next()
		if victim != a {
			lost += t.remove(victim)
		}
	}
	if t.octets > t.maxOctets {
		lost += t.remove(a)
		a.dead = true
	}
	return lost
}

// kill gives a packet up but remembers it, so that the rest of it is not taken
// for a new one.
func (t *fragmentTable) kill(a *assembly) (lost uint64) {
	lost, a.held = a.held, 0
	a.dead, a.parts = true, nil
	t.octets -= a.cost - assemblyCost
	a.cost = assemblyCost
	return lost
}

// remove forgets a packet and returns how many captured packets waited for it.
func (t *fragmentTable) remove(a *assembly) (lost uint64) {
	e, ok := t.packets[a.key]
	if !ok || e.Value.(*assembly) != a {
		return 0
	}
	t.order.Remove(e)
	delete(t.packets, a.key)
	t.octets -= a.cost
	return a.held
}

// flush forgets everything.
func (t *fragmentTable) flush() (lost uint64) {
	for e := t.order.Front(); e != nil; e = t.order.Front() {
		lost += t.remove(e.Value.(*assembly))
	}
	return lost
}

// finish joins the captured octets of a whole packet up to the first gap.
func (t *fragmentTable) finish(a *assembly) []byte {
	t.remove(a)
	t.whole = t.whole[:0]
	for _, p := range a.parts {
		t.whole = append(t.whole, p.data...)
		if len(p.data) < p.length {
			break
		}
	}
	return t.whole
}

// add puts a fragment into its place. It returns false if fragments contradict
// each other, so that the packet must be given up.
func (a *assembly) add(u *wire.Upper, seg *wire.Segment) bool {
	end := u.Offset + u.Len
	if !u.More {
		if a.total >= 0 && a.total != end {
			return !a.key.ipv6 // IPv4: the first word counts
		}
		if n := len(a.parts); n > 0 && a.parts[n-1].offset+a.parts[n-1].length > end {
			return false
		}
		a.total = end
	} else if a.total >= 0 && end > a.total {
		return !a.key.ipv6
	}
	if u.Offset == 0 {
		a.first = header{seg.TTL, seg.TrafficClass, seg.DontFragment}
		a.protocol = u.Protocol
	}
	a.ce = a.ce || seg.TrafficClass&3 == 3
	a.notECT = a.notECT || seg.TrafficClass&3 == 0
	data := u.Data[:min(len(u.Data), u.Len)]
	return a.insert(fragment{u.Offset, u.Len, data})
}

// insert keeps those octets of p that no other part covers.
func (a *assembly) insert(p fragment) bool {
	for i := 0; i <= len(a.parts); i++ {
		if i == len(a.parts) || p.offset+p.length <= a.parts[i].offset {
			p.data = bytes.Clone(p.data)
			a.have += p.length
			a.parts = slices.Insert(a.parts, i, p)
			return true
		}
		q := a.parts[i]
		if p.offset >= q.offset+q.length {
			continue
		}
		if p.offset == q.offset && p.length == q.length && sameStart(p.data, q.data) {
			return true // a copy
		}
		if a.key.ipv6 {
			return false // RFC 8200 §4.5
		}
		if p.offset < q.offset {
			front := fragment{p.offset, q.offset - p.offset, p.data[:min(len(p.data), q.offset-p.offset)]}
			front.data = bytes.Clone(front.data)
			a.have += front.length
			a.parts = slices.Insert(a.parts, i, front)
		}
		cut := q.offset + q.length - p.offset
		if cut >= p.length {
			return true
		}
		p = fragment{p.offset + cut, p.length - cut, p.data[min(len(p.data), cut):]}
	}
	return true
}

// sameStart reports whether a and b agree as far as both were captured.
func sameStart(a, b []byte) bool {
	n := min(len(a), len(b))
	return bytes.Equal(a[:n], b[:n])
}
