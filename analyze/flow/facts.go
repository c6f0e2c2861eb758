package flow

import "tcpwatch/capture/wire"

// Facts is what is known of a segment before it changes its Flow. It is valid
// while that segment is processed.
type Facts struct {
	From, To         Side // who sent it, and to whom
	Sender, Receiver *Half
	FromClient       bool
	// Cut is set if the segment ends inside the packet that had its octets before, which fits what
	// the other end takes in one segment, and options do not make up for what is missing.
	Cut bool
	// Unreported is set for a segment that fills a hole that one without octets showed, if nothing can have
	// told its sender that it is missing: no octets after it were captured three quarters of
	// Loop ago (a heuristic), and since Before none of its end that were sent again; nor did the other end
	// report any that were not captured, by SACK or by duplicate ACKs.
	Unreported bool
	// SameOutrun is set, during fast recovery, when Same was overtaken and what its end sent again since the
	// octets before it may have been answered (repairOutran).
	SameOutrun bool
	Cover      Cover
	// SeqDelta is the segment's number minus the one expected next from its
	// sender; 0 for the sender's first segment.
	SeqDelta int64
	// SeenBefore is set when the segment occupies sequence space and all of it
	// was captured before.
	SeenBefore bool
	// AnswersSYN (AnswersFIN) is set when the segment acknowledges a SYN (FIN)
	// of the receiver that was sent, or sent again, since the last segment that
	// did.
	AnswersSYN, AnswersFIN bool
	// AnswersFINFirst is AnswersFIN for the first such segment.
	AnswersFINFirst bool
	// RepeatsSYN (RepeatsFIN) is set when the sender had sent this SYN (FIN).
	RepeatsSYN, RepeatsFIN bool
	Mark                   Mark // of the segment
	// Before is when an octet before the segment was captured; 0 if that is not remembered. Of
	// a segment without octets that has the number of the octet before the sender's next one, and
	// acknowledges no more than came with that, it is when that was last captured; of one
	// that fills a hole that a segment without octets showed, when those were after which its
	// octets were sent, or a segment without octets that had its number.
	Before int64
	// Bare is set when the segment occupies no sequence space.
	Bare bool
	// Late is set when the segment was sent before another one of its sender that was
	// captured before it, as its numbers, identification or timestamp show: its
	// acknowledgement and window are outdated.
	Late bool
	// Undated is set when the segment repeats number and acknowledgement of its
	// sender's last and comes soon after it, and neither identification nor
	// timestamp shows that it was sent after it: it may be older, or a copy.
	Undated bool
	// Same is the latest packet of the sender with exactly the segment's range (and,
	// without sequence space, its acknowledgement), or one joined from several, one
	// of which had it; Overlap the latest with any of its octets. Packet 0: none is
	// remembered.
	Same, Overlap Mark
	// SameAgain is set when Same was itself a retransmission.
	SameAgain bool
	// SameOnce is set when Same was not captured before at the place of the segment, where
	// copies are known by their places; or not twice, where the capture holds packets
	// twice. NewHere is set when no octet of the segment, nor one after it, was; without
	// octets, or where copies come late, when it was sent before another one of its sender.
	SameOnce, NewHere bool
	// SameWhole is set when the segment and Same have no octets and no identifications,
	// and also the same timestamp, echo, window and SACK blocks.
	SameWhole bool
	// CalledFor is set, with SameWhole, when a bare segment of the receiver may have come
	// late and triggered the segment (RFC 9293 §3.10.7.4).
	CalledFor bool
	// Moved is set when the segment was captured at another place than the sender's last new octets.
	Moved bool
	// FirstInSYN is set when the latest packet with octets of the segment was a
	// SYN (RFC 7413).
	FirstInSYN bool
	// Differs is set when the payload differs from that of the latest
	// segment with the same range.
	Differs bool
	// OvertakenBy is a captured packet with octets of the segment, if all such
	// packets were sent after it, as OvertakenSign shows; else 0.
	OvertakenBy uint64
	// Loop is the shortest time measured from this tap to the receiver, on to
	// the sender and back, in nanoseconds; -1: unknown.
	Loop int64
	// TwiceReceived is the latest packet with octets that the segment reports by
	// D-SACK; 0: none is remembered. TwiceSent is set when all of that packet
	// arrived twice, and that packet was a retransmission, other than of a SYN: that
	// may only have answered one. DSACK is set for any report.
	TwiceReceived    uint64
	TwiceSent, DSACK bool
	// AcksUnseen is set when the segment acknowledges, beyond what its sender
	// acknowledged before, numbers of the receiver that were never captured.
	AcksUnseen bool
	// OvertakenSign is the evidence that OvertakenBy was sent after the
	// segment.
	OvertakenSign Sign
	// Sure is the evidence in the segment that Receiver.Suspect was
	// spurious.
	Sure Sure
	// Acceptable is set for a RST that RFC 5961 §3.2 lets end the connection,
	// or that cannot be checked, or may because segments were missed.
	Acceptable bool
	// SameTells is set, for a RST, when the identification of Same distinguishes it from others: those
	// of such RSTs differ, or the end can have answered one SYN only.
	SameTells bool
	// HeadCopied is set if the segment was joined from several, and Overlap is like the
	// first of these.
	HeadCopied bool
}

