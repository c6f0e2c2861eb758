package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// A block of SACK names octets that its sender has (RFC 2018 §3). What rewrites sequence
// numbers on the way and forgets those in the option makes blocks that name something else;
// an end that believed them would send again what had arrived, and keep back what had not.

// believed returns the segment without its SACK blocks where they cannot be true, else as
// it is. It stands behind prepare.
func (a *Analyzer) believed(f *flow.Flow, n *note, from flow.Side, seg *wire.Segment) *wire.Segment {
	if a.foreign || a.stray || !impossibleSACK(&f.Half[from], &f.Half[from.Other()], seg) {
		return seg
	}
	first(&n.clues.end(from).SACKOutside, seg.Packet)
	if seg != &a.bare {
		a.bare = *seg
	}
	a.bare.Options.SACKBlocks = 0
	return &a.bare
}

// impossibleSACK reports whether a block names octets that y cannot have sent to x, whose
// segment it is: in front of its ISN; or behind all that was captured of it, and behind any
// window that x gave it, so that a capture that missed segments does not explain it.
func impossibleSACK(x, y *flow.Half, seg *wire.Segment) bool {
	if !y.Is(flow.SentSYN) || !x.Is(flow.SentSYN|flow.Scaled) {
		return false // its ISN, or how much room x gives, is not known
	}
	edge := seg.Ack.Add(max(x.MostWindow, x.ScaledWindow(seg.Window, false)))
	for _, b := range seg.Options.SACK[:seg.Options.SACKBlocks] {
		if b.Right.After(y.Nxt) && b.Right.After(edge) || b.Left.Before(y.ISN) && y.NxtRel < 1<<31 {
			return true
		}
	}
	return false
}
