package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// A path that takes packets up to some length, and drops longer ones without an ICMP error
// reaching their sender, is a black hole for these (RFC 2923 §2.1): octets sent in a long
// packet are retransmitted and never arrive, while short packets pass. This file collects
// the evidence, and notes where an end got stuck.

// LongClue says that octets which one end sent repeatedly in long packets never arrived
// in these. Tries 0: there is no such evidence. Packet numbers are 0 if there is none.
type LongClue struct {
	// First is the packet that first carried the octets, as far as captured, and Last
	// the last one.
	First, Last uint64
	// Tries is how often they were sent again in so long a packet: at least
	// StalledAfter times, up to 255.
	Tries uint8
	// Never is set if no packet of that length from this end was ever
	// acknowledged.
	Never bool
	// Least is the length of the shortest of those packets, octets of IP without
	// options; what a NIC cuts beyond the tap counts as it is cut.
	Least uint32
	// Short is a shorter packet that delivered the same octets in the end, and
	// ShortLen its length: its acknowledgement covers less than the long ones
	// carried, so none of these had arrived.
	Short    uint64
	ShortLen uint32
	// Reported is an acknowledgement which shows that something after the
	// octets arrived, and nothing as long.
	Reported uint64
	// Alive is the last segment of the other end which shows that it is alive and
	// does not have the octets; 0 if there is evidence that it does not receive
	// short packets either.
	Alive uint64
}

// Stuck is the packet that first brought octets that are sent again and again. Packet 0:
// there was none, or it was not captured.
type Stuck struct {
	Packet uint64
	// Idle is how long before it the other end's last segment was captured, nanoseconds;
	// 0 where one came after it.
	Idle int64
}

// longNote is LongClue while the connection lasts, for what one end sends. All but waits
// and mostEnd is about the octet una, the first that the other end has not acknowledged.
type longNote struct {
	LongClue
	stuck     Stuck
	brief     uint64 // a shorter packet with una, and it is the latest
	briefLen  uint32
	briefLost uint32   // length of the shortest packet with una that was lost as well; 0: none
	least     uint32   // payload of the shortest long one
	mostSACK  uint32   // octets of the longest block that was reported after una
	una       wire.Seq // valid with busy
	ends      wire.Seq // before it lies what every long one has
	mostEnd   wire.Seq // after the first payload that was so long, valid with waits
	lastAt    int64    // time of the packet Last; 0: something was sent again after it, or it seems to be answered
	answers   uint8    // how many of the long ones the other end seems to answer, up to 2
	busy      bool
	waits     bool // the longest payload was not acknowledged so far
	deaf      bool // short packets do not arrive either
	settled   bool // LongClue says all there is to say
}

// Lengths that senders take to be short enough for any path, TCP header with options and payload
// less 20: the MSS assumed for hosts that announce none (RFC 9293 §3.7.1). IPv6 guarantees it,
// IPv4 does not.
const (
	leastLong4 = 536
	leastLong6 = 1220
	// etherMSS stands in for an MSS that was not captured: a heuristic.
	etherMSS = 1460
)

// onWire returns how long the segment's payload is after a NIC that cuts it to the MSS
// of y; most stands for the length of what was sent before in such segments.
func onWire(y *flow.Half, seg *wire.Segment, most uint32) uint32 {
	mss := uint32(y.MSS)
	if mss == 0 {
		mss = etherMSS
	}
	options := uint32(max(seg.HeaderLen, 20)) - 20
	return min(most, mss-min(options, mss))
}

// longest notes a segment with more payload than any before of its sender, which
// were at most before octets long.
func (n *note) longest(fx *flow.Facts, seg *wire.Segment, before uint32) {
	size := onWire(fx.Receiver, seg, seg.Len)
	if size > onWire(fx.Receiver, seg, before) {
		l := &n.long[fx.From]
		l.waits, l.mostEnd, n.awaited[fx.From] = true, seg.Seq.Add(size), true
	}
}

// lengths notes what the segment says about the length of packets that arrive. It runs
// after update, which has counted the segment.
func (a *Analyzer) lengths(n *note, seg *wire.Segment) {
	from, to := a.facts.From, a.facts.To
	if a.cause == label.NoCause && seg.Options.SACKBlocks == 0 && !n.awaited[to] {
		return // like most segments
	}
	mine, other := &n.long[from], &n.long[to]
	if a.foreign || a.stray || seg.Flags&(wire.RST|wire.SYN) != 0 || a.lab.Set.Has(label.DuplicatePacket) {
		return
	}
	if a.cause != label.NoCause && !mine.settled {
		a.longAgain(mine, seg)
	}
	if seg.Flags.Has(wire.ACK) {
		a.longAnswered(other, seg)
	}
	n.awaited[from], n.awaited[to] = mine.awaits(), other.awaits()
}

// awaits reports whether an acknowledgement may change anything.
func (l *longNote) awaits() bool { return l.waits || l.busy && !l.settled }