// Gather finds the facts of a segment that side from of f sent.
func (t *Table) Gather(f *Flow, from Side, seg *wire.Segment, x *Facts) {
	to := f.Peer(from)
	s, r := &f.Half[from], &f.Half[to]
	*x = Facts{}
	x.From, x.To, x.Sender, x.Receiver, x.FromClient = from, to, s, r, from == f.Client
	if s.Is(Sent) {
		x.SeqDelta = int64(seg.Seq.Diff(s.Nxt))
	}
	t.look(s, seg.Seq, seg.End(), &x.Cover)
	x.Mark.of(seg)
	x.Mark.acks(seg.Flags, seg.Ack)
	x.Bare = seg.SeqLen() == 0
	x.Late = x.late(seg)
	x.Loop = loop(s, r)
	if x.Cover.Fills && x.Cover.Beyond.Bare {
		x.Before = t.sentSince(s, r, seg.Seq, x.Cover.Beyond.Packet)
		x.Unreported = t.unreported(s, seg.Seq, x)
	}
	if x.Moved = place(seg) != s.places.first; x.Moved {
		x.newHere(seg)
	}
	if x.Cover.Old > 0 {
		t.gatherOld(s, r, seg, x)
	} else if x.Bare && s.Is(SentACK) && !seg.Ack.After(s.Ack) && !s.newer(&x.Mark) {
		x.Same, x.SameAgain, x.SameOnce, x.SameWhole = t.same(s, seg, x.Late, twiceWithin(s, r))
		x.CalledFor = x.SameWhole && t.calledFor(r, seg.Ack, seg.Time-2*x.Loop)
		x.Undated = !x.Late && x.SeqDelta == 0 && seg.Time-s.LastTime < copyHorizon
	}
	if seg.Flags&wire.RST != 0 {
		t.gatherRST(s, r, seg, x)
	}
	if x.Bare && x.SeqDelta == -1 {
		x.Before = t.repeated(s, seg)
	}
	x.SeenBefore = seg.SeqLen() > 0 && x.Cover.Fresh == 0 && seg.Flags&wire.RST == 0
	if seg.Flags&wire.SYN != 0 {
		x.RepeatsSYN = s.Is(SentSYN) && s.ISN == seg.Seq
	}
	if seg.Flags&wire.FIN != 0 {
		x.RepeatsFIN = s.Has&(SentFIN|FINGuessed) == SentFIN && s.FinEnd == seg.End()
	}
	if seg.Flags&wire.ACK != 0 && seg.Flags&wire.RST == 0 {
		if seg.Options.SACKBlocks > 0 {
			x.reports(t, seg)
		}
		if r.Suspect.active {
			x.Sure = r.cleared(seg)
		}
		x.AnswersSYN = r.Is(SYNAwaiting) && r.CoversSYN(seg.Ack, beyond(s, seg))
		x.AnswersFIN = r.Is(FINAwaiting) && !seg.Ack.Before(r.FinEnd)
		x.AnswersFINFirst = x.AnswersFIN && !r.Is(FINProved)
		x.AcksUnseen = t.acksUnseen(x, seg)
	}
}

// gatherOld finds the facts of a segment with octets that were captured before: which packets had
// them, and which were sent after it.
func (t *Table) gatherOld(s, r *Half, seg *wire.Segment, x *Facts) {
	l := t.latest(s, seg.Seq, seg.End())
	x.Overlap = l.Mark
	x.FirstInSYN = l.Flags&wire.SYN != 0 && seg.Flags&wire.SYN == 0
	x.Differs = l.Seq == seg.Seq && l.End == seg.End() && l.HasSum && seg.HasSum && l.Sum != seg.PayloadSum && seg.Len > 0
	x.Cut = l.cut(seg, r.MSS)
	x.Same, x.SameAgain, x.SameOnce, _ = t.same(s, seg, x.Late, twiceWithin(s, r))
	if x.Same.Packet == 0 && l.joins(seg, r.MSS) {
		x.Same, x.SameAgain = t.piece(&l, seg), l.Again
	}
	if x.Same.after > 0 && s.Repair.Mode == FastRepair {
		x.SameOutrun = t.repairOutran(s, seg.Seq, seg.Time-x.Loop/4*3)
	}
	if x.Same.Packet == 0 || x.Same.IPID != seg.IPID {
		if m := t.headOf(s, seg, r.MSS); m.Packet != 0 {
			x.Overlap, x.HeadCopied = m, true
		}
	}
	if x.Cover.Fresh == 0 {
		x.OvertakenBy, x.OvertakenSign = t.sentAfter(s, seg.Seq, seg.End(), &x.Mark)
	}
}

