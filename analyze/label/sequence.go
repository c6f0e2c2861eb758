package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Sending says how the octets of a segment came to be sent and captured. It is
// decided once for the labels of the group Sequence.
type Sending uint8

// The ways.
const (
	First     Sending = iota // sent for the first time, as far as can be seen
	Copied                   // the same packet twice
	Again                    // sent again
	Overtaken                // sent once, overtaken on the way
	Gap                      // sent for the first time, after octets that were not captured
)

// judge decides by the evidence on the wire, in this order of trust: octets
// seen before, IP identification, timestamp, time.
func judge(c *Context) (Sending, Reason, uint64) {
	s, x := c.Segment, c.Facts
	if s.Flags.Has(wire.RST) {
		return judgeRST(x)
	}
	// A copy that was damaged on the way between two taps has other content.
	if x.Same.Packet != 0 && (!x.Differs || s.Checksum == wire.ChecksumBad) {
		if v, why, packet, ok := judgeCopy(c); ok {
			return v, why, packet
		}
	}
	if x.Moved && !x.Differs {
		if v, why, packet, ok := judgeMoved(c); ok {
			return v, why, packet
		}
	}
	switch {
	case x.Cover.Unknown:
		return First, None, 0
	case s.SeqLen() == 0 || x.SeqDelta >= 0:
		if x.SeqDelta > 0 && !s.Flags.Has(wire.SYN) {
			if probesTail(c) {
				return Again, IPIDJump, 0
			}
			return Gap, GapInFront, 0
		}
		if hidden(c) {
			return Again, IPIDJump, 0
		}
		return First, None, 0
	case x.Cover.Old > 0 && s.Flags&(wire.FIN|wire.SYN) == wire.FIN && s.Len == 0 && !x.RepeatsFIN:
		return First, None, 0 // the FIN is new, whatever number it has
	case s.Flags.Has(wire.SYN) && !x.RepeatsSYN:
		return First, None, 0 // the SYN is new, and no octet, whatever number it has
	case s.Len > 1 && x.Sender.HasProbe && x.Sender.ProbeAt == s.Seq:
		return First, None, 0 // the octet that a zero-window probe tried before
	case x.OvertakenBy != 0:
		return Overtaken, overtakenReason(x), x.OvertakenBy
	case x.RepeatsSYN && goneOn(c):
		return Overtaken, SenderOpen, x.Overlap.Packet
	case x.HeadCopied && x.Cover.Fresh > 0:
		return First, None, 0 // new octets were joined to a copy
	case x.HeadCopied:
		return Copied, SameIPID, x.Overlap.Packet
	case x.Cover.Old > 0:
		return Again, seenReason(c), x.Overlap.Packet
	case x.Cover.Fills:
		return judgeFill(c)
	case x.Cover.Below && !x.Sender.Is(flow.SentSYN):
		// The segment lies before everything captured of this end: the packet
		// shows whether it was sent before the capture began; time does not.
		// Before a SYN there is nothing (RFC 9293 §3.4.1).
		if v, why, packet := judgeFill(c); why != TimeOnly {
			return v, why, packet
		}
	}
	return First, None, 0
}

// overtakenReason says why the segment is older than all captured segments with
// its octets: it was overtaken by its own retransmission.
func overtakenReason(x *flow.Facts) Reason {
	switch x.OvertakenSign {
	case flow.ByID:
		return BelowIPID
	case flow.ByTS:
		return EarlierTSval
	}
	return LowerAck
}

func seenReason(c *Context) Reason {
	switch {
	case c.Elsewhere && !anotherPacket(c.Facts):
		return SynElsewhere
	case c.Facts.RepeatsSYN:
		return SynSeen
	case c.Facts.Cover.Fresh > 0:
		return SomeSeen
	case c.Facts.Overlap.Packet == 0 && c.Facts.Late:
		return BytesHeldUp
	case mayBeCopy(c):
		return TimeOnly
	case c.Facts.RepeatsFIN && c.Segment.Len == 0:
		return FinSeen
	}
	return BytesSeen
}

