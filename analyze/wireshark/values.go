package wireshark

import (
	"time"

	"tcpwatch/capture/wire"
)

// Values are what Wireshark shows beside the names of a segment; 0 stands for
// what it does not show.
type Values struct {
	// DuplicateAckNumber counts the duplicate ACKs so far, this one included;
	// DuplicateAckPacket is the segment that had the ACK first, 0 where an ACK of
	// number 0 repeats none. Both for DuplicateAck only.
	DuplicateAckNumber uint32
	DuplicateAckPacket uint64
	// BytesInFlight are octets sent and not acknowledged, this segment's
	// included, less those in SACK blocks. It is not known after a LostSegment,
	// until the peer acknowledges something.
	BytesInFlight uint32
	// InitialRTT is the time from the latest SYN to the first ACK without SYN,
	// whoever sent it.
	InitialRTT time.Duration
	// RTO is the time since RTOPacket, which is taken for what this segment
	// repairs. Both for a Retransmission that is neither fast nor spurious.
	RTO       time.Duration
	RTOPacket uint64
}

// repairs fills the values of a retransmission, before the segment is
// remembered itself.
func (t *tracker) repairs(seg *wire.Segment, fwd *end, s Set) {
	t.values = Values{}
	if !s.Has(Retransmission) || s.Any(FastRetransmission|SpuriousRetransmission) {
		return
	}
	packet, at, ok := t.spans.oldest(&fwd.unacked)
	if !ok {
		packet, at = fwd.nextPacket, fwd.nextTime
	}
	if seg.Time != at {
		t.values.RTO, t.values.RTOPacket = time.Duration(seg.Time-at), packet
	}
}

// measure fills the values of the segment and updates what they are made of.
func (t *tracker) measure(seg *wire.Segment, fwd, rev *end, s Set) {
	v := &t.values
	if s.Has(DuplicateAck) {
		v.DuplicateAckNumber, v.DuplicateAckPacket = fwd.dupAcks, fwd.ackPacket
	}
	if t.irtt == 0 && t.synTime != 0 && seg.Flags&(wire.SYN|wire.ACK) == wire.ACK {
		t.irtt = seg.Time - t.synTime
	}
	v.InitialRTT = time.Duration(t.irtt)
	if seg.SeqLen() > 0 {
		t.spans.add(&fwd.unacked, seg)
	}
	if s.Has(LostSegment) {
		fwd.gap = true
	}
	t.spans.release(&rev.unacked, seg.Ack)
	if seg.Flags.Has(wire.ACK) {
		rev.gap = false
	}
	v.BytesInFlight = inFlight(seg, fwd, rev)
	fwd.sacked = 0
	for _, b := range seg.Options.SACK[:min(seg.Options.SACKBlocks, sackCounted)] {
		fwd.sacked += uint32(b.Right - b.Left)
	}
}

// sackCounted is how many SACK blocks Wireshark looks at.
const sackCounted = 3

// inFlight returns what the end has in flight with this segment.
func inFlight(seg *wire.Segment, fwd, rev *end) uint32 {
	if fwd.unacked.head == 0 || fwd.gap || seg.Len == 0 {
		return 0
	}
	n := fwd.unacked.behind - fwd.unacked.first
	if seg.Flags.Any(wire.SYN | wire.FIN) {
		n--
	}
	n -= rev.sacked
	if int32(n) < 0 { // blocks that are none, or numbers from before the ISN
		return 0
	}
	return n
}