// cut computes Facts.Cut: s had octets of seg before. A header has up to 40 octets of options
// (RFC 9293 §3.1), which leave less room for payload.
func (s *Trace) cut(seg *wire.Segment, mss uint16) bool {
	const mostOptions = 40
	n := uint32(s.End.Diff(s.Seq))
	return seg.Len > 0 && seg.End().Before(s.End) && seg.Len+mostOptions < n && n <= uint32(mss)
}

// sentSince computes Facts.Before for a segment of h that fills a hole, shown by a packet, from a number on:
// when its octets before that, or a later segment without octets that had that number, were captured. What was
// overtaken is no bound: it was sent before it was captured, so the octets before it are
// taken, of a few such segments in a row. Nor are octets that were sent again: those after them
// may have been sent with the first copy. Where the other end o has taken back room, an end that has sent more gives its
// segments without octets the number up to which there is room (Linux), so that the number of such a one says nothing.
func (t *Table) sentSince(h, o *Half, from wire.Seq, packet uint64) int64 {
	at := int64(0)
	for range maxOvertaken {
		if !o.Is(TookBack) {
			at = max(at, t.nextSince(h, from, packet))
		}
		l := t.latest(h, from-1, from)
		switch _, overtaken := l.After(); {
		case l.Packet == 0:
			return at // what is before it was not captured, or too long ago
		case l.Again:
			return 0
		case !overtaken:
			return max(at, l.Time)
		}
		from = l.Seq
	}
	return at
}

// nextSince returns when a segment of h without octets was captured, before a packet, whose number
// was next: that is SND.NXT when it is sent (RFC 9293 §3.10.7.4), so that the octets from there on were
// sent later. It is the first with the latest acknowledgement of those among the last
// maxLook: others may have been overtaken. 0: none.
func (t *Table) nextSince(h *Half, next wire.Seq, packet uint64) (at int64) {
	var ack wire.Seq
	for i, looks := h.sentTail, maxLook; i != 0 && looks > 0; i, looks = t.sent.At(i).prev, looks-1 {
		s := t.sent.At(i)
		if s.Bare && s.Seq == next && s.Packet < packet && s.Flags&(wire.ACK|wire.RST) == wire.ACK && (at == 0 || !s.Ack.Before(ack)) {
			at, ack = s.Time, s.Ack
		}
	}
	return at
}

// unreported computes Facts.Unreported for a segment of h that begins at from. Of more than
// maxLook segments since Before it is not known.
func (t *Table) unreported(h *Half, from wire.Seq, x *Facts) bool {
	r, behind := &h.Repair, false
	if r.HasSACK && t.skipped(h, r.HighLeft, r.High) {
		return false
	}
	for i, looks := h.sentTail, maxLook; i != 0 && looks > 0 && x.Before != 0; i, looks = t.sent.At(i).prev, looks-1 {
		s := t.sent.At(i)
		if s.Time <= x.Before {
			return behind || r.Dup == 0
		}
		after := !s.Bare && s.Seq.After(from)
		if s.Again || after && x.Mark.Time-s.Time >= x.Loop/4*3 {
			return false
		}
		behind = behind || after
	}
	return false
}

// repairOutran reports whether h sent something again, captured until a time, after the octets before a number, and so
// perhaps after those from there on: once that is delivered these count as lost, although its number is
// lower (RFC 8985 §6.2, step 5). Of more than maxLook segments it is not known.
func (t *Table) repairOutran(h *Half, from wire.Seq, until int64) bool {
	i, looks := h.sentTail, maxLook
	for ; i != 0 && looks > 0; i, looks = t.sent.At(i).prev, looks-1 {
		switch s := t.sent.At(i); {
		case s.Again && s.Time <= until:
			return true
		case !s.Again && !s.Bare && s.after == 0 && s.Seq.Before(from):
			return false
		}
	}
	return i != 0
}

// maxOvertaken bounds how many segments sentSince looks at.
const maxOvertaken = 8

// repeated computes Facts.Before for a bare segment of h.
func (t *Table) repeated(h *Half, seg *wire.Segment) int64 {
	if l := t.latest(h, seg.Seq, seg.Seq+1); !seg.Ack.After(l.Ack) {
		return l.Time
	}
	return 0
}

