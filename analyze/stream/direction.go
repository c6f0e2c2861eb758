package stream

import (
	"slices"

	"tcpwatch/capture/wire"
)

// direction is one end's stream. Its numbers are sequence numbers extended to 64
// bits: the lowest 32 are those on the wire.
type direction struct {
	of *conversation
	// known is set once a number of the end was seen. ref is then after its
	// highest number captured without doubt; others are extended from there in
	// the nearer direction.
	known bool
	ref   int64
	// seen is after the highest number captured at all, so never below ref.
	seen int64
	// start is the number of the first octet; fixed is set if a SYN determines
	// it. Without one it is the first captured when the direction begins.
	start int64
	fixed bool
	// answered is what the last SYN-ACK acknowledges, if that is not start; else 0.
	answered int64
	begun    bool  // something was handed on; next is valid
	next     int64 // the first number that was not handed on

	// acked is the number before which the other end has everything, according
	// to ackPacket. beyond is the last acknowledgement, if it covers more than
	// was captured, from beyondPacket with the sequence number beyondSeq; else
	// 0.
	anyACK       bool
	firstACK     int64 // the first acknowledgement number, with anyACK
	step, before int64 // by how much the last that went further did, and the one before it
	carried      bool  // a segment with octets was captured
	acked        int64
	ackPacket    uint64
	beyond       int64
	beyondPacket uint64
	beyondSeq    int64
	// marks say when octets that were not captured had been acknowledged, for
	// those that final does not cover.
	marks []mark
	final int64
	// edge is after the last number that the other end has offered to
	// accept, valid with hasEdge.
	edge    int64
	hasEdge bool
	// claim is the last acknowledgement number beyond edge and what was captured.
	claim int64

	// fins are the numbers of FINs, lowest first: nothing is acknowledged
	// beyond a true one.
	fins []int64
	// spoilt is the number of a FIN whose segment was damaged, valid with
	// hasSpoilt: an acknowledgement of it shows that only the captured copy was
	// damaged.
	spoilt    int64
	hasSpoilt bool
	// went is the highest number of a segment after the handshake: its sender had
	// received a SYN-ACK and continued there.
	went     int64
	goodSums bool // a segment with a right checksum was captured

	queue         // captured and not handed on, in order, not overlapping
	gaps   int    // between chunks
	past   queue  // handed on and remembered, in order
	missed []span // gaps handed on, the latest
	// refused is after the last octets that were left out, for the reason
	// refusedFor, although nothing else was captured in their place.
	refused    int64
	refusedFor Reason
	busy       bool    // it is being handed on
	wait       element // its place among those that wait

	total Total
}

// span is [from, to).
type span struct{ from, to int64 }

// mostGaps bounds the gaps of one direction, as package flow does; mostMissed
// those handed on that are remembered.
const (
	mostGaps   = 256
	mostMissed = 64
	mostFINs   = 4
)

// extend extends a number of the end to 64 bits.
func (d *direction) extend(s wire.Seq) int64 {
	return d.ref + int64(s.Diff(wire.Seq(uint32(d.ref))))
}

// know fixes the extension at the first number of the end. It leaves room for
// lower ones.
func (d *direction) know(s wire.Seq) {
	if !d.known {
		d.known = true
		d.ref = 1<<40 | int64(s)
		d.seen = d.ref
	}
}

// beginning returns the number of the first octet where it is known without any
// octets: from a SYN, or where nothing was captured of a direction that
// acknowledgements show to have octets, the first of their numbers. In that
// case the true beginning may be earlier.
func (d *direction) beginning() (at int64, known bool) {
	switch {
	case d.fixed:
		return d.start, true
	case d.anyACK && !d.carried:
		return d.firstACK, true
	}
	return 0, false
}

// limit returns the end of what may be handed on: acknowledged, and before
// the FIN.
func (d *direction) limit() int64 { return min(d.acked, d.fin()) }

// fin returns the number of the FIN, or one that is never reached. A FIN after
// which octets were acknowledged was not accepted: it was forged, or damaged.
func (d *direction) fin() int64 {
	for len(d.fins) > 0 && d.acked > d.fins[0]+1 {
		d.fins = d.fins[1:]
	}
	if len(d.fins) == 0 {
		return 1<<63 - 1
	}
	return d.fins[0]
}

