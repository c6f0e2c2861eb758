package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// A block of SACK names octets that its sender has (RFC 2018 §3). A middlebox that rewrites
// sequence numbers but not those in the option makes the blocks name other octets; an end
// that believed them would send again what had arrived, and not what is missing.

// believed returns the segment without its SACK blocks if they cannot be true, else
// unchanged. It runs after prepare.
func (a *Analyzer) believed(f *flow.Flow, n *note, from flow.Side, seg *wire.Segment) *wire.Segment {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	if a.foreign || a.stray || !y.Is(flow.SentSYN) || !x.Is(flow.SentSYN|flow.Scaled) {
		return seg // its ISN, or the room that x gives, is not known
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

// goesOn notes the first SACK block of a side's acknowledgement if it lies before the other
// end's ISN, and reports whether it extends the last such block. The first one may be a D-SACK
// of a segment of an older connection (RFC 2883 §4), which says nothing. But such a block
// covers one segment, and does not grow like the report of what arrived after a gap.
func (c *clueNote) goesOn(side flow.Side, b wire.SACKBlock) bool {
	was := c.older[side]
	c.older[side] = b
	return was.Right.After(was.Left) && b.Left == was.Left && b.Right.After(was.Right)
}

// inFront reports whether a block begins before the ISN of y.
func inFront(y *flow.Half, b wire.SACKBlock) bool {
	return b.Left.Before(y.ISN) && y.NxtRel < 1<<31
}

// impossibleSACK reports whether a block names octets that y cannot have sent to x, whose
// segment it is: before its ISN; or after all that was captured of it, and after any
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
