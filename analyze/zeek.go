package analyze

import "tcpwatch/capture/wire"

// zeekSegment lets the Zeek tracker see the segment. It runs before the flow
// is updated.
func (a *Analyzer) zeekSegment(n *note, seg *wire.Segment) {
	n.zeek.Segment(seg, a.facts.FromClient, a.facts.AcksUnseen)
}
