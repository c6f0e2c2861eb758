package analyze

import (
	"math"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Clues are what verdicts on an opening or a RST (package verdict) rest on, beyond the
// Steps and the Opening. Packet numbers are 0 where there is no such packet, times are
// in nanoseconds since 1970-01-01 UTC.
type Clues struct {
	// Client and Server hold what is odd about the segments of each end.
	Client, Server EndClues
	// ServerProved is the first segment that shows that the server received the ACK of its
	// SYN-ACK (one of the server's, or one of the client's that shows that the capture
	// missed such a segment); ServerProvedAt is its time.
	ServerProved   uint64
	ServerProvedAt int64
	// Ignored counts the client's segments after the SYN-ACK that came before
	// ServerProved, the completing ACK included; IgnoredPackets are the first
	// of them, IgnoredAt the time of the last. IgnoredData is which of them, from
	// 1, is the first with payload; 0: none among the first 255. IgnoredAgain
	// counts those that repeat payload or a FIN, up to 255, and IgnoredLeast is the least
	// payload in one that has any, octets; 0: none has.
	Ignored, IgnoredLeast     uint32
	IgnoredPackets            [4]uint64
	IgnoredAt                 int64
	IgnoredData, IgnoredAgain uint8
	// SynTwice is set where a copy of the client's SYN was captured: a server answers each
	// that reaches it.
	SynTwice bool
	// ProvedTwice is set if ServerProved shows that something sent again had arrived
	// the first time: it is a D-SACK, or shows a retransmission to be spurious.
	ProvedTwice bool
	// ProvedBare is set where ServerProved acknowledges nothing after the client's SYN, although payload or
	// a FIN had been sent again.
	ProvedBare bool
	// SynAckAcks counts the client's segments that only acknowledge the server's SYN, while the
	// server had sent nothing after it, from the second SYN-ACK on. There is one for each SYN-ACK
	// that arrived, unless payload came with it. A window update after the ACK answers none and is
	// not counted.
	SynAckAcks uint8
	// Rst is the first RST that reset the connection; if the connection turned
	// out to live on, the next one that did.
	Rst RstClue
	// OldAck answers a SYN with an ACK that is not for it: the other end
	// remembers an older connection (RFC 9293 §3.6.1). OldRst is the RST by
	// which the client answers that. OldSyn is a SYN with the same number that
	// had been captured before the first of this connection, and fell into the
	// sequence space of the older one (RFC 9293 §3.10.7.4), OldSynAt its time.
	OldAck, OldRst uint64
	OldSyn         uint64
	OldSynAt       int64
	// BlindRst is the first RST that RFC 5961 §3.2 does not accept, be it that this shows only
	// by what follows, but for those with a wrong checksum, and BlindAfter the first segment by which its receiver went
	// on: one that sends something or acknowledges what was sent after the RST, as a
	// challenge ACK does not; it may have left before the RST came. BlindFor is the
	// time from the RST to the last such segment, in nanoseconds. BlindOwn is the first
	// segment by which the end that the RST names shows that it lives: one that
	// acknowledges what was sent after the RST, has octets after the RST's number, or
	// comes a round trip later. Neither was overtaken. None is set where that end did
	// not show it and sent an acceptable RST: as it does when it answers a challenge ACK.
	BlindRst, BlindAfter, BlindOwn uint64
	BlindFor                       int64
	// BlindLate is set where the BlindRst may answer what its receiver had sent before.
	BlindLate bool
	// OldEnd says whether the end that sent OldAck may be in TIME-WAIT.
	OldEnd OldEnd
}

// EndClues are what is odd about the segments of one end.
type EndClues struct {
	// TTLMin and TTLMax bound the TTL (IPv6: hop limit) of its segments other
	// than RST; 0 where there was none.
	TTLMin, TTLMax uint8
	// Segments counts those, up to 255.
	Segments uint8
	// Packets that the captured options do not allow: the first with SACK blocks, the first
	// with timestamps, the first that goes on without a gap beyond an unscaled window, and the
	// first segment after the handshake if it has no timestamps although both SYNs had.
	// SACKOutside is the first with SACK blocks of octets that the other end cannot have sent.
	// Window is the first segment after the SYN if its window shows that the end does not scale though that was
	// agreed on, or does though it was not.
	SACK, Timestamp, Beyond, NoTimestamp, SACKOutside, Window uint64
}

// clueNote holds Clues while the connection lasts, by side: Client is side 0
// and Server is side 1, whichever is the client.
type clueNote struct {
	Clues
	plain [2]bool // the side sent a segment without SYN and RST
	odd   bool    // BlindRst or stray is set, or was
	// spoilt is set if a SYN has a wrong checksum, so that its options cannot
	// be trusted.
	spoilt bool

	// stray is the first SYN of its number, of side straySide, that fell into the sequence space of this
	// connection, and what answered it: for the connection that it may open.
	stray     strayNote
	straySide flow.Side

	blind    flow.Side   // the end that BlindRst names
	blindNxt [2]wire.Seq // how far both ends had sent before it
	blindSeq wire.Seq    // its number
	blindAt  int64       // its time

	// oldTo is what OldAck acknowledges, where that is known to be for more than the SYN (oldMore): octets
	// that the capture missed, if the client's numbers turn out to go as far.
	oldTo   wire.Seq
	oldMore bool
	// rstLast is set where Rst has ACK, and the number after all that its end was seen to send.
	rstLast bool
	// rstTS is the timestamp beyond which a segment was sent after Rst; rstStamp says how it is
	// known.
	rstTS    uint32
	rstStamp stampKind

	// older is the last block of SACK of each side that has the form of a D-SACK and
	// lies before the other end's ISN; empty: none.
	older [2]wire.SACKBlock
}

// strayNote is what became of a stray SYN: its packet and time, the packet that
// answered it with the numbers of the connection, and the RST that answered that.
type strayNote struct {
	syn, ack, rst uint64
	at            int64
	seq           wire.Seq
}

func (c *clueNote) end(s flow.Side) *EndClues {
	if s == 0 {
		return &c.Client
	}
	return &c.Server
}

// ttl records the TTL of a segment of the end.
func (e *EndClues) ttl(n uint8) {
	if e.TTLMax == 0 {
		e.TTLMin = n
	}
	e.TTLMin, e.TTLMax = min(e.TTLMin, n), max(e.TTLMax, n)
	e.Segments = min(e.Segments, math.MaxUint8-1) + 1
}

// clues notes what the segment says about the opening beyond what story notes.
// It runs after story and reads its notes.
func (a *Analyzer) clues(f *flow.Flow, n *note, seg *wire.Segment, phase label.ID) {
	if a.lab.Set.Has(label.DuplicatePacket) {
		return
	}
	c, fx := &n.clues, &a.facts
	s := fx.From
	if phase == label.RST {
		a.clueRST(f, n, seg)
		return
	}
	c.end(s).ttl(seg.TTL)
	if c.odd || a.stray {
		a.behindOdd(f, n, seg)
	}
	if c.Rst.Packet != 0 {
		a.afterReset(f, n, seg)
	}
	if seg.Flags.Has(wire.SYN) {
		c.spoilt = c.spoilt || a.lab.Set.Has(label.BadChecksum)
		return
	}
	if s != f.Client {
		if c.ServerProved == 0 { // otherwise it is not new, and not the answer of an older connection
			a.clueServer(n, seg)
		}
	} else if n.synAckCount > 0 && seg.Flags.Has(wire.ACK) {
		switch again := a.lab.Set.Has(label.Retransmission); {
		case c.ServerProved != 0:
		case fx.AcksUnseen, again && echoesUnseen(fx, seg):
			c.ServerProved, c.ServerProvedAt = seg.Packet, seg.Time
		default:
			c.ignored(seg, again)
		}
		if n.synAckCount > 1 && acksSynAck(fx, seg) && !a.lab.Set.Has(label.KeepAliveAck) && !a.lab.Set.Has(label.WindowUpdate) && c.SynAckAcks < math.MaxUint8 {
			c.SynAckAcks++
		}
	}
	if s == f.Client && c.oldMore && n.synAckCount == 0 && !c.oldTo.After(seg.Seq) {
		c.OldAck, c.OldRst, c.oldMore = 0, 0, false
	}
	a.clueOptions(n, seg)
	c.plain[s] = true
}

// echoesUnseen reports whether a segment echoes a timestamp of the other end that the capture missed
// (RFC 7323 §4.3): that end had sent something after what was captured.
func echoesUnseen(fx *flow.Facts, seg *wire.Segment) bool {
	return fx.Mark.HasTS && int32(seg.Options.TSEcr-fx.Receiver.TSVal) > 0
}

// acksSynAck reports whether a segment of the client does nothing but acknowledge the SYN of
// the server, which had sent nothing else.
func acksSynAck(fx *flow.Facts, seg *wire.Segment) bool {
	y := fx.Receiver
	return seg.SeqLen() == 0 && seg.Seq == fx.Sender.Nxt && seg.Ack == y.ISN+1 && y.Nxt == seg.Ack
}

// answersStray handles a SYN that falls into the sequence space of the connection, or
// a segment after one. A live end answers it with its own numbers (RFC 9293
// §3.10.7.4, RFC 5961 §4.2).
func (c *clueNote) answersStray(from flow.Side, seg *wire.Segment) {
	o := &c.stray
	switch {
	case seg.Flags.Has(wire.SYN):
		if seg.Flags.Has(wire.ACK) || o.syn != 0 && o.seq == seg.Seq && c.straySide == from {
			return
		}
		*o, c.straySide = strayNote{syn: seg.Packet, at: seg.Time, seq: seg.Seq}, from
	case from == c.straySide:
		*o = strayNote{} // the sender goes on: the SYN was not its own
	case seg.Flags.Has(wire.ACK) && seg.Ack != o.seq+1:
		first(&o.ack, seg.Packet)
	}
}

// strayOf copies from the older connection what became of the first SYN, which
// fell into it.
func (c *clueNote) strayOf(older *clueNote) {
	o := &older.stray
	c.OldSyn, c.OldSynAt, c.OldAck, c.OldRst = o.syn, o.at, o.ack, o.rst
}

// ignored counts a segment of the client that the server has not answered so far;
// again is set if its sender had sent its content before.
func (c *clueNote) ignored(seg *wire.Segment, again bool) {
	if int(c.Ignored) < len(c.IgnoredPackets) {
		c.IgnoredPackets[c.Ignored] = seg.Packet
	}
	c.Ignored++
	c.IgnoredAt = seg.Time
	if again && c.IgnoredAgain < math.MaxUint8 {
		c.IgnoredAgain++
	}
	if seg.Len == 0 {
		return
	}
	if c.IgnoredData == 0 && c.Ignored <= math.MaxUint8 {
		c.IgnoredData = uint8(c.Ignored)
	}
	if c.IgnoredLeast == 0 || seg.Len < c.IgnoredLeast {
		c.IgnoredLeast = seg.Len
	}
}

// clueServer notes whether the server proves that the handshake is complete, or
// answers from an older connection.
func (a *Analyzer) clueServer(n *note, seg *wire.Segment) {
	c, y := &n.clues, a.facts.Receiver
	if !seg.Flags.Has(wire.ACK) {
		return
	}
	if n.synAckCount == 0 && n.synUnanswered && y.State.Base() == state.SynSent && c.OldAck == 0 && !answers(y, seg) {
		c.OldAck, c.oldTo, c.oldMore = seg.Packet, seg.Ack, seg.Ack.After(y.ISN)
		c.OldEnd = OldUnknown // with numbers of the connection before, as captured, it would be that one's (route)
		c.oldEnd(y, seg)
	}
	if n.synAckCount > 0 && c.ServerProved == 0 && !a.foreign {
		c.ServerProved, c.ServerProvedAt = seg.Packet, seg.Time
		c.ProvedBare = c.IgnoredAgain > 0 && seg.Ack == y.ISN+1
		c.ProvedTwice = a.lab.Set.Has(label.DSACK) || a.lab.Set.Has(label.ShownSpurious)
	}
}

// answers reports whether a segment acknowledges the SYN of an end: the SYN alone or, if the
// capture missed the SYN-ACK, with octets that were captured after it (RFC 9293 §3.10.7.3).
func answers(y *flow.Half, seg *wire.Segment) bool {
	return seg.Ack.After(y.ISN) && !seg.Ack.After(y.Nxt)
}

// first keeps the number of the first packet that it is called with.
func first(to *uint64, packet uint64) {
	if *to == 0 {
		*to = packet
	}
}

// record sets r to the clues in terms of client and server.
func (c *clueNote) record(r *Clues, client flow.Side) {
	*r = c.Clues
	if client != 0 {
		r.Client, r.Server = c.Server, c.Client
	}
}
