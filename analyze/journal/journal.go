// Package journal stores segments of a connection that need not be analysed yet.
//
// Analysing a segment needs some kilobytes of state of its connection. If thousands
// of connections are interleaved, that state is out of the cache, or packed, at each
// segment. But most connections are short, and nothing about them is reported before
// they are over. So their segments are only stored, in 12 to 20 octets each, and
// analysed one after the other when the connection is needed.
//
// A connection with more segments is analysed up to that point, and then continues in
// the same way as long as it is open (Resume).
//
// What other connections can observe meanwhile is how long a connection is
// remembered, which depends on its class (package flow). So only segments are stored
// whose effect on the class is known without analysis: those of a handshake, an
// exchange of data and a close as in RFC 9293 figures 6 and 12, with numbers that
// were sent before or come next, and a RST that refuses a SYN (§3.10.7.3) or whose
// number comes next (§3.10.7.4). Head.Write refuses the first segment that is
// anything else, and then all must be analysed. What one that it takes shows
// besides, such as that it is a retransmission, can wait for the analysis.
package journal

import (
	"unsafe"

	"tcpwatch/capture/wire"
)

// Head is the state of a connection that is needed to store its next segment. It
// stands at the beginning of the memory; after it come octets of the caller, then the
// segments. It holds no pointer.
type Head struct {
	Number uint64 // of the connection, if it began with the journal
	First  uint64 // number of its first packet
	start  int64  // time of that; unused if it was resumed
	last   last
	low    [2]wire.Seq // the lowest number stored of each side: after its SYN, or what the other acknowledged
	iface  int32       // where all segments were captured
	lead   uint16      // octets of the caller
	size   uint16      // octets in use, all included
	count  uint8       // of segments
	stage  Stage
	client uint8 // its side
	closer uint8 // who sent the first FIN
}

// last holds the values that the next segment is encoded relative to. nxt also
// decides what comes next (follow).
type last struct {
	time    int64
	packets uint32 // packets since the first one; -1 before it
	sent    [2]bool
	nxt     [2]wire.Seq
	tsval   [2]uint32
	window  [2]uint16
	ttl     [2]uint8
}

// Size is the size of a Head in memory, in octets.
const Size = int(unsafe.Sizeof(Head{}))

// How many segments are stored at most, from the beginning and after the connection was
// resumed. Heuristics: with the first number a connection takes about as much memory as
// one that rests, with the second half as much again. If there is room, enough are
// stored from the beginning for most transfers to end within it.
const (
	mostSegments = 24
	mostResumed  = 8
	mostRoomy    = 240
)

func (h *Head) most(roomy bool) uint8 {
	switch {
	case h.stage == Resumed:
		return mostResumed
	case roomy:
		return mostRoomy
	}
	return mostSegments
}

// At returns the Head at the beginning of mem, which is aligned to 8 octets.
func At(mem []byte) *Head { return (*Head)(unsafe.Pointer(&mem[:Size][0])) }

// plain reports whether a segment is of the kind that can be stored, apart from its
// numbers and flags.
func plain(seg *wire.Segment) bool {
	return seg.Checksum != wire.ChecksumBad && seg.Urgent == 0 && !seg.LenGuessed && !seg.Reassembled && (seg.HasIPID || seg.IPID == 0)
}

// Begin begins a journal in mem for a segment, for which Opens must hold, from side 0
// or 1, and leaves lead octets after the Head to the caller. The segment must then be
// appended.
func Begin(mem []byte, number uint64, from uint8, seg *wire.Segment, lead int) {
	h := At(mem)
	*h = Head{
		Number: number, First: seg.Packet, start: seg.Time, client: from,
		lead: uint16(lead), size: uint16(Size + lead), last: atStart(seg.Time),
	}
	h.low[from] = seg.Seq + 1
}

// Base is the state of a connection that was analysed for a time and is open.
type Base struct {
	First, Last uint64 // numbers of its packets
	Time        int64  // of the last
	// Next is the next number of each side, and Least what the other side has
	// acknowledged of it.
	Next, Least [2]wire.Seq
}

func (b *Base) last() last {
	return last{time: b.Time, packets: uint32(b.Last - b.First), sent: [2]bool{true, true}, nxt: b.Next}
}

// Resume begins a journal in mem, without segments, for a connection that was
// analysed for a time, and leaves lead octets after the Head to the caller.
func Resume(mem []byte, b *Base, lead int) {
	*At(mem) = Head{First: b.First, low: b.Least, lead: uint16(lead), size: uint16(Size + lead), stage: Resumed, last: b.last()}
}

// Stage returns how far the connection has come.
func (h *Head) Stage() Stage { return h.stage }

// Octets returns how much memory is in use, the Head included.
func (h *Head) Octets() int { return int(h.size) }

// Segments returns how many segments there are.
func (h *Head) Segments() int { return int(h.count) }

// Written is an encoded segment that is not in a journal yet.
type Written struct {
	octets [Most]byte
	n      int
	stage  Stage // after it
}

// Write encodes a segment from a side, and reports whether it can be stored. roomy says
// that there is room for many segments of one connection.
func (h *Head) Write(w *Written, from uint8, seg *wire.Segment, roomy bool) bool {
	if h.count >= h.most(roomy) || h.count > 0 && seg.Interface != h.iface || !plain(seg) {
		return false
	}
	stage, follows := h.follow(from, seg)
	if !follows {
		return false
	}
	w.stage, w.n = stage, h.last.encode(&w.octets, h.First, from, seg)
	return w.n > 0
}

// Append stores the segment encoded last in mem, which begins with h. It reports false,
// and does nothing, if mem is too small: at most Most more octets are needed.
func (h *Head) Append(mem []byte, w *Written, from uint8, seg *wire.Segment) bool {
	if int(h.size)+w.n > len(mem) {
		return false
	}
	copy(mem[h.size:], w.octets[:w.n])
	if h.count == 0 {
		h.iface = seg.Interface
	}
	if w.stage == FINSent && h.stage == Open {
		h.closer = from
	}
	if w.stage == SYNAnswered {
		h.low[from] = seg.Seq + 1
	}
	h.size += uint16(w.n)
	h.count++
	h.stage = w.stage
	h.last.take(h.First, from, seg)
	return true
}

// atStart returns the values before a first segment.
func atStart(time int64) last { return last{time: time, packets: 1<<32 - 1} }

// take notes the values of a segment.
func (l *last) take(first uint64, from uint8, seg *wire.Segment) {
	l.time, l.packets = seg.Time, uint32(seg.Packet-first)
	if end := seg.End(); !l.sent[from] || end.After(l.nxt[from]) {
		l.nxt[from], l.sent[from] = end, true
	}
	if seg.Options.Set.Has(wire.OptTimestamps) {
		l.tsval[from] = seg.Options.TSVal
	}
	l.window[from], l.ttl[from] = seg.Window, seg.TTL
}