// mayBeCopy reports whether a segment like an earlier one, in which no identification and no timestamp tells one from
// the other, came too soon to be an answer to that: only what overtook that one can have called for it, and that it was
// overtaken may be said by times alone, too.
func mayBeCopy(c *Context) bool {
	x := c.Facts
	old, m := &x.Same, &x.Mark
	_, overtaken := old.After()
	return overtaken && old.Packet != 0 && !x.Differs && !m.HasTS && !(m.HasID && old.HasID && !x.Sender.IDsConstant()) &&
		m.Time-old.Time < x.Loop/4*3
}

// anotherPacket reports whether the sender's own marks distinguish the packet from the one
// like it.
func anotherPacket(x *flow.Facts) bool {
	old, m := &x.Same, &x.Mark
	return m.HasTS != old.HasTS || m.TSVal != old.TSVal || m.HasID && old.HasID && m.IPID != old.IPID
}

// judgeCopy distinguishes a packet that was captured twice from one that was sent
// twice, if one like it is remembered (Facts.Same). A sender gives every packet an
// identification of its own, and later packets later timestamps; and it cannot
// send octets again before an answer to the first packet could have reached it.
func judgeCopy(c *Context) (Sending, Reason, uint64, bool) {
	x := c.Facts
	old, m := &x.Same, &x.Mark
	apart := m.Time - old.Time
	switch {
	case m.HasTS != old.HasTS, m.TSVal != old.TSVal:
		return 0, 0, 0, false
	case m.HasID && old.HasID && !x.Sender.IDsConstant():
		if m.IPID == old.IPID && (apart < copyTime || x.SameOnce) {
			return Copied, SameIPID, old.Packet, true
		}
		return 0, 0, 0, false
	case m.HasTS && !old.Echoes(c.Segment) && c.Segment.Checksum != wire.ChecksumBad:
		return 0, 0, 0, false // nor was that damaged on the way
	case x.SameOnce && x.Sender.Places():
		return Copied, Elsewhere, old.Packet, true
	case x.SameOnce:
		return Copied, AsOthers, old.Packet, true
	case x.Bare:
		// Receivers repeat bare ACKs as fast as segments come in: without an
		// identification, a copy is assumed only if the ACK does not say what
		// it answers.
		if x.SameWhole && saysNothing(c) && tooSoon(x, apart) {
			return Copied, AckTwice, old.Packet, true
		}
	case x.RepeatsSYN:
		// A SYN-ACK is also sent again at once to answer a SYN: one that was
		// captured in between, or one more than were answered.
		// After such an answer it may be the one that a timer sends (RFC 6298 §5), which both ends may
		// have started at one time: unless its end's packets come twice, or the SYN did.
		// But what was sent again at once goes the same way: another TTL shows a
		// second place of capture.
		moved := c.Segment.TTL != x.Sender.TTL
		timer := x.Receiver.SYNs > 1 && !x.Receiver.SYNTwice && x.Sender.Duplicates == 0
		answers := c.Segment.Flags.Has(wire.ACK) && !moved && (x.Receiver.SYNAt > old.Time || x.Receiver.SYNs > x.Sender.SYNs || timer)
		// SYNs that were held back, as while an address is resolved, arrive at one time and are answered
		// so: where nothing came twice before, and the answer does not echo the last of them (RFC 7323
		// §3.2), after which none is left.
		o := &c.Segment.Options
		last := o.Set.Has(wire.OptTimestamps) && x.Receiver.HasTS && o.TSEcr == x.Receiver.TSVal
		each := answers && x.Receiver.SYNs > x.Sender.SYNs && !x.Receiver.SYNTwice && x.Sender.Duplicates == 0 && !last
		if apart < soonSYN && (!answers || apart < soon/2 && !each) {
			if c.Segment.Flags.Has(wire.ACK) { // the SYN may have been copied beyond this tap
				return Copied, SynAckTwice, old.Packet, true
			}
			return Copied, TooSoon, old.Packet, true
		}
		if why, ok := sameSYN(c, apart, moved || c.Elsewhere); ok {
			return Copied, why, old.Packet, true
		}
	case m.HasTS && x.Sender.Tick() > 0 && apart > 2*x.Sender.Tick():
		return Copied, SameTSval, old.Packet, true // sent again it would have a later timestamp
	case goesBack(c), answersPartial(c):
	case tooSoon(x, apart):
		return Copied, TooSoon, old.Packet, true
	}
	return 0, 0, 0, false
}

