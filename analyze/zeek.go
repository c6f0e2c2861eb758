package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// zeekSegment lets the Zeek tracker see the segment. It runs before the flow
// is updated.
func (a *Analyzer) zeekSegment(n *note, seg *wire.Segment) {
	x := &a.facts
	gap := seg.Flags.Has(wire.ACK) && x.Sender.Is(flow.SentACK) && seg.Ack.After(x.Sender.Ack) &&
		a.table.Skipped(x.Receiver, x.Sender.Ack, seg.Ack)
	n.zeek.Segment(seg, x.FromClient, gap)
}
