package wireshark

import "tcpwatch/capture/wire"

// side is which of the two ends sent a segment, 0 or 1.
type side uint8

// Shift counts that are not on the wire.
const (
	scaleUnknown = -1 // no SYN seen
	scaleUnused  = -2 // one of the SYNs seen did not offer it
)

// dupSilent stands in end.dupAcks once an ACK of what was not captured has been
// named: Wireshark writes -1 into its unsigned counter there. Read as a number
// it is a great many duplicate ACKs, which makes the next old segment a fast
// retransmission.
const dupSilent = ^uint32(0)

// tracker follows one stream, what tshark numbers as tcp.stream.
type tracker struct {
	end   [2]end
	spans *store
	// synTime is when the latest SYN without ACK passed, irtt the time from
	// there to the first ACK without SYN after it; 0 where there was none.
	synTime int64
	irtt    int64
	values  Values
}

// end is one direction. A sequence number of 0 means "not known" where a rule
// asks whether it is known.
type end struct {
	base      wire.Seq // the ISN, or what it must have been
	baseKnown bool

	next       wire.Seq // after the furthest octet sent
	nextTime   int64    // when that was sent, nanoseconds
	nextPacket uint64
	contiguous wire.Seq // next, as it was before a segment was missing

	ack       wire.Seq // of the latest segment
	ackTime   int64
	ackPacket uint64 // the first segment in a row with that ACK
	dupAcks   uint32 // duplicates of it, or dupSilent

	window    int64 // of the latest segment, as on the wire; -1: none yet
	scale     int8
	opening   bool // nothing but SYNs yet: the window is not scaled
	keepAlive bool // the latest segment was one
	probe     bool // the latest segment was a zero window probe

	// unacked are the segments that the peer has not acknowledged; with a gap
	// among them they do not tell how much is in flight.
	unacked spanList
	gap     bool
	sacked  uint32 // octets in the blocks of its latest SACK option
}

// reset forgets everything: t is a new stream.
func (t *tracker) reset() {
	spans := t.spans
	for i := range t.end {
		spans.clear(&t.end[i].unacked)
	}
	*t = tracker{spans: spans}
	for i := range t.end {
		t.end[i].window, t.end[i].scale = -1, scaleUnknown
	}
}

// segment takes the next segment in the order of the capture, sent by the given
// side, and returns its names. It keeps nothing of seg. A SYN that begins
// another stream resets the tracker.
func (t *tracker) segment(seg *wire.Segment, from side) Set {
	s := t.identify(seg, from&1)
	fwd, rev := &t.end[from&1], &t.end[1-from&1]
	t.open(seg, fwd, rev)
	s |= forward(seg, fwd, rev)
	s |= acknowledges(seg, fwd, rev)
	if seg.SeqLen() > 0 && !s.Has(KeepAlive) {
		s |= t.sentAgain(seg, fwd, rev)
	}
	t.repairs(seg, fwd, s)
	advance(seg, fwd, s)
	t.measure(seg, fwd, rev, s)
	return s
}

// identify finds SYNs whose number is not that of the stream. A SYN begins a
// new stream; a SYN-ACK is only named.
func (t *tracker) identify(seg *wire.Segment, from side) (s Set) {
	fwd, rev := &t.end[from], &t.end[1-from]
	if seg.Flags.Has(wire.SYN) && fwd.baseKnown && fwd.base != seg.Seq {
		s = ReusedPorts
		if !seg.Flags.Has(wire.ACK) {
			t.reset()
		}
		fwd.baseKnown = false
	}
	if !fwd.baseKnown {
		fwd.baseKnown, fwd.base = true, seg.Seq
		if !seg.Flags.Has(wire.SYN) {
			fwd.base--
		}
		t.spans.rebase(&fwd.unacked, fwd.base)
	}
	if !rev.baseKnown && seg.Flags.Has(wire.ACK) {
		rev.baseKnown, rev.base = true, seg.Ack-1
		t.spans.rebase(&rev.unacked, rev.base)
	}
	return s
}

// open reads from a SYN what later segments are judged by.
func (t *tracker) open(seg *wire.Segment, fwd, rev *end) {
	if !seg.Flags.Has(wire.SYN) {
		return
	}
	if !seg.Flags.Has(wire.ACK) {
		t.synTime = seg.Time
		fwd.next = fwd.contiguous
	}
	switch offered := seg.Options.Set.Has(wire.OptWindowScale); {
	case offered && (fwd.scale != scaleUnused || !seg.Flags.Has(wire.ACK)):
		fwd.scale = int8(min(seg.Options.WindowScale, wire.MaxWindowScale))
	case !offered && fwd.scale == scaleUnknown:
		fwd.scale, rev.scale = scaleUnused, scaleUnused
	}
}

// advance remembers the segment for those after it.
func advance(seg *wire.Segment, fwd *end, s Set) {
	behind := seg.End()
	if !s.Has(ZeroWindowProbe) {
		if fwd.next == 0 || behind.After(fwd.next) {
			fwd.next, fwd.nextTime, fwd.nextPacket = behind, seg.Time, seg.Packet
		}
		if fwd.contiguous == 0 || seg.Seq == fwd.contiguous {
			fwd.contiguous = fwd.next
		}
	}
	fwd.ack, fwd.ackTime = seg.Ack, seg.Time
	fwd.window = int64(seg.Window)
	switch {
	case seg.Flags.Has(wire.SYN):
		fwd.opening = true
	case seg.Flags.Has(wire.ACK):
		fwd.opening = false
	}
	fwd.keepAlive = s.Has(KeepAlive)
	fwd.probe = s.Has(ZeroWindowProbe)
}
