package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// RstClue is a RST with the evidence of whether the host it names really sent
// it.
type RstClue struct {
	Packet      uint64
	TTL         uint8
	IPID        uint16 // 0 without one, too
	Window      uint16
	HostIPID    uint16 // of the host's segment before it
	HostOrdered bool   // the end's identifications rise steadily, and it is numbered as they are; HostIPID is valid
	WentOnSure  bool   // see WentOn
	// WentOn is the first segment by which the end that the RST names shows that it lives: one
	// with payload or a FIN that the RST did not overtake. An end that resets has no connection
	// any more (RFC 9293 §3.10.5). WentOnSure is set where number, timestamp or identification
	// show that it was sent after the RST; else something may have held it up.
	WentOn uint64
}

// Numbered reports whether identifications say something about the RST: its end counts
// them, and the RST has one. Many hosts give RSTs the identification 0, which says nothing.
func (r *RstClue) Numbered() bool { return r.HostOrdered && r.IPID != 0 }

// InCount reports whether a RST that is Numbered may belong to its end's count.
func (r *RstClue) InCount() bool { return flow.OneCount(r.IPID, r.HostIPID) }

// behindOdd handles a segment at or after one that did not fit the connection.
func (a *Analyzer) behindOdd(f *flow.Flow, n *note, seg *wire.Segment) {
	c, fx := &n.clues, &a.facts
	c.odd = true
	// A segment that was overtaken says no more about its end than the one
	// that overtook it.
	if c.BlindRst != 0 && n.rstPacket == 0 && !fx.Late && !a.lab.Set.Has(label.OutOfOrder) {
		c.behindBlind(fx.From, seg, wayBack(f, n, fx.Sender))
	}
	if a.stray || c.stray.syn != 0 {
		c.answersStray(fx.From, seg)
	}
}

// afterReset handles a segment after the RST that reset the connection.
func (a *Analyzer) afterReset(f *flow.Flow, n *note, seg *wire.Segment) {
	fx, c := &a.facts, &n.clues
	if r := &c.Rst; r.WentOnSure || r.Packet != n.rstPacket || fx.From != n.rstSide || seg.SeqLen() == 0 || seg.Flags.Has(wire.SYN) ||
		a.foreign || a.damaged(fx.Sender) {
		return
	}
	const overtaken = int64(200e6) // how much later than its end's answers a segment may come; a heuristic
	switch order := c.sentAfterReset(n, fx.From, seg); {
	case order > 0:
		c.Rst.WentOn, c.Rst.WentOnSure = seg.Packet, true
	case order == 0 && seg.Time-n.rstAt > wayBack(f, n, fx.Sender)+overtaken:
		first(&c.Rst.WentOn, seg.Packet)
	}
}

// sentAfterReset says whether a segment of the end that the RST names was sent after it (above 0)
// or before it (below 0), assuming that this end sent the RST; 0: unknown.
func (c *clueNote) sentAfterReset(n *note, from flow.Side, seg *wire.Segment) int {
	// A RST with ACK has the number after all that its end had sent (RFC 9293 §3.10.5): it overtook
	// nothing that stands after that. A RST without ACK may take its number from the segment that
	// it answers (§3.10.7.1).
	if c.rstLast && seg.Len > 0 && !seg.Seq.Before(n.rstNxt[from]) {
		return 1
	}
	// Timestamps never go back (RFC 7323 §5.4).
	if seg.Options.Set.Has(wire.OptTimestamps) && c.rstStamp != noStamp {
		if later := int32(seg.Options.TSVal - c.rstTS); later > 0 || later < 0 && c.rstStamp == ownStamp {
			return int(later)
		}
	}
	// Neither do counted identifications, when that of the RST belongs to the
	// same count; 0 says nothing.
	if r := &c.Rst; r.Numbered() && r.InCount() && seg.IPID != 0 && flow.OneCount(seg.IPID, r.IPID) {
		return int(int16(seg.IPID - r.IPID))
	}
	return 0
}

// stampKind is how the timestamp that the end had when the RST passed is known.
type stampKind uint8

// The kinds.
const (
	noStamp    stampKind = iota
	clockStamp           // by how fast its timestamps went on before that
	ownStamp             // the RST has it
)

// stampReset notes the timestamp of the RST's sender.
func (c *clueNote) stampReset(x *flow.Half, seg *wire.Segment, way int64) {
	c.rstStamp = noStamp
	if seg.Options.Set.Has(wire.OptTimestamps) && x.HasTS && int32(seg.Options.TSVal-x.TSVal) >= 0 { // else it is of another clock
		c.rstTS, c.rstStamp = seg.Options.TSVal, ownStamp
	} else if ts, ok := x.StampAt(seg.Time, way); ok {
		c.rstTS, c.rstStamp = ts, clockStamp
	}
}

