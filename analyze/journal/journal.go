// Package journal keeps segments of a connection that need not be analysed yet.
//
// To analyse a segment takes some kilobytes of what is known of its connection.
// Where thousands of connections are interleaved each segment finds those in cold
// memory, or packed. Most connections are short, though, and nobody asks about one
// before it is over. So its segments are only written down, in a dozen octets each,
// and analysed one behind the other when somebody asks.
//
// A connection with more segments is analysed up to there, and then goes on likewise
// as long as it is open (Resume).
//
// What others can see of a connection meanwhile is how long it is remembered, and
// that depends on its class (package flow). So only segments are kept whose effect on
// that is known without analysis: those of a handshake, an exchange of data and a
// close as RFC 9293 figures 6 and 12 have them, with numbers that were sent before or
// come next, and a RST that refuses a SYN (§3.10.7.3) or comes next. Head.Append refuses the first that is anything else, and then all are to
// be analysed. What else there is to say of them, retransmissions for example, waits.
package journal

import (
	"unsafe"

	"tcpwatch/capture/wire"
)

// Stage is how far a connection has come.
type Stage uint8

// The stages.
const (
	SYNSent     Stage = iota // the client's SYN, perhaps several times
	SYNAnswered              // the server's SYN-ACK, likewise
	Open                     // and the client's ACK of that
	FINSent                  // the first FIN
	FINAnswered              // acknowledged
	BothFINs                 // the second FIN, whose sender had the first
	Over                     // acknowledged: nothing more can be kept
	Reset                    // a RST that its receiver accepts: likewise
	Settled                  // open, and analysed until then: a close is not kept
)

// Head is what has to be known of a connection to keep its next segment. It stands
// at the beginning of the memory where its segments are kept, behind it, and holds
// no pointer.
type Head struct {
	Number uint64 // of the connection, where it began with the journal
	First  uint64 // number of its first packet
	Start  int64  // and its time
	last   last
	low    [2]wire.Seq // the least of each side, behind its SYN
	face   int32       // the interface
	own    uint16      // octets of the caller behind the Head
	size   uint16      // octets in use, all included
	count  uint8       // of segments
	stage  Stage
	client uint8 // its side
	closer uint8 // who sent the first FIN
}

// last is what segments are told by: mostly they are near those before.
type last struct {
	time    int64
	packets uint32 // how many packets behind the first; in front of it -1
	sent    [2]bool
	nxt     [2]wire.Seq
	tsval   [2]uint32
	window  [2]uint16
	ttl     [2]uint8
}

// Size is that of a Head in memory, octets.
const Size = int(unsafe.Sizeof(Head{}))

// How many segments are kept at most, from the beginning and where the connection was
// resumed. They are heuristics: with so many a connection takes about as much memory
// as one that rests, and half as much again.
const (
	mostSegments = 24
	mostResumed  = 8
)

func (h *Head) most() uint8 {
	if h.stage == Settled {
		return mostResumed
	}
	return mostSegments
}

// At returns the Head at the beginning of mem, which is aligned to 8 octets.
func At(mem []byte) *Head { return (*Head)(unsafe.Pointer(&mem[:Size][0])) }

// Opens reports whether a connection that begins with the segment can be kept: a
// plain SYN.
func Opens(seg *wire.Segment) bool {
	return seg.Flags&relevant == wire.SYN && seg.Len == 0 && plain(seg)
}

// relevant are the flags that decide what a segment does to a connection.
const relevant = wire.FIN | wire.SYN | wire.RST | wire.ACK | wire.URG

// plain reports whether a segment is of the kind that is kept, its numbers and flags
// apart.
func plain(seg *wire.Segment) bool {
	return seg.Checksum != wire.ChecksumBad && seg.Urgent == 0 && !seg.LenGuessed && !seg.Reassembled
}

// Begin begins a journal in mem for a segment that Opens said can be kept, from a side,
// 0 or 1, and skips the octets behind the Head that are the caller's. The segment is
// then to be appended.
func Begin(mem []byte, number uint64, from uint8, seg *wire.Segment, own int) {
	h := At(mem)
	*h = Head{
		Number: number, First: seg.Packet, Start: seg.Time, face: seg.Interface, client: from,
		own: uint16(own), size: uint16(Size + own), last: before(seg.Time),
	}
	h.low[from] = seg.Seq + 1
}

// Base is what is known of a connection that was analysed for a time and is open.
type Base struct {
	First, Last uint64 // numbers of its packets
	Time        int64  // of the last
	// Next is the number that comes next of each side, and Least what the other has
	// acknowledged of it.
	Next, Least [2]wire.Seq
}

func (b *Base) last() last {
	return last{time: b.Time, packets: uint32(b.Last - b.First), sent: [2]bool{true, true}, nxt: b.Next}
}