// judgeRST distinguishes a RST that was captured twice from one that was sent twice. An end sends
// one for each segment that belongs to no connection it knows. If those acknowledge the same, the
// RSTs differ only in their identification (RFC 9293 §3.10.7.1): a RST without one, as over IPv6,
// or with 0, as many hosts send it, is judged by its place or by what other copies do. An
// identification that all RSTs may share says something only if just a SYN called for a RST.
func judgeRST(x *flow.Facts) (Sending, Reason, uint64) {
	old := &x.Same
	switch {
	case x.SameTells && x.Mark.Time-old.Time < copyTime:
		return Copied, SameIPID, old.Packet
	case x.SameOnce && x.Sender.Places():
		return Copied, Elsewhere, old.Packet
	case x.SameOnce:
		return Copied, AsOthers, old.Packet
	}
	return First, None, 0
}

// saysNothing reports whether an acknowledgement that is identical to an earlier one does not
// say what it would answer. If both ends permitted SACK, what comes after a gap is reported in
// every acknowledgement (RFC 2018 §4) and what comes again by a D-SACK (RFC 2883 §4). Not so a
// late bare segment, a repeated SYN-ACK or FIN, a probe, and, for ends without D-SACK, octets
// that came twice, if these are the last ones. Nor does a stack say it that acknowledges
// whenever its program has read some: such stacks leave out identifications over IPv4 too, so
// the rule requires IPv6; and next to its end no network makes copies (heuristics).
func saysNothing(c *Context) bool {
	s, y := c.Segment, c.Facts.Receiver
	switch {
	case s.HasIPID, y.RTT().Min < farAway:
		return false
	case !c.SACK, c.Facts.CalledFor, s.Options.SACKBlocks > 0, s.Options.Set.Has(wire.OptCut), y.Probed != flow.NotProbed,
		!y.Is(flow.SentSYN) || s.Ack == y.ISN+1, y.Is(flow.SentFIN) && !s.Ack.Before(y.FinEnd):
		return false
	}
	return !y.LastRepeats
}

// farAway is a heuristic: an end that answers later than this is not next to
// the tap.
const farAway = int64(1e6)

// judgeMoved judges a segment that was captured at another place than the new octets
// of its sender, if one exactly like it is not remembered: because it was long ago, as
// with the clocks of two captures, or because octets were joined or cut in between.
func judgeMoved(c *Context) (Sending, Reason, uint64, bool) {
	x := c.Facts
	switch {
	case x.NewHere && (x.Bare || x.Cover.Old > 0 && x.Cover.Fresh == 0):
		return Copied, Elsewhere, x.Overlap.Packet, true
	case x.NewHere && x.Cover.Fills: // missed at the other place
		return First, None, 0, true
	case x.RepeatsSYN && (x.Same.Packet == 0 || !anotherPacket(x)) && leftOpening(c):
		return Copied, Elsewhere, x.Same.Packet, true
	}
	return 0, 0, 0, false
}

// leftOpening reports whether the sender of a repeated SYN or SYN-ACK has already sent
// what it sends only after the SYN is answered, so that it does not send the SYN again
// (RFC 9293 §3.10.7.3, §3.10.7.4): after a SYN an ACK; after a SYN-ACK an
// acknowledgement of more than the SYN.
func leftOpening(c *Context) bool {
	h := c.Facts.Sender
	if c.Segment.Flags.Has(wire.ACK) {
		return h.Is(flow.SentACK) && h.Ack.After(c.Segment.Ack)
	}
	return h.Is(flow.SentACK)
}

// goneOn reports whether a repeated SYN or SYN-ACK left its sender before an earlier captured
// segment: the sender had left the opening, and did not begin again, as after a RST. So this is the
// original, or a copy. If its own marks show that it was sent later, its sender did send it again;
// and a SYN just captured may have been answered anew, with the same number if that is a cookie.
// What comes after more than a segment's lifetime was not overtaken: its sender may have lost its
// state, and begin again (RFC 9293 §3.5.1).
func goneOn(c *Context) bool {
	x, h := c.Facts, c.Facts.Sender
	asks := !c.Segment.Flags.Has(wire.ACK)
	if h.HasOldSYN || h.Any(flow.SentRST|flow.GotRST) || h.Is(flow.SentBareSYN) != asks || asks && x.Receiver.Is(flow.SentBareSYN) {
		return false // another opening than that of a client and a server
	}
	return !c.AnswersAgain && leftOpening(c) && !h.SentAfterFirst(&x.Mark) && x.Mark.Time-h.SYNAt <= lifetime
}

