package analyze

import "tcpwatch/capture/wire"

// zeekSegment lets the Zeek tracker see the segment, where somebody asks for what it
// finds. It runs before the flow is updated.
func (a *Analyzer) zeekSegment(n *note, seg *wire.Segment) {
	if !a.cfg.WithoutZeek {
		n.zeek.Segment(seg, a.facts.FromClient, a.facts.AcksUnseen)
	}
}
