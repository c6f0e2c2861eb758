package wireshark

import "tcpwatch/capture/wire"

// What Wireshark 4.0 takes for soon, in nanoseconds.
const (
	fastWithin      = 20_000_000 // duplicate ACK to fast retransmission
	reorderedWithin = 3_000_000  // where no initial round trip is known
)

// control are the flags that most rules exclude.
const control = wire.SYN | wire.FIN | wire.RST

// forward judges the segment by what its own end has sent before and by the
// window that the peer has announced.
func forward(seg *wire.Segment, fwd, rev *end) (s Set) {
	if seg.Len == 1 && seg.Seq == fwd.next && rev.window == 0 {
		return ZeroWindowProbe
	}
	if fwd.next != 0 && seg.Seq.After(fwd.next) && !seg.Flags.Has(wire.RST) {
		s |= LostSegment
	}
	if seg.Flags.Any(control) {
		return s
	}
	if seg.Window == 0 {
		s |= ZeroWindow
	}
	if seg.Len <= 1 && seg.Seq == fwd.next-1 {
		s |= KeepAlive
	}
	if seg.Len > 0 && rev.scale != scaleUnknown && seg.End() == rev.edge() {
		s |= WindowFull
	}
	if seg.Len == 0 && seg.Seq == fwd.next && seg.Ack == fwd.ack {
		s |= repeated(seg, fwd, rev)
	}
	return s
}

// repeated judges an empty segment that repeats the number and the ACK of the
// one before it.
func repeated(seg *wire.Segment, fwd, rev *end) Set {
	same := int64(seg.Window) == fwd.window
	switch {
	case seg.Window == 0 && same && rev.probe:
		return ZeroWindowProbeAck
	case seg.Window == 0:
		return 0
	case !same:
		return WindowUpdate
	case rev.keepAlive:
		return KeepAliveAck
	}
	if fwd.dupAcks == dupSilent {
		fwd.dupAcks = 0
	}
	fwd.dupAcks++
	return DuplicateAck
}

// edge is the first sequence number that the end does not take yet. Before its
// first segment the window is the largest of 32 bits.
func (e *end) edge() wire.Seq {
	window := uint32(e.window)
	if !e.opening && e.scale > 0 {
		window <<= e.scale
	}
	return e.ack.Add(window)
}

// acknowledges judges the ACK by what the peer has been seen to send. In a row
// that no new ACK of the peer interrupts only the first is named.
func acknowledges(seg *wire.Segment, fwd, rev *end) (s Set) {
	if seg.Ack != fwd.ack {
		fwd.dupAcks, fwd.ackPacket = 0, seg.Packet
	}
	if rev.contiguous == 0 || !seg.Ack.After(rev.contiguous) || !seg.Flags.Has(wire.ACK) {
		return 0
	}
	if rev.contiguous != rev.next {
		rev.contiguous = rev.next
		return AckLostSegment
	}
	if rev.dupAcks == 0 {
		s = AckLostSegment
	}
	rev.dupAcks = dupSilent
	return s
}

// sentAgain tells apart why a segment occupies numbers that have been sent.
func (t *tracker) sentAgain(seg *wire.Segment, fwd, rev *end) Set {
	if seg.Len > 0 && rev.ack != 0 && !seg.Seq.Add(seg.Len).After(rev.ack) {
		return Retransmission | SpuriousRetransmission
	}
	if fwd.next == 0 || !seg.Seq.Before(fwd.next) {
		return 0
	}
	// The one octet of a keep-alive or window probe, taken up again with more
	// after it; for a SYN that is the SYN itself, now with data (RFC 7413).
	if seg.Len > 1 && seg.Seq == fwd.next-1 {
		return 0
	}
	if rev.dupAcks >= 2 && rev.ack == seg.Seq && seg.Time-rev.ackTime < fastWithin {
		return Retransmission | FastRetransmission
	}
	soon := int64(reorderedWithin)
	if t.irtt != 0 {
		soon = t.irtt
	}
	if seg.Time-fwd.nextTime < soon && fwd.next != seg.End() {
		return OutOfOrder
	}
	return Retransmission
}
