package journal

import "tcpwatch/capture/wire"

// Stage is how far a connection has come.
type Stage uint8

// The stages.
const (
	SYNSent     Stage = iota // the client's SYN, perhaps several times
	SYNAnswered              // the server's SYN-ACK, likewise
	Open                     // and the client's ACK of that
	FINSent                  // the first FIN
	FINAnswered              // acknowledged
	BothFINs                 // the second FIN, whose sender had received the first
	Over                     // acknowledged: nothing more can be kept
	Reset                    // a RST that its receiver accepts: likewise
	Resumed                  // open, and analysed until then: a close is not stored
)

// relevant are the flags that decide what a segment does to a connection; the
// others are combinations of them.
const (
	relevant = wire.FIN | wire.SYN | wire.RST | wire.ACK | wire.URG

	syn    = wire.SYN
	synAck = wire.SYN | wire.ACK
	ack    = wire.ACK
	finAck = wire.FIN | wire.ACK
	rst    = wire.RST
	rstAck = wire.RST | wire.ACK
)

// Opens reports whether a connection that begins with the segment can be stored:
// a plain SYN. Write then accepts it.
func Opens(seg *wire.Segment) bool {
	return seg.Flags&relevant == syn && seg.Len == 0 && plain(seg)
}

// follow returns the stage after a segment, and whether the segment can be
// stored.
func (h *Head) follow(from uint8, seg *wire.Segment) (Stage, bool) {
	flags := seg.Flags & relevant
	if h.stage == SYNSent || h.stage == SYNAnswered {
		if stage, follows := h.opening(from, seg, flags); follows {
			return stage, true
		}
	}
	switch {
	case h.stage == SYNSent:
		return 0, false
	case flags&^ack == rst:
		return Reset, h.resets(from, seg, flags)
	case flags&^wire.FIN != ack || !h.fits(from, seg):
		return 0, false
	}
	next := h.last.nxt
	switch h.stage {
	case Open:
		if flags == finAck {
			return FINSent, seg.Seq == next[from]
		}
		return Open, true
	case Resumed:
		return Resumed, flags == ack
	case FINSent, FINAnswered, BothFINs:
		return h.closing(from, seg, flags)
	}
	return 0, false
}

// opening is follow for RFC 9293 figure 6, and a RST for the SYN (§3.10.7.3).
func (h *Head) opening(from uint8, seg *wire.Segment, flags wire.Flags) (Stage, bool) {
	own, other := h.last.nxt[from], h.last.nxt[1-from]
	switch {
	case h.stage == SYNSent && from == h.client:
		return SYNSent, flags == syn && seg.Seq+1 == h.low[from] && seg.Len == 0
	case h.stage == SYNSent && flags == rstAck:
		return Reset, seg.Ack == other && seg.Len == 0
	case h.stage == SYNSent:
		return SYNAnswered, flags == synAck && seg.Ack == other && seg.Len == 0
	case from == h.client:
		return Open, flags == ack && seg.Seq == own && seg.Ack == other
	}
	return SYNAnswered, flags == synAck && seg.Seq+1 == own && seg.Ack == other && seg.Len == 0
}

// resets reports whether a RST counts whichever of the earlier segments arrived: its
// number is the next of its sender (RFC 9293 §3.10.7.4).
func (h *Head) resets(from uint8, seg *wire.Segment, flags wire.Flags) bool {
	if h.stage == Over || h.stage == Reset || h.stage == Resumed {
		return false
	}
	acks := flags == rst || within(seg.Ack, h.low[1-from], h.last.nxt[1-from])
	return acks && seg.Seq == h.last.nxt[from] && seg.Len == 0
}

// closing is follow for RFC 9293 figure 12; the other side may send data after
// the first FIN.
func (h *Head) closing(from uint8, seg *wire.Segment, flags wire.Flags) (Stage, bool) {
	own, other := h.last.nxt[from], h.last.nxt[1-from]
	bare := flags == ack && seg.Seq == own && seg.Len == 0
	switch {
	case h.stage == BothFINs && seg.Ack == other:
		return Over, from == h.closer && bare
	case from == h.closer:
		return h.stage, bare
	case h.stage == BothFINs:
		return 0, false
	case flags == finAck:
		return BothFINs, seg.Seq == own && seg.Ack == other
	case seg.Ack == other:
		return FINAnswered, true
	}
	return FINSent, h.stage == FINSent
}

// fits reports whether the numbers of a segment were sent before, or come next.
func (h *Head) fits(from uint8, seg *wire.Segment) bool {
	own, other := from, 1-from
	return within(seg.Seq, h.low[own], h.last.nxt[own]) && within(seg.Ack, h.low[other], h.last.nxt[other])
}

// within reports whether a number lies from low to high, both included.
func within(s, low, high wire.Seq) bool { return s.Diff(low) >= 0 && s.Diff(high) <= 0 }
