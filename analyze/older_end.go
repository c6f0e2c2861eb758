package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// OldEnd is what is known of an end that answers a SYN with an ACK that is not for it.
type OldEnd uint8

// The older ends.
const (
	OldUnknown  OldEnd = iota // it may be in TIME-WAIT or hold the older connection open
	OldTimeWait               // it was captured when it entered TIME-WAIT
	OldOpen                   // it was captured, and did not close first
	OldTakesSYN               // an end in TIME-WAIT would accept the SYN (RFC 6191 §2), so it is none
)

// answeredByOlder notes, in the opening of f, that a segment of its tuple
// belongs to the previous connection.
func (a *Analyzer) answeredByOlder(f *flow.Flow, from flow.Side, seg *wire.Segment) {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	c := &a.notes.At(f.Extra).clues
	switch {
	case seg.Flags.Has(wire.RST):
		if x.State.Base() == state.SynSent && c.OldAck != 0 && c.OldRst == 0 {
			c.OldRst = seg.Packet
		}
	case y.State.Base() == state.SynSent && seg.Flags.Has(wire.ACK) && !answers(y, seg) && c.OldAck == 0:
		c.OldAck = seg.Packet
		c.oldEnd(y, seg)
	}
}

// oldEnd notes, of an end that nothing is known of, whether it would have accepted the SYN of y in TIME-WAIT that it
// answers with seg, an ACK that is not for it (RFC 6191 §2): the SYN's timestamp is later than the last that the end
// had, which seg echoes, or it is not earlier and the ISN not before what the end had received.
func (c *clueNote) oldEnd(y *flow.Half, seg *wire.Segment) {
	later := int32(0)
	if seg.Options.Set.Has(wire.OptTimestamps) && y.HasTS {
		later = int32(y.TSVal - seg.Options.TSEcr)
	}
	if c.OldEnd == OldUnknown && (later > 0 || later == 0 && !y.ISN.Before(seg.Ack)) {
		c.OldEnd = OldTakesSYN
	}
}

// oldEnd says what is known of end s of a connection whose other end opens another one.
func (n *note) oldEnd(f *flow.Flow, s flow.Side) OldEnd {
	y := &f.Half[s]
	switch {
	case n.tw.held[s] && !y.State.IsInferred():
		return OldTimeWait
	case y.State == state.Established, y.State == state.CloseWait, y.State == state.LastAck,
		n.complete && n.rstPacket != 0 && n.rstSide != s && !y.Is(flow.SentFIN):
		return OldOpen // one that closed first may be in TIME-WAIT by what was missed
	}
	return OldUnknown
}
