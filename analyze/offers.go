package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// leastMSS returns the MSS that y announced, options included, or the default
// where it was not captured.
func leastMSS(y *flow.Half, seg *wire.Segment) uint16 {
	switch {
	case y.MSS != 0:
		return y.MSS
	case seg.IPv6:
		return 1220
	}
	return 536
}

// announcedMSS returns the MSS that a SYN announces, or the default of RFC 9293
// §3.7.1; 0 where it may stand behind what was captured of the options.
func announcedMSS(seg *wire.Segment) uint16 {
	switch {
	case seg.Options.Set.Has(wire.OptMSS):
		return seg.Options.MSS
	case seg.Options.Set.Has(wire.OptCut):
		return 0
	case seg.IPv6:
		return 1220
	}
	return 536
}

// What a SYN says of window scaling.
const (
	offers = iota
	refuses
	hidden // behind where the capture cut its options
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
func scale(x, y *flow.Half, n *note, from flow.Side, seg *wire.Segment) {
	mine := n.options[from]
	other := n.options[from.Other()]
	if !mine.Known {
		mine = offered(seg, ECNNone)
	}
	if !other.Known {
		return
	}
	if a, b := scaling(&mine), scaling(&other); max(a, b) == hidden && a != refuses && b != refuses {
		x.Has &^= flow.Scaled
		y.Has &^= flow.Scaled
		return // the snaplen cut it off: nothing says which scale holds
	}
	x.Has |= flow.Scaled
	y.Has |= flow.Scaled
	x.Scale, y.Scale = 0, 0
	if mine.Set.Has(wire.OptWindowScale) && other.Set.Has(wire.OptWindowScale) {
		x.Scale, y.Scale = min(mine.WindowScale, 14), min(other.WindowScale, 14)
	}
}
