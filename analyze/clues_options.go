package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// clueOptions notes segments that use options in a way that the captured
// handshake does not allow (RFC 2018 §4, RFC 7323 §2.2 and §3.2).
func (a *Analyzer) clueOptions(n *note, seg *wire.Segment) {
	fx := &a.facts
	s := fx.From
	mine, other := &n.options[s], &n.options[fx.To]
	if !mine.Known || !other.Known || (mine.Set | other.Set).Has(wire.OptCut) || a.foreign ||
		n.badAcks > 0 && n.synAnswered == [2]bool{} || // the SYN that was answered may have been missed
		n.clues.spoilt || a.lab.Set.Has(label.BadChecksum) { // a receiver drops a damaged segment
		return
	}
	e, both := n.clues.end(s), mine.Set&other.Set
	has := seg.Options.Set.Has(wire.OptTimestamps)
	switch {
	case has && !both.Has(wire.OptTimestamps):
		first(&e.Timestamp, seg.Packet)
	case !has && both.Has(wire.OptTimestamps) && !n.clues.plain[s] && !seg.Options.Set.Has(wire.OptCut):
		first(&e.NoTimestamp, seg.Packet)
	}
	if seg.Options.SACKBlocks > 0 && !other.Set.Has(wire.OptSACKPermitted) {
		first(&e.SACK, seg.Packet)
	}
	y := fx.Receiver
	if !both.Has(wire.OptWindowScale) && y.Is(flow.SentACK) && seg.Len > 0 && fx.SeqDelta == 0 && seg.End().Diff(y.Ack) > 2*math.MaxUint16 && // in one window or in two, an ACK between which was missed
		n.doubts&label.Missed == 0 && !a.table.Gap(fx.Sender, y.Ack) { // else more of them may have been
		first(&e.Beyond, seg.Packet)
	}
	if !n.clues.plain[s] && y.Is(flow.SentSYN) && otherScale(mine, other, seg.Window, seg.Ack.Diff(y.ISN+1)) {
		first(&e.Window, seg.Packet)
	}
}

// otherScale reports whether the window in the first segment of an end after its SYN shows that the end scales it
// otherwise than both SYNs, as captured, have it: then something changed one of them before or after. received is how many
// octets of the other end it acknowledges. An end that is to scale, and does not, repeats the window of its SYN, which
// is never scaled (RFC 7323 §2.2); if that is the most that fits the field, its real window may be larger. An end
// that scales, and is not to, announces a small fraction of its window, a power of 2 of it: within
// what it rounds and has received. One that does not scale would have taken back its window (RFC 9293 §3.8.6).
// A power of 2 says nothing: buffers are often as large, so that the window of a SYN and a scaled one may be equal, or
// one fit the other, by chance.
func otherScale(mine, other *EndOptions, window uint16, received int32) bool {
	had, w := int64(mine.Window), int64(window)
	if w&(w-1) == 0 || received < 0 {
		return false
	}
	if (mine.Set & other.Set).Has(wire.OptWindowScale) {
		return w == had && received == 0 && mine.WindowScale > 0 && window != math.MaxUint16
	}
	if !(mine.Set | other.Set).Has(wire.OptWindowScale) || int64(received) > had>>leastShare {
		return false
	}
	for k := leastShift; int64(1)<<k <= had>>leastShare; k++ {
		if unit := int64(1) << k; w<<k > had-int64(received)-unit && w<<k < had+unit {
			return true
		}
	}
	return false
}

// What counts as a fraction of a window: a quarter of it at most, in sixteen units or more, and a
// sixteenth of it received. Heuristics: coarser ones would fit other small windows.
const (
	leastShift = 2
	leastShare = 4
)
