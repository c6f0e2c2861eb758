package flow

import "tcpwatch/capture/wire"

// Mark distinguishes one packet of an end from another: what its sender put
// into it apart from content, and when and where it was captured.
type Mark struct {
	Packet uint64
	Time   int64 // nanoseconds since 1970
	TSVal  uint32
	IPID   uint16
	HasID  bool // an IPv4 identification other than 0
	HasTS  bool
	Bare   bool // occupies no sequence space
	// fills is set, for a remembered retransmission, if none of its octets had been
	// captured before.
	fills bool
	// after is, for a remembered segment that was overtaken, how long after the
	// segment that overtook it it was captured, in afterUnit and at least one.
	after uint16
	// answers is, without timestamps, the number that it acknowledges, 0 where it has none;
	// with timestamps, for a remembered segment, the one that it echoed.
	answers uint32
}

// afterUnit is in nanoseconds; the most that can be expressed is 6.5 s.
const afterUnit = int64(100e3)

// After returns, for a remembered segment that was overtaken, how long after the
// segment that overtook it it was captured, in nanoseconds and rounded down; overtaken
// is false for others.
func (m *Mark) After() (ns int64, overtaken bool) {
	return max(int64(m.after)-1, 0) * afterUnit, m.after > 0
}

// MarkOf returns the mark of a segment.
func MarkOf(seg *wire.Segment) (m Mark) {
	m.of(seg)
	return m
}

func (m *Mark) of(seg *wire.Segment) {
	m.Packet, m.Time = seg.Packet, seg.Time
	m.TSVal, m.HasTS = seg.Options.TSVal, seg.Options.Set.Has(wire.OptTimestamps)
	m.IPID, m.HasID, m.Bare = seg.IPID, seg.HasIPID && seg.IPID != 0, seg.SeqLen() == 0
}

// acks notes the acknowledgement of a packet without timestamps, except of a
// SYN-ACK, which may be for another SYN.
func (m *Mark) acks(flags wire.Flags, ack wire.Seq) {
	if !m.HasTS && flags&(wire.ACK|wire.SYN) == wire.ACK {
		m.answers = uint32(ack)
	}
}

// Echoes reports whether the remembered segment echoed the same timestamp as seg does, as a
// copy of it does (RFC 7323 §3.2).
func (m *Mark) Echoes(seg *wire.Segment) bool { return m.answers == seg.Options.TSEcr }

// LaterTS reports whether m's timestamp is later than o's, so that its packet was sent
// after that of o whatever their identifications say.
func (m *Mark) LaterTS(o *Mark) bool {
	return m.HasTS && o.HasTS && int32(m.TSVal-o.TSVal) > 0
}

// AcksLess reports whether m's packet acknowledges less than o's, where neither has a
// timestamp. An acknowledgement is RCV.NXT when it is sent, which never goes back (RFC 9293
// §3.4, §3.10.7.4): then m's packet was sent before that of o.
func (m *Mark) AcksLess(o *Mark) bool {
	return !m.HasTS && !o.HasTS && m.answers != 0 && o.answers != 0 && wire.Seq(m.answers).Before(wire.Seq(o.answers))
}

// Trace is one captured segment of an end.
type Trace struct {
	Mark
	Seq, End, Ack wire.Seq
	Flags         wire.Flags
	Sum           uint16 // of the payload, valid with HasSum
	HasSum        bool
	Again         bool // a retransmission
	shown         bool // and shown to have been spurious
	copies        copies
	next, prev    int32
	places        uint32 // where it was captured, copies included
}

// of makes s, which is zero, the trace of a segment.
func (s *Trace) of(seg *wire.Segment, again bool) {
	s.Mark.of(seg)
	s.acks(seg.Flags, seg.Ack)
	if s.HasTS {
		s.answers = seg.Options.TSEcr
	}
	s.Seq, s.End, s.Ack, s.Flags = seg.Seq, seg.End(), seg.Ack, seg.Flags
	s.Sum, s.HasSum, s.Again = seg.PayloadSum, seg.HasSum, again
	s.places = placeBit(place(seg))
	if seg.Flags&wire.RST != 0 {
		s.reset(seg)
	}
}

const (
	// copyHorizon is a heuristic: how long the network may take to deliver a
	// packet a second time. Segments are remembered for at least this long.
	copyHorizon = int64(200e6)
	// longHorizon is a heuristic, the maximum for a long path: a D-SACK
	// comes a round trip after the packet that it names.
	longHorizon = int64(2e9)
	// maxSent bounds the segments remembered for one direction; beyond it the
	// oldest are given up, though not acknowledged. maxKept bounds those among them that
	// are kept for longHorizon: retransmissions that filled octets, since what they repeat
	// may have been held up for longer than a timer of its sender runs (RFC 5682 §1), and
	// what counts as lost between two places of capture, for the same reason.
	maxSent = 4096
	maxKept = 1024
)