// behindBlind handles a segment after a RST that is not acceptable; way is the
// longest round trip to its sender. RFC 5961 §3.2 answers a RST that lies in the
// window with a challenge ACK, which is bare and acknowledges what had arrived:
// that does not show who sent the RST.
func (c *clueNote) behindBlind(from flow.Side, seg *wire.Segment, way int64) {
	news := seg.Flags.Has(wire.ACK) && seg.Ack.After(c.blindNxt[from.Other()])
	later := seg.Time - c.blindAt
	switch {
	case from == c.blind:
		// What was sent before the RST may come after it.
		if c.BlindOwn == 0 && (news || seg.SeqLen() > 0 && seg.End().After(wire.MaxSeq(c.blindSeq, c.blindNxt[from])) || later > way) {
			c.BlindOwn = seg.Packet
		}
	case seg.SeqLen() > 0 || news:
		first(&c.BlindAfter, seg.Packet)
		c.BlindFor = max(c.BlindFor, later)
	}
}

// clueRST notes the RST that resets the connection, and the first that is not
// acceptable.
func (a *Analyzer) clueRST(f *flow.Flow, n *note, seg *wire.Segment) {
	c, fx := &n.clues, &a.facts
	if !fx.Acceptable {
		if c.BlindRst == 0 && n.rstPacket == 0 && !a.damaged(fx.Sender) {
			c.BlindLate = lateAnswer(fx, seg)
			c.odd = true
			c.BlindRst, c.blind, c.blindSeq, c.blindAt = seg.Packet, fx.From, seg.Seq, seg.Time
			c.blindNxt[fx.From], c.blindNxt[fx.To] = fx.Sender.Nxt, fx.Receiver.Nxt
		}
		return
	}
	if c.BlindRst != 0 && fx.From == c.blind && c.BlindOwn == 0 {
		c.BlindRst, c.BlindAfter, c.BlindFor = 0, 0, 0
	}
	if c.OldAck != 0 && c.OldRst == 0 && fx.FromClient && (!c.oldMore || seg.Seq == c.oldTo) {
		c.OldRst = seg.Packet
	}
	if o := &c.stray; o.ack != 0 && fx.From == c.straySide && !seg.Flags.Has(wire.ACK) {
		first(&o.rst, seg.Packet) // RFC 9293 §3.10.7.3: the ACK is not for its SYN
	}
	if n.rstPacket != seg.Packet {
		return // it resets something else: an older connection, or one that is reset
	}
	r := RstClue{Packet: seg.Packet, TTL: seg.TTL, IPID: seg.IPID, Window: seg.Window}
	// A RST without ACK is generated from the segment that it answers by an end that does not know the
	// connection (RFC 9293 §3.10.7.1), so it takes no part in the connection's count of
	// identifications. Hosts that count per connection (RFC 6864 §4.1), such as Linux, may number it
	// separately.
	if id, ok := fx.Sender.LastID(); ok && fx.Sender.IDsCounted() && seg.Flags.Has(wire.ACK) {
		r.HostIPID, r.HostOrdered = id, true
	}
	c.Rst, c.rstLast = r, seg.Flags.Has(wire.ACK) && seg.Seq == fx.Sender.Nxt
	c.stampReset(fx.Sender, seg, wayBack(f, n, fx.Sender))
}

// wasBlind notes the one RST that counted so far, because segments were missed before its number, and is challenged now, as one that
// is not acceptable (RFC 5961 §3.2).
func (n *note) wasBlind(f *flow.Flow) {
	c, s := &n.clues, n.rstSide
	if c.BlindRst != 0 || n.rstPacket == 0 || n.rstAt != n.rstLast {
		return
	}
	c.odd, c.BlindLate = true, false
	c.BlindRst, c.blind, c.blindSeq, c.blindAt = n.rstPacket, s, n.rstNxt[s], n.rstAt
	c.blindNxt = [2]wire.Seq{f.Half[0].Nxt, f.Half[1].Nxt}
}

// lateAnswer reports whether a RST that is not acceptable looks like one from an end that
// no longer knows the connection: without ACK, and with the number acknowledged by the
// segment that it answers (RFC 9293 §3.10.7.1). If octets came in between, that number lies
// before what its receiver acknowledges now.
func lateAnswer(fx *flow.Facts, seg *wire.Segment) bool {
	y := fx.Receiver
	return !seg.Flags.Has(wire.ACK) && y.Is(flow.SentACK) && seg.Seq.After(fx.Sender.Low) && seg.Seq.Before(y.Ack)
}
