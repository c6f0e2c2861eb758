package label

import (
	"math/bits"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// traitSet holds the properties of a segment that labels depend on. Most segments
// have few of them: payload, or nothing at all. A Spec names those without
// which it cannot match, so that a segment is only tried against the Specs that
// it may fit.
type traitSet uint32

// The traits.
const (
	everySegment traitSet = 1 << iota // whatever it has
	control                           // SYN, FIN or RST
	answers                           // an ACK of a SYN or FIN that waits for one
	payload                           // octets, by the lengths in its headers
	oversize                          // more of them than the MSS of the other end
	differing                         // other octets than before
	behind                            // a number before the next one of its sender
	judged                            // octets that were not simply sent for the first time (Sending)
	sameACK                           // no payload, and the acknowledgement of the last segment
	unseenACK                         // an acknowledgement of what was not captured
	blocks                            // SACK blocks
	clears                            // proof that a retransmission was spurious (flow.Sure)
	asked                             // a probe of the other end before it (flow.Probed)
	shut                              // an other end that has no room, or had none when this one sent last
	noRoom                            // a window of 0
	narrower                          // a smaller window than the last
	earlier                           // an earlier timestamp than the latest
	marked                            // URG, ECE or CWR, or congestion experienced
	wrongSum                          // a checksum that is not right
	traitCount   = iota
)

// traits finds the traits of the segment. It runs after judge.
func traits(c *Context) traitSet {
	s, x := c.Segment, c.Facts
	mine, other := x.Sender, x.Receiver
	t := everySegment
	if s.Flags&(wire.SYN|wire.FIN|wire.RST) != 0 {
		t |= control
	}
	if x.AnswersSYN || x.AnswersFIN {
		t |= answers
	}
	if s.Len > 0 {
		t |= payload
		if s.Len > uint32(other.MSS) {
			t |= oversize
		}
	} else if s.Ack == mine.Ack {
		t |= sameACK
	}
	if x.Differs {
		t |= differing
	}
	if x.SeqDelta < 0 {
		t |= behind
	}
	if c.Sending != First {
		t |= judged
	}
	if x.AcksUnseen {
		t |= unseenACK
	}
	if s.Options.SACKBlocks > 0 {
		t |= blocks
	}
	if x.Sure != flow.NotSure {
		t |= clears
	}
	if other.Probed != flow.NotProbed {
		t |= asked
	}
	if other.Window == 0 || mine.Is(flow.Stopped) {
		t |= shut
	}
	if s.Window == 0 {
		t |= noRoom
	}
	if s.Window < mine.Window {
		t |= narrower
	}
	if x.Mark.HasTS && int32(s.Options.TSVal-mine.TSVal) < 0 {
		t |= earlier
	}
	if s.Flags&(wire.URG|wire.ECE|wire.CWR) != 0 || s.TrafficClass&3 == 3 {
		t |= marked
	}
	if s.Checksum > wire.ChecksumGood {
		t |= wrongSum
	}
	return t
}

// tried lists for each trait the labels that depend on it.
var tried = func() (sets [traitCount]Set) {
	for id, s := range All {
		for t := s.on; t != 0; t &= t - 1 {
			i := bits.TrailingZeros32(uint32(t))
			sets[i] = sets[i].With(ID(id))
		}
	}
	return sets
}()

// candidates returns the labels that may fit a segment with the traits.
func (t traitSet) candidates() (s Set) {
	for ; t != 0; t &= t - 1 {
		s |= tried[bits.TrailingZeros32(uint32(t))]
	}
	return s
}