// goesBack reports whether the sender goes once more through what it has sent. The
// segment follows the last one, which was sent again; or the packet that it is like was
// a retransmission, and it follows a repeated one, or restarts after such a one with
// the first unacknowledged octet. Some stacks do so for every duplicate
// acknowledgement, however soon they come; copies made by the network are not in the
// sender's order. They are if the capture holds packets twice, which is assumed if more
// than one in four is a copy (heuristics).
func goesBack(c *Context) bool {
	s, x := c.Segment, c.Facts
	h := x.Sender
	switch {
	case !h.LastRepeats || uint64(h.Duplicates) > h.Packets/4:
		return false
	case h.RepeatEnd == s.Seq:
		return x.SameAgain || h.LastAgain
	}
	return x.SameAgain && h.RepeatEnd != s.End() && x.Receiver.Ack == s.Seq
}

// answersPartial reports whether NewReno sends the segment again at once, however recently
// it was first sent: it is the first that a partial acknowledgement leaves unacknowledged
// (RFC 6582 §3.2, step 3).
func answersPartial(c *Context) bool {
	y := c.Facts.Receiver
	return !c.SACK && !c.Facts.SameAgain && c.Facts.Sender.Repair.Mode == flow.FastRepair && y.Is(flow.SentACK) && y.Ack == c.Segment.Seq
}

// sameSYN distinguishes a SYN or SYN-ACK that was captured at two places on its way,
// far apart in time, from one that was sent again; both have the same timestamp, or none.
// elsewhere says that it was captured at another place than the first time: by its TTL or
// the interface.
func sameSYN(c *Context, apart int64, elsewhere bool) (Reason, bool) {
	x, answer := c.Facts, c.Segment.Flags.Has(wire.ACK)
	switch {
	case apart >= copyTime:
		return None, false
	case apart >= soonSYN && x.Mark.HasTS && (elsewhere || answer && x.Receiver.SYNTwice):
		// A retransmission has a new timestamp (RFC 7323 §3.2), except for some stacks'
		// SYN-ACKs. The clock may stand still for a second (§5.4), but a tenth of one is
		// more than clocks in use do (a heuristic).
		return SameTSval, true
	case answer && elsewhere && x.Receiver.SYNTwice:
		return Elsewhere, true // as the SYN was, on the same way
	}
	return None, false
}

// tooSoon reports whether the segment comes so soon after the one like it that its
// sender cannot have reacted to anything, or to what overtook that one. With
// timestamps, which are the same here, only the time after that one counts.
func tooSoon(x *flow.Facts, apart int64) bool {
	after, overtaken := x.Same.After()
	mode := x.Sender.Repair.Mode
	switch {
	case x.Loop <= 0:
		return apart < soon
	case !overtaken || x.Mark.HasTS:
		return apart < reaction(x)
	case mode == flow.NoRepair || mode == flow.FastRepair && !x.SameOutrun:
		// No timer has run: only an answer to what overtook it, or to what was sent again after it, can have called for another.
		return apart < soon || apart+after < x.Loop/4*3
	}
	return apart < soon || apart+after < reaction(x)
}

// reaction returns how soon a sender can react to the fate of a segment: not before
// an answer to it can have come back, taken as three quarters of the shortest round
// trip. A sender that repairs a loss may repeat what it has just repeated because
// of acknowledgements already on their way, so half is enough there (a heuristic).
func reaction(x *flow.Facts) int64 {
	if r := &x.Sender.Repair; r.Mode != flow.NoRepair || r.Dup > 0 || r.HasSACK {
		return x.Loop / 2
	}
	return x.Loop / 4 * 3
}

// lifetime is the maximum segment lifetime of RFC 9293 §3.4.2, in nanoseconds.
const lifetime = int64(120e9)

const (
	// These are heuristics. copyTime bounds how much later a copy comes, so that
	// an identification that has wrapped is not taken for one; soon is shorter
	// than any round trip that a sender reacts to.
	copyTime = int64(1e9)
	soon     = int64(200e3)
	// soonSYN is half the shortest timeout in use: a SYN is sent again only
	// by a timer, a SYN-ACK also to answer a repeated SYN.
	soonSYN = int64(100e6)
)
