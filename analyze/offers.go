package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// mssOf returns the MSS that y announced, or the default where that was not captured.
func mssOf(y *flow.Half, seg *wire.Segment) uint16 {
	if y.MSS != 0 {
		return y.MSS
	}
	return defaultMSS(seg)
}

// defaultMSS is the MSS of an end that announces none, in octets with the options (RFC
// 9293 §3.7.1).
func defaultMSS(seg *wire.Segment) uint16 {
	if seg.IPv6 {
		return 1220
	}
	return 536
}

// announcedMSS returns the MSS that a SYN announces, or the default; 0 if it may
// lie in the part of the options that was not captured.
func announcedMSS(seg *wire.Segment) uint16 {
	switch {
	case seg.Options.Set.Has(wire.OptMSS):
		return seg.Options.MSS
	case seg.Options.Set.Has(wire.OptCut):
		return 0
	}
	return defaultMSS(seg)
}

// What a SYN says about window scaling.
const (
	offers = iota
	refuses
	hidden // after the point where the capture cut its options
)

func scaling(o *EndOptions) int {
	switch {
	case o.Set.Has(wire.OptWindowScale):
		return offers
	case o.Set.Has(wire.OptCut):
		return hidden
	}
	return refuses
}

// scale settles the window scale once both SYNs were seen: it holds only when
// both offered one (RFC 7323 §2.2).
func scale(x, y *flow.Half, n *note, from, to flow.Side, seg *wire.Segment) {
	mine := n.options[from]
	other := n.options[to]
	if !mine.Known {
		mine = offered(seg, ECNNone)
	}
	if !other.Known {
		return
	}
	if a, b := scaling(&mine), scaling(&other); max(a, b) == hidden && a != refuses && b != refuses {
		x.Has &^= flow.Scaled
		y.Has &^= flow.Scaled
		return // cut off by the snaplen: the scale is unknown
	}
	var ours, theirs uint8
	if mine.Set.Has(wire.OptWindowScale) && other.Set.Has(wire.OptWindowScale) {
		ours, theirs = min(mine.WindowScale, wire.MaxWindowScale), min(other.WindowScale, wire.MaxWindowScale)
	}
	x.TakeScale(ours, false)
	// y may have acknowledged a SYN-ACK that the capture missed, before this one. The
	// window in a SYN or SYN-ACK is not scaled.
	y.TakeScale(theirs, n.plainAck[to])
}