// Resume begins a journal in mem, without segments, for a connection that was
// analysed for a time, and skips the octets behind the Head that are the caller's.
func Resume(mem []byte, b *Base, own int) {
	*At(mem) = Head{First: b.First, Start: b.Time, low: b.Least, own: uint16(own), size: uint16(Size + own), stage: Settled, last: b.last()}
}

// Stage returns how far the connection has come.
func (h *Head) Stage() Stage { return h.stage }

// Resumed reports whether the connection was analysed in front of what is kept.
func (h *Head) Resumed() bool { return h.stage == Settled }

// Octets returns how much memory is in use, the Head included.
func (h *Head) Octets() int { return int(h.size) }

// Append keeps a segment from a side, in mem, which begins with h. Kept is false
// where it cannot be kept; full, where memory for Most octets more is wanted first.
func (h *Head) Append(mem []byte, from uint8, seg *wire.Segment) (kept, full bool) {
	if h.count == 0 {
		h.face = seg.Interface
	}
	if h.count >= h.most() || seg.Interface != h.face || seg.Time < h.last.time || !plain(seg) {
		return false, false
	}
	stage, follows := h.follow(from, seg)
	if !follows {
		return false, false
	}
	var code [Most]byte
	n := h.last.encode(&code, h.First, from, seg)
	if n == 0 {
		return false, false
	}
	if int(h.size)+n > len(mem) {
		return false, true
	}
	copy(mem[h.size:], code[:n])
	if stage == FINSent && h.stage == Open {
		h.closer = from
	}
	if stage == SYNAnswered {
		h.low[from] = seg.Seq + 1
	}
	h.size += uint16(n)
	h.count++
	h.stage = stage
	h.last.after(h.First, from, seg)
	return true, false
}

// follow returns the stage behind a segment, and whether it is one that is kept.
func (h *Head) follow(from uint8, seg *wire.Segment) (Stage, bool) {
	const ack, syn, fin, rst = wire.ACK, wire.SYN, wire.FIN, wire.RST
	flags := seg.Flags & relevant
	x, y := &h.last.nxt[from], &h.last.nxt[1-from]
	switch h.stage {
	case SYNSent:
		switch {
		case from == h.client:
			return SYNSent, flags == syn && seg.Seq+1 == h.low[from] && seg.Len == 0
		case flags == rst|ack:
			return Reset, seg.Ack == *y && seg.Len == 0
		}
		return SYNAnswered, flags == syn|ack && seg.Ack == *y && seg.Len == 0
	case Over, Reset:
		return 0, false
	}
	if flags&^ack == rst && h.stage != Settled {
		known := flags == rst || within(seg.Ack, h.low[1-from], *y)
		return Reset, seg.Seq == *x && seg.Len == 0 && known
	}
	switch h.stage {
	case SYNAnswered:
		if from == h.client {
			return Open, flags == ack && seg.Seq == *x && seg.Ack == *y
		}
		return SYNAnswered, flags == syn|ack && seg.Seq+1 == *x && seg.Ack == *y && seg.Len == 0
	}
	if flags&^fin != ack || !within(seg.Seq, h.low[from], *x) || !within(seg.Ack, h.low[1-from], *y) {
		return 0, false
	}
	bare := seg.Seq == *x && seg.Len == 0 && flags == ack
	switch h.stage {
	case Settled:
		return Settled, flags == ack
	case Open:
		if flags == ack {
			return Open, true
		}
		return FINSent, seg.Seq == *x
	case FINSent, FINAnswered:
		switch {
		case from == h.closer:
			return h.stage, bare
		case flags == ack|fin:
			return BothFINs, seg.Seq == *x && seg.Ack == *y
		case seg.Ack == *y:
			return FINAnswered, true
		}
		return FINSent, h.stage == FINSent
	case BothFINs:
		if seg.Ack == *y {
			return Over, from == h.closer && bare
		}
		return BothFINs, from == h.closer && bare
	}
	return 0, false
}

// within reports whether a number lies from low to high, both included.
func within(s, low, high wire.Seq) bool { return s.Diff(low) >= 0 && s.Diff(high) <= 0 }

// before returns what there is in front of a first segment.
func before(start int64) last { return last{time: start, packets: 1<<32 - 1} }

// after takes a segment for the last.
func (l *last) after(first uint64, from uint8, seg *wire.Segment) {
	l.time, l.packets = seg.Time, uint32(seg.Packet-first)
	if end := seg.End(); !l.sent[from] || end.After(l.nxt[from]) {
		l.nxt[from], l.sent[from] = end, true
	}
	if seg.Options.Set.Has(wire.OptTimestamps) {
		l.tsval[from] = seg.Options.TSVal
	}
	l.window[from], l.ttl[from] = seg.Window, seg.TTL
}