// longAgain handles a retransmission.
func (a *Analyzer) longAgain(l *longNote, seg *wire.Segment) {
	x, y := a.facts.Sender, a.facts.Receiver
	end := seg.Seq.Add(seg.Len)
	l.lastAt = 0
	if !y.Is(flow.SentACK) || seg.Seq.After(y.Ack) || !end.After(y.Ack) {
		return // not what the other end is waiting for
	}
	if l.busy && l.una != y.Ack { // a late acknowledgement had reported something
		l.forget()
	}
	if o := &a.facts.Overlap; l.stuck.Packet == 0 && o.Packet != 0 {
		l.stuck = Stuck{Packet: o.Packet, Idle: max(0, o.Time-y.LastTime)}
	}
	l.busy, l.una = true, y.Ack
	if l.brief != 0 && (l.briefLost == 0 || l.briefLen < l.briefLost) {
		l.briefLost = l.briefLen
	}
	size := onWire(y, seg, seg.Len)
	header, least := uint32(20), uint32(leastLong4)
	if seg.IPv6 {
		header, least = 40, leastLong6
	}
	length := size + uint32(seg.HeaderLen) + header
	if size+uint32(seg.HeaderLen)-20 <= least || l.Tries > 0 && size < l.least {
		l.brief, l.briefLen = seg.Packet, length
		return
	}
	if end = seg.Seq.Add(size); !end.After(y.Ack) || !a.mayArrive(seg, end) {
		return
	}
	l.brief = 0
	if l.Tries == 0 {
		l.First, l.least, l.Least, l.ends = seg.Packet, size, length, end
		if o := a.facts.Overlap.Packet; o != 0 {
			l.First = o
		}
		l.Never = x.Is(flow.SentSYN) && l.waits && size >= onWire(y, seg, x.MostLen)
	}
	if end.Before(l.ends) {
		l.ends = end
	}
	l.Last, l.lastAt = seg.Packet, seg.Time
	if l.Tries < 255 {
		l.Tries++
	}
}

// mayArrive reports whether nothing but its length keeps the segment, with payload up to
// end, from being taken and acknowledged: it fits the window, its checksum and timestamp
// are right, and no router may cut it (RFC 791 §3.1).
func (a *Analyzer) mayArrive(seg *wire.Segment, end wire.Seq) bool {
	x, y := a.facts.Sender, a.facts.Receiver
	old := a.facts.Mark.HasTS && int32(seg.Options.TSVal-x.TSVal) < 0 // PAWS may drop it (RFC 7323 §5.3)
	return !old && (seg.IPv6 || seg.DontFragment) && !end.After(y.Ack.Add(y.LastWindow())) &&
		!a.lab.Set.Has(label.BadChecksum)
}

// longAnswered handles an acknowledgement of what the other end sends.
func (a *Analyzer) longAnswered(l *longNote, seg *wire.Segment) {
	if l.waits && !seg.Ack.Before(l.mostEnd) {
		l.waits, l.mostEnd = false, 0
	}
	switch {
	case l.settled:
		return
	case a.facts.AcksUnseen:
		l.forget() // what brought it may have been missed as well
	case l.busy && seg.Ack.After(l.una):
		l.ended(seg.Ack)
	}
	if l.busy && seg.Ack != l.una {
		return // overtaken
	}
	if l.busy && seg.Window == 0 {
		l.forget() // its receiver has no room, whatever arrives
		return
	}
	for _, b := range seg.Options.SACK[:seg.Options.SACKBlocks] {
		if b.Left.After(seg.Ack) && b.Right.After(b.Left) {
			l.busy, l.una = true, seg.Ack
			l.mostSACK = max(l.mostSACK, uint32(b.Right.Diff(b.Left)))
			first(&l.Reported, seg.Packet)
		}
	}
	if l.busy && a.answersLong(l, seg) {
		l.answers, l.lastAt = min(l.answers+1, 2), 0
	}
	switch {
	case !l.busy:
	case a.lab.Set.Has(label.Retransmission) && a.facts.Receiver.Is(flow.SentACK) && !a.facts.Receiver.Ack.Before(seg.End()):
		l.deaf = true // it waits for an acknowledgement that was sent
	case l.Tries > 1: // one round trip after the first
		l.Alive = seg.Packet
	}
}

// answersLong reports whether the segment seems to answer the long packet before it: it
// repeats what was said before, and nothing was sent after that packet. That is how an
// end answers which does not accept what arrives, for want of memory for example (RFC
// 9293 §3.10.7.4).
func (a *Analyzer) answersLong(l *longNote, seg *wire.Segment) bool {
	x, s := &a.facts, a.lab.Set
	return x.Bare && x.Receiver.LastTime == l.lastAt && !s.Has(label.KeepAlive) && !s.Has(label.WindowUpdate) &&
		(seg.Options.SACKBlocks == 0 || !s.Has(label.DupAck)) // otherwise it reports more
}

// ended handles the acknowledgement of una. If it ends inside the long packets, none of
// these had arrived: receivers acknowledge all that they have (RFC 9293 §3.10.7.4).
func (l *longNote) ended(ack wire.Seq) {
	if l.Tries >= StalledAfter && l.brief != 0 {
		if ack.Before(l.ends) {
			l.Short, l.ShortLen, l.settled = l.brief, l.briefLen, true
			return
		}
		if l.reported() {
			l.settled = true
			return
		}
	}
	l.forget()
}

func (l *longNote) forget() { *l = longNote{waits: l.waits, mostEnd: l.mostEnd} }

// reported reports whether something arrived after una but nothing as long as the
// long packets: a SACK block that contains one would be at least as long.
func (l *longNote) reported() bool { return l.Reported != 0 && l.mostSACK < l.least }

// record returns the evidence, if it is sufficient.
func (l *longNote) record() LongClue {
	c := l.LongClue
	switch {
	case l.answers > 1: // one may answer a short packet sent earlier
		return LongClue{}
	case c.Tries < StalledAfter, !l.settled && c.Reported != 0 && !l.reported():
		return LongClue{}
	case c.Short|c.Reported == 0 && (!c.Never || l.briefLost != 0):
		return LongClue{}
	case c.Short != 0 && l.briefLost != 0 && l.briefLost <= c.ShortLen:
		return LongClue{} // the length made no difference
	case l.deaf:
		c.Alive = 0
	}
	if !l.reported() {
		c.Reported = 0
	}
	return c
}
