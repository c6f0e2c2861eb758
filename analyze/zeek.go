package analyze

import "tcpwatch/capture/wire"

// zeekSegment passes the segment to the Zeek tracker, if its results are wanted. It
// runs before the flow is updated.
func (a *Analyzer) zeekSegment(n *note, seg *wire.Segment) {
	if !a.cfg.WithoutZeek {
		n.zeek.Segment(seg, a.facts.FromClient, a.facts.AcksUnseen)
	}
}
