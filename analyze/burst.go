package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// burst is a time in which a side sends again what was lost, as one recovery:
// from its first retransmission until everything is acknowledged that it had
// sent before ("recover" of RFC 6582 §3.2). Times in nanoseconds.
type burst struct {
	first, last  uint64 // packets
	since, until int64  // of the first and of the last retransmission
	octets       uint64
	recover      wire.Seq // after what had been sent at its beginning
	count        uint32   // 0: no burst
	causes       [label.CauseCount]uint32
}

// StalledAfter is how many timeouts in a row make a connection stalled: the least that
// R1 of RFC 9293 §3.8.3 should be, from which on TCP tells IP that nothing gets
// through.
const StalledAfter = 3

// resends follows retransmissions.
func (a *Analyzer) resends(f *flow.Flow, n *note, w *watched, seg *wire.Segment, phase label.ID) {
	fx := &a.facts
	if a.foreign || a.stray || a.lab.Set.Has(label.DuplicatePacket) {
		return
	}
	s := fx.From
	if phase == label.RST {
		if fx.Acceptable {
			for _, side := range ends(f) {
				a.endBurst(f, w, side, seg.Time, seg.Packet, EndReset)
			}
		}
		return
	}
	if a.cause != label.NoCause {
		if phase == label.SYN || phase == label.SynAck {
			a.retries(f, n, seg, phase)
		} else {
			a.sendsAgain(f, w, seg)
		}
	}
	o := &w.bursts[fx.To]
	if o.count > 0 && seg.Flags.Has(wire.ACK) && !seg.Ack.Before(o.recover) {
		a.endBurst(f, w, fx.To, seg.Time, seg.Packet, EndAcked)
	}
	if b := &w.bursts[s]; b.count > 0 && !fx.Receiver.Is(flow.SentACK) && seg.Time-b.until > longRoundTrip {
		// The other end is not captured, so no ACK will end it: a heuristic.
		a.endBurst(f, w, s, b.until, b.last, EndQuiet)
	}
}

// retries tells of a retransmitted SYN or SYN-ACK.
func (a *Analyzer) retries(f *flow.Flow, n *note, seg *wire.Segment, phase label.ID) {
	x, y := a.facts.Sender, a.facts.Receiver
	if phase == label.SynAck && (n.synAckCount == 1 || n.synAckCount == 2 && x.Is(flow.SentBareSYN) && y.Is(flow.SentBareSYN)) {
		return // of a simultaneous open (RFC 9293 figure 7): it had sent the SYN only
	}
	m := a.momentOf(MomentRetry, f, seg.Packet, seg.Time)
	m.By, m.Since = sideOf(f, a.facts.From), n.firstSYN
	m.SynAck, m.Count = phase == label.SynAck, uint64(n.synCount[a.facts.From])
	if m.SynAck {
		m.Count = uint64(n.synAckCount)
	}
	a.tell(m)
}

// sendsAgain adds a retransmission to the burst of its sender.
func (a *Analyzer) sendsAgain(f *flow.Flow, w *watched, seg *wire.Segment) {
	fx := &a.facts
	b := &w.bursts[fx.From]
	if b.count == 0 {
		*b = burst{first: seg.Packet, since: seg.Time, recover: fx.Sender.Nxt}
	}
	b.count++
	b.causes[a.cause]++
	b.octets += uint64(seg.Len - freshPayload(fx, seg))
	b.last, b.until = seg.Packet, seg.Time
	if a.timer && a.cause == label.CauseRTO && fx.Sender.Repair.Backoff == StalledAfter && fx.Receiver.Is(flow.SentACK) {
		m := a.momentOf(MomentStalled, f, seg.Packet, seg.Time)
		m.By, m.Count, m.First, m.Since = sideOf(f, fx.From), StalledAfter, b.first, b.since
		a.tell(m)
	}
}

// endBurst ends the burst of a side, if there is one, and tells of it.
func (a *Analyzer) endBurst(f *flow.Flow, w *watched, s flow.Side, at int64, packet uint64, end Ending) {
	b := &w.bursts[s]
	if b.count == 0 {
		return
	}
	m := a.momentOf(MomentResent, f, packet, at)
	m.By, m.End, m.First, m.Since = sideOf(f, s), end, b.first, b.since
	m.Count, m.Octets, m.Causes = uint64(b.count), b.octets, b.causes
	m.Inferred = end != EndReset && !f.Half[f.Peer(s)].Is(flow.SentACK)
	*b = burst{}
	a.tell(m)
}