// Log remembers a segment of h. It forgets segments that are acknowledged and too old
// to be copied or, for retransmissions that filled a hole, to be overtaken by their
// original, or, for what was lost between two places of capture, to come there after all. o is the other end; again is set for a retransmission, fills if none of its
// octets was captured before; overtaken is the segment that overtook this one, or nil.
func (t *Table) Log(h, o *Half, seg *wire.Segment, again, fills bool, overtaken *Mark) {
	horizon := max(copyHorizon, min(2*h.rtt.max, longHorizon))
	if h.farApart {
		horizon = longHorizon
	}
	for h.nkept > 0 && (h.nsent >= maxSent || seg.Time-t.sent.At(h.sentHead).Time > longHorizon) {
		t.forgetKept(h)
	}
	for i := t.oldest(h); i != 0; i = t.oldest(h) {
		s := t.sent.At(i)
		done := s.Seq == s.End || o.Is(SentACK) && !s.End.After(o.Ack)
		age := seg.Time - s.Time
		if h.nsent < maxSent && !(done && age > horizon) {
			break
		}
		if (s.fills || s.copies == lostBetween) && age <= longHorizon {
			t.keep(h, i)
			continue
		}
		t.forgetSent(h, i)
	}
	i, s := t.sent.New()
	*s = Trace{}
	s.of(seg, again)
	s.fills = again && fills
	if s.Bare && s.Flags&wire.RST == 0 && (h.lag > 0 || h.Places() || s.stampedOnly()) {
		s.Sum = bareSum(seg)
	}
	if overtaken != nil {
		s.after = uint16(min(max(seg.Time-overtaken.Time, 0)/afterUnit+1, 1<<16-1))
	}
	t.joinSent(h, i, s)
}

// Show notes that a retransmission of h, captured as packet, was spurious, and
// reports whether that is new.
func (t *Table) Show(h *Half, packet uint64) bool {
	for i := h.sentTail; i != 0; i = t.sent.At(i).prev {
		if s := t.sent.At(i); s.Packet <= packet {
			known := s.Packet == packet && s.shown
			s.shown = s.shown || s.Packet == packet
			return !known
		}
	}
	return true
}

// stampedOnly reports whether the packet is marked by a timestamp only.
func (m *Mark) stampedOnly() bool { return m.HasTS && !m.HasID }

// bareSum hashes everything in a bare acknowledgement except numbers and mark.
func bareSum(seg *wire.Segment) uint16 {
	n := SACKSum(seg) ^ seg.Options.TSEcr
	return uint16(n) ^ uint16(n>>16) ^ seg.Window
}

// inside reports whether all payload of the segment lies in a block, which overlaps it;
// receivers differ in whether a FIN counts as an octet there.
func (s *Trace) inside(b wire.SACKBlock) bool {
	end := s.End
	if s.Flags&wire.FIN != 0 {
		end--
	}
	return !b.Left.After(s.Seq) && !b.Right.Before(end)
}

// maxLook bounds the search for a copy of a segment that occupies no sequence
// space. A heuristic: a copy follows within a few packets.
const maxLook = 64

// farLook is maxLook for captures at two places: as many as may be in flight between
// them. A heuristic.
const farLook = 1024

// overlaps reports whether the segment has numbers in [from, to).
func (s *Trace) overlaps(from, to wire.Seq) bool {
	return s.Seq.Before(to) && s.End.After(from) && s.Seq != s.End
}

// latest returns the latest remembered segment of h that overlaps [from, to);
// its Packet is 0 where there is none.
func (t *Table) latest(h *Half, from, to wire.Seq) Trace {
	for p := t.lastSpan(h); p != nil; p = t.before(h, p) {
		if p.apart(from, to) {
			continue
		}
		for i, left := p.last, p.n; left > 0; i, left = t.sent.At(i).prev, left-1 {
			if s := t.sent.At(i); s.overlaps(from, to) {
				return *s
			}
		}
	}
	return Trace{}
}

// LastWith returns when the latest segment of h with a number was captured, in nanoseconds since 1970; 0: none that is
// remembered.
func (t *Table) LastWith(h *Half, number wire.Seq) int64 { return t.latest(h, number, number+1).Time }

