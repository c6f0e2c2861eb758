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
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	if a.foreign || a.stray || !y.Is(flow.SentSYN) || !x.Is(flow.SentSYN|flow.Scaled) {
		return seg // its ISN, or how much room x gives, is not known
	}
	blocks, grows := seg.Options.SACK[:seg.Options.SACKBlocks], false
	if older := blocks[0]; inFront(y, older) && !older.Right.After(seg.Ack) {
		grows = n.clues.goesOn(from, older)
		blocks = blocks[1:]
	}
	switch {
	case grows || impossibleSACK(x, y, seg, blocks):
		first(&n.clues.end(from).SACKOutside, seg.Packet)
		blocks = nil
	case len(blocks) == int(seg.Options.SACKBlocks):
		return seg
	}
	if seg != &a.bare {
		a.bare = *seg
	}
	a.bare.Options.SACKBlocks = uint8(copy(a.bare.Options.SACK[:], blocks))
	return &a.bare
}

// goesOn takes the first block of an acknowledgement of the side, where that lies in front of
// the other end's ISN, and reports whether it goes on with the last such block. The first
// may be a D-SACK of a segment of an older connection (RFC 2883 §4): it tells nothing. But that
// is about one segment, and not longer each time as the report of what came behind a gap.
func (c *clueNote) goesOn(side flow.Side, b wire.SACKBlock) bool {
	was := c.older[side]
	c.older[side] = b
	return was.Right.After(was.Left) && b.Left == was.Left && b.Right.After(was.Right)
}

// inFront reports whether a block begins in front of the ISN of y.
func inFront(y *flow.Half, b wire.SACKBlock) bool {
	return b.Left.Before(y.ISN) && y.NxtRel < 1<<31
}

// impossibleSACK reports whether a block names octets that y cannot have sent to x, whose
// segment it is: in front of its ISN; or behind all that was captured of it, and behind any
// window that x gave it, so that a capture that missed segments does not explain it.
func impossibleSACK(x, y *flow.Half, seg *wire.Segment, blocks []wire.SACKBlock) bool {
	edge := seg.Ack.Add(max(x.MostWindow, x.ScaledWindow(seg.Window, false)))
	for _, b := range blocks {
		if b.Right.After(y.Nxt) && b.Right.After(edge) || inFront(y, b) {
			return true
		}
	}
	return false
}