func (d *direction) addFIN(at int64) {
	i, found := slices.BinarySearch(d.fins, at)
	if found || i == mostFINs {
		return
	}
	if len(d.fins) == mostFINs { // the lower a number, the less has to come before it
		d.fins = d.fins[:mostFINs-1]
	}
	d.fins = slices.Insert(d.fins, i, at)
}

// acknowledge takes an acknowledgement number of the other end, from a segment
// with sequence number seq.
func (d *direction) acknowledge(to, seq int64, packet uint64) {
	if !d.anyACK {
		d.anyACK, d.firstACK = true, to
	}
	if last := max(d.acked, d.beyond, d.firstACK); to > last {
		d.before, d.step = d.step, to-last
	}
	if d.hasSpoilt && to == d.spoilt+1 {
		d.hasSpoilt = false
		d.addFIN(d.spoilt)
		d.seen = max(d.seen, to)
	}
	if to > d.seen {
		d.beyond, d.beyondPacket, d.beyondSeq = to, packet, seq
		to = d.seen
	} else if d.beyond > 0 && to >= d.acked && seq >= d.beyondSeq {
		// An end never revokes an acknowledgement: the one beyond what was
		// captured was forged, or this one was overtaken and the next one
		// repeats it. One with a lower sequence number is older (RFC 9293
		// §3.10.7.4, SND.WL1).
		d.beyond = 0
		d.unmark(to)
	}
	if to > d.acked {
		d.acked, d.ackPacket = to, packet
	}
}

// believes reports whether an acknowledgement number is credible. A number
// beyond the offered window was forged, or the updates of the window were not
// captured: then a second acknowledgement repeats it.
func (d *direction) believes(to int64) bool {
	if !d.hasEdge || to <= max(d.edge, d.seen) {
		d.claim = 0
		return true
	}
	was := d.claim
	d.claim = to
	return was != 0 && to >= was
}

// reach notes that numbers up to end were captured, without doubt if sure is
// set.
func (d *direction) reach(end int64, sure bool) {
	d.seen = max(d.seen, end)
	if sure {
		d.ref = max(d.ref, end)
	}
	if d.beyond > d.acked {
		if to := min(d.beyond, d.seen); to > d.acked {
			d.acked, d.ackPacket = to, d.beyondPacket
		}
		if d.beyond <= d.seen {
			d.beyond = 0
		}
	}
}

// find returns the index of the first of the ordered chunks that ends after at.
func find(chunks []*chunk, at int64) int {
	if n := len(chunks); n == 0 || chunks[n-1].to <= at {
		return n // the usual case
	}
	i, _ := slices.BinarySearchFunc(chunks, at, func(c *chunk, at int64) int {
		if c.to <= at {
			return -1
		}
		return 1
	})
	return i
}

// insert puts chunks in place of the n at index i.
func (d *direction) insert(i, n int, cs ...*chunk) {
	d.gaps -= d.gapsAround(i, n)
	switch single := n == 0 && len(cs) == 1; {
	case single && i == len(d.chunks):
		d.push(cs[0])
	case single && i == 0:
		d.unshift(cs[0])
	default:
		if len(d.chunks)-n+len(cs) > cap(d.chunks) {
			d.grow(0)
		}
		d.chunks = slices.Replace(d.chunks, i, i+n, cs...)
	}
	d.gaps += d.gapsAround(i, len(cs))
}

// gapsAround counts the gaps from the chunk before index i to that after
// the next n.
func (d *direction) gapsAround(i, n int) (gaps int) {
	for k := max(i, 1); k <= i+n && k < len(d.chunks); k++ {
		if d.chunks[k-1].to < d.chunks[k].from {
			gaps++
		}
	}
	return gaps
}

// pop takes the first chunk out.
func (d *direction) pop() *chunk {
	if c := d.chunks[0]; len(d.chunks) > 1 && c.to < d.chunks[1].from {
		d.gaps--
	}
	return d.shift()
}

// miss remembers a gap that is handed on.
func (d *direction) miss(from, to int64) {
	if n := len(d.missed); n > 0 && d.missed[n-1].to == from {
		d.missed[n-1].to = to
		return
	}
	if len(d.missed) >= mostMissed {
		d.missed = append(d.missed[:0], d.missed[1:]...)
	}
	d.missed = append(d.missed, span{from, to})
}