// same returns the mark of the latest remembered segment of h with the same range,
// acknowledgement and flags as seg; preferably one with the same IP identification and
// timestamp; again is set if that was a retransmission. late is Facts.Late of seg.
// Packet 0: none. once is set if copies are known by their place and this one was not
// captured where seg was, or if copies come within a known time and none of this one
// came (awaitsCopy); such a segment is preferred if they have no identification. whole
// is Facts.SameWhole.
func (t *Table) same(h *Half, seg *wire.Segment, late bool, within int64) (m Mark, again, once, whole bool) {
	end, looks := seg.End(), int32(maxLook)
	stamped := end == seg.Seq && seg.Options.Set.Has(wire.OptTimestamps) && (!seg.HasIPID || seg.IPID == 0)
	if end != seg.Seq || late { // an old ACK is rare, and worth a longer search
		looks = maxSent
	}
	at, sum, exact := uint32(0), uint16(0), false
	if h.Places() {
		at = placeBit(place(seg))
	}
	if at != 0 || within > 0 {
		looks = max(looks, farLook)
	}
	if stamped || end == seg.Seq && (at != 0 || within > 0) {
		sum = bareSum(seg)
	}
	for p := t.lastSpan(h); p != nil && looks > 0; p = t.before(h, p) {
		if p.without(seg.Seq) {
			looks -= p.n
			continue
		}
		for i, left := p.last, p.n; left > 0 && looks > 0; i, left, looks = t.sent.At(i).prev, left-1, looks-1 {
			s := t.sent.At(i)
			if s.Seq != seg.Seq || s.End != end || s.Ack != seg.Ack || s.Flags != seg.Flags {
				continue
			}
			same := s.IPID == seg.IPID && (!s.HasTS || s.TSVal == seg.Options.TSVal && (s.Bare || s.Echoes(seg)))
			once := (at != 0 && s.places&at == 0 || within > 0 && s.copies != wasCopied && h.awaitsCopy(&s.Mark, seg.Time-s.Time, within)) && (!s.Bare || s.Sum == sum)
			if same && (at == 0 && within == 0 || once || s.HasID) {
				return s.Mark, s.Again, once, stamped && s.stampedOnly() && s.Sum == sum
			}
			if m.Packet == 0 || same && !exact {
				m, again, exact = s.Mark, s.Again, same
			}
		}
	}
	return m, again, false, false
}

// calledFor reports whether an acknowledgement ack of the other end may answer a bare
// segment of h that was overtaken on the way: one before ack that was captured since
// the given time, among the latest maxLook segments.
func (t *Table) calledFor(h *Half, ack wire.Seq, since int64) bool {
	for i, looks := h.sentTail, maxLook; i != 0; i, looks = t.sent.At(i).prev, looks-1 {
		s := t.sent.At(i)
		if s.Time < since || looks == 0 {
			return false
		}
		if s.Bare && s.Flags&wire.RST == 0 && s.Seq.Before(ack) {
			return true
		}
	}
	return false
}

// sentAfter returns a remembered segment of h that overlaps [from, to), if all
// such segments were sent after the packet of mark m, and the evidence for that;
// else 0.
func (t *Table) sentAfter(h *Half, from, to wire.Seq, m *Mark) (packet uint64, by Sign) {
	for p := t.lastSpan(h); p != nil; p = t.before(h, p) {
		if p.apart(from, to) {
			continue
		}
		for i, left := p.last, p.n; left > 0; i, left = t.sent.At(i).prev, left-1 {
			s := t.sent.At(i)
			if !s.overlaps(from, to) {
				continue
			}
			if by = h.sentBefore(m, &s.Mark); by == NoSign {
				return 0, NoSign
			}
			packet = s.Packet
		}
	}
	return packet, by
}

// Sign is the evidence for which of two packets was sent first.
type Sign uint8

// The kinds of evidence.
const (
	NoSign Sign = iota
	ByID
	ByTS
	ByAck
)

// sentBefore returns the evidence that the packet of mark m was sent before that of mark
// o: their identifications, timestamps or acknowledgements; NoSign if there is none.
func (h *Half) sentBefore(m, o *Mark) Sign {
	by, before := ByAck, m.AcksLess(o)
	switch {
	case m.HasID && o.HasID && h.IDsTell(m.IPID, o.IPID):
		by, before = ByID, int16(m.IPID-o.IPID) <= 0 && !m.LaterTS(o) && !o.AcksLess(m)
	case m.HasTS && o.HasTS && m.TSVal != o.TSVal:
		by, before = ByTS, int32(m.TSVal-o.TSVal) <= 0
	}
	if before {
		return by
	}
	return NoSign
}