// acksUnseen computes Facts.AcksUnseen. An end's first acknowledgement counts from the SYN
// that it answers: without a SYN it is unknown what came before, and one that is not for
// the SYN belongs to another connection (RFC 9293 §3.10.7.3, figures 8 and 9).
func (t *Table) acksUnseen(x *Facts, seg *wire.Segment) bool {
	s, r := x.Sender, x.Receiver
	from := s.Ack
	if !s.Is(SentACK) {
		if !x.AnswersSYN || seg.Flags&wire.SYN != 0 {
			return false
		}
		from = r.ISN
	}
	return seg.Ack.After(from) && t.skipped(r, from, seg.Ack)
}

// reports notes what the segment, which has a SACK option, reports by D-SACK.
func (x *Facts) reports(t *Table, seg *wire.Segment) {
	s, r := x.Sender, x.Receiver
	b, ok := dsack(seg)
	if !ok || r.Is(SentFIN) && b.Right == r.FinEnd && s.Is(SentACK) && s.Ack.Before(b.Left) {
		// Linux acknowledges a FIN held after a gap as soon as the gap is filled,
		// and leaves the block that reported it (RFC 2018 §4) in the ACK.
		return
	}
	l := t.latest(r, b.Left, b.Right)
	x.DSACK, x.TwiceReceived = true, l.Packet
	// A copy that the network made explains the report as well, unless the
	// capture itself holds packets twice, which is assumed if more than one in
	// four is a duplicate (a heuristic).
	copied := l.copies == wasCopied && uint64(r.Duplicates) <= r.Packets/4
	x.TwiceSent = l.Again && !copied && l.Flags&wire.SYN == 0 && l.inside(b)
}

// newHere computes Facts.NewHere.
func (x *Facts) newHere(seg *wire.Segment) {
	s := x.Sender
	switch {
	case !s.Places():
	case x.Bare:
		x.NewHere = x.Late || s.sentEarlier(&x.Mark)
	default:
		x.NewHere = s.newAt(seg) && !s.newer(&x.Mark) || s.farApart && s.sentEarlier(&x.Mark)
	}
}

// late computes Facts.Late. An acknowledgement is RCV.NXT when it is sent, which
// never goes back, and the number of a segment without payload is SND.NXT (RFC
// 9293 §3.4, §3.10.7.4). A probe may repeat the number before that (§3.8.4), and
// an end whose peer shrank its window stays within it.
func (x *Facts) late(seg *wire.Segment) bool {
	s, r := x.Sender, x.Receiver
	switch {
	case seg.Flags&(wire.ACK|wire.SYN|wire.RST) != wire.ACK || !s.Is(SentACK), seg.Ack.After(s.Ack):
		return false
	case seg.Ack.Before(s.Ack):
		return !r.Is(Sent) || !s.Ack.After(r.Nxt) || seg.Ack.After(r.Nxt) // octets never sent cannot have been acknowledged
	case x.SeqDelta > 0, x.SeqDelta == 0 && !x.Bare:
		return false
	case x.Bare && x.SeqDelta < -1 && (!r.Is(SentACK) || seg.Seq.Before(r.Ack.Add(r.lastWindow))):
		return true
	}
	return s.older(&x.Mark)
}

// Refused reports whether the receiver ignores the window of a segment without
// payload because its number lies before what the receiver has acknowledged (RFC
// 9293 §3.10.7.4).
func (x *Facts) Refused(seg *wire.Segment) bool {
	return x.Bare && x.Receiver.Is(SentACK) && seg.Seq.Before(x.Receiver.Ack)
}

// beyond returns how much a segment of s may acknowledge that was not captured:
// a SYN-ACK must match the SYN, later segments may follow missed octets.
func beyond(s *Half, seg *wire.Segment) uint32 {
	if seg.Flags&wire.SYN != 0 {
		return 0
	}
	return s.MostWindow
}

// Beyond is how much the segment may acknowledge that was not captured.
func (x *Facts) Beyond(seg *wire.Segment) uint32 { return beyond(x.Sender, seg) }

// AllAcked reports whether the receiver has acknowledged everything that the
// sender was seen to send.
func (x *Facts) AllAcked() bool {
	return x.Receiver.Is(SentACK) && !x.Receiver.Ack.Before(x.Sender.Nxt)
}

// loop adds the shortest times measured to both ends; if only one was measured,
// that is a lower bound. If none was, what BoundTwice took is one as well, what Bound or
// BoundOpening took an upper one.
func loop(s, r *Half) int64 {
	switch {
	case s.rtt.n > 0 && r.rtt.n > 0:
		return s.rtt.min + r.rtt.min
	case s.rtt.n > 0 && s.rtt.min > partLoop:
		return s.rtt.min
	case r.rtt.min > partLoop:
		return r.rtt.min // or what Bound or BoundTwice took
	case s.rtt.min > partLoop:
		return s.rtt.min
	}
	return -1
}

// partLoop is a heuristic: a half of a loop that is shorter leads to the near
// end and says nothing about the whole.
const partLoop = int64(1e6)
